"""Requests as no browser would send them: bytes on a socket."""

import socket
from contextlib import closing
from dataclasses import dataclass

STRANGER = "127.0.0.2"
"""Another address than a proxy's on the same machine, which is believed."""


@dataclass(frozen=True)
class Answer:
    """What came back: everything up to the end of the connection."""

    status: int
    text: str


def connect(port: int, source: str = STRANGER, timeout: float = 30.0) -> socket.socket:
    """Return a connection to the centre's pages."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0))


def ask(port: int, request: bytes, source: str = STRANGER) -> Answer:
    """Send bytes and return what is answered; 0 as status if nothing is."""
    with closing(connect(port, source)) as connection:
        connection.sendall(request)
        return read_answer(connection)


def get(port: int, target: str, *headers: str, host: str = "office") -> Answer:
    """Ask for exactly this target."""
    lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]
    return ask(port, "\r\n".join(lines).encode("latin-1"))


def read_answer(connection: socket.socket) -> Answer:
    """Return what is answered until the other end closes."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    head, _, body = received.partition(b"\r\n\r\n")
    first = head.split(b"\r\n", 1)[0].split(b" ")
    status = int(first[1]) if len(first) > 1 else 0
    return Answer(status, (head + b"\n\n" + body).decode("utf-8", errors="replace"))
