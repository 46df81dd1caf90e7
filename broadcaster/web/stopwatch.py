"""Measures how long answers take to begin."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadcaster.monitoring.figures import Figures

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Whoever asks chooses the method: others are counted together."""


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
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._figures.request(method, _pattern(scope), message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, measured_send)


def _pattern(scope: Scope) -> str:
    path = getattr(scope.get("route"), "path", None)
    return "other" if path is None else f"{scope.get('root_path', '')}{path}"
