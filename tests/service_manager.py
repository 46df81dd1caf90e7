"""The service manager's end of a real socket: what a process says to systemd."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Systemd:
    """Hears what is said to the socket at `path`."""

    path: Path
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.setblocking(False)

    def listen(self) -> list[str]:
        """Return all that was said so far."""
        while True:
            try:
                self.heard.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return self.heard

    def close(self) -> None:
        """Be gone."""
        self._socket.close()


@contextmanager
def listening(path: Path) -> Iterator[Systemd]:
    """Listen for the length of a block."""
    end = Systemd(path)
    yield end
    end.close()
