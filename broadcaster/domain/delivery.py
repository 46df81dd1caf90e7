"""One alert at one terminal: how reports add up, and what an operator should know about it.

Deliveries form a join semilattice: `merge` is commutative, associative and idempotent, so that reports may come late,
twice or in any order, and none moves a delivery back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from broadcaster.domain.service import Service
from kokuchi.wire import Clock, DeliveryReport, Outcome, Presence, Silence, Speaker

SILENT_AFTER = timedelta(seconds=30)
"""A terminal that has not answered for this long stands out."""


FIRST_REMINDER, LAST_REMINDER = timedelta(seconds=30), timedelta(minutes=30)
"""A connected terminal that says nothing is sent the alert again after this time, later after twice as long."""


def reminder_after(attempts: int) -> timedelta:
    """Return how long to wait for an answer after so many attempts to send an alert again."""
    doubled: timedelta = FIRST_REMINDER * (1 << min(attempts, 16))
    return min(LAST_REMINDER, doubled)


class Stage(StrEnum):
    """How far an alert has come, in order."""

    RECEIVED = "received"
    DISPLAYED = "displayed"
    VOICED = "voiced"
    CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Delivery:
    """What is known of one revision of an alert at one terminal.

    `dictionary` is the revision that voiced it; `silence` is why it was not voiced, and says nothing once it was.
    """

    received_at: datetime | None = None
    displayed_at: datetime | None = None
    voice_started_at: datetime | None = None
    voiced_at: datetime | None = None
    confirmed_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str = ""
    dictionary: int | None = None
    silence: Silence | None = None

    @classmethod
    def of(cls, report: DeliveryReport) -> "Delivery":
        """Return what a report says; a reason belongs to an outcome and says nothing without one."""
        said = cls(**{field.name: getattr(report, field.name) for field in fields(cls)})
        return said if said.outcome else replace(said, reason="")

    def at(self, stage: Stage) -> datetime | None:
        """Return when the stage was reached."""
        moment: datetime | None = getattr(self, f"{stage}_at")
        return moment

    @property
    def is_complete(self) -> bool:
        """Whether every stage was reached."""
        return all(self.at(stage) for stage in Stage)


def merge(known: Delivery, reported: Delivery) -> Delivery:
    """Return what both together say: of two times the earlier stands, of two of anything else the higher."""
    moments = {
        field.name: _earlier(getattr(known, field.name), getattr(reported, field.name))
        for field in fields(Delivery)
        if field.name.endswith("_at")
    }
    outcome, reason = max((_outcome_key(known), _outcome_key(reported)))[1:]
    dictionaries = [said.dictionary for said in (known, reported) if said.dictionary is not None]
    silences = [said.silence for said in (known, reported) if said.silence is not None]
    return replace(
        known,
        **moments,
        outcome=Outcome(outcome) if outcome else None,
        reason=reason,
        dictionary=max(dictionaries, default=None),
        silence=max(silences, key=lambda silence: silence.rank, default=None),
    )


@dataclass(frozen=True)
class Reach:
    """How many terminals of an alert's audience have reached each stage, and how many it has not reached.

    `missing` have said nothing at all of it and are in service; `out_of_service` have said nothing either, but were
    suspended or retired since: nobody is waited for there. `troubled` are those that stand out, without the missing
    ones, about which the circumstances decide.
    """

    addressed: int = 0
    received: int = 0
    displayed: int = 0
    voiced: int = 0
    confirmed: int = 0
    voice_failed: int = 0
    refused: int = 0
    missing: int = 0
    troubled: int = 0
    out_of_service: int = 0

    @property
    def unreached(self) -> int:
        """How many terminals have not even received it, without those out of service."""
        return self.addressed - self.received - self.out_of_service


def reach(deliveries: Iterable[tuple[Delivery, Service]]) -> Reach:
    """Count deliveries by stage, each beside whether its terminal takes part now."""
    pairs = list(deliveries)
    everything = [delivery for delivery, _ in pairs]
    return Reach(
        addressed=len(everything),
        **{stage.value: sum(1 for delivery in everything if delivery.at(stage)) for stage in Stage},
        voice_failed=sum(1 for delivery in everything if _is_silent(delivery)),
        refused=sum(1 for delivery in everything if delivery.outcome is Outcome.REFUSED),
        missing=sum(1 for pair in pairs if _is_missing(pair[0]) and not is_out_of_service(*pair)),
        troubled=sum(1 for delivery in everything if _stands_out(delivery)),
        out_of_service=sum(1 for pair in pairs if is_out_of_service(*pair)),
    )


def is_out_of_service(delivery: Delivery, service: Service) -> bool:
    """Tell whether nothing more will come of a delivery because its terminal has left service.

    What a terminal said before it left, be it a refusal, stays as it was.
    """
    return _is_missing(delivery) and service is not Service.IN_SERVICE


class Trouble(StrEnum):
    """What stands out about a delivery; the words for it are the page's."""

    NEVER_SEEN = "never_seen"
    OFFLINE = "offline"
    NO_ANSWER = "no_answer"
    VOICE_FAILED = "voice_failed"
    REFUSED = "refused"
    NOT_DISPLAYED = "not_displayed"
    EXPIRED = "expired"


def trouble(
    delivery: Delivery, service: Service, presence: Presence | None, sent: datetime, now: datetime
) -> Trouble | None:
    """Return what an operator should look at, or None if the delivery is well, on its way, or waited for no more."""
    if is_out_of_service(delivery, service):
        return None
    if delivery.outcome is Outcome.REFUSED:
        return Trouble.REFUSED
    if _is_silent(delivery):
        return Trouble.VOICE_FAILED
    if _is_too_late(delivery):
        return Trouble.EXPIRED
    if delivery.received_at is not None:
        missing_screen = delivery.voiced_at is not None and delivery.displayed_at is None
        return Trouble.NOT_DISPLAYED if missing_screen else None
    if presence is None:
        return Trouble.NEVER_SEEN
    if not presence.online:
        return Trouble.OFFLINE
    return Trouble.NO_ANSWER if now - sent > SILENT_AFTER else None


TOO_HOT_CELSIUS = 80
"""From here on a Raspberry Pi slows itself down."""


FULL_MIB = 100
"""With so little space left a terminal will soon not be able to keep an alert."""


class Fault(StrEnum):
    """What a terminal says is wrong with it; the words for it are the page's."""

    SOUND = "sound"
    STORAGE = "storage"
    CLOCK = "clock"
    HEAT = "heat"


def faults(presence: Presence) -> list[Fault]:
    """Return what a connected terminal says is wrong with it."""
    return [
        *([Fault.SOUND] if presence.speaker is Speaker.FAILED else []),
        *([Fault.STORAGE] if presence.storage_fault or _is_full(presence) else []),
        *([Fault.CLOCK] if presence.clock is Clock.UNKNOWN else []),
        *([Fault.HEAT] if (presence.temperature_celsius or 0) >= TOO_HOT_CELSIUS else []),
    ]


def _is_full(presence: Presence) -> bool:
    return presence.disk_free_mib is not None and presence.disk_free_mib < FULL_MIB


def _is_missing(delivery: Delivery) -> bool:
    return delivery.received_at is None and delivery.outcome is None


def _stands_out(delivery: Delivery) -> bool:
    """Tell whether a delivery is one to look at however its terminal is now."""
    if delivery.outcome is Outcome.REFUSED or _is_silent(delivery) or _is_too_late(delivery):
        return True
    return not _is_missing(delivery) and delivery.voiced_at is not None and delivery.displayed_at is None


def _is_too_late(delivery: Delivery) -> bool:
    return delivery.outcome is Outcome.EXPIRED and delivery.voiced_at is None and not _is_told_otherwise(delivery)


def _is_told_otherwise(delivery: Delivery) -> bool:
    """Tell whether the household has it in writing and, by its own wish or for its peace, in no other voice."""
    return delivery.silence in (Silence.SUMMARISED, Silence.DECLINED) and delivery.displayed_at is not None


def _is_silent(delivery: Delivery) -> bool:
    return delivery.outcome is Outcome.VOICE_FAILED and delivery.voiced_at is None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _outcome_key(delivery: Delivery) -> tuple[int, str, str]:
    if delivery.outcome is None:
        return (-1, "", "")
    return (delivery.outcome.rank, delivery.outcome.value, delivery.reason)
