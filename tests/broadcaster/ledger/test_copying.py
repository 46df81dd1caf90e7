"""A ledger goes from a file to a server and back, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.domain.audit import Deed, Entry
from broadcaster.ledger import Ledger
from broadcaster.ledger.copying import LedgerNotCopied, copy_ledger
from broadcaster.ledger.places import Place
from kokuchi.storage import FAILED
from kokuchi.wire import Outcome, Refusal, WireError
from tests.broadcaster.examples import NOW, accept, alert, fill_roster, presence, report
from tests.broadcaster.ledger.emptied import Emptied


@pytest.fixture
def place(emptied: Emptied, tmp_path: Path) -> Place:
    return emptied.at(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a file with something in it."""
    ledger = Ledger(tmp_path / "town.sqlite")
    fill_roster(ledger)
    accept(ledger, alert("a-1"))
    accept(ledger, alert("a-2"))
    ledger.alerts.accept(alert("a-2", 2), [], [], "hanako", "急ぐため")
    ledger.sent_alone.tell("a-2", 2, "jiro", NOW)
    ledger.deliveries.record([report("t-1", received_at=NOW), report("t-2", outcome=Outcome.REFUSED, reason="x\\N")])
    ledger.presences.record([presence("t-1"), presence("t-2", online=False)])
    ledger.quarantine.put([("t", b"\x00\xff\\n", WireError(Refusal.INVALID, "no"))], NOW)
    ledger.audit.add(Entry("hanako", Deed.SENT, "a-1", NOW, "見\0出し\t"))
    yield ledger
    ledger.close()


@pytest.fixture
def server(place: Place) -> Iterator[Ledger]:
    """A ledger on a server that is empty."""
    ledger = Ledger(place)
    yield ledger
    ledger.close()


def contents(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table, columns in ledger.connections.columns().items():
        if table.startswith(("sqlite_", "_sqlite_", "ledger_")):
            continue
        rows = ledger.connections.read().execute(f"SELECT {', '.join(sorted(columns))} FROM {table}")  # noqa: S608
        found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found


def test_a_ledger_is_the_same_on_a_server_and_back_in_a_file(file: Ledger, server: Ledger, tmp_path: Path) -> None:
    counts = copy_ledger(file, server)
    assert (counts["terminals"], counts["deliveries"], counts["alert_reach"], counts["quarantine"]) == (3, 6, 3, 1)
    there = contents(server)
    assert {**contents(file), "audit": there["audit"]} == there, "but for a NUL, which PostgreSQL keeps not"
    back = Ledger(tmp_path / "back.sqlite")
    assert copy_ledger(server, back) == counts
    assert contents(back) == there
    back.close()


def test_what_the_database_numbers_goes_on_where_it_was(file: Ledger, server: Ledger) -> None:
    copy_ledger(file, server)
    assert accept(server, alert("a-3")).row == accept(file, alert("a-3")).row


def test_a_place_that_holds_a_ledger_already_is_left_as_it_is(file: Ledger, server: Ledger) -> None:
    fill_roster(server)
    before = contents(server)
    with pytest.raises(LedgerNotCopied, match="holds a ledger already"):
        copy_ledger(file, server)
    assert contents(server) == before


def test_what_cannot_be_copied_to_its_end_leaves_nothing(file: Ledger, server: Ledger) -> None:
    with file.connections.write() as db:
        db.execute("UPDATE deliveries SET attempts = 'many' WHERE alert_id = 2")
    before = contents(server)
    with pytest.raises(FAILED):
        copy_ledger(file, server)
    assert contents(server) == before


def test_what_is_written_while_it_is_copied_is_not_lost_unseen(
    file: Ledger, server: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, other = contents(server), Ledger(file.place)
    fill = type(server.connections.read()).fill

    def slowly(*arguments: object) -> None:
        if other.alerts.get("late") is None:
            accept(other, alert("late"))
        fill(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(type(server.connections.read()), "fill", slowly)
    with pytest.raises(LedgerNotCopied, match="was written meanwhile; stop the centre"):
        copy_ledger(file, server)
    assert contents(server) == before
    other.close()
