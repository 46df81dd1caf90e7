"""What every page says at its top while alerts do not go out."""

from dataclasses import dataclass

from broadcaster.web.site import Site
from broadcaster.web.words import moment


@dataclass(frozen=True)
class Banner:
    """A title and what it means for the reader."""

    title: str
    text: str


def banner(site: Site) -> Banner | None:
    """Return what keeps alerts from going out, or None if nothing does."""
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
