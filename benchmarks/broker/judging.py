"""What kokuchi may take, as multiples of the floor of the same run. Pure."""

from dataclasses import dataclass

from benchmarks.broker.chain import Chain
from benchmarks.broker.rounds import Result
from benchmarks.lines import Line


@dataclass(frozen=True)
class Bounds:
    """The most that is allowed: times the floor, and MiB of the centre."""

    received: float
    stored: float
    memory: float


_TOWN, _PREFECTURE = 1500, 19_900
_OF_A_TOWN = Bounds(1.5, 3, 150)
_OF_A_PREFECTURE = Bounds(1.3, 3, 500)
_BETWEEN = Bounds(1.5, 3, 500)


def bounds(terminals: int) -> Bounds | None:
    """Return the bounds; below a town there are none, since what a click costs is not the broker's to carry."""
    if terminals < _TOWN:
        return None
    if terminals == _TOWN:
        return _OF_A_TOWN
    return _OF_A_PREFECTURE if terminals >= _PREFECTURE else _BETWEEN


def judge(result: Result) -> list[Line]:
    """Return each figure that has a bound."""
    lines = [Line("messages that the broker has dropped", result.dropped, 0, "")]
    allowed = bounds(result.terminals)
    if allowed is None:
        return lines
    return [
        Line("all terminals have it", result.received_ratio(Chain.name).median, allowed.received, "x the floor"),
        Line("all stages are stored", result.stored_ratio(Chain.name).median, allowed.stored, "x the floor"),
        Line("memory of the centre", centre_memory(result), allowed.memory, "MiB"),
        *lines,
    ]


def centre_memory(result: Result) -> float:
    """Return the most that the centre held at the end of a round, without the processes of its voice, in MiB."""
    return max(result.systems[Chain.name].used["centre"].resident)
