"""What is done to every request and response, whatever the page."""

import asyncio
import logging
import re
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadcaster.web.errors import error_of_status
from kokuchi.seldom import Seldom

_seldom = Seldom(logging.getLogger(__name__), 60.0)

MAXIMUM_BODY_BYTES = 1_000_000
BODY_SECONDS = 60.0
"""The longest time that a body may take: a whole one comes within it at 140 kbit/s."""

_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?")
_REFUSALS = frozenset({400, 401, 403, 408, 413, 429})
"""What is said to whoever tries something that is not theirs, or too much of it."""

_POLICY = "; ".join(
    [
        "default-src 'self'",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def protect(headers: MutableHeaders) -> None:
    """Set the headers that keep a page from being framed, guessed at, leaked or kept."""
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-store")


class Protection:
    """ASGI middleware that sets the headers above and refuses a body that is too large, announced or not, or too slow.

    What is refused, here or by a page, is in the log: the page by its pattern, since addresses may hold secrets.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(Headers(scope=scope).get("content-length", "0"), receive)

        async def protected_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message))
                _log_refusal(scope, message["status"])
            await send(message)

        # What is written on cards and into links names the host by which the centre was reached.
        if not _HOST.fullmatch(Headers(scope=scope).get("host", "") or "none"):
            await PlainTextResponse("Bad Request", 400)(scope, receive, protected_send)
            return
        # Who leaves in the midst of a form gets no answer, and is no fault of ours.
        with suppress(ClientDisconnect):
            await self._app(scope, body.receive, protected_send)


class _Body:
    """The body of one request, within its bounds."""

    def __init__(self, announced: str, receive: Receive) -> None:
        self._is_small = announced.isdecimal() and int(announced) <= MAXIMUM_BODY_BYTES
        self._receive = receive
        self._received = 0
        self._end: float | None = None
        self._is_whole = False

    async def receive(self) -> Message:
        """Return the next part, or raise PageError; once the body is whole, wait for the client to leave."""
        if not self._is_small:
            raise error_of_status(413)
        if self._is_whole:
            return await self._receive()
        self._end = self._end or asyncio.get_running_loop().time() + BODY_SECONDS
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise error_of_status(408) from None
        self._is_whole = not message.get("more_body", False)
        self._received += len(message.get("body", b""))
        if self._received > MAXIMUM_BODY_BYTES:
            raise error_of_status(413)
        return message


def _log_refusal(scope: Scope, status: int) -> None:
    if status not in _REFUSALS:
        return
    # The interface is an application of its own, whose routes are not known here.
    pattern = getattr(scope.get("route"), "path", "/api" if scope["path"].startswith("/api/") else "")
    address = scope["client"][0] if scope["client"] else ""
    _seldom.warn("request refused", status=status, method=scope["method"], page=pattern, address=address)
