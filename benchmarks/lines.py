"""Measures with their bounds."""

from dataclasses import dataclass


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
