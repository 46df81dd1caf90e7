"""A connection to the broker that never waits: what the socket does not take at once is sent when it can."""

import errno
import select
import socket
import struct

from fleet.packets import Incoming, Packet

_ENOUGH = 16384
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, as a cut does in the end, and leaves no port in TIME_WAIT."""


class Connection:
    """A socket that is watched by `poll`, and the packets on it. It is connected once it can be written to."""

    __slots__ = ("_gathered", "_identifier", "_incoming", "_poll", "_socket", "_unsent", "is_made", "number")

    def __init__(self, address: tuple[str, int], poll: select.epoll) -> None:
        """Begin to connect; raises OSError if nobody listens there."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        failure = self._socket.connect_ex(address)
        if failure not in (0, errno.EINPROGRESS):
            self._socket.close()
            raise OSError(failure, "cannot connect")
        self.number = self._socket.fileno()
        self._poll = poll
        self._incoming = Incoming()
        self._unsent = b""
        self._identifier = 0
        self._gathered: list[bytes] | None = None
        self.is_made = False
        poll.register(self.number, select.EPOLLIN | select.EPOLLOUT)

    def finish_connecting(self) -> None:
        """Take note that it can be written to, or raise OSError if nobody listens there."""
        failure = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            raise OSError(failure, "cannot connect")
        self.is_made = True
        self._poll.modify(self.number, select.EPOLLIN)

    def next_identifier(self) -> int:
        """Return an identifier for a packet; it is used again after 65,535 others."""
        self._identifier = self._identifier % 0xFFFF + 1
        return self._identifier

    def send(self, packets: bytes) -> None:
        """Send packets as soon as the socket takes them. That the connection is lost is seen when it is read."""
        if self._gathered is not None:
            self._gathered.append(packets)
            return
        if self._unsent:
            self._unsent += packets
            return
        try:
            sent = self._socket.send(packets)
        except BlockingIOError:
            sent = 0
        except OSError:
            return
        if sent < len(packets):
            self._unsent = packets[sent:]
            self._poll.modify(self.number, select.EPOLLIN | select.EPOLLOUT)

    def gather(self) -> None:
        """Keep what is sent from now on until `release`."""
        self._gathered = []

    def release(self) -> None:
        """Send in one piece what was gathered."""
        packets, self._gathered = self._gathered, None
        if packets:
            self.send(b"".join(packets))

    def flush(self) -> None:
        """Send what the socket did not take before."""
        packets, self._unsent = self._unsent, b""
        self._poll.modify(self.number, select.EPOLLIN)
        if packets:
            self.send(packets)

    def receive(self) -> list[Packet]:
        """Return the packets that have come, or raise OSError if the connection is lost."""
        try:
            piece = self._socket.recv(_ENOUGH)
        except BlockingIOError:
            return []
        if not piece:
            raise ConnectionResetError("the broker has ended the connection")
        return list(self._incoming.feed(piece))

    def cut(self) -> None:
        """End it without a word."""
        self._poll.unregister(self.number)
        self._socket.close()
