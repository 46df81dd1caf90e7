"""What is done to every request and response, whatever the page."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadcaster.web.errors import PageError, error_of_status

MAXIMUM_BODY_BYTES = 1_000_000

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


def protect(headers: MutableHeaders, path: str) -> None:
    """Set the headers that keep a page from being framed, guessed at, leaked or kept."""
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-cache" if path.startswith("/static/") else "no-store"


class Protection:
    """ASGI middleware that sets the headers above and refuses a body that is too large, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        received = 0

        async def bounded_receive() -> Message:
            nonlocal received
            if not announced.isdecimal() or int(announced) > MAXIMUM_BODY_BYTES:
                raise _too_large()
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAXIMUM_BODY_BYTES:
                raise _too_large()
            return message

        async def protected_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, bounded_receive, protected_send)


def _too_large() -> PageError:
    return error_of_status(413)
