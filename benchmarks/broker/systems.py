"""What a system under test is to the bench: kokuchi, the broker alone, or what else somebody wants to compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.broker.ground import Ground
from fleet import Plain


@dataclass(frozen=True)
class Times:
    """Milliseconds from the beginning of a round until the last terminal has the message, and until all is stored."""

    received: float
    stored: float


class System(Protocol):
    """A way to bring a message to every terminal and to keep what these say of it.

    The topics of what terminals answer for its sake begin with `bench/NAME/` (`ground.py` has the rights).
    """

    name: str

    @property
    def plain(self) -> Sequence[Plain]:
        """What terminals answer for its sake."""

    def start(self, ground: Ground) -> None:
        """Begin to run, with the broker there and no terminal yet; return when it is ready."""

    def run(self, ground: Ground, number: int) -> Times:
        """Bring one message to all terminals and store three acknowledgements of each; drive the fleet meanwhile."""

    def check(self, ground: Ground) -> None:
        """Raise DemoError if what the last round has sent is not all stored."""

    def pids(self, ground: Ground) -> dict[str, int]:
        """Return its own processes by their names, beside the broker's and the fleet's."""

    def close(self) -> None:
        """End what it has started by itself."""
