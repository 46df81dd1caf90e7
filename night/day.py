"""What happens in a town within 24 hours, and when in the minutes into which they are squeezed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_WHOLE_SECONDS = 600.0


class What(StrEnum):
    """One kind of thing that a terminal does."""

    PRESENCE = "presence"
    HEARD = "report that all was heard"
    RECONNECTION = "reconnection"
    WISH = "wish to be called"
    NONSENSE = "nonsense"


@dataclass(frozen=True)
class Day:
    """How often each thing happens. What people do comes from the twenty staff and operators of a town of 3,000.

    The presences are the one thing that is not a whole day's: a terminal says every minute how it is, which is two
    million messages. Each of them overwrites the terminal's one row; so it is said every 15 seconds and no more often.
    In less than ten minutes nobody could look at all pages of a day: fewer are looked at then.
    """

    terminals: int
    seconds: float

    alerts = 12
    log_ins = 60
    wrong_passwords = 40
    wrong_codes = 40
    streams = 8
    wishes = 60
    nonsense = 200
    reconnections_each = 2
    presence_seconds = 15.0

    @property
    def page_views(self) -> int:
        """How many pages are looked at."""
        return self._share(3000)

    @property
    def api_requests(self) -> int:
        """How often programs ask."""
        return self._share(1440)

    @property
    def streams_opened(self) -> int:
        """How often a page is followed as it changes."""
        return self._share(480)

    @property
    def planned(self) -> dict[str, int]:
        """How often what is to happen, by the names under which it is counted."""
        return {
            "look": self.page_views,
            "ask as program": self.api_requests,
            "follow a page": self.streams_opened,
            "send": self.alerts,
            "call back": self.wishes,
            "log in and out": self.log_ins,
            "guess password": self.wrong_passwords,
            "guess code": self.wrong_codes,
            **{what.value: count for what, count in self._of_terminals.items()},
        }

    def _share(self, of_a_day: int) -> int:
        return max(self.streams, round(of_a_day * min(1.0, self.seconds / _WHOLE_SECONDS)))

    @property
    def _of_terminals(self) -> dict[What, int]:
        return {
            What.PRESENCE: int(self.terminals * self.seconds / self.presence_seconds),
            What.HEARD: self.terminals * self.alerts,
            What.RECONNECTION: self.terminals * self.reconnections_each,
            What.WISH: self.wishes,
            What.NONSENSE: self.nonsense,
        }

    def happenings(self, seed: int = 1) -> Iterator[tuple[float, What, int]]:
        """Yield when what happens at which terminal, in order."""
        chance = random.Random(seed)  # noqa: S311 - repeatable
        everything = [
            (chance.uniform(0, self.seconds), what, chance.randrange(self.terminals))
            for what, count in self._of_terminals.items()
            for _ in range(count)
        ]
        yield from sorted(everything)
