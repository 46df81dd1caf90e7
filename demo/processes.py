"""The demo's processes: started with a log each, watched, and ended with the demo."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.places import HOST

STOP_SECONDS = 8.0


class DemoError(Exception):
    """Why the demo cannot go on; one line for whoever started it."""


@dataclass(frozen=True)
class _Child:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]


class Processes:
    """Child processes; leaving the block ends them, the last started first.

    `on_start` is told the process identifier of each that has been started.
    """

    def __init__(self, logs: Path, on_start: Callable[[int], None] = lambda _: None) -> None:
        self._logs = logs
        self._on_start = on_start
        self._children: dict[str, _Child] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        children = list(reversed(self._children.values()))
        for child in children:
            child.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start a program whose output goes to a log of its name."""
        if shutil.which(command[0]) is None:
            raise DemoError(f"{command[0]} is not installed; `make demo` as root installs it")
        variables = dict(environment or os.environ)
        with self._log(name).open("ab") as log:
            log.truncate(0)
            process = subprocess.Popen(  # noqa: S603 - the demo's own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=variables,
                # Ctrl-C is for the demo; it ends its children itself and in order.
                start_new_session=True,
            )
        self._children[name] = _Child(name, command, variables, process)
        self._on_start(process.pid)

    def end(self, name: str, signal_number: int) -> None:
        """End one program with a signal and wait for it; `start_again` brings it back."""
        process = self._children[name].process
        process.send_signal(signal_number)
        process.wait()

    def signal(self, name: str, signal_number: int) -> None:
        """Send one program a signal that does not end it."""
        self._children[name].process.send_signal(signal_number)

    def pid(self, name: str) -> int:
        """Return the process identifier of a program that was started."""
        return self._children[name].process.pid

    def has_ended(self, name: str) -> bool:
        """Tell whether a program that was started does not run any more."""
        return self._children[name].process.poll() is not None

    def start_again(self, name: str) -> None:
        """Start a program that has ended once more, as it was started before."""
        child = self._children[name]
        self.start(name, child.command, child.environment)

    def check(self) -> None:
        """Raise DemoError if a process has ended."""
        for child in self._children.values():
            if child.process.poll() is not None:
                log = self._log(child.name)
                lines = log.read_text(errors="replace").strip().splitlines()
                raise DemoError(f"{child.name} has ended: {lines[-1] if lines else 'it said nothing'} ({log})")

    def wait_for(self, what: str, condition: Callable[[], bool], seconds: float) -> None:
        """Return once the condition holds; raise DemoError when a process ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                raise DemoError(f"{what}: not within {seconds:.0f} s; the logs are in {self._logs}")
            time.sleep(0.05)

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"


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


def first_free(candidates: Iterable[int], count: int) -> int:
    """Return the first port of the candidates from which on `count` in a row are free, or raise DemoError."""
    for first in candidates:
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind((HOST, port))
        except OSError:
            continue
        return first
    raise DemoError(f"no {count} ports in a row are free")


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
