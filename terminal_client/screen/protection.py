"""What keeps the page to itself: headers that hold the browser to it, and acts that no other site's form can send."""

from email.message import Message as ContentType

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = "; ".join(
    [
        "default-src 'self'",
        "media-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        # The demonstration shows several terminals side by side, each on its own port.
        "frame-ancestors 'self' http://127.0.0.1:*",
    ]
)


class Protection:
    """ASGI middleware that sets the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""

        async def protected_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self._app(scope, receive, protected_send)


def require_json(request: Request) -> None:
    """Raise 415 unless the body is declared as JSON, which a browser lets no other site do without our consent."""
    declared = ContentType()
    declared["content-type"] = request.headers.get("content-type", "")
    if declared.get_content_type() != "application/json":
        raise HTTPException(415, "send JSON, with Content-Type: application/json")
