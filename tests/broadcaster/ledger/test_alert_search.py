"""Finding alerts, and the sums by which they are found."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadcaster.domain.delivery import reach
from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from broadcaster.ledger.alert_search import Result, Wanted
from broadcaster.ledger.migrations import migrations
from kokuchi.database import Database as SqliteDatabase
from kokuchi.storage import Database
from kokuchi.wire import Alert, MessageType, Outcome, Severity, Status
from tests.broadcaster.examples import EVERYONE, NOW, accept, alert, areas, report, terminals
from tests.broadcaster.ledger.kinds import only_in_a_file

WELL: dict[str, Any] = {"received_at": NOW, "displayed_at": NOW, "voice_started_at": NOW, "voiced_at": NOW}


def changed(given: Alert, **more: object) -> Alert:
    return Alert.model_validate({**given.model_dump(), **more})


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """All heard; some not; no sound in one house of the north; refused in the south; withdrawn; a drill of a bear."""
    for number, (name, audience) in enumerate(
        [
            ("all", EVERYONE),
            ("some", EVERYONE),
            ("silent", EVERYONE),
            ("refused", areas("minami")),
            ("gone", EVERYONE),
            ("bear", EVERYONE),
        ]
    ):
        sent = NOW + timedelta(days=number)
        given = alert(name, sent=sent, audience=audience)
        if name == "bear":
            bear = {"headline": "クマが１００％出ました", "body": "山へ_行かない。", "category": "animal"}
            given = changed(given, **bear, severity=Severity.EXTREME, status=Status.EXERCISE)
        accept(ledger, given)
    accept(ledger, changed(alert("gone", 2, sent=NOW + timedelta(days=4, hours=1)), message_type=MessageType.CANCEL))
    for name in ("all", "silent"):
        ledger.deliveries.record(report(terminal, name, **WELL) for terminal in ("t-2", "t-3"))
    silent = report("t-1", "silent", received_at=NOW, displayed_at=NOW, outcome=Outcome.VOICE_FAILED)
    refused = report("t-3", "refused", outcome=Outcome.REFUSED, reason="expired")
    ledger.deliveries.record([report("t-1", "all", **WELL), report("t-1", "some", **WELL), silent, refused])
    return ledger


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), "bear gone refused silent some all"),
        (Wanted(since=NOW + timedelta(days=1), until=NOW + timedelta(days=3)), "silent some"),
        (Wanted("animal"), "bear"),
        (Wanted("nothing"), ""),
        (Wanted(severities=(Severity.EXTREME,)), "bear"),
        (Wanted(drill=True), "bear"),
        (Wanted(drill=False, until=NOW + timedelta(days=2)), "some all"),
        (Wanted(words="くま"), ""),
        (Wanted(words="クマ 山へ"), "bear"),
        (Wanted(words="ｸﾏ 100%"), "bear"),
        (Wanted(words="100%出 へ_行"), "bear"),
        (Wanted(words="%"), "bear"),
        (Wanted(words="_"), "bear"),
        (Wanted(words="'"), ""),
        (Wanted(words="不審な電話"), "gone refused silent some all"),
        (Wanted(result=Result.HEARD), "all"),
        (Wanted(result=Result.UNREACHED), "bear gone refused some"),
        (Wanted(result=Result.SILENT), "silent"),
        (Wanted(result=Result.REFUSED), "refused"),
        (Wanted(result=Result.WITHDRAWN), "gone"),
        (Wanted(area="kita"), "bear gone silent some all"),
        (Wanted(area="mujin"), ""),
        (Wanted(who="t-3"), "bear gone refused silent some all"),
        (Wanted(who="見本花子"), "bear gone silent some all"),
        (Wanted(who="見本　太郎"), "bear gone silent some all"),
        (Wanted(who="%"), ""),
        (Wanted(who="　"), "bear gone refused silent some all"),
        (Wanted(area="kita", who="商店"), ""),
        (Wanted(who="太郎", result=Result.SILENT), ""),
        (Wanted(who="花子", result=Result.SILENT), "silent"),
        (Wanted(who="花子", result=Result.UNREACHED), "bear gone"),
        (Wanted(who="花子", result=Result.HEARD), "some all"),
        (Wanted(area="kita", result=Result.HEARD), "all"),
        (Wanted(area="minami", result=Result.REFUSED), "refused"),
        (Wanted(area="kita", result=Result.REFUSED), ""),
        (Wanted(area="minami", result=Result.WITHDRAWN), "gone"),
    ],
    ids=str,
)
def test_alerts_are_found_by_what_one_remembers_of_them(filled: Ledger, wanted: Wanted, found: str) -> None:
    paged = filled.alert_search.page(wanted, None, 99)
    assert [accepted.alert.identifier for accepted in paged] == found.split()
    assert filled.alert_search.all(wanted).rows == [accepted.row for accepted in paged]


def test_what_was_found_says_how_many_deliveries_it_has(filled: Ledger) -> None:
    assert filled.alert_search.all(Wanted()).deliveries == 16
    chosen = filled.alert_search.all(Wanted(area="kita"))
    assert (len(chosen.terminals or ()), chosen.deliveries) == (2, 10)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(result=Result.HEARD), "some all"),
        (Wanted(result=Result.UNREACHED), "bear gone refused"),
        (Wanted(who="太郎", result=Result.UNREACHED), ""),
        (Wanted(who="太郎", result=Result.HEARD), "silent all"),
        (Wanted(area="kita", result=Result.UNREACHED), "bear gone"),
        (Wanted(area="kita", result=Result.HEARD), "some all"),
        (Wanted(area="minami", result=Result.UNREACHED), "refused"),
    ],
    ids=str,
)
def test_whoever_has_left_service_is_not_one_whom_an_alert_did_not_reach(
    filled: Ledger, wanted: Wanted, found: str
) -> None:
    """Of t-2 and t-3 stays what they had said before."""
    filled.service.step(Step.SUSPEND, ["t-2", "t-3"], "hanako", NOW)
    assert [accepted.alert.identifier for accepted in filled.alert_search.page(wanted, None, 99)] == found.split()


def truth(ledger: Ledger) -> dict[int, object]:
    rows = [row["id"] for row in ledger.connections.read().execute("SELECT id FROM alerts")]
    lines = {row: ledger.deliveries.of_alert(row) for row in rows}
    return {row: reach((line.delivery, line.terminal.service) for line in lines[row]) for row in rows}


def delete_some(db: Database) -> None:
    db.execute("DELETE FROM deliveries WHERE terminal_id = 1")


def delete_an_alert(db: Database) -> None:
    db.execute("DELETE FROM outbox WHERE alert_id = 2")
    db.execute("DELETE FROM deliveries WHERE alert_id = 2")
    db.execute("DELETE FROM alerts WHERE id = 2")


def overwrite(db: Database) -> None:
    db.execute("UPDATE deliveries SET outcome = NULL, voiced_at = NULL, displayed_at = received_at")


def leave(db: Database) -> None:
    db.execute("UPDATE terminals SET service = 'suspended' WHERE id < 3")


def leave_for_good(db: Database) -> None:
    leave(db)
    db.execute("UPDATE terminals SET service = 'retired' WHERE id = 1")


def come_back(db: Database) -> None:
    leave(db)
    db.execute("UPDATE terminals SET service = 'in_service' WHERE id = 1")


@pytest.mark.parametrize("change", [delete_some, delete_an_alert, overwrite, leave, leave_for_good, come_back])
@pytest.mark.parametrize("left_before", [False, True])
def test_the_sums_are_true_whoever_changes_deliveries_or_terminals(
    filled: Ledger, change: Callable[[Database], None], left_before: bool
) -> None:
    """Reports in any order are in test_deliveries; this is what pruning, erasing and repairs may do."""
    if left_before:
        filled.service.step(Step.RETIRE, ["t-3"], "hanako", NOW)
    with filled.connections.write() as db:
        change(db)
    counted = truth(filled)
    assert filled.deliveries.reach(counted) == counted
    sums = filled.connections.read().execute("SELECT count(*) FROM alert_reach").fetchone()[0]
    assert sums == len(counted)


@only_in_a_file
def test_a_ledger_of_an_earlier_version_gets_its_sums(filled: Ledger, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(old, isolation_level=None)) as connection:
        migrations.apply(SqliteDatabase(connection), stop_before="m020_alert_reach")
        connection.execute("ATTACH ? AS filled", [str(filled.place)])
        for table in ("terminals", "alerts", "deliveries"):
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM filled.{table}")  # noqa: S608 - constants
        connection.execute("INSERT INTO presences VALUES (1, 'sent', 0, '{}', NULL), (2, 'sent', 1, '{}', 'changed')")
    ledger = Ledger(old)
    try:
        counted = truth(filled)
        assert truth(ledger) == ledger.deliveries.reach(counted) == counted
        ledger.deliveries.record([report("t-2", "some", **WELL)])
        assert truth(ledger) == ledger.deliveries.reach(counted) != counted
        rows = ledger.connections.read().execute("SELECT terminal_id, at, online FROM presence_changes").fetchall()
        assert [tuple(row) for row in rows] == [(1, "sent", 0), (2, "changed", 1)]
    finally:
        ledger.close()


def test_an_alert_to_nobody_is_not_heard_by_all(ledger: Ledger) -> None:
    accept(ledger, alert("nobody", audience=terminals("t-9")))
    assert ledger.alert_search.all(Wanted(result=Result.HEARD)).rows == []
