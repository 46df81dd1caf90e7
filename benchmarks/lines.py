"""Measures with their bounds."""

from collections.abc import Iterable
from dataclasses import dataclass

from broadcaster.commands.context import print_table


@dataclass(frozen=True)
class Line:
    """One measure: a value, the most that it may be, its unit."""

    name: str
    value: float
    bound: float
    unit: str

    @property
    def is_good(self) -> bool:
        """Whether it is within its bound."""
        return self.value <= self.bound


def print_lines(lines: Iterable[Line]) -> None:
    """Print each measure with its bound."""
    print_table(
        ["", "what", "measured", "at most"],
        [
            ["good" if one.is_good else "BAD", one.name, f"{one.value:.2f} {one.unit}".strip(), f"{one.bound:g}"]
            for one in lines
        ],
    )
