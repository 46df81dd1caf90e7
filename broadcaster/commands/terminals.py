"""`broadcaster terminals`: the roster. Each change is told to the broker by itself."""

from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.domain.roster import KINDS, Line, Plan, plan, read_lines
from broadcaster.domain.service import Service, Step
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.terminals import TerminalUnknown
from broadcaster.provisioning.roster import RosterError, export_roster, read_roster
from broadcaster.provisioning.terminals import broker_keeper, take_into_service, take_roster
from broadcaster.settings import Settings

_MOST_FOLDERS = 10
"""So many folders are named one by one."""


@click.group()
def terminals() -> None:
    """The roster of terminals.

    Every change is told to the broker at once; when it cannot be told, the running centre tries again every 30 seconds.
    """


@terminals.command(name="list")
@click.option("--everybody", is_flag=True, help="Also those that are suspended or retired.")
@json_option
@pass_context
def list_terminals(context: Context, everybody: bool, as_json: bool) -> None:
    """List the terminals with what they last said of themselves."""
    with context.ledger() as (_settings, _town, ledger):
        presences = ledger.presences.all()
        roster = ledger.terminals.everybody() if everybody else ledger.terminals.all()
    if as_json:
        print_json(
            [
                {
                    "terminal": terminal.id,
                    "household": terminal.household,
                    "kind": terminal.kind,
                    "area": terminal.area,
                    "groups": sorted(terminal.groups),
                    "service": terminal.service.value,
                    "presence": presences[terminal.id].model_dump(mode="json") if terminal.id in presences else None,
                }
                for terminal in roster
            ]
        )
        return
    rows = []
    for terminal in roster:
        presence = presences.get(terminal.id)
        state = "never seen" if presence is None else "online" if presence.online else "offline"
        if terminal.service is not Service.IN_SERVICE:
            state = terminal.service.value
        speaker = presence.speaker.value if presence else "-"
        groups = " ".join(sorted(terminal.groups)) or "-"
        rows.append([terminal.id, terminal.kind, terminal.area, groups, state, speaker, terminal.household])
    print_table(["terminal", "kind", "area", "groups", "state", "speaker", "household"], rows)


@terminals.command()
@click.argument("terminal")
@click.option("--household", required=True, help="The name that staff see; it never goes on the wire.")
@click.option("--kind", type=click.Choice(KINDS), default="household", show_default=True)
@click.option("--area", required=True, help="By its id or its name.")
@click.option("--group", "groups", multiple=True, help="By its id or its name; repeatable.")
@pass_context
def add(context: Context, terminal: str, household: str, kind: str, area: str, groups: tuple[str, ...]) -> None:
    """Take one TERMINAL into service and write the files for its device."""
    with context.ledger() as (settings, town, ledger):
        wanted = _checked(Line(terminal, household, kind, area, " ".join(groups)), settings, town, {})
        _say_folders(take_into_service(settings, town, ledger, [wanted]))
        click.echo("1 terminal added")
        _tell_broker(settings, town, ledger)


@terminals.command(name="change")
@click.argument("terminal")
@click.option("--household", help="The name that staff see.")
@click.option("--kind", type=click.Choice(KINDS))
@click.option("--area", help="By its id or its name.")
@click.option("--group", "groups", multiple=True, help="All groups that it is to be in; repeatable.")
@click.option("--no-groups", is_flag=True, help="Take it out of all groups.")
@pass_context
def change_terminal(
    context: Context,
    terminal: str,
    household: str | None,
    kind: str | None,
    area: str | None,
    groups: tuple[str, ...],
    no_groups: bool,
) -> None:
    """Change TERMINAL's household, kind, area or groups; what is not given stays."""
    with context.ledger() as (settings, town, ledger):
        known = ledger.terminals.get(terminal)
        if known is None:
            raise TerminalUnknown.named(terminal)
        line = Line(
            terminal,
            known.household if household is None else household,
            kind or known.kind,
            known.area if area is None else area,
            "" if no_groups else " ".join(groups or sorted(known.groups)),
        )
        wanted = _checked(line, settings, town, {terminal: known})
        if not ledger.terminals.change(wanted, SHELL, _now()):
            click.echo(f"{terminal} is like that already")
            return
        click.echo(f"{terminal} is changed")
        _tell_broker(settings, town, ledger)


def _step_command(step: Step, done: str, help_text: str) -> click.Command:
    @click.command(name=step.value, help=help_text)
    @click.argument("terminals", nargs=-1, required=True, metavar="TERMINAL...")
    @pass_context
    def run(context: Context, terminals: tuple[str, ...]) -> None:
        with context.ledger() as (settings, town, ledger):
            moved = ledger.service.step(step, dict.fromkeys(terminals), SHELL, _now())
            for terminal in dict.fromkeys(terminals):
                click.echo(f"{terminal} is {done}" if terminal in moved else f"{terminal} was {done} already")
            _tell_broker(settings, town, ledger)

    return run


for command in (
    _step_command(
        Step.SUSPEND,
        "suspended",
        "Take each TERMINAL out of service for a while: it is cut off, not addressed and not counted.",
    ),
    _step_command(
        Step.RESUME, "in service", "Let each suspended TERMINAL take part again, with the device that it has."
    ),
    _step_command(
        Step.RETIRE,
        "retired",
        "Take each TERMINAL out of service for ever, such as one that was stolen: its credentials stop working at once."
        " It stays in the roster for what the log says of it, and never comes back.",
    ),
):
    terminals.add_command(command)


@terminals.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@pass_context
def import_roster(context: Context, file: Path, dry_run: bool) -> None:
    """Take all terminals of a CSV FILE into the roster, or none if any line is wrong.

    Those that are in the roster are changed, new ones are taken into service with files for their devices, and those
    that the file does not name stay as they are. The file is UTF-8 or Shift_JIS; its first line names the columns
    terminal, household, kind, area, groups (or 端末, 世帯名, 種別, 行政区, グループ).
    """
    with context.ledger() as (settings, town, ledger):
        seen = ledger.terminals.fingerprint()
        standing = {terminal.id: terminal for terminal in ledger.terminals.everybody()}
        found = plan(read_roster(file, town, standing, settings.broker.username), standing)
        if dry_run:
            _say_plan(found, "would be ")
            return
        _say_folders(take_roster(settings, town, ledger, found, seen))
        _say_plan(found, "")
        _tell_broker(settings, town, ledger)


@terminals.command(name="export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_context
def export_command(context: Context, file: Path) -> None:
    """Write the roster into a CSV FILE for Excel, which `import` takes back. Retired terminals are left out.

    It names the households: only its owner can read the file.
    """
    with context.ledger() as (_settings, town, ledger):
        content = export_roster(ledger.terminals.everybody(), town)
        write_private(file, content)
        ledger.audit.add(Entry(SHELL, Deed.ROSTER_EXPORTED, "", _now()))
    click.echo(f"wrote {file}")


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read; raises ClickException."""
    try:
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be written: {error.strerror}") from error


def _checked(line: Line, settings: Settings, town: Town, standing: dict[str, Terminal]) -> Terminal:
    [terminal], mistakes = read_lines([line], town, standing, settings.broker.username)
    if mistakes:
        raise RosterError(mistakes)
    return terminal


def _say_folders(folders: list[Path]) -> None:
    if len(folders) > _MOST_FOLDERS:
        click.echo(
            f"wrote {len(folders)} folders in {folders[0].parent}: each is for its device, or give it a code instead"
        )
        return
    for folder in folders:
        click.echo(f"wrote {folder}: copy it to the device, or give the device a code instead (`terminals code`)")


def _say_plan(found: Plan, would: str) -> None:
    for word, count in (("added", len(found.added)), ("changed", len(found.changed))):
        click.echo(f"{count} terminals {would}{word}")
    click.echo(f"{len(found.unchanged)} terminals are like that already")
    if found.left:
        click.echo(f"{found.left} terminals are not in the file and stay as they are")


def _tell_broker(settings: Settings, town: Town, ledger: Ledger) -> None:
    """Tell the broker, and say what to do if it cannot be told; the change itself stands."""
    if fault := broker_keeper(settings, town, ledger).try_to_tell():
        click.echo(f"the broker does not know of it yet: {fault}")
        click.echo("the running centre tries again every 30 seconds; `broadcaster rights` is for a broker elsewhere")


def _now() -> datetime:
    return datetime.now(UTC)
