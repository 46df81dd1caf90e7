"""What was found, and what it means for kokuchi as a whole. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from broadcaster.brokercheck.requirements import REACH, Need, Requirement


class Verdict(StrEnum):
    """What is known of a requirement."""

    GOOD = "good"
    BAD = "BAD"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Finding:
    """What was found about one requirement; `seen` is for the reader."""

    requirement: Requirement
    verdict: Verdict
    seen: str

    @property
    def needed(self) -> bool:
        """Whether kokuchi cannot do without it at all."""
        return self.requirement.need is Need.ALWAYS


def good(requirement: Requirement, seen: str) -> Finding:
    """Return that a broker has it."""
    return Finding(requirement, Verdict.GOOD, seen)


def bad(requirement: Requirement, seen: str) -> Finding:
    """Return that a broker has not."""
    return Finding(requirement, Verdict.BAD, seen)


def unknown(requirement: Requirement, why: str) -> Finding:
    """Return that it could not be tried."""
    return Finding(requirement, Verdict.UNKNOWN, why)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict of what is always needed: BAD if anything is, GOOD if everything is.

    Of a broker that was not reached nothing is known.
    """
    needed = {finding.verdict for finding in findings if finding.needed and finding.requirement is not REACH}
    if Verdict.BAD in needed:
        return Verdict.BAD
    return Verdict.GOOD if needed == {Verdict.GOOD} else Verdict.UNKNOWN
