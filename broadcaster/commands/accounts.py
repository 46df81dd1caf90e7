"""`broadcaster accounts`: who may log in. Whoever may run it on the server can always let somebody in again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

import click

from broadcaster.access import Access
from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.domain.audit import SHELL
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account, AccountError
from broadcaster.ledger.links import VALID
from broadcaster.settings import Settings

_ROLE = click.Choice([role.value for role in Role])
_password_option = click.password_option(help="Asked for when not given, so that it stays out of the shell's history.")


@click.group()
def accounts() -> None:
    """Who may log in.

    Nobody is locked out for good: make an administrator (add, or role NAME administrator), reset a password (link or
    password), end the wait after wrong passwords (unlock), drop a lost telephone (second-step-off). Each is recorded as
    done on the server.
    """


@accounts.command(name="add")
@click.argument("name")
@click.option("--display-name", help="The name that others see; NAME if not given.")
@click.option("--role", type=_ROLE, default=Role.AUTHOR.value, show_default=True)
@_password_option
@pass_context
def add_account(context: Context, name: str, display_name: str | None, role: str, password: str) -> None:
    """Let NAME log in."""
    with context.ledger() as (_settings, town, ledger):
        ledger.accounts.add(Account(name, display_name or name, Role(role)), password, town=town.id)
        click.echo(f"{name} can log in as {role}")


@accounts.command(name="list")
@json_option
@pass_context
def list_accounts(context: Context, as_json: bool) -> None:
    """List the accounts."""
    with context.ledger() as (_settings, _town, ledger):
        people = ledger.accounts.people()
    if as_json:
        print_json(
            [
                {
                    **asdict(person.account),
                    "has_password": person.has_password,
                    "second_step": person.has_second_step,
                    "last_login": person.last_login.isoformat() if person.last_login else None,
                }
                for person in people
            ]
        )
        return
    rows = []
    for person in people:
        state = "suspended" if person.account.suspended else "active" if person.has_password else "no password"
        second = "on" if person.has_second_step else "-"
        rows.append([person.account.name, person.account.role, person.account.display_name, state, second])
    print_table(["name", "role", "display name", "state", "second step"], rows)


@accounts.command(name="role")
@click.argument("name")
@click.argument("role", type=_ROLE)
@pass_context
def change_role(context: Context, name: str, role: str) -> None:
    """Give NAME another ROLE, at once. The last administrator who can log in stays one."""
    with _account(context, name) as (_settings, ledger, account):
        ledger.accounts.change(name, account.display_name, Role(role), SHELL, _now())
    click.echo(f"{name} is {role} now")


@accounts.command(name="link")
@click.argument("name")
@pass_context
def make_link(context: Context, name: str) -> None:
    """Make a link with which NAME chooses a new password, once, within 24 hours. It voids the earlier one."""
    with _account(context, name) as (settings, ledger, _):
        link = ledger.password_links.make(name, SHELL, _now())
    web = settings.web
    address = settings.typed_address
    origin = address if "://" in address else f"{'https' if web.tls or web.secure_cookies else 'http'}://{address}"
    click.echo(f"{origin}/password/{link.token}")
    click.echo(f"for {name}, once, within {VALID.total_seconds() / 3600:.0f} hours; hand it to nobody else", err=True)


@accounts.command(name="password")
@click.argument("name")
@_password_option
@pass_context
def set_password(context: Context, name: str, password: str) -> None:
    """Set the password of NAME, and end what is logged in with the old one."""
    with context.ledger() as (_settings, town, ledger):
        ledger.accounts.change_password(name, password, SHELL, _now(), town=town.id)
    click.echo(f"{name} has a new password")


@accounts.command(name="suspend")
@click.argument("name")
@pass_context
def suspend(context: Context, name: str) -> None:
    """Let NAME log in no more, and end its sessions. The last administrator who can log in cannot be suspended."""
    with _account(context, name) as (_settings, ledger, _):
        ledger.accounts.suspend(name, SHELL, _now())
    click.echo(f"{name} is suspended")


@accounts.command(name="reactivate")
@click.argument("name")
@pass_context
def reactivate(context: Context, name: str) -> None:
    """Let NAME log in again, with the password as it was."""
    with _account(context, name) as (_settings, ledger, _):
        ledger.accounts.reactivate(name, SHELL, _now())
    click.echo(f"{name} can log in again")


@accounts.command(name="unlock")
@click.argument("name")
@pass_context
def unlock(context: Context, name: str) -> None:
    """End the wait of NAME after wrong passwords or codes. It ends by itself too, after 15 minutes at most."""
    with _account(context, name) as (settings, ledger, _):
        _access(settings, ledger).door.unlock(name, SHELL)
    click.echo(f"{name} can try again at once")


@accounts.command(name="second-step-off")
@click.argument("name")
@pass_context
def turn_second_step_off(context: Context, name: str) -> None:
    """Let NAME log in with the password alone: the telephone with its codes (TOTP) is lost."""
    with _account(context, name) as (settings, ledger, _):
        was_on = _access(settings, ledger).second_step.turn_off(name, SHELL)
    click.echo(f"{name} logs in with the password alone" if was_on else f"{name} was not asked for codes anyway")


@contextmanager
def _account(context: Context, name: str) -> Iterator[tuple[Settings, Ledger, Account]]:
    with context.ledger() as (settings, _town, ledger):
        account = ledger.accounts.get(name)
        if account is None:
            raise AccountError.unknown(name)
        yield settings, ledger, account


def _access(settings: Settings, ledger: Ledger) -> Access:
    return Access(ledger, settings.web.session_secret.get_secret_value(), _now)


def _now() -> datetime:
    return datetime.now(UTC)
