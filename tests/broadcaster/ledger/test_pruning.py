"""What is personal is kept for a while and then removed. Real time decides for the record of deeds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broadcaster.domain.audit import Deed, Entry, Wanted
from broadcaster.domain.enrolment import EnrolmentCode
from broadcaster.domain.retention import Retention
from broadcaster.domain.timing import Timing
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.pruning import BATCH, KEPT, RULES, WITH_THEIR_ALERT, Pruning
from broadcaster.ledger.submissions import Filing
from broadcaster.nightly import next_night
from kokuchi.storage import CONFLICT
from kokuchi.wire import CallbackRequest, Refusal, WireError
from tests.broadcaster.examples import accept, alert, fill_roster, report

NOW = datetime.now(UTC)
KEPT_DAYS = Retention()


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def prune(ledger: Ledger) -> dict[str, int]:
    return Pruning(ledger.connections, pause=lambda: None).prune(KEPT_DAYS, NOW)


def count(ledger: Ledger, table: str) -> int:
    return int(ledger.connections.read().execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def ask(ledger: Ledger, identifier: str, asked: datetime) -> int:
    ledger.requests.record([CallbackRequest(terminal="t-1", identifier=identifier, asked_at=asked, sent=asked)], asked)
    return ledger.requests.open()[-1].row


def test_every_table_is_pruned_or_says_why_it_does_not_grow(ledger: Ledger) -> None:
    ours = {name for name in ledger.connections.columns() if not name.startswith(("sqlite_", "_sqlite_", "ledger_"))}
    assert ours <= {rule.table for rule in RULES} | set(WITH_THEIR_ALERT) | set(KEPT)


def test_an_old_alert_goes_with_its_deliveries_and_its_draft_and_a_newer_one_stays(ledger: Ledger) -> None:
    for name, days in (("old", 1200), ("new", 900)):
        ledger.drafts.save(name, 0, Written(headline=name), "hanako", ago(days))
        accept(ledger, alert(name, sent=ago(days)))
        ledger.deliveries.record([report("t-1", name, received_at=ago(days))])

    assert prune(ledger) == {"alerts": 1}

    assert ledger.alerts.get("old") is None
    assert ledger.alerts.get("new") is not None
    assert (count(ledger, "deliveries"), count(ledger, "outbox")) == (3, 1)
    assert ledger.drafts.get("old") is None
    assert ledger.drafts.unsent() == []
    [entry] = ledger.audit.wanted(Wanted(deed=Deed.PRUNED), 5)
    assert entry.detail == "alerts 1"


def test_with_an_alert_that_went_out_alone_goes_who_was_told_of_it(ledger: Ledger) -> None:
    for name, days in (("old", 1200), ("new", 900)):
        ledger.alerts.accept(alert(name, sent=ago(days)), [], ["t-1"], "hanako", "急ぐため")
        ledger.sent_alone.tell(name, 1, "jiro", ago(days))
    assert prune(ledger) == {"alerts": 1}
    assert count(ledger, "told_of_alone") == 1
    assert ledger.sent_alone.untold("jiro", ago(2000)) == []


def test_of_an_alert_that_is_still_valid_nothing_goes(ledger: Ledger) -> None:
    accept(ledger, alert(sent=ago(1200), hours=24 * 1300))
    assert prune(ledger) == {}


def test_a_wish_for_a_call_stays_until_it_was_dealt_with_long_ago(ledger: Ledger) -> None:
    done = ask(ledger, "r-1", ago(500))
    ledger.requests.finish(done, "hanako", ago(400), "病気の相談")
    waiting = ask(ledger, "r-2", ago(400))
    assert prune(ledger) == {"requests": 1}
    assert ledger.requests.get(done) is None
    assert ledger.requests.get(waiting) is not None


def test_a_draft_that_was_never_sent_goes_and_one_that_is_planned_stays(ledger: Ledger) -> None:
    ledger.drafts.save("forgotten", 0, Written(), "hanako", ago(400))
    timing = Timing(NOW + timedelta(days=1))
    ledger.submissions.plan(Filing("p-1", 0, Written(), timing, "hanako", ago(400)), NOW + timedelta(days=1))
    assert prune(ledger) == {"drafts": 1}
    assert ledger.timetable.next_moment() is not None


def test_the_newest_code_of_a_terminal_stays(ledger: Ledger) -> None:
    for number in range(3):
        made = ago(800 - number)
        ledger.enrolment.add(f"hash {number}", EnrolmentCode("t-1", "hanako", made, made + timedelta(days=7)))
    assert prune(ledger) == {"enrolment_codes": 2}
    assert ledger.enrolment.newest("t-1") is not None


def test_the_record_lets_go_of_a_line_after_five_years_and_of_none_before(ledger: Ledger) -> None:
    for days in (1900, 1700):
        ledger.audit.add(Entry("hanako", Deed.LOGGED_IN, "hanako", ago(days)))
    with (
        pytest.raises(CONFLICT, match="kept for five years"),
        ledger.connections.write() as db,
    ):
        db.execute("DELETE FROM audit WHERE deed = 'logged_in'")
    assert prune(ledger) == {"audit": 1}
    assert [entry.at.date() for entry in ledger.audit.wanted(Wanted(deed=Deed.LOGGED_IN), 5)] == [ago(1700).date()]
    with pytest.raises(CONFLICT, match="never changed"), ledger.connections.write() as db:
        db.execute("UPDATE audit SET actor = 'x'")


def test_much_goes_in_small_batches_and_its_space_is_given_back(path: Path) -> None:
    ledger = Ledger(path)
    fill_roster(ledger)
    with ledger.connections.write() as db:
        db.executemany(
            "INSERT INTO quarantine (arrived_at, topic, refusal, detail, payload) VALUES (?, '', '', '', ?)",
            [(ago(200).isoformat(), bytes(2000))] * (BATCH * 3),
        )
    ledger.quarantine.put([("t", b"new", WireError(Refusal.INVALID, "new"))], NOW)
    pauses: list[int] = []
    before = ledger.connections.read().execute("PRAGMA page_count").fetchone()[0]
    removed = Pruning(ledger.connections, pause=lambda: pauses.append(1)).prune(KEPT_DAYS, NOW)
    left = count(ledger, "quarantine")
    assert left == 1
    assert removed.get("quarantine", 0) >= BATCH
    assert len(pauses) >= removed["quarantine"] // BATCH
    assert ledger.connections.read().execute("PRAGMA page_count").fetchone()[0] < before / 2
    ledger.close()


def test_the_night_is_the_town_s() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    assert next_night(datetime(2026, 11, 24, 17, 59, tzinfo=UTC), zone).astimezone(UTC).hour == 18
    late = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    assert next_night(late, zone) - late == timedelta(days=1)
