"""The demo's processes: started with a log each, watched, and ended with the demo."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.places import HOST

STOP_SECONDS = 8.0


class DemoError(Exception):
    """Why the demo cannot go on; one line for whoever started it."""


class Processes:
    """Child processes; leaving the block ends them, the last started first."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for _name, process in reversed(self._running):
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for _name, process in reversed(self._running):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start a program whose output goes to a log of its name."""
        if shutil.which(command[0]) is None:
            raise DemoError(f"{command[0]} is not installed; `make demo` as root installs it")
        with (self._logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - the demo's own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment or os.environ),
                # Ctrl-C is for the demo; it ends its children itself and in order.
                start_new_session=True,
            )
        self._running.append((name, process))

    def check(self) -> None:
        """Raise DemoError if a process has ended."""
        for name, process in self._running:
            if process.poll() is not None:
                log = self._logs / f"{name}.log"
                lines = log.read_text(errors="replace").strip().splitlines()
                raise DemoError(f"{name} has ended: {lines[-1] if lines else 'it said nothing'} ({log})")

    def wait_for(self, what: str, condition: Callable[[], bool], seconds: float) -> None:
        """Return once the condition holds; raise DemoError when a process ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise DemoError(f"{what}: not within {seconds:.0f} s; the logs are in {self._logs}")
            time.sleep(0.05)


def require_free(ports: Mapping[str, int]) -> None:
    """Raise DemoError if a port is in use."""
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise DemoError(
                    f"port {port} for {name} cannot be used ({error.strerror}): is another demo running?"
                    " Stop it, or move all ports: make demo PORT=9000"
                ) from error


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
