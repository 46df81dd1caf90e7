"""How a terminal was over time, in the ledger."""

from datetime import datetime, timedelta

from broadcaster.domain.delivery import Fault
from broadcaster.ledger import Ledger
from broadcaster.ledger.presence_history import PresenceChange
from kokuchi.wire import Speaker
from tests.broadcaster.examples import NOW, presence


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def test_what_changes_is_kept_with_the_centre_s_time_and_what_stays_is_not(ledger: Ledger) -> None:
    silent = presence("t-1", speaker=Speaker.FAILED)
    for hours, said in ((0, presence("t-1")), (1, presence("t-1", unheard=3)), (2, silent), (3, silent)):
        ledger.presences.record([said], at(hours))
    ledger.presences.record([presence("t-1", online=False, speaker=Speaker.FAILED)], at(4))
    assert ledger.presence_history.of("t-1", at(-1)) == [
        PresenceChange(at(0), True),
        PresenceChange(at(2), True, (Fault.SOUND,)),
        PresenceChange(at(4), False),
    ]
    assert ledger.presence_history.of("t-2", at(-1)) == []
    assert ledger.presence_history.of("t-9", at(-1)) == []


def test_one_that_goes_and_comes_back_within_a_batch_has_gone(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1")], at(0))
    ledger.presences.record([presence("t-1", online=False), presence("t-1")], at(1))
    changes = ledger.presence_history.of("t-1", at(0))
    assert [change.online for change in changes] == [True, False, True]


def test_a_broker_that_has_lost_everything_is_a_change_for_those_who_were_there(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", speaker=Speaker.FAILED), presence("t-2", online=False)], at(0))
    ledger.presences.doubt(at(1))
    ledger.presences.doubt(at(2))
    assert ledger.presence_history.of("t-1", at(1)) == [PresenceChange(at(1), False)]
    assert ledger.presence_history.of("t-2", at(2)) == [PresenceChange(at(0), False)]
    ledger.presences.record([presence("t-1", speaker=Speaker.FAILED)], at(3))
    assert ledger.presence_history.of("t-1", at(2))[-1] == PresenceChange(at(3), True, (Fault.SOUND,))


def test_the_change_that_stood_at_a_time_comes_first_and_outlives_pruning(ledger: Ledger) -> None:
    for hours in range(6):
        ledger.presences.record([presence("t-1", online=hours % 2 == 0)], at(hours))
    ledger.presences.record([presence("t-2")], at(0))
    wanted = [PresenceChange(at(3), False), PresenceChange(at(4), True), PresenceChange(at(5), False)]
    assert ledger.presence_history.of("t-1", at(3.5)) == wanted
    assert ledger.presence_history.prune(at(3.5)) == 3
    assert ledger.presence_history.prune(at(3.5)) == 0
    assert ledger.presence_history.of("t-1", at(3.5)) == ledger.presence_history.of("t-1", at(0)) == wanted
    assert ledger.presence_history.of("t-2", at(9)) == [PresenceChange(at(0), True)]


def test_since_when_some_terminals_are_here_or_away_is_found_at_once(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1"), presence("t-2")], at(0))
    ledger.presences.record([presence("t-1", unheard=1), presence("t-2", online=False)], at(1))
    assert ledger.presences.since(["t-2", "t-1", "t-3", "unknown"]) == {"t-1": at(0), "t-2": at(1)}
    assert ledger.presences.since([]) == {}
