"""An HTTPS port that shows whoever comes with http:// the way, instead of hanging up without a word.

Staff type "192.168.1.10:8080", and some browsers make http:// of it.
"""

import re
import ssl
from typing import Any, cast

_HOST = re.compile(rb"^host:[ \t]*([a-z0-9.:\[\]_-]{1,255})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class _Handshake(ssl.SSLObject):
    incoming: ssl.MemoryBIO
    outgoing: ssl.MemoryBIO

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLError as error:
            if error.reason != "HTTP_REQUEST":
                raise
            self.outgoing.write(_answer(self.incoming.read()))
            # What was written goes out; the other side hangs up, or the time for a handshake ends.
            raise ssl.SSLWantReadError from error


class GuidingContext(ssl.SSLContext):
    """A server's context whose connections answer plain HTTP with a redirection to HTTPS."""

    sslobject_class = _Handshake

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *arguments: Any, **options: Any) -> _Handshake:
        """Make a connection out of two buffers, as the event loop does."""
        made = cast(_Handshake, super().wrap_bio(incoming, outgoing, *arguments, **options))
        made.incoming, made.outgoing = incoming, outgoing
        return made


def _answer(request: bytes) -> bytes:
    """Return what is answered to the rest of a plain request, whose first bytes OpenSSL has taken."""
    host = _HOST.search(request)
    if host is None:
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    location = b"Location: https://" + host[1] + b"/\r\n"
    return b"HTTP/1.1 307 Temporary Redirect\r\n" + location + b"Content-Length: 0\r\nConnection: close\r\n\r\n"
