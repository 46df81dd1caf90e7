"""`broadcaster tokens`: with what other programs speak to the centre (docs/api.md)."""

from datetime import UTC, datetime, timedelta

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.domain.audit import SHELL
from broadcaster.domain.draft import DraftError
from broadcaster.domain.tokens import Scope, Token, check_token
from kokuchi.wire.fields import iso


@click.group()
def tokens() -> None:
    """The tokens with which other programs speak to the centre."""


@tokens.command(name="add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may do; repeatable.",
)
@click.option("--days", type=click.IntRange(1, 1098), default=365, show_default=True, help="How long it stands.")
@pass_context
def add_token(context: Context, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token that ends with nobody's account, and print it: it cannot be read again."""
    now = datetime.now(UTC)
    granted, end = {Scope(scope) for scope in scopes}, now + timedelta(days=days)
    if problems := check_token(name, granted, end, now):
        raise DraftError(problems)
    with context.ledger() as (_settings, town, ledger):
        secret = ledger.tokens.make(name, granted, end, SHELL, now)
    click.echo(secret)
    until = end.astimezone(town.time_zone)
    click.echo(f"{name} stands until {until:%Y-%m-%d %H:%M}; keep the line above, it is not shown again", err=True)


@tokens.command(name="list")
@json_option
@pass_context
def list_tokens(context: Context, as_json: bool) -> None:
    """List the tokens, the newest first, without their secrets."""
    with context.ledger() as (_settings, _town, ledger):
        found = ledger.tokens.all()
    now = datetime.now(UTC)
    if as_json:
        print_json([_facts(token, now) for token in found])
        return
    rows = [
        [
            token.name,
            token.state(now).value,
            iso(token.expires_at),
            iso(token.last_used_at) if token.last_used_at else "-",
            token.made_by,
            " ".join(sorted(token.scopes)),
        ]
        for token in found
    ]
    print_table(["name", "state", "expires", "last used", "made by", "scopes"], rows)


@tokens.command(name="revoke")
@click.argument("name")
@pass_context
def revoke_token(context: Context, name: str) -> None:
    """End the token NAME at once."""
    with context.ledger() as (_settings, _town, ledger):
        ledger.tokens.revoke(name, SHELL, datetime.now(UTC))
    click.echo(f"{name} opens nothing any more")


def _facts(token: Token, now: datetime) -> dict[str, object]:
    return {
        "name": token.name,
        "state": token.state(now).value,
        "scopes": sorted(token.scopes),
        "made_by": token.made_by,
        "made_at": iso(token.made_at),
        "expires_at": iso(token.expires_at),
        "last_used_at": iso(token.last_used_at) if token.last_used_at else None,
        "revoked_at": iso(token.revoked_at) if token.revoked_at else None,
        "revoked_by": token.revoked_by or None,
    }
