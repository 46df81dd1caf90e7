"""Which incidents the operators are written to about, and when: soon enough to act, seldom enough to be read. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from broadcaster.domain.incident import Incident, Kind, Urgency

BETWEEN_MAILS = timedelta(minutes=10)
"""What comes meanwhile is gathered in the next one."""
BETWEEN_URGENT_MAILS = timedelta(minutes=3)
BETWEEN_MAILS_OF_A_KIND = timedelta(hours=1)
BLINK = timedelta(minutes=1)
"""What has lasted so long goes along with a mail that is due for something else."""
DIGEST_WITHIN = timedelta(hours=3)
"""A centre that was off in the morning lets a day go by rather than write in the night."""

_UNMAILED = frozenset({Kind.MAIL_STUCK})


@dataclass(frozen=True)
class Episode:
    """An incident from its beginning to its end, and what the operators have been told of either."""

    row: int
    incident: Incident
    began_at: datetime
    ended_at: datetime | None = None
    told_at: datetime | None = None
    end_told_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Since when it is wrong, as far as anybody knows."""
        return self.incident.since or self.began_at


@dataclass(frozen=True)
class Telling:
    """What one mail says: what has begun, what has ended; `standing` goes on, in the daily one."""

    begun: tuple[Episode, ...] = ()
    ended: tuple[Episode, ...] = ()
    standing: tuple[Episode, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.begun or self.ended or self.standing)


@dataclass(frozen=True)
class Told:
    """What was written when: the newest mail, the newest that told of each kind's beginning, the day of the digest."""

    newest: datetime | None = None
    kinds: Mapping[Kind, datetime] | None = None
    digest: datetime | None = None


def news(episodes: Sequence[Episode], told: Told, after: timedelta, now: datetime) -> Telling:
    """Return what is to be told now; nothing most of the time.

    An incident is told once it has lasted for `after`, and its end once it has been over for as long, if it was told.
    """
    kinds = told.kinds or {}
    open_ones = [
        one
        for one in episodes
        if one.ended_at is None
        and one.told_at is None
        and one.incident.kind not in _UNMAILED
        and _long_ago(kinds.get(one.incident.kind), now)
    ]
    urgent = any(one.incident.urgency is Urgency.URGENT and now - one.began_at >= after for one in open_ones)
    if told.newest and now - told.newest < (BETWEEN_URGENT_MAILS if urgent else BETWEEN_MAILS):
        return Telling()
    ended = tuple(
        one
        for one in episodes
        if one.ended_at and now - one.ended_at >= after and one.told_at and one.end_told_at is None
    )
    if not ended and not any(now - one.began_at >= after for one in open_ones):
        return Telling()
    return Telling(tuple(one for one in open_ones if now - one.began_at >= min(BLINK, after)), ended)


def digest(
    episodes: Sequence[Episode], told: Told, after: timedelta, at: time, zone: ZoneInfo, now: datetime
) -> Telling:
    """Return what still stands, once a day from the time `at` on; nothing if nothing does, or a mail has just told."""
    local = now.astimezone(zone)
    begins = datetime.combine(local.date(), at, zone)
    if not begins <= local < begins + DIGEST_WITHIN or not _long_ago(told.newest, now):
        return Telling()
    if told.digest and told.digest.astimezone(zone).date() == local.date():
        return Telling()
    standing = tuple(
        one
        for one in episodes
        if one.ended_at is None and now - one.began_at >= after and one.incident.kind not in _UNMAILED
    )
    return Telling(standing=standing)


def _long_ago(moment: datetime | None, now: datetime) -> bool:
    return moment is None or now - moment >= BETWEEN_MAILS_OF_A_KIND
