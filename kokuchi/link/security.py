"""TLS of the link: each connection is verified by what is trusted at that moment."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kokuchi.trust import AuthorityUnusable, client_context, doubt_of


class FreshTrust(ssl.SSLContext):
    """A context that reads the authorities and asks for the clock anew at each connection.

    paho-mqtt keeps one context for the life of a client; the file of the authorities may change in that time, and a
    device may learn what time it is. `complaint` says why the latest connection was not trusted, empty if it was.
    """

    _authority: Path
    _clock_is_known: Callable[[], bool]
    complaint: str

    @classmethod
    def of(cls, authority: Path, clock_is_known: Callable[[], bool]) -> "FreshTrust":
        """Trust the authorities in a PEM file; while the clock is not known, dates are not looked at."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context._authority, context._clock_is_known, context.complaint = authority, clock_is_known, ""
        return context

    def wrap_socket(self, sock: socket.socket, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        """Make a connection out of a socket; raises AuthorityUnusable."""
        self.complaint = ""
        try:
            context = client_context([self._authority], check_time=self._clock_is_known())
        except AuthorityUnusable as error:
            self.complaint = str(error)
            sock.close()
            raise
        context.sslsocket_class = complaining(self._complain)
        return context.wrap_socket(sock, *arguments, **options)

    def _complain(self, error: OSError) -> None:
        self.complaint = str(doubt_of(error) or "")


def complaining(complain: Callable[[OSError], None]) -> type[ssl.SSLSocket]:
    """Return what paho-mqtt's connections are to be made of: one that fails tells why, and is closed."""

    class Socket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            try:
                super().do_handshake(block)
            except OSError as error:
                # paho-mqtt tells nobody why a connection has failed, and leaves it open.
                complain(error)
                self.close()
                raise

    return Socket
