"""What every page says at its top: who waits for a call, and what keeps alerts from being kept or from going out."""

import shutil
from dataclasses import dataclass

from broadcaster.domain.incident import Kind
from broadcaster.domain.judging import DISK_URGENT_BYTES
from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.monitoring.words import words_of
from broadcaster.web.planned import waiting_for
from broadcaster.web.sent_alone import count_untold
from broadcaster.web.site import Site
from broadcaster.web.words import moment

LITTLE_SPACE_BYTES = DISK_URGENT_BYTES

TOLD = frozenset(
    {Kind.BROKER_AWAY, Kind.OUTBOX_STUCK, Kind.DISK_LOW, Kind.BROKER_UNTOLD, Kind.SENDING_MISSED, Kind.ALERTS_HELD}
)
"""What has a banner of its own, which says it as it matters to whoever writes an alert."""

# The figure is rounded so that pages that follow it do not change with every byte.
_STEP_BYTES = 10_000_000
_MOST_NAMED = 5


@dataclass(frozen=True)
class Banner:
    """A title and what it means for the reader; `path` leads to where something can be done about it.

    `trouble`: the page of what is wrong now says it too, and more of it.
    """

    title: str
    text: str
    path: str = ""
    trouble: bool = False


def banners(site: Site, account: Account) -> tuple[Banner, ...]:
    """Return what the reader has to know now, most often nothing."""
    found = (
        _request_banner(site),
        _held_banner(site, account),
        _planned_banner(site, account),
        _disk_banner(site),
        _broker_banner(site),
        _enrolment_banner(site),
        *_urgent_banners(site),
    )
    return tuple(banner for banner in found if banner)


def _urgent_banners(site: Site) -> list[Banner]:
    """Return what is urgent and has no banner of its own."""
    found = [words_of(one.incident, site.town) for one in site.overseer.now().urgent if one.incident.kind not in TOLD]
    return [Banner(words.title, words.meaning, "/troubles", trouble=True) for words in found]


def _request_banner(site: Site) -> Banner | None:
    waiting = site.ledger.requests.count_open()
    if not waiting:
        return None
    return Banner(f"相談の希望 {waiting}件", "電話を待っている世帯があります。", "/requests")


def _held_banner(site: Site, account: Account) -> Banner | None:
    held = site.ledger.recovery.count_held(site.clock()) if may(account.role, Act.SEND) else 0
    if not held:
        return None
    return Banner(
        f"止めてあるお知らせ {held}件",
        "サーバーを控えから元にもどしたので、前のお知らせを止めてあります。まだ有効かどうかを確かめてください。",
        "/held",
    )


def _planned_banner(site: Site, account: Account) -> Banner | None:
    may_send = may(account.role, Act.SEND)
    lapsed = {lapse.submission.identifier for lapse in site.ledger.timetable.lapses()} if may_send else ()
    counts = {
        "承認待ち": waiting_for(site, account),
        "予定どおりに放送できなかったお知らせ": len(lapsed),
        "承認を待たずに放送・訂正されたお知らせ": count_untold(site, account),
    }
    if not any(counts.values()):
        return None
    told = "、".join(f"{what} {count}件" for what, count in counts.items() if count)
    return Banner(f"予定と承認 {sum(counts.values())}件", f"{told}があります。", "/planned")


def _disk_banner(site: Site) -> Banner | None:
    free = shutil.disk_usage(site.ledger.connections.folder).free
    if free >= LITTLE_SPACE_BYTES:
        return None
    megabytes = free // _STEP_BYTES * _STEP_BYTES // 1_000_000
    return Banner(
        "サーバーのディスクの空きが残りわずかです",
        f"残りは約{megabytes}MBです。いっぱいになると、お知らせを送れなくなります。"
        "いまのうちに、保守の担当者に連絡してください。",
        trouble=True,
    )


def _broker_banner(site: Site) -> Banner | None:
    state = site.ledger.broker.state()
    if state is None:
        return Banner(
            "放送の通信がまだ始まっていません",
            "書いたお知らせは保存され、つながりしだい自動で送られます。",
            trouble=True,
        )
    if not state.connected:
        since = moment(state.since, site.town.time_zone)
        # The link's words for a broker whose certificate it does not take.
        is_untrusted = "is not trusted" in state.detail
        cause = "原因は証明書です。保守の担当者に「証明書」と伝えてください。" if is_untrusted else ""
        return Banner(
            "放送の通信が止まっています",
            f"{since}から、端末に送れません。書いたお知らせは保存され、つながりしだい自動で送られます。"
            "急ぐときは、電話や訪問でも伝えてください。" + cause,
            trouble=True,
        )
    waiting = len(site.ledger.outbox.waiting_alerts())
    if waiting:
        return Banner("送信を待っているお知らせがあります", f"{waiting}件を、順に自動で送っています。")
    return None


def _enrolment_banner(site: Site) -> Banner | None:
    untold = site.ledger.untold.terminals()
    if not untold:
        return None
    more = f"など{len(untold)}台" if len(untold) > _MOST_NAMED else ""
    return Banner(
        "端末の登録の変更が、まだ通信に伝わっていません",
        f"端末 {'、'.join(untold[:_MOST_NAMED])}{more}の変更が、放送の通信に伝わっていません。"
        "登録した端末はつながらず、停止や廃止をした端末はつながったままです。30秒ごとに、自動でやりなおしています。"
        "続くときは、保守の担当者に連絡してください。",
        trouble=True,
    )
