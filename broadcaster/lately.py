"""What was asked for lately is answered without asking again."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Lately(Generic[_K, _V]):
    """The answers to the last `most` questions; for the event loop alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[_K, _V] = OrderedDict()
        self._turn = 0

    async def get(self, question: _K, ask: Callable[[], Awaitable[_V]]) -> _V:
        """Return the answer that is known, or ask for it; raises what `ask` raises."""
        if question in self._answers:
            self._answers.move_to_end(question)
            return self._answers[question]
        turn = self._turn
        answer = await ask()
        # What was asked before all was forgotten is of that time.
        if turn == self._turn:
            self._answers[question] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

    def clear(self) -> None:
        """Forget all."""
        self._turn += 1
        self._answers.clear()
