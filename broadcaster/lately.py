"""What was asked for lately is answered without asking again."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Lately(Generic[_K, _V]):
    """The answers to the last `most` questions, those that are still to come among them; for the event loop alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[_K, asyncio.Future[_V]] = OrderedDict()

    async def get(self, question: _K, ask: Callable[[], Coroutine[Any, Any, _V]]) -> _V:
        """Return the answer that is known or comes to whoever asked before, or ask; raises what `ask` raises."""
        answer = self._answers.get(question)
        if answer is None:
            answer = self._answers[question] = asyncio.ensure_future(ask())
            answer.add_done_callback(lambda answered: self._keep(question, answered))
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(question)
        # Whoever loses patience does not take the answer away from the others.
        return await asyncio.shield(answer)

    def clear(self) -> None:
        """Forget all; who waits for an answer still gets it."""
        self._answers.clear()

    def _keep(self, question: _K, answered: asyncio.Future[_V]) -> None:
        failed = answered.cancelled() or answered.exception() is not None
        if failed and self._answers.get(question) is answered:
            del self._answers[question]
