"""Whether the promises were kept: what each end has kept of a run, compared. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from broadcaster.domain.delivery import Delivery
from chaos.evidence import Evidence, Home
from chaos.journal import Line, What
from kokuchi.wire import Outcome
from terminal_client.agenda import REPEAT
from terminal_client.household import Key

CALM_SECONDS = 30.0
"""An alert that expires sooner after the last fault need not have reached everybody."""

STOP_SECONDS = 1.0
"""Promise 6: so long may an old text go on after its Cancel or Update was taken, waits for a processor not counted."""

LATE_SECONDS = 5.0
"""So old may the centre's word of the time be when it reaches a terminal, and so late an alert's expiry."""

_REPEAT_SECONDS = REPEAT.total_seconds() - LATE_SECONDS
"""An emergency is said again so long after it was voiced, until somebody confirms it."""

_NOT_TAKEN = (Outcome.REFUSED, Outcome.CANCELLED, Outcome.EXPIRED)
_STOPS = (What.SPEECH_STOPPED, What.SPEECH_ENDED)


@dataclass(frozen=True)
class Offence:
    """A broken promise at one terminal."""

    terminal: str
    key: Key
    words: str


@dataclass(frozen=True)
class Verdict:
    """The offences by kind. The run was clean if there are none."""

    lost: tuple[Offence, ...]
    voiced_twice: tuple[Offence, ...]
    voiced_after_cancel: tuple[Offence, ...]
    voiced_forged: tuple[Offence, ...]
    reports_missing: tuple[Offence, ...]

    @property
    def offences(self) -> tuple[Offence, ...]:
        """All of them."""
        return (
            *self.lost,
            *self.voiced_twice,
            *self.voiced_after_cancel,
            *self.voiced_forged,
            *self.reports_missing,
        )


def judge(evidence: Evidence, calm_since: datetime) -> Verdict:
    """Return every offence; `calm_since` is when the last fault was over."""
    homes = evidence.homes.items()
    return Verdict(
        lost=(*_lost(evidence, calm_since), *(o for name, home in homes for o in _not_kept(evidence, name, home))),
        voiced_twice=tuple(o for name, home in homes for o in _voiced_twice(evidence, name, home)),
        voiced_after_cancel=tuple(o for name, home in homes for o in _voiced_after_cancel(name, home)),
        voiced_forged=tuple(o for name, home in homes for o in _voiced_forged(evidence, name, home)),
        reports_missing=tuple(_reports_missing(evidence)),
    )


def is_settled(evidence: Evidence, calm_since: datetime) -> bool:
    """Tell whether nothing is on its way any more: both ends say the same, and everything was voiced."""
    return not (any(_lost(evidence, calm_since)) or any(_reports_missing(evidence)))


def _lost(evidence: Evidence, calm_since: datetime) -> Iterator[Offence]:
    newest = evidence.newest()
    for terminal, key in evidence.deliveries:
        published = evidence.published[key]
        if key not in newest or published.expires < calm_since + timedelta(seconds=CALM_SECONDS):
            continue
        kept = evidence.homes[terminal].inbox.get(key)
        if kept is None:
            yield Offence(terminal, key, f"sent at {published.sent}, never arrived")
        elif published.is_cancel and not (kept.voiced_at or kept.confirmed_at or kept.outcome):
            yield Offence(
                terminal, key, f"a Cancel of {published.sent}, taken, then neither told nor dropped: {stages(kept)}"
            )
        elif not published.is_cancel and kept.voiced_at is None:
            yield Offence(terminal, key, f"sent at {published.sent}, taken, never voiced: {stages(kept)}")


def _not_kept(evidence: Evidence, terminal: str, home: Home) -> Iterator[Offence]:
    """Yield what the broker was told to be safe before it was committed: a kill in between loses it."""
    kept: set[Key] = set()
    for line in home.journal or ():
        if line.key is None or (terminal, line.key) not in evidence.deliveries:
            continue
        if line.what in (What.HELD, What.KEPT, What.TAKEN):
            kept.add(line.key)
        elif line.what is What.ACKNOWLEDGED and line.key not in kept:
            yield Offence(terminal, line.key, f"acknowledged at {_clock(line)} and not committed before")


def _voiced_twice(evidence: Evidence, terminal: str, home: Home) -> Iterator[Offence]:
    committed: dict[Key, Line] = {}
    ended: dict[tuple[Key, int], Line] = {}
    for line in home.journal or ():
        if line.key is None:
            continue
        if line.what is What.COMMITTED:
            committed.setdefault(line.key, line)
        elif line.what is What.SPEECH_STARTED and line.key in committed:
            published = evidence.published.get(line.key)
            # Its household was cut off before it could confirm it.
            if published and published.is_emergency and line.at - committed[line.key].at > _REPEAT_SECONDS:
                continue
            yield Offence(terminal, line.key, f"voiced again at {_clock(line)}, {_after(committed[line.key])}")
        elif line.what is What.SPEECH_ENDED:
            # A kill before the commit makes it another life, in which it may be voiced again.
            life = (line.key, line.process)
            if life in ended and line.key not in committed:
                yield Offence(terminal, line.key, f"heard to the end again at {_clock(line)}, {_after(ended[life])}")
            ended[life] = line


def _voiced_after_cancel(terminal: str, home: Home) -> Iterator[Offence]:
    if home.journal is None:
        yield from _reported_after_cancel(terminal, home)
        return
    newest: dict[str, Line] = {}
    for line in home.journal:
        if line.key is None:
            continue
        taken = newest.get(line.key.alert)
        revision = taken.key.revision if taken and taken.key else 0
        if line.what in (What.HELD, What.TAKEN) and line.key.revision > revision:
            newest[line.key.alert] = line
        elif taken and line.what in (What.SPEECH_STARTED, *_STOPS) and line.key.revision < revision:
            starved = line.starved - taken.starved if line.process == taken.process else 0.0
            late = line.at - taken.at - starved
            if late > STOP_SECONDS:
                words = f"{line.what} at {_clock(line)}, {late:.2f} s after revision {revision} was taken"
                yield Offence(terminal, line.key, f"{words}, and {starved:.2f} s of waiting for a processor")


def _reported_after_cancel(terminal: str, home: Home) -> Iterator[Offence]:
    for key, delivery in home.inbox.items():
        newer = [
            kept.received_at
            for other, kept in home.inbox.items()
            if other.alert == key.alert and other.revision > key.revision and kept.received_at
        ]
        last = max((m for m in (delivery.voice_started_at, delivery.voiced_at) if m), default=None)
        if newer and last and last > min(newer) + timedelta(seconds=STOP_SECONDS):
            yield Offence(terminal, key, f"heard at {last}, a newer revision was there at {min(newer)}")


def _voiced_forged(evidence: Evidence, terminal: str, home: Home) -> Iterator[Offence]:
    if home.journal is None:
        starts = [(key, kept.voice_started_at) for key, kept in home.inbox.items() if kept.voice_started_at]
    else:
        starts = [
            (line.key, datetime.fromtimestamp(line.at, UTC))
            for line in home.journal
            if line.key is not None and line.what is What.SPEECH_STARTED
        ]
    for key, at in starts:
        if (terminal, key) not in evidence.deliveries:
            yield Offence(terminal, key, f"voiced at {at}, though the ledger has no such delivery")
        elif at > evidence.published[key].expires + timedelta(seconds=LATE_SECONDS):
            yield Offence(terminal, key, f"voiced at {at}, though expired at {evidence.published[key].expires}")
    voiced = {key for key, _ in starts}
    for key, kept in home.inbox.items():
        if (terminal, key) not in evidence.deliveries and kept.outcome not in _NOT_TAKEN and key not in voiced:
            yield Offence(terminal, key, f"taken, though the ledger has no such delivery: {stages(kept)}")


def _reports_missing(evidence: Evidence) -> Iterator[Offence]:
    nothing = Delivery()
    for (terminal, key), told in evidence.deliveries.items():
        home = evidence.homes[terminal]
        happened = home.inbox.get(key)
        if happened is None and key in home.seen:
            # Pruned after it had expired and was told.
            continue
        if (happened or nothing) != told:
            yield Offence(terminal, key, f"the ledger has {stages(told)}; the inbox {stages(happened or nothing)}")


def stages(delivery: Delivery) -> str:
    """Return what is known of a delivery in a line."""
    moments = {
        "received": delivery.received_at,
        "displayed": delivery.displayed_at,
        "voice started": delivery.voice_started_at,
        "voiced": delivery.voiced_at,
        "confirmed": delivery.confirmed_at,
    }
    words = [f"{stage} {moment.isoformat(timespec='milliseconds')}" for stage, moment in moments.items() if moment]
    words += [f"dictionary {delivery.dictionary}"] if delivery.dictionary else []
    return ", ".join([*words, *([delivery.outcome.value] if delivery.outcome else [])]) or "nothing"


def _after(line: Line) -> str:
    return f"after {line.what} at {_clock(line)}"


def _clock(line: Line) -> str:
    return datetime.fromtimestamp(line.at, UTC).isoformat(timespec="milliseconds")
