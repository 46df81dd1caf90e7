"""What somebody looks for in the delivery log: from the address to a search, and back, so that it can be kept."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request

from broadcaster.ledger.alert_search import Result, Wanted
from broadcaster.web.days import day_of, moments
from broadcaster.web.site import site_of
from kokuchi.wire import Level, Severity

RESULTS = {
    Result.HEARD: "すべての端末で放送された",
    Result.UNREACHED: "届いていない端末がある",
    Result.SILENT: "音が出なかった端末がある",
    Result.REFUSED: "受け付けなかった端末がある",
    Result.WITHDRAWN: "取り消した",
}
"""The words for what has become of an alert."""

DRILLS = {"no": "訓練をのぞく", "yes": "訓練だけ"}

_Word = Annotated[str, Query(max_length=100)]


@dataclass(frozen=True)
class LogSearch:
    """What was chosen, as the address has it; what is empty or not understood does not matter."""

    since: str = ""
    until: str = ""
    category: str = ""
    level: str = ""
    drill: str = ""
    area: str = ""
    who: str = ""
    result: str = ""
    words: str = ""

    @property
    def has_more(self) -> bool:
        """Whether something is chosen that stands in the fold of the form."""
        return bool(self.category or self.level or self.drill or self.area or self.result)

    @property
    def query(self) -> str:
        """The address's query that looks for the same; empty if everything is wanted."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """Return the search; both days are the town's, and included."""
        first, end = moments(self.since, self.until, zone)
        level = Level(self.level) if self.level else None
        return Wanted(
            category=self.category or None,
            severities=tuple(severity for severity in Severity if Level.of(severity) is level) if level else None,
            drill=self.drill == "yes" if self.drill else None,
            since=first,
            until=end,
            result=Result(self.result) if self.result else None,
            area=self.area,
            who=self.who,
            words=self.words,
        )


def _log_search(
    request: Request,
    since: _Word = "",
    until: _Word = "",
    category: _Word = "",
    level: _Word = "",
    drill: _Word = "",
    area: _Word = "",
    who: _Word = "",
    result: _Word = "",
    words: _Word = "",
) -> LogSearch:
    town = site_of(request).town
    return LogSearch(
        since=since if day_of(since) else "",
        until=until if day_of(until) else "",
        category=category.strip(),
        level=level if level in set(Level) else "",
        drill=drill if drill in DRILLS else "",
        area=area if area in {known.id for known in town.areas} else "",
        who=who.strip(),
        result=result if result in set(Result) else "",
        words=words.strip(),
    )


LogSearchDependency = Annotated[LogSearch, Depends(_log_search)]
