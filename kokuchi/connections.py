"""Connections to the pages that cannot be held open by saying nothing, or by saying it slowly."""

import asyncio
import logging
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from kokuchi.seldom import Seldom

_seldom = Seldom(logging.getLogger(__name__), 60.0)

HEAD_SECONDS = 20.0
"""The longest time from the first byte of a request, or from the connection, to the end of its headers."""

UNREAD_SECONDS, UNREAD_BYTES = 5.0, 20_000_000
"""How much of a body that was not wanted is taken and thrown away, so that a browser comes to read why."""

AT_ONCE = 200
"""The most connections of one address: thirty officials behind one router with six each, as browsers have."""

_HERE = ("127.0.0.1", "::1")
"""A proxy on this machine speaks for everybody, so its connections are not counted."""


class BoundedConnection(H11Protocol):
    """uvicorn's connection, which ends when it is used to hold the server up.

    uvicorn bounds the size of the headers, and the time between two requests, but not the time that a request takes.
    """

    _deadline: asyncio.TimerHandle | None = None
    _has_spoken = False
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
        super().data_received(data)
        if self._unread is not None:
            if self.conn.their_state is h11.SEND_BODY:
                return
            self._unread = None
            self._be_patient()
        if self.conn.their_state is not h11.IDLE:
            self._be_patient()
        elif self._deadline is None:
            self._wait_for_head()

    def on_response_complete(self) -> None:
        """Give up a connection on which a body is still coming that nobody wanted."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
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
