"""What is asked all the time costs the same in a ledger of years; in steps of SQLite's machine, since seconds lie.

`make bench-growth` measures the seconds, with 1,000 alerts to 1,500 terminals.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from benchmarks.growth import bytes_of_deliveries, compare, make_empty, prune_a_tenth
from benchmarks.year import REPORTER
from benchmarks.year_ledger import END, write_year
from broadcaster.domain.draft import Draft, compose
from broadcaster.domain.roles import Role
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from kokuchi.wire import Topics
from tests.broadcaster.web.large_town import LARGE_TOWN, large_roster
from tests.broadcaster.web.test_log_speed import steps
from tests.broadcaster.web.town import EVERYONE, PASSWORD
from tests.passwords import quick_passwords

ROSTER = large_roster(40)
ALERTS = 200
NOW = END + timedelta(hours=1)
SLACK = 200
"""Steps of SQLite's machine for what a count to a hundred leaves out."""


@dataclass(frozen=True)
class Ledgers:
    empty: Ledger
    large: Ledger


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledgers]:
    """Two ledgers to which the same alert has just gone out."""
    folder = tmp_path_factory.mktemp("growth")
    found = Ledgers(
        make_empty(folder / "empty.sqlite", ROSTER), write_year(folder / "large.sqlite", LARGE_TOWN, ROSTER, ALERTS)
    )
    with quick_passwords():
        found.large.accounts.add(Account(REPORTER, "田中 花子", Role.ADMINISTRATOR), PASSWORD)
    found.large.broker.record(True, "", END)
    for ledger in (found.empty, found.large):
        _send(ledger)
    yield found
    found.empty.close()
    found.large.close()


def _send(ledger: Ledger) -> None:
    alert = compose(Draft("scam", "不審な電話に注意", "本文です。", EVERYONE), LARGE_TOWN, ROSTER, END)
    topics = Topics(LARGE_TOWN.id).of_audience(EVERYONE)
    ledger.alerts.accept(alert, topics, [terminal.id for terminal in ROSTER], "hanako")


@pytest.mark.parametrize(
    "ask",
    [
        lambda ledger: ledger.outbox.has_waiting(),
        lambda ledger: ledger.outbox.due(NOW),
        lambda ledger: ledger.outbox.backlog(),
        lambda ledger: ledger.reminders.are_due(NOW),
        lambda ledger: ledger.reminders.claim(NOW),
        lambda ledger: ledger.alerts.active_rows(["t-0001"], NOW),
        lambda ledger: ledger.overview.valid(NOW),
        lambda ledger: ledger.recovery.held(),
    ],
    ids=["waiting", "outbox", "backlog", "due", "reminders", "sync", "valid", "held"],
)
def test_what_is_asked_all_the_time_reads_nothing_of_what_has_long_been(
    ledgers: Ledgers, ask: Callable[[Ledger], object]
) -> None:
    empty = steps(ledgers.empty, lambda: ask(ledgers.empty))
    large = steps(ledgers.large, lambda: ask(ledgers.large))
    assert large <= empty + SLACK


def test_an_alert_has_its_deliveries_side_by_side_and_no_page_for_each_terminal(ledgers: Ledgers) -> None:
    database = ledgers.large.connections.read()
    indexes = [row["name"] for row in database.execute("PRAGMA index_list(deliveries)")]
    first = {database.execute(f"PRAGMA index_info({name})").fetchone()["name"] for name in indexes}
    assert "terminal_id" not in first


def test_the_bench_compares_a_small_town_and_gives_its_space_back(ledgers: Ledgers) -> None:
    with quick_passwords():
        ratios = asyncio.run(compare(ledgers.empty, ledgers.large, ROSTER, rounds=1))
    assert all(each.wall[0] > 0 and each.processor[0] > 0 for each in ratios.values())
    assert len(ratios) == 8
    deliveries, table, file = bytes_of_deliveries(ledgers.large)
    assert deliveries > ALERTS * len(ROSTER)
    assert 0 < table < file

    pruned = prune_a_tenth(ledgers.large, ROSTER, quiet_seconds=0.1)

    assert pruned.removed["alerts"] >= ALERTS / 10
    assert pruned.free_pages == 0
    assert pruned.bytes_after < pruned.bytes_before
    assert pruned.written > 0
