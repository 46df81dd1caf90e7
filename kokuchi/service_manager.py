"""What systemd is told of this process (sd_notify(3)); nothing where no service manager listens."""

import contextlib
import os
import socket


class ServiceManager:
    """Speaks to the socket that NOTIFY_SOCKET names; an address that begins with @ is abstract."""

    def __init__(self, address: str | None = None) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET") if address is None else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)

    def ready(self) -> None:
        """The process does what it is there for."""
        self._tell("READY=1")

    def alive(self, status: str) -> None:
        """Every vital part makes progress; the unit's WatchdogSec counts from here."""
        self._tell(f"WATCHDOG=1\nSTATUS={status}")

    def stopping(self) -> None:
        """The process is about to end, and will say no more."""
        self._tell("STOPPING=1")

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _tell(self, message: str) -> None:
        if self._address:
            # A service manager that is gone, or does not read, is no reason to stop warning a household.
            with contextlib.suppress(OSError):
                self._socket.sendto(message.encode(), self._address.replace("@", "\0", 1))
