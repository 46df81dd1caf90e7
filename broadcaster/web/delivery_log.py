"""The delivery log of one alert, as operators read it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcaster.domain.delivery import Delivery, Reach, Trouble, reach, trouble
from broadcaster.domain.town import Town
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.deliveries import Line
from broadcaster.web.site import Site
from broadcaster.web.words import HELD_TOO_LONG, SILENCES, STAGES, TROUBLES, Advice, clock, moment, outdated_dictionary
from kokuchi.wire import NO_VOICE, MessageType, Outcome, Presence, Silence


class Prospect(StrEnum):
    """What can still become of a delivery that has not arrived."""

    OPEN = "open"
    WAITING = "waiting"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


_UNREACHED = {
    Prospect.OPEN: "応答待ち",
    Prospect.WAITING: "送信待ち",
    Prospect.EXPIRED: "期限切れ",
    Prospect.SUPERSEDED: "届かず",
}


_WHAT = {MessageType.ALERT: "", MessageType.UPDATE: "訂正は、", MessageType.CANCEL: "取り消しは、"}


@dataclass(frozen=True)
class StageCount:
    """How many terminals have reached a stage."""

    word: str
    count: int


@dataclass(frozen=True)
class Row:
    """One terminal's line. `tone` is well, waiting or trouble; `last_contact` is said of those that are away.

    `outdated` says that it was voiced by older words than those that stood when the alert was sent, `silence` why it
    was not voiced though nothing is wrong.
    """

    terminal: str
    household: str
    area: str
    times: tuple[tuple[str, str], ...]
    status: str
    tone: str
    advice: Advice | None = None
    detail: str = ""
    last_contact: str = ""
    outdated: str = ""
    silence: str = ""


@dataclass(frozen=True)
class DeliveryLog:
    """What an alert's page says about its way to the households."""

    sentence: str
    tone: str
    superseded: bool
    addressed: int
    counts: tuple[StageCount, ...]
    rows: tuple[Row, ...]

    @property
    def troubled(self) -> tuple[Row, ...]:
        """The lines that stand out."""
        return tuple(row for row in self.rows if row.advice)

    @property
    def silences(self) -> tuple[tuple[str, int], ...]:
        """Why terminals have not voiced it though nothing is wrong, each with how many they are."""
        return tuple(Counter(row.silence for row in self.rows if row.silence).most_common())


def delivery_log(site: Site, accepted: Accepted) -> DeliveryLog:
    """Return the log of one revision of an alert as it is now."""
    lines = site.ledger.deliveries.of_alert(accepted.row)
    presences = site.ledger.presences.all()
    prospect = prospect_of(
        accepted, site.ledger.outbox.waiting_alerts(), site.clock(), superseded=_is_superseded(site, accepted)
    )
    total = reach(line.delivery for line in lines)
    sentence, tone = _sentence(accepted, lines, total, prospect)
    return DeliveryLog(
        sentence=sentence,
        tone=tone,
        superseded=prospect is Prospect.SUPERSEDED,
        addressed=total.addressed,
        counts=tuple(StageCount(word, getattr(total, stage)) for stage, word in STAGES.items()),
        rows=tuple(_row(line, accepted, presences, site.town, prospect, site.clock()) for line in lines),
    )


def prospect_of(accepted: Accepted, waiting_rows: Set[int], now: datetime, *, superseded: bool = False) -> Prospect:
    """Return what can still become of the deliveries that have not arrived."""
    if superseded:
        return Prospect.SUPERSEDED
    if accepted.row in waiting_rows:
        return Prospect.WAITING
    return Prospect.EXPIRED if accepted.alert.expires <= now else Prospect.OPEN


def count_troubled(
    lines: Iterable[Line], accepted: Accepted, presences: Mapping[str, Presence], prospect: Prospect, now: datetime
) -> int:
    """Return how many of the lines stand out."""
    return sum(1 for line in lines if _trouble(line, accepted, presences, prospect, now))


def _is_superseded(site: Site, accepted: Accepted) -> bool:
    newest = site.ledger.alerts.get(accepted.alert.identifier)
    return newest is not None and newest.row != accepted.row


def _sentence(accepted: Accepted, lines: Sequence[Line], total: Reach, prospect: Prospect) -> tuple[str, str]:
    what = _WHAT[accepted.alert.message_type]
    missing = sum(1 for line in lines if _is_missing(line.delivery))
    reached = f"{total.addressed}台のうち{total.received}台に届き、{total.voiced}台で放送されました。"
    if prospect is Prospect.SUPERSEDED:
        return f"取り消しや訂正の前に、{reached}", "waiting"
    if prospect is Prospect.WAITING:
        return f"{what}まだ送信が終わっていません。つながりしだい、自動で送られます。", "waiting"
    if total.voiced == total.addressed:
        return f"{what}{total.addressed}台すべてで放送されました。", "well"
    if total.received == total.addressed:
        return f"{what}{total.addressed}台すべてに届き、{total.voiced}台で放送されました。", "waiting"
    if missing == 0:
        return f"{what}{reached}", "trouble"
    if prospect is Prospect.EXPIRED:
        tone = "waiting" if accepted.alert.is_cancel else "trouble"
        return f"{what}{reached}有効期限が過ぎたため、残りの{missing}台には届きません。", tone
    return f"{what}{reached}残りの{missing}台には、つながりしだい届きます。", "waiting"


def _is_missing(delivery: Delivery) -> bool:
    return delivery.received_at is None and delivery.outcome is None


def _trouble(
    line: Line, accepted: Accepted, presences: Mapping[str, Presence], prospect: Prospect, now: datetime
) -> Trouble | None:
    if _is_missing(line.delivery):
        if prospect in (Prospect.WAITING, Prospect.SUPERSEDED):
            return None
        if prospect is Prospect.EXPIRED:
            # What is withdrawn has expired as well, so nobody needs to be told of it any more.
            return None if accepted.alert.is_cancel else Trouble.EXPIRED
    return trouble(line.delivery, presences.get(line.terminal.id), accepted.alert.sent, now)


def _row(
    line: Line, accepted: Accepted, presences: Mapping[str, Presence], town: Town, prospect: Prospect, now: datetime
) -> Row:
    found = _trouble(line, accepted, presences, prospect, now)
    presence = presences.get(line.terminal.id)
    status, tone = _status(line.delivery, prospect)
    away = found is Trouble.OFFLINE and presence is not None
    return Row(
        terminal=line.terminal.id,
        household=line.terminal.household,
        area=_area_name(town, line.terminal.area),
        times=tuple(
            (word, clock(line.delivery.at(stage), accepted.alert.sent, town.time_zone))
            for stage, word in STAGES.items()
        ),
        status=TROUBLES[found].short if found else status,
        tone="trouble" if found else tone,
        advice=TROUBLES[found] if found else None,
        detail=_detail(line, found),
        last_contact=moment(presence.sent, town.time_zone) if away and presence else "",
        outdated=outdated_dictionary(line.delivery.dictionary, accepted.dictionary, "送信時は")
        if line.delivery.voice_started_at
        else "",
        silence=_silence(line.delivery, prospect),
    )


def _silence(delivery: Delivery, prospect: Prospect) -> str:
    if delivery.silence is None or delivery.voiced_at is not None:
        return ""
    is_over = delivery.outcome is not None or prospect in (Prospect.EXPIRED, Prospect.SUPERSEDED)
    return HELD_TOO_LONG if is_over and delivery.silence is Silence.HELD else SILENCES[delivery.silence]


def _status(delivery: Delivery, prospect: Prospect) -> tuple[str, str]:
    if delivery.confirmed_at:
        return "確認済み", "well"
    if delivery.outcome is Outcome.CANCELLED:
        return "取り消し", "waiting"
    if delivery.voiced_at:
        return "放送済み", "well"
    if delivery.voice_started_at:
        return "放送中", "waiting"
    if delivery.displayed_at:
        return "表示済み", "waiting"
    if delivery.received_at:
        return "受信済み", "waiting"
    return _UNREACHED[prospect], "waiting"


def _area_name(town: Town, identifier: str) -> str:
    return next((area.name for area in town.areas if area.id == identifier), identifier)


def _detail(line: Line, found: Trouble | None) -> str:
    if found is Trouble.NO_ANSWER and line.attempts:
        return f"{line.attempts}回送りなおしました"
    if line.delivery.reason == NO_VOICE:
        return "音の出ない端末です"
    return f"端末の記録: {line.delivery.reason}" if found and line.delivery.reason else ""
