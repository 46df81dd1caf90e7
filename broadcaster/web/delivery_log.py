"""How far one revision of an alert has come, in plain values that read as operators read them.

Everything is counted by the ledger; of each group that stands out a few households are named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.domain.delivery import Reach
from broadcaster.domain.standing import TROUBLES, Circumstances, Standing
from broadcaster.domain.town import Town
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.progress import Share, StandingLine
from broadcaster.web.authors import author_name
from broadcaster.web.curve import Curve, curve
from broadcaster.web.delivery_rows import area_name, detail_of
from broadcaster.web.prospect import Prospect, circumstances_of, prospect_now
from broadcaster.web.site import Site
from broadcaster.web.standings import ORDER, advice, is_trouble, tone
from broadcaster.web.words import STAGES, moment
from kokuchi.wire import MessageType, Silence

NAMED = 5
"""So many households of a group that stands out are named; the list has all of them."""

_WHAT = {MessageType.ALERT: "", MessageType.UPDATE: "訂正は、", MessageType.CANCEL: "取り消しは、"}
_MISSING = (
    Standing.NEVER_SEEN,
    Standing.OFFLINE,
    Standing.NO_ANSWER,
    Standing.AWAITED,
    Standing.PENDING,
    Standing.NEVER_CAME,
    Standing.LAPSED,
    Standing.MISSED,
)


@dataclass(frozen=True)
class StageCount:
    """How many terminals have reached a stage."""

    word: str
    count: int


@dataclass(frozen=True)
class AreaReach:
    """One area's terminals, each counted once; the ends of the bar's pieces are in percent."""

    name: str
    addressed: int
    confirmed: int
    heard: int
    arrived: int
    out_of_service: int

    @property
    def missing(self) -> int:
        """How many have not received it, without those that had left service before."""
        return self.addressed - self.confirmed - self.heard - self.arrived - self.out_of_service

    @property
    def ends(self) -> tuple[str, str, str]:
        """Where on the bar those end who confirmed, who heard it, and who have it."""
        reached = (self.confirmed, self.confirmed + self.heard, self.confirmed + self.heard + self.arrived)
        confirmed, heard, arrived = (f"{100 * count / (self.addressed or 1):.4g}%" for count in reached)
        return confirmed, heard, arrived


@dataclass(frozen=True)
class Household:
    """A household that is named, and what else is known of it."""

    terminal: str
    name: str
    area: str
    detail: str


@dataclass(frozen=True)
class Reason:
    """So many terminals are in one standing: what that means and what to do."""

    standing: str
    short: str
    meaning: str
    action: str
    tone: str
    terminals: int
    households: tuple[Household, ...] = ()


@dataclass(frozen=True)
class DeliveryLog:
    """What an alert's page says about its way to the households. `reasons` are of all but those who confirmed."""

    sentence: str
    tone: str
    superseded: bool
    reach: Reach
    curve: Curve
    areas: tuple[AreaReach, ...]
    reasons: tuple[Reason, ...]
    resends: tuple[str, ...]

    @property
    def counts(self) -> tuple[StageCount, ...]:
        """How many have reached each stage."""
        return tuple(StageCount(word, getattr(self.reach, stage)) for stage, word in STAGES.items())

    @property
    def troubled(self) -> tuple[Reason, ...]:
        """What stands out."""
        return tuple(reason for reason in self.reasons if reason.tone == "trouble")

    @property
    def silences(self) -> tuple[tuple[str, int], ...]:
        """Why terminals have not voiced it though nothing is wrong, each with how many they are."""
        silent = [reason for reason in self.reasons if reason.standing in set(Silence)]
        ordered = sorted(silent, key=lambda reason: -reason.terminals)
        return tuple((reason.meaning, reason.terminals) for reason in ordered)


def delivery_log(site: Site, accepted: Accepted) -> DeliveryLog:
    """Return the log of one revision of an alert as it is now."""
    prospect = prospect_now(site, accepted)
    circumstances = circumstances_of(accepted, prospect, site.clock())
    shares = site.ledger.progress.shares(accepted.row, circumstances)
    total = _reach(shares)
    sentence, tone_of_all = _sentence(accepted, shares, total, prospect)
    elapsed = (min(site.clock(), accepted.alert.expires) - accepted.alert.sent).total_seconds()
    ticks = site.ledger.progress.ticks(accepted.row, accepted.alert.sent)
    return DeliveryLog(
        sentence=sentence,
        tone=tone_of_all,
        superseded=prospect is Prospect.SUPERSEDED,
        reach=total,
        curve=curve(ticks, total.addressed, elapsed),
        areas=_areas(site.town, shares),
        reasons=_reasons(site, accepted, circumstances, shares, is_over=prospect.is_over),
        resends=_resends(site, accepted),
    )


def _reach(shares: Sequence[Share]) -> Reach:
    def count(*standings: Standing) -> int:
        return sum(share.terminals for share in shares if share.standing in standings)

    return Reach(
        addressed=sum(share.terminals for share in shares),
        **{stage.value: sum(getattr(share, stage) for share in shares) for stage in STAGES},
        voice_failed=count(Standing.VOICE_FAILED, Standing.NO_VOICE),
        refused=count(Standing.REFUSED),
        missing=count(*_MISSING),
        troubled=count(*(standing for standing in TROUBLES if standing not in _MISSING)),
        out_of_service=count(Standing.OUT_OF_SERVICE),
    )


def _areas(town: Town, shares: Sequence[Share]) -> tuple[AreaReach, ...]:
    order = {area.id: number for number, area in enumerate(town.areas)}
    found = sorted({share.area for share in shares}, key=lambda area: (order.get(area, len(order)), area))
    return tuple(_area(town, area, [share for share in shares if share.area == area]) for area in found)


def _area(town: Town, area: str, shares: Sequence[Share]) -> AreaReach:
    return AreaReach(
        name=area_name(town, area),
        addressed=sum(share.terminals for share in shares),
        confirmed=sum(share.confirmed for share in shares),
        heard=sum(share.heard for share in shares),
        arrived=sum(share.arrived for share in shares),
        out_of_service=sum(share.terminals for share in shares if share.standing is Standing.OUT_OF_SERVICE),
    )


def _reasons(
    site: Site, accepted: Accepted, circumstances: Circumstances, shares: Sequence[Share], *, is_over: bool
) -> tuple[Reason, ...]:
    standings = {share.standing for share in shares} - {Standing.CONFIRMED}
    named = site.ledger.progress.first_of_each(accepted.row, circumstances, filter(is_trouble, standings), NAMED)
    found = []
    for standing in sorted(standings, key=ORDER.__getitem__):
        words = advice(standing, over=is_over)
        found.append(
            Reason(
                standing=standing.value,
                short=words.short,
                meaning=words.meaning,
                action=words.action,
                tone=tone(standing),
                terminals=sum(share.terminals for share in shares if share.standing is standing),
                households=tuple(_household(site.town, line) for line in named.get(standing, ())),
            )
        )
    return tuple(found)


def _household(town: Town, found: StandingLine) -> Household:
    terminal = found.line.terminal
    return Household(terminal.id, terminal.household, area_name(town, terminal.area), detail_of(found, town))


def _resends(site: Site, accepted: Accepted) -> tuple[str, ...]:
    return tuple(
        f"{moment(resend.at, site.town.time_zone)}に、{resend.terminals}台へ送りなおしました"
        f"（{author_name(site, resend.by)}）。"
        for resend in site.ledger.resends.of_alert(accepted.row)
    )


def _sentence(accepted: Accepted, shares: Sequence[Share], total: Reach, prospect: Prospect) -> tuple[str, str]:
    what = _WHAT[accepted.alert.message_type]
    # Who presses 「わかりました」 while it is read stops the voice: without a word of it the numbers would not add up.
    early = sum(share.confirmed - share.voiced for share in shares if share.standing is Standing.CONFIRMED)
    pressed = f"ほかに{early}台で、放送が終わる前に「わかりました」が押されました。" if early else ""
    reached = f"{total.addressed}台のうち{total.received}台に届き、{total.voiced}台で放送されました。{pressed}"
    if prospect is Prospect.SUPERSEDED:
        return f"取り消しや訂正の前に、{reached}", "waiting"
    if prospect is Prospect.WAITING:
        return f"{what}まだ送信が終わっていません。つながりしだい、自動で送られます。", "waiting"
    gone = total.out_of_service
    if gone and gone == total.addressed:
        return f"{what}宛先の{gone}台は、どれも届く前に一時停止か廃止になりました。", "waiting"
    expected = total.addressed - gone
    left = f"ほかの{gone}台は、届く前に一時停止か廃止になりました。" if gone else ""
    if total.voiced == expected:
        return f"{what}{expected}台すべてで放送されました。{left}", "well"
    if total.received == expected:
        return f"{what}{expected}台すべてに届き、{total.voiced}台で放送されました。{pressed}{left}", "waiting"
    if total.missing == 0:
        return f"{what}{reached}{left}", "trouble"
    if prospect is Prospect.EXPIRED:
        tone_of_all = "waiting" if accepted.alert.is_cancel else "trouble"
        return f"{what}{reached}有効期限が過ぎたため、残りの{total.missing}台には届きません。{left}", tone_of_all
    return f"{what}{reached}残りの{total.missing}台には、つながりしだい届きます。{left}", "waiting"
