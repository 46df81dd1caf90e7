"""The inbox: what is committed stays, and what is to be told is known."""

import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from kokuchi.database import DatabaseUnusable
from kokuchi.wire import Outcome, Refusal, Silence, WireError
from kokuchi.wire.fields import iso
from terminal_client import migrations
from terminal_client.household import Key
from terminal_client.inbox import KEPT_ALERTS, Inbox
from tests.terminal.alerts import NOW, alert, cancel
from tests.voice.words import dictionary_of

KEY = Key("a-1", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inbox.sqlite"


def test_an_alert_is_added_once(path: Path) -> None:
    inbox = Inbox(path, "t-1")

    assert inbox.add(alert(), NOW)
    assert not inbox.add(alert(), NOW + timedelta(seconds=5))
    assert [report.received_at for _, report in inbox.taken()] == [NOW]


def test_what_happened_is_there_after_a_restart(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW)
    inbox.reach(KEY, "displayed_at", NOW + timedelta(seconds=1))
    inbox.close()

    [(restored, report)] = Inbox(path, "t-1").taken()

    assert restored == alert()
    assert report.displayed_at == NOW + timedelta(seconds=1)


def test_the_first_time_of_a_stage_stays(path: Path) -> None:
    """Promise 3: nothing moves back."""
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW)
    inbox.reach(KEY, "voiced_at", NOW)
    inbox.reach(KEY, "voiced_at", NOW + timedelta(hours=1))

    assert inbox.taken()[0][1].voiced_at == NOW


def test_the_highest_revision_of_the_dictionary_stays_and_is_told_once(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW)
    for revision in (7, 5, 7):
        inbox.voiced_by(KEY, revision)
    told = inbox.untold()
    assert [(held.report.dictionary, held.changes) for held in told] == [(7, 2)]
    inbox.close()

    assert Inbox(path, "t-1").taken()[0][1].dictionary == 7


def test_of_the_reasons_for_a_silence_the_highest_stays_and_is_told_once(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW)
    assert inbox.taken()[0][1].silence is None
    for silence in (Silence.HELD, Silence.SUMMARISED, Silence.HELD, Silence.SUMMARISED):
        inbox.withhold(KEY, silence)
    assert [(held.report.silence, held.changes) for held in inbox.untold()] == [(Silence.SUMMARISED, 3)]
    inbox.close()

    assert Inbox(path, "t-1").taken()[0][1].silence is Silence.SUMMARISED


def test_the_newest_dictionary_is_there_after_a_restart_and_takes_one_row(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    assert inbox.dictionary() is None
    assert [inbox.keep_dictionary(dictionary_of(("月形町", "ツキガタチョウ"), revision=n)) for n in (2, 1, 2, 3)] == [
        True,
        False,
        False,
        True,
    ]
    inbox.close()

    again = Inbox(path, "t-1")
    assert again.dictionary() == dictionary_of(("月形町", "ツキガタチョウ"), revision=3)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM dictionary").fetchone() == (1,)
    connection.close()


def test_a_report_is_to_be_told_until_the_broker_took_its_last_change(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW)
    told = inbox.untold()
    inbox.reach(KEY, "displayed_at", NOW)

    inbox.mark_told(told)

    assert [held.report.displayed_at for held in inbox.untold()] == [NOW]
    inbox.mark_told(inbox.untold())
    assert inbox.untold() == []


def test_a_sync_says_what_the_centre_has_not_confirmed_even_after_expiry(path: Path) -> None:
    """Promise 3."""
    inbox = Inbox(path, "t-1")
    inbox.add(alert(hours=1), NOW)
    inbox.mark_told(inbox.untold())
    tomorrow = NOW + timedelta(days=1)

    held = inbox.active_or_unrecorded(tomorrow)
    inbox.mark_recorded(held)

    assert [item.report.alert for item in held] == ["a-1"]
    assert inbox.active_or_unrecorded(tomorrow) == []


def test_an_alert_that_was_not_taken_is_reported_but_never_shown(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW, (Outcome.REFUSED, Refusal.FOREIGN_AUDIENCE))

    assert inbox.taken() == []
    assert inbox.untold()[0].report.outcome is Outcome.REFUSED


def test_the_inbox_stays_small_but_keeps_what_is_valid_or_untold(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    inbox.add(alert("untold", hours=1), NOW)
    untold = inbox.untold()
    for number in range(KEPT_ALERTS + 20):
        inbox.add(alert(f"a-{number}", hours=1), NOW)
    inbox.mark_told([held for held in inbox.untold(limit=1000) if held not in untold])

    inbox.add(alert("newest", sent=NOW + timedelta(days=2)), NOW + timedelta(days=2))

    kept = [report.alert for _, report in inbox.taken()]
    assert len(kept) <= KEPT_ALERTS + 2
    assert {"untold", "newest"} <= set(kept)


def test_quarantine_is_bounded_and_says_why(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    for number in range(150):
        inbox.quarantine("topic", b"x" * 5000, WireError(Refusal.UNSIGNED, f"message {number}"), NOW)

    assert inbox.refused() == (150, "unsigned: message 149")


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.write_text("this is not a database" * 100)

    with pytest.raises(DatabaseUnusable, match=r"inbox\.sqlite.*the file is something else or is damaged"):
        Inbox(path, "t-1")


def test_a_killed_writer_leaves_an_inbox_that_opens_with_all_it_committed(path: Path) -> None:
    """Promise 1, at the terminal: what was acknowledged had been committed."""
    program = (
        "import sys; from pathlib import Path; from terminal_client.inbox import Inbox\n"
        "from tests.terminal.alerts import NOW, alert\n"
        "inbox = Inbox(Path(sys.argv[1]), 't-1')\n"
        "for number in range(100000):\n"
        "    inbox.add(alert(f'a-{number}'), NOW)\n"
        "    print(f'a-{number}', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        committed = [writer.stdout.readline().strip() for _ in range(50)]
        writer.send_signal(signal.SIGKILL)
        committed += [line.strip() for line in writer.stdout if line.endswith("\n")]

    held = {report.alert for _, report in Inbox(path, "t-1").taken()}

    assert set(committed) <= held


def test_a_replay_of_a_pruned_alert_is_known(path: Path) -> None:
    """Promise 4: revision and identifier are remembered beyond expiry."""
    inbox = Inbox(path, "t-1")
    inbox.add(alert("old", hours=1), NOW)
    inbox.mark_told(inbox.untold())
    for number in range(KEPT_ALERTS + 5):
        inbox.add(alert(f"a-{number}"), NOW + timedelta(days=1))
    assert "old" not in [report.alert for _, report in inbox.taken()]

    assert not inbox.add(alert("old", hours=1), NOW)


def test_a_withdrawn_text_does_not_come_back(path: Path) -> None:
    """Promise 6: a Cancel that arrives before its alert still wins."""
    inbox = Inbox(path, "t-1")
    inbox.add(cancel(alert()), NOW)

    assert not inbox.add(alert(), NOW)
    late = next(held.report for held in inbox.untold() if held.report.revision == 1)
    assert (late.outcome, late.reason) == (Outcome.CANCELLED, "a newer revision was here first")


def test_an_alert_that_came_without_a_clock_is_judged_later_also_after_a_restart(path: Path) -> None:
    inbox = Inbox(path, "t-1")
    inbox.add(alert("valid"), NOW, judged=False)
    inbox.add(alert("old"), NOW, judged=False)
    inbox.close()
    inbox = Inbox(path, "t-1")
    assert inbox.taken() == []

    inbox.judge(alert("valid"), None, NOW)
    inbox.judge(alert("old"), (Outcome.EXPIRED, "expired before it arrived"), NOW)

    assert [taken.identifier for taken, _ in inbox.taken()] == ["valid"]
    assert inbox.unjudged() == []


def test_an_alert_is_judged_once_and_what_became_of_it_then_stays(path: Path) -> None:
    """Promise 6: a text that was withdrawn meanwhile does not come back."""
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW, judged=False)

    assert inbox.judge(alert(), None, NOW)
    inbox.end(Key("a-1", 1), Outcome.CANCELLED, "withdrawn")
    assert not inbox.judge(alert(), None, NOW)

    [(_, report)] = inbox.taken()
    assert report.outcome is Outcome.CANCELLED


def test_an_arrival_dated_by_a_clock_that_ran_ahead_is_set_right(path: Path) -> None:
    """Promise 3: what the log says is what happened."""
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW + timedelta(days=700), judged=False)

    inbox.judge(alert(), None, NOW)

    assert inbox.taken()[0][1].received_at == NOW


def test_an_inbox_of_an_earlier_version_is_taken_over_with_what_it_holds(path: Path) -> None:
    """As the first version made it: without `seen`, `judged` and `dictionary`."""
    old = Database(path)
    earlier = Migrations("terminal")
    earlier(name="m001_inbox")(migrations.m001_inbox)
    earlier.apply(old)
    old.table("alerts").insert(
        {"alert": "a-1", "revision": 1, "expires_at": iso(alert().expires), "received_at": iso(NOW)}
        | {"payload": alert().model_dump_json(exclude_none=True)}
    )
    old.close()

    inbox = Inbox(path, "t-1")

    assert [taken for taken, _ in inbox.taken()] == [alert()]
    assert not inbox.add(alert(), NOW), "what was here before is no news"


def test_an_inbox_that_a_newer_version_has_changed_serves_on_after_the_way_back(path: Path) -> None:
    """A terminal that was taken back to the version before must speak; steps only add."""
    inbox = Inbox(path, "t-1")
    inbox.add(alert(), NOW)
    inbox.close()
    database = Database(path)
    database.table("_sqlite_migrations").insert(
        {"migration_set": migrations.migrations.name, "name": "m999_what_is_to_come", "applied_at": "2030-01-01"}
    )
    database.table("alerts").add_column("to_come", str)
    database.close()
    again = Inbox(path, "t-1")
    assert not again.add(alert(), NOW)
    again.close()
