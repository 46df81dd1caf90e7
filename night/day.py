"""What happens in a town within 24 hours, and when in the minutes into which they are squeezed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


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
    """

    terminals: int
    seconds: float

    alerts = 12
    page_views = 3000
    api_requests = 1440
    log_ins = 60
    wrong_passwords = 40
    wrong_codes = 40
    streams = 8
    streams_opened = 480
    wishes = 60
    nonsense = 200
    reconnections_each = 2
    presence_seconds = 15.0

    def happenings(self, seed: int = 1) -> Iterator[tuple[float, What, int]]:
        """Yield when what happens at which terminal, in order."""
        chance = random.Random(seed)  # noqa: S311 - repeatable
        counts = {
            What.PRESENCE: int(self.terminals * self.seconds / self.presence_seconds),
            What.HEARD: self.terminals * self.alerts,
            What.RECONNECTION: self.terminals * self.reconnections_each,
            What.WISH: self.wishes,
            What.NONSENSE: self.nonsense,
        }
        everything = [
            (chance.uniform(0, self.seconds), what, chance.randrange(self.terminals))
            for what, count in counts.items()
            for _ in range(count)
        ]
        yield from sorted(everything)
