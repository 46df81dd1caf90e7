"""Opening, reopening, and what cannot be opened; what was accepted survives kill -9 (promise 1)."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from sqlite_utils import Database

from broadcaster.domain.delivery import Reach
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.migrations import migrations
from kokuchi.database import DatabaseUnusable, sqlite_of
from kokuchi.wire.fields import iso
from tests.broadcaster.examples import NOW, accept, alert, presence, report
from tests.broadcaster.ledger.kinds import only_in_a_file

WRITER = """
import sys
from pathlib import Path
from broadcaster.ledger import Ledger
from tests.broadcaster.ledger.kinds import only_in_a_file
from tests.broadcaster.examples import accept, alert

ledger = Ledger(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    print(accept(ledger, alert(f"a-{number}")).alert.identifier, flush=True)
"""


@only_in_a_file
def test_what_was_accepted_is_there_after_kill_9(ledger: Ledger) -> None:
    """Promise 1, with a real process that is killed in the middle of accepting."""
    ledger.close()
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(ledger.place)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    with writer:
        printed = [writer.stdout.readline().strip() for _ in range(30)]
        writer.send_signal(signal.SIGKILL)
        printed += writer.stdout.read().split()
    assert writer.returncode == -signal.SIGKILL

    reopened = Ledger(ledger.place)
    try:
        assert len(printed) >= 30
        assert [name for name in printed if reopened.alerts.get(name) is None] == []
        accepted = [reopened.alerts.get(name) for name in printed]
        assert all(found and len(reopened.deliveries.of_alert(found.row)) == 3 for found in accepted)
        assert reopened.outbox.backlog().waiting >= len(printed)
        assert reopened.connections.faults() == []
    finally:
        reopened.close()


@contextmanager
def as_it_was_before(step: str, path: Path) -> Iterator[Connection]:
    """Make a ledger of an earlier version, and keep what is written into it."""
    database = Database(path)
    assert step in [migration.name for migration in migrations.pending(database)]
    migrations.apply(database, stop_before=step)
    with database.conn:
        yield database.conn
    database.close()


def test_what_an_earlier_version_owed_to_the_broker_is_still_owed(path: Path) -> None:
    """Until m023 only a code could be kept that the broker did not know of."""
    with as_it_was_before("m023_roster", path) as database:
        database.execute(
            "INSERT INTO terminals (terminal, household, kind, area, password_hash, created_at)"
            " VALUES ('t-1', '見本', 'household', 'kita', 'x', 'x'), ('t-2', '見本', 'household', 'kita', 'x', 'x')"
        )
        database.execute(
            "INSERT INTO enrolment_codes (terminal_id, code_hash, made_by, made_at, expires_at, broker_fault)"
            " VALUES (1, 'a', 'x', 'x', 'x', 'no Mosquitto'), (2, 'b', 'x', 'x', 'x', '')"
        )
    ledger = Ledger(path)
    assert ledger.untold.terminals() == ["t-1"]
    ledger.close()


def test_what_an_earlier_version_was_publishing_when_it_died_goes_out(path: Path) -> None:
    """Until m029 a row of the outbox was claimed before the attempt."""
    with as_it_was_before("m029_outbox_unclaimed", path) as database:
        database.execute(
            "INSERT INTO alerts (identifier, revision, category, sent_at, expires_at, accepted_by, payload)"
            " VALUES ('a-1', 1, 'scam', ?, ?, 'hanako', '{}')",
            [iso(NOW), iso(NOW + timedelta(hours=1))],
        )
        database.execute(
            "INSERT INTO outbox (alert_id, topic, state, attempts)"
            " VALUES (1, 'a', 'published', 1), (1, 'b', 'claimed', 1), (1, 'c', 'waiting', 0)"
        )
    ledger = Ledger(path)
    assert [publication.topic for publication in ledger.outbox.due(NOW)] == ["b", "c"]
    ledger.close()


def test_a_series_that_an_earlier_version_has_planned_leaves_out_no_day(path: Path) -> None:
    with as_it_was_before("m030_left_out", path) as database:
        database.execute(
            "INSERT INTO drafts (identifier, version, written, author, created_at, changed_by, changed_at)"
            " VALUES ('p-1', 1, '[]', 'hanako', ?1, 'hanako', ?1)",
            [iso(NOW)],
        )
        database.execute(
            "INSERT INTO submissions (identifier, state, at, days, until, next_at, submitted_by, submitted_at, reason)"
            " VALUES ('p-1', 'planned', ?1, '[0, 3]', '2027-01-31', ?1, 'hanako', ?1, '')",
            [iso(NOW)],
        )
    ledger = Ledger(path)
    (due,) = ledger.timetable.due(NOW)
    assert (due.timing.left_out, due.left_out_by, due.next_at) == (frozenset(), "", NOW)
    ledger.close()


def test_an_earlier_version_s_emergency_that_went_out_alone_is_told_to_who_has_not_seen_it(path: Path) -> None:
    """Until m031 the reason was the submission's alone."""
    emergency = alert("p-1")
    with as_it_was_before("m031_alone", path) as database:
        database.executemany(
            "INSERT INTO alerts (identifier, revision, category, sent_at, expires_at, accepted_by, payload)"
            " VALUES ('p-1', ?, 'scam', ?, ?, 'hanako', ?)",
            [(number, iso(NOW), iso(emergency.expires), emergency.model_dump_json()) for number in (1, 2)],
        )
        database.execute(
            "INSERT INTO submissions (identifier, state, days, submitted_by, submitted_at, reason)"
            " VALUES ('p-1', 'closed', '[]', 'hanako', ?, '逃走中のため')",
            [iso(NOW)],
        )
        database.execute("INSERT INTO told_of_sent_alone VALUES ('p-1', 'jiro', ?)", [iso(NOW)])
    ledger = Ledger(path)
    assert [told.why_alone for told in ledger.sent_alone.untold("saburo", NOW)] == ["逃走中のため"]
    assert ledger.sent_alone.untold("jiro", NOW) == []
    assert ledger.sent_alone.untold("hanako", NOW) == []
    ledger.close()


def test_whoever_had_left_service_in_an_earlier_version_is_not_missing(path: Path) -> None:
    with as_it_was_before("m032_out_of_service", path) as database:
        database.execute(
            "INSERT INTO terminals (terminal, household, kind, area, password_hash, created_at, service)"
            " SELECT 't-' || value, '見本', 'household', 'kita', 'x', 'x', iif(value < 3, 'retired', 'in_service')"
            " FROM json_each('[1, 2, 3]')"
        )
        database.execute(
            "INSERT INTO alerts (identifier, revision, category, sent_at, expires_at, accepted_by, payload)"
            " VALUES ('a-1', 1, 'scam', ?, ?, 'hanako', '{}')",
            [iso(NOW), iso(NOW + timedelta(hours=1))],
        )
        database.execute("INSERT INTO deliveries (alert_id, terminal_id) VALUES (1, 1), (1, 2), (1, 3)")
        database.execute("UPDATE deliveries SET received_at = ? WHERE terminal_id = 1", [iso(NOW)])
    ledger = Ledger(path)
    assert ledger.deliveries.reach([1]) == {1: Reach(addressed=3, received=1, missing=1, out_of_service=1)}
    ledger.close()


def test_a_reopened_ledger_has_everything(ledger: Ledger) -> None:
    accepted = accept(ledger, alert())
    ledger.deliveries.record([report("t-1", received_at=NOW)])
    ledger.presences.record([presence("t-1")])
    ledger.accounts.add(Account("hanako", "花子", Role.AUTHOR), "correct horse battery")
    ledger.broker.record(True, "", NOW)
    before = (
        ledger.terminals.all(),
        ledger.deliveries.of_alert(accepted.row),
        ledger.presences.all(),
        ledger.broker.state(),
    )
    ledger.close()

    again = Ledger(ledger.place)
    try:
        after = (
            again.terminals.all(),
            again.deliveries.of_alert(accepted.row),
            again.presences.all(),
            again.broker.state(),
        )
        assert after == before
        assert again.alerts.get("a-1") == accepted
        assert again.accounts.log_in("hanako", "correct horse battery") is not None
        assert again.outbox.backlog().waiting == 1
    finally:
        again.close()


@only_in_a_file
def test_every_commit_is_on_the_disk(ledger: Ledger) -> None:
    database = ledger.connections.read()
    assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert database.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert database.execute("PRAGMA foreign_keys").fetchone()[0] == 1


@only_in_a_file
def test_migrations_are_recorded_and_done_once(ledger: Ledger) -> None:
    def recorded(database: Database) -> list[tuple[str, str]]:
        return [(step.name, step.applied_at) for step in migrations.applied(database)]

    first = recorded(sqlite_of(ledger.connections).read())
    ledger.close()
    again = Ledger(ledger.place)
    try:
        assert recorded(sqlite_of(again.connections).read()) == first
        assert migrations.pending(sqlite_of(again.connections).read()) == []
        assert [name for name, _ in first] == sorted(name for name, _ in first)
    finally:
        again.close()


def test_many_who_open_a_new_ledger_in_the_same_moment_all_get_it(tmp_path: Path) -> None:
    """`broadcaster serve` and `broadcaster publish` may both be the first."""
    together = threading.Barrier(4)

    def open_ledger(path: Path) -> int:
        together.wait()
        ledger = Ledger(path)
        try:
            return len(migrations.applied(sqlite_of(ledger.connections).read()))
        finally:
            ledger.close()

    with ThreadPoolExecutor(4) as threads:
        for attempt in range(5):
            path = tmp_path / f"{attempt}.sqlite"
            assert set(threads.map(open_ledger, [path] * 4)) == {len(migrations.pending(Database(memory=True)))}


@pytest.mark.parametrize(
    "content", [b"This is a letter, not a database. " * 100, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_refused_with_advice_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable) as caught:
        Ledger(path)
    assert str(path) in str(caught.value)
    assert "move it away or restore a backup" in str(caught.value)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "ledger.sqlite", Path("/proc/nowhere/ledger.sqlite")):
        with pytest.raises(DatabaseUnusable, match="check that the folder exists and may be written") as caught:
            Ledger(path)
        assert str(path) in str(caught.value)


def test_a_path_that_is_a_folder_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="check that the folder exists"):
        Ledger(tmp_path)


@only_in_a_file
def test_a_ledger_that_a_newer_version_has_changed_is_refused_and_left_as_it_is(ledger: Ledger, path: Path) -> None:
    with sqlite_of(ledger.connections).write() as db:
        db.table("_sqlite_migrations").insert(
            {"migration_set": migrations.name, "name": "m999_what_is_to_come", "applied_at": "2030-01-01"}
        )
    ledger.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match=r"a newer version of kokuchi \(m999_what_is_to_come\)"):
        Ledger(path)
    assert path.read_bytes() == before
