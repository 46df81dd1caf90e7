"""Connections to the pages that cannot be held open by saying nothing, or by saying it slowly."""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kokuchi.seldom import Seldom

_seldom = Seldom(logging.getLogger(__name__), 60.0)

HEAD_SECONDS = 20.0
"""The longest time from the first byte of a request, or from the connection, to the end of its headers."""

UNHEARD_BYTES = 65_536
"""The most that may come without making up anything whole: headers, a piece of a body, or what stands around pieces."""

UNREAD_SECONDS, UNREAD_BYTES = 5.0, 20_000_000
"""How much of a body that was not wanted is taken and thrown away, so that a browser comes to read why."""

AT_ONCE = 200
"""The most connections of one address: thirty officials behind one router with six each, as browsers have."""

_HERE = ("127.0.0.1", "::1")
"""A proxy on this machine speaks for everybody, so its connections are not counted."""


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, which ends when it is used to hold the server up.

    uvicorn bounds the time between two requests, but neither that which one takes nor how large its headers are.
    """

    _deadline: asyncio.TimerHandle | None = None
    _has_spoken = False
    _awaits_head = True
    """Whether no request is being answered, and the next one's headers are not whole."""
    _awaits_body = False
    """Whether the headers that came last have more behind them, which may be a body that nobody wanted."""
    _unheard = 0
    """How much has come since the last whole thing."""
    _unread: int | None = None
    """How much has come of a body that nobody wanted."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin to wait for a request, unless its sender has more than enough connections."""
        super().connection_made(transport)
        if self._siblings() > AT_ONCE:
            _seldom.warn("connection refused", address=self._address(), why=f"more than {AT_ONCE}")
            transport.abort()
            return
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; a request of which the headers are not whole has a while, counted from its first byte."""
        self._has_spoken = True
        if self._unread is not None:
            self._unread += len(data)
            if self._unread > UNREAD_BYTES:
                self.transport.abort()
                return
        self._unheard += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._unheard > UNHEARD_BYTES:
            self.send_400_response("Too much that is no request.")
        elif self._awaits_head and self._deadline is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        """Wait for the headers no more; refuse a request that names no host, or two (RFC 9112, 3.2)."""
        self._unheard = 0
        self._awaits_head, self._awaits_body = False, True
        self._be_patient()
        hosts = sum(name == b"host" for name, _value in self.headers)
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() != "1.0"):
            # The parser ends, as with what is no HTTP.
            raise ValueError("a request names one host")
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes after a body is read by nobody."""
        if not self._awaits_body:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._unheard = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the body no more."""
        self._unheard = 0
        self._awaits_body = False
        if self._unread is not None:
            self._unread = None
            self._awaits_head = True
            self._be_patient()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Give up a connection on which a body is still coming that nobody wanted."""
        is_last = not self.pipeline
        self._awaits_head = is_last and not self._awaits_body
        super().on_response_complete()
        if is_last and self._awaits_body and not self.transport.is_closing():
            self._be_patient()
            self._unread = 0
            self._deadline = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; uvicorn would log each."""
        _seldom.warn("request refused", status=400, address=self._address(), why="it is no HTTP")
        super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._be_patient()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _be_patient(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        # A browser opens some connections before it needs them: that is nothing to tell anybody.
        if self._has_spoken:
            _seldom.warn("connection ended", address=self._address(), why="its request was too slow")
        self.transport.abort()

    def _siblings(self) -> int:
        address = self._address()
        if address in _HERE:
            return 0
        others: set[Any] = self.connections
        return sum(1 for other in others if other.client and other.client[0] == address)

    def _address(self) -> str:
        return self.client[0] if self.client else ""
