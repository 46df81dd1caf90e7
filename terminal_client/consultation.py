"""「相談したい」: a household's wish to be called back, from the press until the desk has dealt with it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from kokuchi.committing import Committer
from kokuchi.wire import CallbackRequest, RequestState
from kokuchi.wire.fields import JsonObject
from terminal_client.household import Key
from terminal_client.requests import AT_ONCE, Request, RequestStore

log = logging.getLogger(__name__)

LOOK_SECONDS = 20.0
"""How often the screen is looked at, so that it does not tell of what is long over."""

ASK_SECONDS = 300.0
"""How often the centre is asked what became of a wish that is not settled."""


class Consultation:
    """The desk, as the screen's page and the courier see it.

    `show` draws what stands, None for nothing. `on_change` is called with what is to be said to the centre once it is
    committed, `on_wait` when the centre is to be asked again.
    """

    def __init__(
        self,
        store: RequestStore,
        terminal: str,
        now: Callable[[], datetime],
        committer: Committer,
        *,
        show: Callable[[JsonObject | None], None],
        on_change: Callable[[CallbackRequest], None],
        on_wait: Callable[[], None],
    ) -> None:
        self._store = store
        self._terminal = terminal
        self._now = now
        self._committer = committer
        self._show = show
        self._on_change = on_change
        self._on_wait = on_wait
        self._connected = False
        self._newest: Request | None = None
        self._acts = 0
        self._last_asked = 0.0

    async def ask(self, alert: Key | None) -> None:
        """Ask for a call, once however often this is done; raises OperationalError if that cannot be committed."""
        request = await asyncio.to_thread(self._store.ask, alert, self._now())
        log.info("call asked for", extra={"request": request.identifier, "alert": alert.alert if alert else None})
        self._changed(request)

    async def withdraw(self) -> None:
        """Take the wish back, if one is open; raises OperationalError if that cannot be committed."""
        request = await asyncio.to_thread(self._store.withdraw, self._now())
        if request is not None:
            log.info("call withdrawn", extra={"request": request.identifier})
            self._changed(request)

    def connection(self, connected: bool) -> None:
        """The link came or went."""
        self._connected = connected
        self._draw()

    def to_ask_about(self) -> Sequence[CallbackRequest]:
        """Return what a sync has to carry. It reads the disk."""
        now = self._now()
        wishes, newest = self._store.unsettled(), self._store.newest()
        if newest and newest.may_reopen(now):
            wishes = [*wishes, newest][:AT_ONCE]
        return [wish.message(self._terminal, now) for wish in wishes]

    async def answered(self, states: tuple[RequestState, ...], asked: float) -> None:
        """Commit and show what the ledger holds, as the answer to what was `asked` at that count of the loop's clock.

        The answer to an earlier question takes nothing back.
        """
        if asked < self._last_asked:
            return
        self._last_asked = asked
        await self._committer.commit(self._store.learn, states, self._now())
        await self._look()

    async def run(self) -> None:
        """Show what was asked before a restart, and go on until cancelled."""
        await self._look()
        passed = 0.0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._draw()
            passed += LOOK_SECONDS
            if passed >= ASK_SECONDS:
                passed = 0.0
                if self._newest is not None and self._newest.settled_at is None:
                    self._on_wait()

    def _changed(self, request: Request) -> None:
        self._acts += 1
        self._newest = request
        self._draw()
        self._on_change(request.message(self._terminal, self._now()))

    async def _look(self) -> None:
        acts = self._acts
        newest = await self._committer.commit(self._store.newest)
        if acts == self._acts:
            # Else the household was faster than the disk, and what it did is on the screen already.
            self._newest = newest
        self._draw()

    def _draw(self) -> None:
        request = self._newest
        if request is None or not request.is_shown(self._now()):
            self._show(None)
            return
        self._show(
            {
                "request": request.identifier,
                "stage": request.stage.value,
                "recorded": request.is_recorded,
                "connected": self._connected,
            }
        )
