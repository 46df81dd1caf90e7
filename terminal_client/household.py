"""What the household does at its terminal; the screen's page calls it, the terminal answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from terminal_client.view import Card


@dataclass(frozen=True, order=True)
class Key:
    """One revision of one alert."""

    alert: str
    revision: int


class Household(Protocol):
    """The acts of the household and of its screen."""

    def displayed(self, key: Key) -> None:
        """The page has drawn this alert."""

    def confirm(self, key: Key) -> None:
        """Somebody has pressed 「わかりました」."""

    def replay(self, key: Key) -> None:
        """Somebody wants to hear it again."""

    def sample(self) -> None:
        """Somebody wants to hear how loud and how fast the terminal speaks."""

    def past(self) -> "Sequence[Card]":
        """Return the newest revision of every alert that is remembered, the newest first."""
