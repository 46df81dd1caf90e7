"""How terminals are is counted and searched by SQLite, by the same rules as the domain's."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcaster.domain.audience import Terminal
from broadcaster.domain.condition import Condition, conditions
from broadcaster.ledger import Ledger
from broadcaster.ledger.conditions import Wanted
from kokuchi.wire import Clock, Presence, Speaker
from tests.broadcaster.examples import NOW

presences = st.builds(
    Presence,
    terminal=st.just("t-1"),
    sent=st.just(NOW),
    online=st.booleans(),
    speaker=st.sampled_from(Speaker),
    storage_fault=st.sampled_from([None, "", "full"]),
    disk_free_mib=st.sampled_from([None, 0, 99, 100]),
    clock=st.sampled_from([None, *Clock]),
    temperature_celsius=st.sampled_from([None, -5, 79, 80, 95]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(presences, max_size=3))
def test_sqlite_finds_the_same_conditions_as_the_domain(ledger: Ledger, said: list[Presence]) -> None:
    with ledger.connections.write() as db:
        db.execute("DELETE FROM presences")
    roster = [terminal.id for terminal in ledger.terminals.all()]
    known = {name: one.model_copy(update={"terminal": name}) for name, one in zip(roster, said, strict=False)}
    ledger.presences.record(known.values())
    expected = {name: conditions(known.get(name)) for name in roster}
    for condition in Condition:
        found = {one.terminal.id for one in ledger.conditions.find(Wanted(condition), 100)}
        assert found == {name for name, has in expected.items() if condition in has}
        assert ledger.conditions.count(Wanted(condition)) == len(found)
        assert ledger.conditions.health().of.get(condition, 0) == len(found)
    health = ledger.conditions.health()
    faults = {Condition.SOUND, Condition.STORAGE, Condition.CLOCK, Condition.HEAT}
    assert health.total == len(roster)
    assert health.well == sum(1 for has in expected.values() if not has)
    assert health.faulty == sum(1 for has in expected.values() if has & faults)
    troubled = ledger.conditions.find(Wanted(troubled=True), 100)
    assert {found.terminal.id for found in troubled} == {name for name, has in expected.items() if has}
    assert health.troubled == len(troubled)
    assert {found.terminal.id: found.presence for found in ledger.conditions.find(Wanted(), 100)} == {
        name: known.get(name) for name in roster
    }


def names(ledger: Ledger, wanted: Wanted, limit: int = 100, offset: int = 0) -> list[str]:
    return [found.terminal.id for found in ledger.conditions.find(wanted, limit, offset)]


def add(ledger: Ledger, *terminals: Terminal) -> None:
    with ledger.connections.write() as db:
        db.execute("DELETE FROM terminals")
    ledger.terminals.add((terminal, "hash") for terminal in terminals)


def test_those_in_trouble_come_first_and_pages_follow_each_other(ledger: Ledger) -> None:
    add(ledger, *(Terminal(f"t-{number}", "世帯", "household", "kita") for number in range(1, 6)))
    well = {"sent": NOW, "online": True}
    ledger.presences.record(
        [
            Presence.model_validate({"terminal": "t-1", **well}),
            Presence.model_validate({"terminal": "t-2", **well, "speaker": "failed"}),
            Presence.model_validate({"terminal": "t-4", "sent": NOW, "online": False}),
            Presence.model_validate({"terminal": "t-5", **well}),
        ]
    )
    assert names(ledger, Wanted()) == ["t-4", "t-2", "t-3", "t-1", "t-5"]
    assert names(ledger, Wanted(), 2) + names(ledger, Wanted(), 2, 2) == ["t-4", "t-2", "t-3", "t-1"]
    assert [found.terminal.id for found in ledger.conditions.named(["t-5", "nothing", "t-1"])] == ["t-5", "t-1"]


def test_a_household_is_found_by_its_name_however_it_is_spaced_or_by_its_terminal(ledger: Ledger) -> None:
    add(
        ledger,
        Terminal("t-1", "見本 花子", "household", "kita"),
        Terminal("T-2", "見本　太郎", "household", "minami"),
        Terminal("t-30", "100% 商店", "business", "minami"),
    )
    assert names(ledger, Wanted(words="見本花子")) == ["t-1"]
    assert names(ledger, Wanted(words="見本 ")) == ["T-2", "t-1"]
    assert names(ledger, Wanted(words="t-2")) == ["T-2"]
    assert names(ledger, Wanted(words="%")) == ["t-30"], "no letter of it means anything to SQLite"
    assert names(ledger, Wanted(words="見本", area="minami")) == ["T-2"]
    assert names(ledger, Wanted(words="'; DROP TABLE terminals; --")) == []
