"""`broadcaster setup`, `check-config` and `terminals`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.commands.certificates import make_certificates
from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.dictionary.files import read_base
from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL
from broadcaster.provisioning.roster import KINDS, RosterError, check_terminal, read_roster
from broadcaster.provisioning.secrets import make_signing_key, new_password, write_secret
from broadcaster.provisioning.server_names import certificates_of
from broadcaster.provisioning.terminals import enrolment_of, take_into_service, write_broker_files
from broadcaster.settings import secret_files
from kokuchi.enrolment import written
from kokuchi.wire import SigningKey


@click.command()
@pass_context
def setup(context: Context) -> None:
    """Make the town's keys and the broker's configuration. What exists stays as it is."""
    for path in secret_files(context.config):
        if write_secret(path, new_password().encode()):
            click.echo(f"made {path}")
    with context.ledger() as (settings, town, ledger):
        if make_signing_key(settings.signing_key):
            click.echo(f"made {settings.signing_key}: keep a copy in a safe place; terminals trust this key")
        if settings.uses_tls:
            make_certificates(settings, ledger)
        ledger.dictionary.take_base(read_base(settings.dictionaries), town.id, datetime.now(UTC))
        files = write_broker_files(settings, town, ledger)
        click.echo(f"wrote {files.configuration}")
        click.echo(
            "next: start Mosquitto with it (`mosquitto -c FILE`), add an account (`broadcaster accounts add`) and"
            " terminals (`broadcaster terminals import`), then `broadcaster serve`"
        )


@click.command(name="check-config")
@pass_context
def check_config(context: Context) -> None:
    """Check the settings: exit code 0 when they can be used, else 2 and a line for each thing that is wrong."""
    settings, town = context.load()
    SigningKey.load(settings.signing_key)
    if settings.uses_tls:
        certificates_of(settings).check()
    click.echo(f"{context.config}: good: {town.name}, {len(town.areas)} areas, {len(town.categories)} categories")


@click.group()
def terminals() -> None:
    """The roster of terminals."""


@terminals.command(name="list")
@json_option
@pass_context
def list_terminals(context: Context, as_json: bool) -> None:
    """List the terminals with what they last said of themselves."""
    with context.ledger() as (_settings, _town, ledger):
        presences = ledger.presences.all()
        roster = ledger.terminals.all()
        if as_json:
            print_json(
                [
                    {
                        "terminal": terminal.id,
                        "household": terminal.household,
                        "kind": terminal.kind,
                        "area": terminal.area,
                        "groups": sorted(terminal.groups),
                        "presence": presences[terminal.id].model_dump(mode="json")
                        if terminal.id in presences
                        else None,
                    }
                    for terminal in roster
                ]
            )
            return
        rows = []
        for terminal in roster:
            presence = presences.get(terminal.id)
            state = "never seen" if presence is None else "online" if presence.online else "offline"
            speaker = presence.speaker.value if presence else "-"
            groups = " ".join(sorted(terminal.groups)) or "-"
            rows.append([terminal.id, terminal.kind, terminal.area, groups, state, speaker, terminal.household])
        print_table(["terminal", "kind", "area", "groups", "state", "speaker", "household"], rows)


@terminals.command()
@click.argument("terminal")
@click.option("--household", required=True, help="The name that staff see; it never goes on the wire.")
@click.option("--kind", type=click.Choice(KINDS), default="household", show_default=True)
@click.option("--area", required=True)
@click.option("--group", "groups", multiple=True)
@pass_context
def add(context: Context, terminal: str, household: str, kind: str, area: str, groups: tuple[str, ...]) -> None:
    """Take one TERMINAL into service and write the files for its device."""
    _settings, town = context.load()
    wanted = Terminal(terminal, household, kind, area, frozenset(groups))
    if problems := check_terminal(wanted, town):
        raise RosterError("\n".join(problems))
    _take_into_service(context, [wanted])


@terminals.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@pass_context
def import_roster(context: Context, file: Path) -> None:
    """Take all terminals of a CSV FILE into service, or none if any line is wrong."""
    _settings, town = context.load()
    _take_into_service(context, read_roster(file, town))


def _take_into_service(context: Context, wanted: list[Terminal]) -> None:
    with context.ledger() as (settings, town, ledger):
        folders = take_into_service(settings, town, ledger, wanted)
        for folder in folders:
            click.echo(f"wrote {folder}: copy it to the device")
        click.echo(f"{len(folders)} terminals in service; tell a running Mosquitto: pkill -HUP mosquitto")


@terminals.command()
@click.argument("terminal")
@json_option
@pass_context
def code(context: Context, terminal: str, as_json: bool) -> None:
    """Make the code with which a device becomes TERMINAL. It voids the earlier one; whoever uses it takes over."""
    with context.ledger() as (settings, town, ledger):
        in_service = terminal in ledger.presences.all()
        made = enrolment_of(settings, town, ledger, lambda: datetime.now(UTC)).make_code(terminal, SHELL)
        address = settings.web.typed_address or f"{settings.web.host}:{settings.web.port}"
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
