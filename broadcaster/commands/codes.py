"""`broadcaster terminals code` and `cards`: what devices become terminals with."""

from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json
from broadcaster.commands.terminals import write_private
from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL
from broadcaster.ledger import Ledger
from broadcaster.ledger.terminals import TerminalUnknown
from broadcaster.provisioning.cards import make_cards
from broadcaster.provisioning.terminals import enrolment_of
from broadcaster.settings import Settings
from kokuchi.enrolment import written


@click.command()
@click.argument("terminal")
@json_option
@pass_context
def code(context: Context, terminal: str, as_json: bool) -> None:
    """Make the code with which a device becomes TERMINAL. It voids the earlier one; whoever uses it takes over."""
    with context.ledger() as (settings, town, ledger):
        in_service = terminal in ledger.presences.all()
        made = enrolment_of(settings, town, ledger, lambda: datetime.now(UTC)).make_code(terminal, SHELL)
        address = _address(settings)
    if as_json:
        print_json(
            {
                "terminal": terminal,
                "code": made.digits,
                "expires_at": made.expires_at.isoformat(),
                "address": address,
                "in_service": in_service,
            }
        )
        return
    until = made.expires_at.astimezone(town.time_zone)
    click.echo(f"{written(made.digits)}  for {terminal}, once, until {until:%Y-%m-%d %H:%M}")
    click.echo(f"type it at the device, or: terminal-client enrol --address {address} --code {made.digits}")
    if in_service:
        click.echo(f"the device that is {terminal} now stops working when the code is used", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("names", nargs=-1, metavar="[TERMINAL]...")
@click.option("--area", help="All terminals of this area, by its id.")
@click.option("--group", help="All terminals of this group, by its id.")
@click.option("--never-enrolled", is_flag=True, help="Only those that no device has become yet.")
@click.confirmation_option(
    "--yes", prompt="Each card has a new code, which voids the terminal's earlier one. Go on?", help="Do not ask."
)
@pass_context
def cards(
    context: Context, file: Path, names: tuple[str, ...], area: str | None, group: str | None, never_enrolled: bool
) -> None:
    """Write a page with enrolment cards into FILE (HTML, to be printed on A4), each with a new code for 7 days.

    It names the households and opens their terminals: only its owner can read the file. Delete it after printing.
    """
    # The pages take a third of a second to load, for which no other command should wait.
    from broadcaster.web.cards import sheet_alone

    with context.ledger() as (settings, town, ledger):
        chosen = _chosen(ledger, names, area, group, never_enrolled)
        if not chosen:
            raise click.ClickException("there is no such terminal in service; see `broadcaster terminals list`")
        # A file that cannot be written must not void any code.
        write_private(file, b"")
        enrolment = enrolment_of(settings, town, ledger, lambda: datetime.now(UTC))
        made = make_cards(enrolment, chosen, _address(settings), SHELL)
        write_private(file, sheet_alone(town, made).encode())
    click.echo(f"wrote {file}: {len(made)} cards; open it with a browser, print it, delete it")


def _chosen(
    ledger: Ledger, names: tuple[str, ...], area: str | None, group: str | None, never_enrolled: bool
) -> list[Terminal]:
    roster = ledger.terminals.all()
    known = {terminal.id for terminal in roster}
    for name in names:
        if name not in known and ledger.terminals.get(name) is None:
            raise TerminalUnknown.named(name)
    never = ledger.terminals.never_enrolled() if never_enrolled else known
    return [
        terminal
        for terminal in roster
        if (not names or terminal.id in names)
        and (area is None or terminal.area == area)
        and (group is None or group in terminal.groups)
        and terminal.id in never
    ]


def _address(settings: Settings) -> str:
    return settings.web.typed_address or settings.web.own_address
