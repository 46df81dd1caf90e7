"""`broadcaster log`: the delivery log for the shell, for spreadsheets, programs and Datasette."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from broadcaster.commands.alerts import find_alert
from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.commands.datasette import write_for_datasette
from broadcaster.domain.audit import SHELL, Deed, Entry
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.ledger.alert_search import Found, Result, Wanted
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.copying import as_file
from broadcaster.spreadsheets import csv_bytes
from kokuchi.wire.fields import iso

_LISTED = 20
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(name="log")
@click.argument("identifier", required=False)
@click.option("--since", type=_DAY, help="From this day on, in the town's time.")
@click.option("--until", type=_DAY, help="Up to and with this day.")
@click.option("--category", help="Alerts of this kind only.")
@click.option("--area", default="", help="Addressed to a terminal of this area.")
@click.option("--terminal", default="", help="Addressed to a terminal whose identifier or household has this in it.")
@click.option("--words", default="", help="With all of these words in the headline or the text.")
@click.option(
    "--outcome",
    type=click.Choice([result.value for result in Result]),
    help="What became of them; with --area or --terminal, there.",
)
@click.option("--limit", type=click.IntRange(1), help=f"How many alerts; {_LISTED} are listed, in files all are.")
@click.option("--deliveries", "each", is_flag=True, help="The delivery at each terminal, with --csv or --json.")
@click.option("--csv", "as_table", is_flag=True, help="Print CSV for Excel instead of text.")
@click.option(
    "--datasette",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write a copy of the log without households' names, and print the command that shows it read-only.",
)
@json_option
@pass_context
def delivery_log(
    context: Context,
    identifier: str | None,
    since: datetime | None,
    until: datetime | None,
    category: str | None,
    area: str,
    terminal: str,
    words: str,
    outcome: str | None,
    limit: int | None,
    each: bool,
    as_table: bool,
    datasette: Path | None,
    as_json: bool,
) -> None:
    """List the alerts with their reach, or with IDENTIFIER the delivery at each terminal.

    Files of deliveries (--csv with IDENTIFIER, and --deliveries) have the households' names; that they were written is
    in the record of deeds.
    """
    if as_table and as_json:
        raise click.UsageError("--csv and --json cannot be had at once")
    if each and not (as_table or as_json):
        raise click.UsageError("--deliveries needs --csv or --json; with an IDENTIFIER they are listed without it")
    with context.ledger() as (_settings, town, ledger):
        zone = town.time_zone
        wanted = Wanted(
            category=category,
            since=since.replace(tzinfo=zone) if since else None,
            until=(until + timedelta(days=1)).replace(tzinfo=zone) if until else None,
            result=Result(outcome) if outcome else None,
            area=area,
            who=terminal,
            words=words,
        )
        if datasette is not None:
            _show_with_datasette(ledger, town, datasette, as_json)
            return
        found = ledger.alert_search.all(wanted)
        if identifier is not None:
            accepted = find_alert(ledger, identifier)
            if as_table or each:
                _print_file(ledger, town, identifier, [accepted.row], found, as_table)
            else:
                _list_deliveries(ledger, town, accepted, found, as_json)
        elif each:
            _print_file(ledger, town, "", found.rows[:limit], found, as_table)
        else:
            rows = found.rows[: limit or (None if as_table else _LISTED)]
            alerts = [revision.accepted for revision in ledger.delivery_history.revisions(rows)]
            _list_alerts(ledger, town, alerts, as_table, as_json, searched=wanted != Wanted())


def _print_file(ledger: Ledger, town: Town, identifier: str, rows: list[int], found: Found, as_table: bool) -> None:
    # The pages take a third of a second to load, for which no other command should wait.
    from broadcaster.web.exports import as_csv, as_json, deliveries

    now = _now()
    reaches = ledger.deliveries.reach(rows)
    count = sum(reach.addressed for reach in reaches.values())
    if found.terminals is not None:
        count = min(count, len(rows) * len(found.terminals))
    form = "csv" if as_table else "json"
    ledger.audit.add(Entry(SHELL, Deed.LOG_EXPORTED, identifier, now, f"{form} {count}"))
    pieces = deliveries(ledger, rows, found.terminals, now)
    for piece in as_csv(pieces, town) if as_table else as_json(pieces):
        click.echo(piece.decode(), nl=False)


def _show_with_datasette(ledger: Ledger, town: Town, folder: Path, as_json: bool) -> None:
    try:
        with as_file(ledger) as path:
            shown = write_for_datasette(path, town.name, folder)
    except OSError as error:
        raise click.ClickException(f"{folder}: cannot be written: {error.strerror}; name another folder") from error
    ledger.audit.add(Entry(SHELL, Deed.LOG_EXPORTED, "", _now(), f"datasette {shown.deliveries}"))
    if as_json:
        files = {"copy": str(shown.copy), "metadata": str(shown.metadata)}
        print_json({**files, "deliveries": shown.deliveries, "command": shown.command})
        return
    click.echo(f"wrote {shown.copy} with {shown.deliveries} deliveries, and {shown.metadata}")
    click.echo("it is the log as it is now: write it again to see what came later")
    if shutil.which("datasette") is None:
        click.echo("Datasette is not installed here: `pip install datasette` gets it")
    click.echo(shown.command)


def _list_alerts(
    ledger: Ledger, town: Town, alerts: list[Accepted], as_table: bool, as_json: bool, *, searched: bool
) -> None:
    reaches = ledger.deliveries.reach(accepted.row for accepted in alerts)
    if as_json:
        print_json(
            [
                {
                    **accepted.alert.model_dump(mode="json", exclude={"reading", "furigana", "version"}),
                    "accepted_by": accepted.accepted_by,
                    "reach": vars(reaches[accepted.row]),
                }
                for accepted in alerts
            ]
        )
        return
    if not alerts and not as_table:
        click.echo("no alert is like that" if searched else "no alert has been sent yet")
        return
    rows = []
    for accepted in alerts:
        alert, reach = accepted.alert, reaches[accepted.row]
        counts = [reach.received, reach.displayed, reach.voiced, reach.confirmed]
        rows.append(
            [
                alert.identifier,
                f"{alert.sent.astimezone(town.time_zone):%Y-%m-%d %H:%M:%S}",
                alert.message_type.value,
                alert.category,
                *(str(count) if as_table else f"{count}/{reach.addressed}" for count in counts),
                *([str(reach.addressed)] if as_table else []),
                alert.headline,
            ]
        )
    stages = ["received", "displayed", "voiced", "confirmed", *(["addressed"] if as_table else [])]
    headings = ["alert", "sent", "type", "category", *stages, "headline"]
    if as_table:
        click.echo(csv_bytes(headings, rows).decode(), nl=False)
    else:
        print_table(headings, rows)


def _list_deliveries(ledger: Ledger, town: Town, accepted: Accepted, found: Found, as_json: bool) -> None:
    from broadcaster.web.exports import deliveries

    lines = [each.line.line for piece in deliveries(ledger, [accepted.row], found.terminals, _now()) for each in piece]
    stages = ("received_at", "displayed_at", "voiced_at", "confirmed_at")
    if as_json:
        print_json(
            [
                {
                    "alert": accepted.alert.identifier,
                    "revision": accepted.alert.revision,
                    "terminal": line.terminal.id,
                    **{
                        moment: iso(value) if (value := getattr(line.delivery, moment)) else None
                        for moment in (*stages, "voice_started_at")
                    },
                    "outcome": line.delivery.outcome,
                    "reason": line.delivery.reason,
                    "dictionary": line.delivery.dictionary,
                }
                for line in lines
            ]
        )
        return
    rows = [
        [
            line.terminal.id,
            *(_clock(getattr(line.delivery, stage), town) for stage in stages),
            f"{line.delivery.outcome or ''} {line.delivery.reason}".strip() or "-",
        ]
        for line in lines
    ]
    print_table(["terminal", "received", "displayed", "voiced", "confirmed", "outcome"], rows)


def _now() -> datetime:
    return datetime.now(UTC)


def _clock(moment: datetime | None, town: Town) -> str:
    return f"{moment.astimezone(town.time_zone):%H:%M:%S.%f}"[:-3] if moment else "-"
