"""From what the centre knows of itself and of its terminals to a short list of what is wrong now. Pure.

However much is wrong, the list stays short: one incident for each kind, and where it matters for each area, file or
collector, with the terminals that it is about. A storm that cuts a valley off is one incident and not a hundred.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from broadcaster.domain.incident import OF_TERMINALS, Ailing, Incident, Kind, Snapshot, Urgency

STOOD_STILL_FOR = timedelta(days=1)
"""A centre that stood still and was started anew is told of for so long after the last time."""
CRASHES_AN_HOUR = 3
"""An hour with so many ends that nobody has asked for."""
HEARTBEAT_LOST = timedelta(seconds=60)
OUTBOX_PATIENCE = timedelta(minutes=2)
COLLECTOR_PATIENCE = timedelta(minutes=2)
"""A further collector says that it works every ten seconds; its restart takes less than a minute."""
DISK_URGENT_BYTES = 200_000_000
DISK_SOON_BYTES = 1_000_000_000
CERTIFICATE_SOON = timedelta(days=60)
CERTIFICATE_URGENT = timedelta(days=14)
KEY_SOON = timedelta(days=395)
"""The signing key is changed once a year, and nobody is scolded for a month."""
BACKUP_SOON = timedelta(hours=36)
BACKUP_URGENT = timedelta(days=7)
LARGEST_LOG_BYTES = 256_000_000
MAIL_PATIENCE = timedelta(hours=1)
REFUSED_AN_HOUR = 100
GUESSES_A_DAY = 30
"""Whoever types what stands on a card errs less often."""
APPROVAL_PATIENCE = timedelta(days=1)
OFF_PATIENCE = timedelta(hours=1)
OUTAGE_PATIENCE = timedelta(minutes=5)
AT_ONCE = timedelta(hours=1)
"""Terminals that went off within this time of each other went off for one reason."""
WIDE_SHARE = 0.2
SMALLEST_OUTAGE = 3
"""So few terminals are single households, whatever their share is."""


def judge(seen: Snapshot) -> list[Incident]:
    """Return what is wrong, the most urgent first; of the same urgency in the order of `Kind`."""
    found = [*_of_centre(seen), *_of_town(seen), *_off(seen), *_ailing(seen)]
    return sorted(found, key=_rank)


def _rank(incident: Incident) -> tuple[int, int, str]:
    return list(Urgency).index(incident.urgency), list(Kind).index(incident.kind), incident.key


def _of_centre(seen: Snapshot) -> Iterable[Incident]:
    if seen.heartbeat_expected and (seen.heartbeat is None or seen.now - seen.heartbeat > HEARTBEAT_LOST):
        yield Incident(Kind.CENTRE_STOPPED, Urgency.URGENT, since=seen.heartbeat)
    if seen.crashes_last_hour >= CRASHES_AN_HOUR:
        yield Incident(Kind.CENTRE_CRASHES, Urgency.URGENT)
    if seen.stood_still and seen.now - seen.stood_still[1] <= STOOD_STILL_FOR:
        part, moment = seen.stood_still
        yield Incident(Kind.CENTRE_STOOD_STILL, Urgency.SOON, since=moment, detail=part)
    if not seen.broker_connected:
        yield Incident(Kind.BROKER_AWAY, Urgency.URGENT, since=seen.broker_since)
    elif seen.oldest_waiting and seen.now - _later(seen.oldest_waiting, seen.broker_since) > OUTBOX_PATIENCE:
        yield Incident(Kind.OUTBOX_STUCK, Urgency.URGENT, since=seen.oldest_waiting)
    if not seen.key_present:
        yield Incident(Kind.KEY_MISSING, Urgency.URGENT)
    if not seen.next_key_present:
        yield Incident(Kind.NEXT_KEY_MISSING, Urgency.SOON)
    if seen.key_since and seen.now - seen.key_since > KEY_SOON:
        yield Incident(Kind.KEY_OLD, Urgency.SOON, since=seen.key_since + KEY_SOON)
    if seen.database_fault:
        yield Incident(Kind.DATABASE_DAMAGED, Urgency.URGENT, detail=seen.database_fault)
    if seen.disk_free is not None and seen.disk_free < DISK_SOON_BYTES:
        urgency = Urgency.URGENT if seen.disk_free < DISK_URGENT_BYTES else Urgency.SOON
        # Rounded, lest it be another incident with every byte.
        yield Incident(Kind.DISK_LOW, urgency, detail=str(seen.disk_free // 10_000_000 * 10))
    if seen.log_bytes is not None and seen.log_bytes > LARGEST_LOG_BYTES:
        yield Incident(Kind.LOG_LARGE, Urgency.SOON)
    if seen.clock_synchronised is False:
        yield Incident(Kind.CLOCK_UNSYNCHRONISED, Urgency.SOON)
    for file, end in seen.certificates.items():
        if end - seen.now <= CERTIFICATE_SOON:
            urgency = Urgency.URGENT if end - seen.now <= CERTIFICATE_URGENT else Urgency.SOON
            yield Incident(Kind.CERTIFICATE_ENDS, urgency, key=file, until=end)
    yield from _of_backup(seen)
    yield from _of_collectors(seen)


def _of_backup(seen: Snapshot) -> Iterable[Incident]:
    if seen.backup_at is None:
        if seen.in_use_since and seen.now - seen.in_use_since > BACKUP_SOON:
            yield Incident(Kind.BACKUP_OLD, Urgency.SOON, since=seen.in_use_since + BACKUP_SOON)
        return
    age = seen.now - seen.backup_at
    if age > BACKUP_SOON:
        yield Incident(
            Kind.BACKUP_OLD, Urgency.URGENT if age > BACKUP_URGENT else Urgency.SOON, since=seen.backup_at + BACKUP_SOON
        )
    elif not seen.backup_checked:
        yield Incident(Kind.BACKUP_UNCHECKED, Urgency.SOON, since=seen.backup_at)


def _of_collectors(seen: Snapshot) -> Iterable[Incident]:
    for number, sign in seen.collectors.items():
        # None works without the broker; and those that rested with the centre begin with it.
        moments = (sign, seen.broker_since, seen.running_since)
        if seen.broker_connected and all(_settled(one, seen.now, COLLECTOR_PATIENCE) for one in moments):
            yield Incident(Kind.COLLECTOR_AWAY, Urgency.SOON, key=str(number), since=sign)


def _of_town(seen: Snapshot) -> Iterable[Incident]:
    if seen.oldest_mail and seen.now - seen.oldest_mail > MAIL_PATIENCE:
        yield Incident(Kind.MAIL_STUCK, Urgency.SOON, since=seen.oldest_mail)
    if seen.held:
        yield Incident(Kind.ALERTS_HELD, Urgency.URGENT, detail=str(seen.held))
    if seen.refused_last_hour > REFUSED_AN_HOUR:
        yield Incident(Kind.MESSAGES_REFUSED, Urgency.SOON)
    if seen.codes_tried_last_day > GUESSES_A_DAY:
        yield Incident(Kind.CODES_GUESSED, Urgency.SOON)
    if seen.missed:
        yield Incident(Kind.SENDING_MISSED, Urgency.SOON, since=min(seen.missed), detail=str(len(seen.missed)))
    if seen.approval_since and seen.now - seen.approval_since > APPROVAL_PATIENCE:
        yield Incident(Kind.APPROVAL_WAITS, Urgency.SOON, since=seen.approval_since)
    if seen.untold:
        yield Incident(Kind.BROKER_UNTOLD, Urgency.SOON, terminals=tuple(sorted(seen.untold)))


def _off(seen: Snapshot) -> Iterable[Incident]:
    """Find the outages among the terminals that are off, then those that are off for reasons of their own."""
    off = [one for one in seen.ailing if one.kind is Kind.TERMINALS_OFF]
    if seen.broker_connected and _settled(seen.broker_since, seen.now, OUTAGE_PATIENCE):
        wide = _largest_outage([one for one in off if _settled(one.since, seen.now, OUTAGE_PATIENCE)])
        if len(wide) >= SMALLEST_OUTAGE and len(wide) > WIDE_SHARE * sum(seen.areas.values()):
            yield _about(Kind.WIDE_OUTAGE, Urgency.URGENT, wide)
            off = [one for one in off if one not in set(wide)]
        else:
            for area, number in sorted(seen.areas.items()):
                members = [one for one in off if one.area == area and _settled(one.since, seen.now, OUTAGE_PATIENCE)]
                if number >= SMALLEST_OUTAGE and len(members) >= number:
                    yield _about(Kind.AREA_OUTAGE, Urgency.URGENT, members, key=area)
                    off = [one for one in off if one.area != area]
    single = [one for one in off if _settled(one.since, seen.now, OFF_PATIENCE)]
    if single:
        yield _about(Kind.TERMINALS_OFF, Urgency.SOON, single)


def _ailing(seen: Snapshot) -> Iterable[Incident]:
    for kind in Kind:
        members = [one for one in seen.ailing if one.kind is kind]
        if members and kind in OF_TERMINALS and kind is not Kind.TERMINALS_OFF:
            yield _about(kind, Urgency.SOON, members)


def _largest_outage(off: Sequence[Ailing]) -> list[Ailing]:
    """Return the most terminals that went off at once."""
    dated = sorted(((one.since, one) for one in off if one.since), key=lambda pair: (pair[0], pair[1].terminal))
    best, start = (0, 0), 0
    for end, (since, _) in enumerate(dated, start=1):
        while since - dated[start][0] > AT_ONCE:
            start += 1
        if end - start > best[1] - best[0]:
            best = (start, end)
    return [one for _, one in dated[slice(*best)]]


def _about(kind: Kind, urgency: Urgency, members: Sequence[Ailing], key: str = "") -> Incident:
    since = min((one.since for one in members if one.since), default=None)
    return Incident(kind, urgency, key, since, terminals=tuple(sorted({one.terminal for one in members})))


def _settled(since: datetime | None, now: datetime, patience: timedelta) -> bool:
    return since is None or now - since >= patience


def _later(one: datetime, other: datetime | None) -> datetime:
    return max(one, other) if other else one
