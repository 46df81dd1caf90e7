"""How long a log-in holds.

Twelve hours are a working day with its evening, or a night's watch. An hour without a request ends it too, since the
screens of an office show households to whoever passes by; a page that moves by itself is no sign that somebody is
there. NIST SP 800-63B asks for 24 hours and one hour at its second level.
"""

from datetime import datetime, timedelta

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=60)
SECOND_STEP = timedelta(minutes=5)
"""How long the right password waits for the code that is asked after it."""

SEEN_EVERY = timedelta(minutes=1)
"""How often it is written that somebody is still there: seldom, since each time is a commit."""


def is_over(begun: datetime, seen: datetime, now: datetime) -> bool:
    """Tell whether a log-in has run out."""
    return now - begun >= LONGEST or now - seen >= IDLE
