"""What the pages of the log cost, in steps of SQLite's machine: seconds would tell how busy this computer is.

`make bench-log` measures the seconds, with a year of 1,000 alerts to 1,500 terminals.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from benchmarks.year_ledger import write_year
from broadcaster.ledger import Ledger
from broadcaster.ledger.progress import Selection
from broadcaster.web.log_search import LogSearch
from broadcaster.web.routes import alerts, log
from broadcaster.web.site import Site
from broadcaster.web.terminal_history import terminal_history
from kokuchi.database import sqlite_of
from tests.broadcaster.web.large_town import LARGE_TOWN, large_roster, make_app
from tests.broadcaster.web.town import Clock

TERMINALS = 100
SMALL, LARGE = 20, 80
"""Alerts in the two ledgers."""

STEPS_AN_ALERT = 2 * TERMINALS
"""A search looks at each alert, and never at each of its deliveries, which would be some ten steps for each."""


@dataclass(frozen=True)
class Towns:
    small: Site
    large: Site


def site_of_a_year(folder: Path, alerts_sent: int) -> Site:
    ledger = write_year(folder / f"{alerts_sent}.sqlite", LARGE_TOWN, large_roster(TERMINALS), alerts_sent)
    site: Site = make_app(ledger, Clock()).state.site
    return site


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    folder = tmp_path_factory.mktemp("year")
    towns = Towns(site_of_a_year(folder, SMALL), site_of_a_year(folder, LARGE))
    yield towns
    towns.small.ledger.close()
    towns.large.ledger.close()


def steps(ledger: Ledger, look: Callable[[], object]) -> int:
    """Return how many steps SQLite made, to a hundred."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 100
        return 0

    connection = sqlite_of(ledger.connections).read().conn
    connection.set_progress_handler(count, 100)
    look()
    connection.set_progress_handler(None, 0)
    return counted


SEARCHES = [
    LogSearch(),
    LogSearch(since="2026-01-01", until="2026-03-01"),
    LogSearch(category="scam"),
    LogSearch(level="emergency", drill="no"),
    LogSearch(words="電話 ない"),
    LogSearch(result="unreached"),
    LogSearch(result="silent"),
    LogSearch(area="area-3"),
    LogSearch(area="area-3", result="silent"),
    LogSearch(who="世帯", result="refused"),
    LogSearch(who="世帯0023", result="unreached"),
]


@pytest.mark.parametrize("search", SEARCHES, ids=lambda search: search.query or "everything")
def test_a_search_reads_the_sums_and_not_the_deliveries(towns: Towns, search: LogSearch) -> None:
    sent = len(towns.large.ledger.alert_search.all(LogSearch().wanted(LARGE_TOWN.time_zone)).rows)
    assert steps(towns.large.ledger, lambda: log.parts(towns.large, search, 1)) < STEPS_AN_ALERT * sent


def open_newest_alert(site: Site) -> None:
    accepted = site.ledger.alerts.newest(1)[0]
    listed = alerts.ListPage(Selection(), 1)
    alerts.parts(site, accepted, listed, alerts.terminals_on(site, accepted, listed))


def open_terminal(site: Site) -> None:
    history = terminal_history(site, "t-0023")
    assert len(history.sent) >= SMALL
    assert history.presence.sentence


@pytest.mark.parametrize(("look", "most"), [(open_newest_alert, 1.5), (open_terminal, 1.5 * LARGE / SMALL)])
def test_a_page_costs_what_it_shows_and_not_what_the_year_held(
    towns: Towns, look: Callable[[Site], object], most: float
) -> None:
    """A terminal's page shows up to a hundred deliveries, and both years are about as long as that."""
    small, large = (steps(site.ledger, partial(look, site)) for site in (towns.small, towns.large))
    assert 0 < large <= most * small
