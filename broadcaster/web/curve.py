"""The reach of an alert over time as lines of a drawing: pure, in units of the drawing.

Nearly everything happens in the first minutes, and some of it days later. So time is drawn in sections of equal width:
ten seconds, a minute, ten minutes, …; within a section it runs evenly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from broadcaster.domain.delivery import Stage
from broadcaster.ledger.progress import Tick
from broadcaster.web.words import STAGES

WIDTH, HEIGHT = 1000, 100

_MARKS = (
    (0, "送信"),
    (10, "10秒後"),
    (60, "1分後"),
    (600, "10分後"),
    (3600, "1時間後"),
    (6 * 3600, "6時間後"),
    (24 * 3600, "1日後"),
    (3 * 24 * 3600, "3日後"),
    (14 * 24 * 3600, "14日後"),
    (70 * 24 * 3600, "70日後"),
)
_FEWEST = 3
"""A drawing has this many sections at least: up to ten minutes."""


@dataclass(frozen=True)
class Mark:
    """A time on the axis, its place in percent of the width, and how many terminals had reached each stage by then."""

    word: str
    percent: str
    counts: tuple[int, ...] | None


@dataclass(frozen=True)
class Stroke:
    """The line of one stage."""

    stage: str
    word: str
    points: str
    total: int


@dataclass(frozen=True)
class Curve:
    """A drawing of WIDTH by HEIGHT, and the same in figures; `half` is the middle of the axis of terminals."""

    strokes: tuple[Stroke, ...]
    marks: tuple[Mark, ...]
    addressed: int


def curve(ticks: Sequence[Tick], addressed: int, elapsed: float) -> Curve:
    """Return the reach as it was over `elapsed` seconds since the alert was sent."""
    last = max([elapsed, *(tick.second for tick in ticks)])
    sections = next((number for number in range(_FEWEST, len(_MARKS)) if _MARKS[number][0] >= last), len(_MARKS) - 1)
    marks = _MARKS[: sections + 1]
    return Curve(
        strokes=tuple(
            _stroke(stage, [tick for tick in ticks if tick.stage is stage], addressed, sections, last)
            for stage in Stage
        ),
        marks=tuple(
            Mark(
                word,
                f"{100 * number / sections:g}%",
                _counts_by(ticks, seconds) if seconds <= last and number else None,
            )
            for number, (seconds, word) in enumerate(marks)
        ),
        addressed=addressed,
    )


def _stroke(stage: Stage, ticks: Sequence[Tick], addressed: int, sections: int, last: float) -> Stroke:
    # Several seconds can fall on one place; what stands there last is drawn.
    heights: dict[int, int] = {0: 0}
    total = 0
    for tick in ticks:
        total += tick.terminals
        heights[_place(tick.second, sections)] = total
    path, before = [], 0
    for place, reached in heights.items():
        path += [(place, before), (place, reached)]
        before = reached
    path.append((_place(last, sections), before))
    scale = HEIGHT / (addressed or 1)
    corners = dict.fromkeys(f"{place},{HEIGHT - reached * scale:.3g}" for place, reached in path)
    return Stroke(stage.value, STAGES[stage], " ".join(corners), total)


def _place(second: float, sections: int) -> int:
    """Return where a time stands, to less than a percent, so that a busy line has few corners."""
    for number in range(sections):
        begin, end = _MARKS[number][0], _MARKS[number + 1][0]
        if second <= end:
            return round((number + (second - begin) / (end - begin)) * WIDTH / sections / 8) * 8
    return WIDTH


def _counts_by(ticks: Iterable[Tick], seconds: int) -> tuple[int, ...]:
    until = [tick for tick in ticks if tick.second <= seconds]
    return tuple(sum(tick.terminals for tick in until if tick.stage is stage) for stage in Stage)
