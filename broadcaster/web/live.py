"""Pages that move by themselves: server-sent events that carry the parts of a page that have changed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import StreamingResponse
from markupsafe import Markup

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.web import sessions
from broadcaster.web.banner import banners
from broadcaster.web.errors import PageError
from broadcaster.web.site import Site, site_of
from broadcaster.web.troubles import count_troubles

HEARTBEAT_SECONDS = 15.0
PAUSE_SECONDS = 0.25
# However much there is to look at, while reports pour in one stream works a sixth of the time at most.
_PAUSE_PER_WORK = 5
# A browser holds six connections to one host, and pages that nobody looks at give theirs back.
MOST_STREAMS = 24
# The browser asks again by itself; its session is then checked like any other request's.
LONGEST_STREAM_SECONDS = 3600.0


# The navigation stands twice on a page, as a bar and as a menu; one of them is seen.
_COUNTS_IN_NAVIGATION = ("request-count-bar", "request-count-menu")
_TROUBLES_IN_NAVIGATION = ("trouble-count-bar", "trouble-count-menu")


@dataclass(frozen=True)
class Part:
    """The inside of the element with this id: a template, and what it shows. Equal parts look equal."""

    id: str
    template: str
    context: Mapping[str, object]


def render(site: Site, part: Part) -> Markup:
    """Return a part as it stands in the page."""
    return Markup(site.templates.get_template(part.template).render(**part.context))  # noqa: S704 - the template escapes


Look = Callable[[], Sequence[Part]]
"""Reads from the ledger what a page shows now."""


def live(request: Request, look: Look) -> StreamingResponse:
    """Answer with the changes of a page until the reader leaves or may no longer read it.

    Raises PageError for a session that follows many pages already.
    """
    site, session = site_of(request), sessions.session_token(request)
    if site.streams[session] >= MOST_STREAMS:
        raise PageError(
            429, "開いているページが多すぎます", "使っていないページを閉じてから、読みこみなおしてください。"
        )

    def allowed_look() -> Sequence[Part] | None:
        account = sessions.visitor(request)
        if account is None or not may(account.role, Act.READ_LOG):
            return None
        return [*_on_every_page(site, account), *look()]

    return StreamingResponse(
        _counted(site, session, changes(site, allowed_look)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _counted(site: Site, session: str, events: AsyncIterator[str]) -> AsyncIterator[str]:
    site.streams[session] += 1
    try:
        async for event in events:
            yield event
    finally:
        site.streams[session] -= 1
        if not site.streams[session]:
            del site.streams[session]


def _on_every_page(site: Site, account: Account) -> list[Part]:
    waiting = site.ledger.requests.waiting()
    count = {"waiting_requests": {"count": waiting.count, "newest": waiting.newest}}
    troubles = {"trouble_count": count_troubles(site)}
    return [
        Part("banner", "parts/banner.html", {"banners": banners(site, account)}),
        *(Part(place, "parts/request_count.html", count) for place in ("calls", *_COUNTS_IN_NAVIGATION)),
        *(Part(place, "parts/trouble_count.html", troubles) for place in _TROUBLES_IN_NAVIGATION),
    ]


async def changes(site: Site, look: Callable[[], Sequence[Part] | None]) -> AsyncIterator[str]:
    """Yield an event with all parts, then one whenever some have changed; ends when there is nothing to look at."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_STREAM_SECONDS
    shown: dict[str, Part] = {}
    last_word = 0.0
    while loop.time() < end:
        seen = site.ledger.changes.count
        began = loop.time()
        parts = await asyncio.to_thread(look)
        if parts is None:
            return
        changed = [part for part in parts if shown.get(part.id) != part]
        if changed:
            yield await asyncio.to_thread(_event, site, changed)
            last_word = loop.time()
        elif loop.time() - last_word >= HEARTBEAT_SECONDS:
            yield ": still here\n\n"
            last_word = loop.time()
        shown = {part.id: part for part in parts}
        await asyncio.sleep(max(PAUSE_SECONDS, _PAUSE_PER_WORK * (loop.time() - began)))
        await site.ledger.changes.wait_calmly(seen, HEARTBEAT_SECONDS)


def _event(site: Site, parts: Sequence[Part]) -> str:
    html = {part.id: render(site, part) for part in parts}
    return f"data: {json.dumps(html, ensure_ascii=False)}\n\n"
