"""Messages that are none of kokuchi's, as a bench sends them to compare: unsigned, and answered without being read."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass
class Plain:
    """A topic to which every terminal listens too, and what it answers to whatever comes there.

    `answers` are bytes for each terminal, the first sent at once and the others when all is read, as a terminal's
    reports are; they go to `answered_on`. `holders` and `last_at` tell how often such a message has come to a terminal
    since `begin`, and when it last did, by time.perf_counter().
    """

    topic: str
    answered_on: Callable[[str], str]
    answers: Callable[[str], Sequence[bytes]]
    holders: int = 0
    last_at: float = 0.0

    def begin(self) -> None:
        """Count from nothing."""
        self.holders = 0

    def came(self) -> None:
        """Note that one more terminal got the message."""
        self.holders += 1
        self.last_at = time.perf_counter()
