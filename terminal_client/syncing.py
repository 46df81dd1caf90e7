"""When the terminal asks the centre, and which answers it is waiting for. A question is asked until it is answered."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from kokuchi.committing import Committer
from kokuchi.link import Link, LinkError
from kokuchi.wire import CallbackRequest, SyncReply, SyncRequest, encode
from terminal_client.inbox import Held, Inbox

log = logging.getLogger(__name__)

LATER_SECONDS = (10.0, 60.0)
"""A random time after something was reported, so that a town's terminals do not ask all at once."""

GATHER_SECONDS = 0.08
"""Stages follow each other closely; what is said of them waits this long so that it carries several."""

PATIENCE_SECONDS, LONGEST_PATIENCE_SECONDS = 5.0, 300.0
"""How long an answer is waited for, doubled each time: a broker forgets what it carried when it is killed."""

FRESH_SECONDS = 5.0
"""An answer that took longer than this tells too little of what time it is now."""

_REMEMBERED = 5


@dataclass(frozen=True)
class Question:
    """What was asked: what the inbox held, and when by the loop's clock."""

    held: list[Held]
    count: float

    @property
    def waited(self) -> float:
        """For how many seconds an answer has been waited for."""
        return asyncio.get_running_loop().time() - self.count

    @property
    def is_fresh(self) -> bool:
        """Whether an answer that comes now tells the time."""
        return self.waited < FRESH_SECONDS


class Syncing:
    """Asks on a topic what the inbox lacks, and what became of the household's requests.

    A question says all that reports would. `telling` is held by whoever says what the inbox holds, until the broker has
    it: what a question on its way says is not reported beside it.
    """

    def __init__(
        self,
        link: Link,
        inbox: Inbox,
        terminal: str,
        topic: str,
        now: Callable[[], datetime],
        requests: Callable[[], Sequence[CallbackRequest]],
        committer: Committer,
    ) -> None:
        self._link = link
        self._inbox = inbox
        self._terminal = terminal
        self._topic = topic
        self._now = now
        self._requests = requests
        self._committer = committer
        self.telling = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._waited_enough = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._questions: dict[str, Question] = {}

    def ask(self) -> None:
        """Ask soon, without waiting for the answer to what was asked before."""
        self._wanted.set()
        self._waited_enough.set()

    def ask_later(self) -> None:
        """Ask at a random time, once however often this is called until then."""
        if self._timer is None:
            delay = random.uniform(*LATER_SECONDS)  # noqa: S311 - spreads load, guards nothing
            self._timer = asyncio.get_running_loop().call_later(delay, self._ask_now)

    def answer(self, reply: SyncReply) -> Question | None:
        """Return the question that a reply to this terminal answers, once; None if it was not asked lately."""
        question = self._questions.pop(reply.identifier, None)
        if question is None or reply.terminal != self._terminal:
            return None
        self._waited_enough.set()
        return question

    async def run(self) -> None:
        """Ask until cancelled."""
        failures = 0
        while True:
            await self._wanted.wait()
            if not self._link.is_connected:
                # The next connection asks.
                self._wanted.clear()
                failures = 0
                continue
            async with self.telling:
                await asyncio.sleep(GATHER_SECONDS)
                # What was wanted meanwhile is asked with it.
                self._wanted.clear()
                await self._send_question()
            patience = min(LONGEST_PATIENCE_SECONDS, PATIENCE_SECONDS * 2**failures)
            if await is_set_within(self._waited_enough, patience * random.uniform(0.8, 1.2)):  # noqa: S311 - spreads load
                failures = 0
            else:
                failures = min(failures + 1, 10)
                self._wanted.set()

    def _ask_now(self) -> None:
        self._timer = None
        self.ask()

    async def _send_question(self) -> None:
        held = await asyncio.to_thread(self._inbox.active_or_unrecorded, self._now())
        requests = await asyncio.to_thread(self._requests)
        request = SyncRequest(
            terminal=self._terminal,
            identifier=uuid4().hex,
            sent=self._now(),
            held=tuple(item.report for item in held),
            requests=tuple(requests) or None,
        )
        self._waited_enough.clear()
        self._questions[request.identifier] = Question(held, asyncio.get_running_loop().time())
        while len(self._questions) > _REMEMBERED:
            self._questions.pop(next(iter(self._questions)))
        try:
            await self._link.publish(self._topic, encode(request))
        except LinkError as error:
            log.warning("sync not sent", extra={"reason": str(error)})
            return
        await self._committer.commit(self._inbox.mark_told, held)


async def is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event; tell whether it was set in time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
