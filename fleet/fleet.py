"""Light terminals, driven by `run_until` or `drive`; one thread does it all."""

import heapq
import itertools
import random
import select
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Self

from fleet.errors import FleetError
from fleet.shared import Shared
from fleet.terminal import KEEPALIVE_SECONDS, LightTerminal

PATIENCE_SECONDS = 0.01
MOST_PENDING = 64
"""So many connect at the same time: Mosquitto lets no more than 100 wait, and who comes too many loses a second."""

_AGAIN_SECONDS = 1.0
"""After which one connects again where nobody listened: the broker is being started anew."""

_PENDING_SECONDS = 20.0
_AT_A_TIME = 200
"""How many of the things that terminals have yet to say are said before it is looked whether there is more to read."""


class Fleet:
    """Terminals by their names, and the broker's address."""

    def __init__(self, terminals: Mapping[str, LightTerminal], host: str, port: int, shared: Shared) -> None:
        self.terminals = terminals
        self.shared = shared
        self._address = (host, port)
        self._poll = select.epoll()
        self._open: dict[int, LightTerminal] = {}
        self._pending: dict[int, float] = {}
        self._due: list[tuple[float, int, LightTerminal]] = []
        self._turn = itertools.count()
        self._lost: list[LightTerminal] = []
        self._looked_after = time.monotonic()

    def only(self, names: Iterable[str]) -> Self:
        """Return a fleet of some of these terminals, which are not connected."""
        return type(self)({name: self.terminals[name] for name in names}, *self._address, self.shared)

    def come_back(self, within: float, seed: int = 1) -> None:
        """Let every terminal connect at its own random moment of the next seconds, as the link's jitter does."""
        generator = random.Random(seed)  # noqa: S311 - jitter
        now = time.monotonic()
        self._await((now + generator.uniform(0, within), terminal) for terminal in self.terminals.values())

    def lose_power(self) -> None:
        """Cut every connection without a word."""
        self._due.clear()
        self.shared.later.clear()
        for terminal in list(self._open.values()):
            self._forget(terminal)
        self._lost.clear()

    def bring_back(self) -> int:
        """Let whoever has lost the broker connect again; return how many those are."""
        lost, self._lost = self._lost, []
        self._await((0.0, terminal) for terminal in lost)
        return len(lost)

    def reconnect(self, terminal: LightTerminal) -> None:
        """Cut one terminal off without a word and let it come back at once."""
        self._forget(terminal)
        self._await([(0.0, terminal)])

    def close(self) -> None:
        """End all connections, for good."""
        self.lose_power()
        self._poll.close()

    def all_synced(self) -> Callable[[], bool]:
        """Return what tells whether everybody is synced; whoever was once is not looked at any more."""
        waiting = dict(self.terminals)

        def are_synced() -> bool:
            while waiting and next(iter(waiting.values())).synced_at:
                del waiting[next(iter(waiting))]
            return not waiting

        return are_synced

    def run_until(self, condition: Callable[[], bool], seconds: float, patience: float = PATIENCE_SECONDS) -> float:
        """Drive the terminals until the condition holds; return how long that took, or raise FleetError.

        With nothing to do, the condition is asked anew after `patience` seconds.
        """
        started = time.monotonic()
        while not condition():
            if time.monotonic() - started > seconds:
                raise FleetError(f"not within {seconds} s: {self._progress()}")
            self.drive(patience)
        return time.monotonic() - started

    def drive(self, patience: float = PATIENCE_SECONDS) -> None:
        """Read and write what there is to read and write, and wait no longer than this for it.

        What a terminal has got is read before anybody says what can be said later, so that one processor for all of
        them delays nobody's alert.
        """
        now = time.monotonic()
        self._connect_due(now)
        events = self._poll.poll(0 if self.shared.later else patience)
        for number, event in events:
            terminal = self._open.get(number)
            if terminal is not None:
                self._serve(terminal, number, event)
        if not events:
            self._say_later()
        if now - self._looked_after > 1:
            self._looked_after = now
            self._look_after(now)

    def _serve(self, terminal: LightTerminal, number: int, event: int) -> None:
        try:
            if event & select.EPOLLOUT:
                terminal.write()
            if event & ~select.EPOLLOUT:
                terminal.read()
                if terminal.is_connected:
                    self._pending.pop(number, None)
        except OSError:
            self._lose(terminal)

    def _say_later(self) -> None:
        later = self.shared.later
        for _ in range(min(_AT_A_TIME, len(later))):
            later.popleft()()

    def _look_after(self, now: float) -> None:
        for number, terminal in list(self._open.items()):
            if not terminal.is_connected:
                if now - self._pending[number] > _PENDING_SECONDS:
                    self._lose(terminal)
            elif terminal.is_tired_of_waiting(now):
                terminal.ask()
            elif now - terminal.said_at > KEEPALIVE_SECONDS * 0.8:
                terminal.ping()

    def _connect_due(self, now: float) -> None:
        while self._due and self._due[0][0] <= now and len(self._pending) < MOST_PENDING:
            _, _, terminal = heapq.heappop(self._due)
            try:
                number = terminal.connect(self._address, self._poll)
            except OSError:
                self._await([(now + _AGAIN_SECONDS, terminal)])
                continue
            self._open[number] = terminal
            self._pending[number] = now

    def _await(self, due: Iterable[tuple[float, LightTerminal]]) -> None:
        for moment, terminal in due:
            heapq.heappush(self._due, (moment, next(self._turn), terminal))

    def _lose(self, terminal: LightTerminal) -> None:
        """Forget a connection that is lost. Who had not come as far as the broker tries again by itself."""
        was_connected = terminal.is_connected
        self._forget(terminal)
        if was_connected:
            self._lost.append(terminal)
        else:
            self._await([(time.monotonic() + _AGAIN_SECONDS, terminal)])

    def _forget(self, terminal: LightTerminal) -> None:
        if terminal.number is None:
            return
        self._pending.pop(terminal.number, None)
        del self._open[terminal.number]
        terminal.cut()

    def _progress(self) -> str:
        terminals = self.terminals.values()
        synced = sum(1 for terminal in terminals if terminal.synced_at)
        connected = sum(1 for terminal in terminals if terminal.is_connected)
        return f"{connected} connected, {synced} synced, {sum(len(terminal.held) for terminal in terminals)} held"
