"""Measures of the same thing, round by round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """The middle of some measures, the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Return the spread of one value at least."""
        return cls(median(values), min(values), max(values))

    def text(self, digits: int) -> str:
        """Return it for people: the median, and in brackets the least and the most."""
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}-{self.most:.{digits}f})"
