"""Measures how long answers take to begin."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadcaster.monitoring.figures import Figures


class Stopwatch:
    """ASGI middleware that counts each answer under the pattern of its address, never under the address itself."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def measured_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                pattern = getattr(scope.get("route"), "path", "other")
                self._figures.request(scope["method"], pattern, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, measured_send)
