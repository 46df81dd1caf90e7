"""How long somebody who guesses has to wait. It grows with the failures and ends always: nobody is locked out for ever.

Three counts run beside each other, since each alone can be turned against somebody:
- of a name from one address: the guesser waits, the owner at another address does not;
- of a name from all addresses where it has not been at home lately: many addresses together are not faster than one;
- of an address, whatever the names: nobody tries all names once each.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(hours=12)
"""A count starts again when there was no failure for so long."""


@dataclass(frozen=True)
class Failures:
    """How often it went wrong, and when the last time."""

    count: int
    last: datetime


@dataclass(frozen=True)
class Patience:
    """How many failures are free, the first wait after them, which doubles with each further one, and the longest."""

    free: int
    first: timedelta
    longest: timedelta

    def seconds_to_wait(self, failures: Failures | None, now: datetime) -> int:
        """Return for how long no attempt is looked at; 0 if one may be made."""
        if failures is None or failures.count < self.free or now - failures.last >= FORGOTTEN_AFTER:
            return 0
        # The exponent is bounded so that a large count does not become a number of a thousand digits.
        wait = min(self.first * (1 << min(failures.count - self.free, 20)), self.longest)
        return max(0, math.ceil((failures.last + wait - now).total_seconds()))


OF_NAME_AT_ADDRESS = Patience(5, timedelta(seconds=30), timedelta(minutes=15))
OF_NAME_ELSEWHERE = Patience(20, timedelta(seconds=30), timedelta(minutes=15))
OF_ADDRESS = Patience(50, timedelta(minutes=1), timedelta(minutes=1))
