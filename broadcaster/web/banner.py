"""What every page says at its top: who waits for a call, and what keeps alerts from being kept or from going out."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.web.authors import author_name
from broadcaster.web.planned import TOLD_FOR, waiting_for
from broadcaster.web.site import Site
from broadcaster.web.words import moment

LITTLE_SPACE_BYTES = 200_000_000

# The figure is rounded so that pages that follow it do not change with every byte.
_STEP_BYTES = 10_000_000


@dataclass(frozen=True)
class Banner:
    """A title and what it means for the reader; `path` leads to where something can be done about it."""

    title: str
    text: str
    path: str = ""


def banners(site: Site, account: Account) -> tuple[Banner, ...]:
    """Return what the reader has to know now, most often nothing."""
    found = (
        _request_banner(site),
        *_planned_banners(site, account),
        _disk_banner(site),
        _broker_banner(site),
        _enrolment_banner(site),
    )
    return tuple(banner for banner in found if banner)


def _request_banner(site: Site) -> Banner | None:
    waiting = site.ledger.requests.count_open()
    if not waiting:
        return None
    return Banner(f"相談の希望 {waiting}件", "電話を待っている世帯があります。", "/requests")


def _planned_banners(site: Site, account: Account) -> Iterator[Banner]:
    if waiting := waiting_for(site, account):
        yield Banner(f"承認待ち {waiting}件", "承認すると放送されます。", "/planned")
    if not may(account.role, Act.SEND):
        return
    if lapsed := len({lapse.submission.identifier for lapse in site.ledger.timetable.lapses()}):
        yield Banner(f"予定どおりに放送できなかったお知らせ {lapsed}件", "どうするかを決めてください。", "/planned")
    if untold := site.ledger.submissions.untold(account.name, site.clock() - TOLD_FOR):
        by = author_name(site, untold[0].submitted_by)
        yield Banner(
            "承認を待たずに放送された緊急のお知らせ", f"{by}さんが放送しました。理由を見てください。", "/planned"
        )


def _disk_banner(site: Site) -> Banner | None:
    free = shutil.disk_usage(site.ledger.connections.path.parent).free
    if free >= LITTLE_SPACE_BYTES:
        return None
    megabytes = free // _STEP_BYTES * _STEP_BYTES // 1_000_000
    return Banner(
        "サーバーのディスクの空きが残りわずかです",
        f"残りは約{megabytes}MBです。いっぱいになると、お知らせを送れなくなります。"
        "いまのうちに、保守の担当者に連絡してください。",
    )


def _broker_banner(site: Site) -> Banner | None:
    state = site.ledger.broker.state()
    if state is None:
        return Banner(
            "放送の通信がまだ始まっていません",
            "書いたお知らせは保存され、つながりしだい自動で送られます。",
        )
    if not state.connected:
        since = moment(state.since, site.town.time_zone)
        return Banner(
            "放送の通信が止まっています",
            f"{since}から、端末に送れません。書いたお知らせは保存され、つながりしだい自動で送られます。"
            "急ぐときは、電話や訪問でも伝えてください。",
        )
    waiting = len(site.ledger.outbox.waiting_alerts())
    if waiting:
        return Banner("送信を待っているお知らせがあります", f"{waiting}件を、順に自動で送っています。")
    return None


def _enrolment_banner(site: Site) -> Banner | None:
    untold = site.ledger.enrolment.untold()
    if not untold:
        return None
    return Banner(
        "登録した端末が、まだつながりません",
        f"端末 {'、'.join(untold)} の登録が、放送の通信（ブローカー）に伝わっていません。"
        "ブローカーの再読み込みが必要です。保守の担当者に連絡してください。",
    )
