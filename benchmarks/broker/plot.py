"""The result as a picture: a group of bars for each number of terminals. Plain SVG, for dark and light pages."""

from collections.abc import Callable, Sequence
from html import escape

from benchmarks.broker.floor import Floor
from benchmarks.broker.rounds import Result
from benchmarks.spread import Spread

_WIDTH, _PANEL, _TOP, _LEFT, _BOTTOM = 760, 250, 64, 70, 46
_COLOURS = ("#7a869a", "#1f77d0", "#d9760f", "#2e9e5b")
"""The floor is grey, and the others are told apart by who confuses red and green too."""

_PANELS = {
    "received": "until the last terminal has the alert",
    "stored": "until every stage of every delivery is stored",
}

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #222 }
.title { font-weight: 600; font-size: 15px }
.small { font-size: 11px }
.axis { stroke: #888 } .grid { stroke: #ddd } .whisker { stroke: #222; stroke-width: 1.5 }
.back { fill: #fff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e6e6 } .grid { stroke: #333 } .whisker { stroke: #e6e6e6 } .back { fill: #16181d }
}
"""


def plot(results: Sequence[Result]) -> str:
    """Return an SVG of one result at least, with a panel for what was received and one for what was stored."""
    names = list(results[0].systems)
    height = _TOP + 2 * (_PANEL + _BOTTOM)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<title>kokuchi and the broker alone: time until an alert is everywhere, and until all is stored</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="back" width="{_WIDTH}" height="{height}"/>',
        *_legend(names, results[0].rounds),
    ]
    for number, (what, title) in enumerate(_PANELS.items()):
        groups = [
            (one.terminals, [(getattr(one.systems[name], what), _ratio(one, name, what)) for name in names])
            for one in results
        ]
        parts += _panel(_TOP + number * (_PANEL + _BOTTOM), f"Time {title}", groups)
    return "\n".join([*parts, "</svg>", ""])


def _ratio(result: Result, name: str, what: str) -> str:
    if name == Floor.name:
        return ""
    ratio = result.received_ratio(name) if what == "received" else result.stored_ratio(name)
    return f"×{ratio.median:.1f}"


def _legend(names: Sequence[str], rounds: int) -> list[str]:
    parts = []
    for number, name in enumerate(names):
        left = _LEFT + number * 150
        label = "the broker alone" if name == Floor.name else name
        parts.append(f'<rect x="{left}" y="14" width="14" height="14" fill="{_colour(number)}"/>')
        parts.append(f'<text x="{left + 20}" y="26">{escape(label)}</text>')
    told = f"bars: median of {rounds} rounds; lines: least and most; ×: median of the rounds' ratios"
    return [*parts, f'<text class="small" x="{_LEFT}" y="46">{told}</text>']


def _panel(top: float, title: str, groups: Sequence[tuple[int, list[tuple[Spread, str]]]]) -> list[str]:
    most = max(spread.most for _, bars in groups for spread, _ in bars) / 1000
    step = _step(most)
    highest = step * -(-most // step)
    base, ceiling = top + _PANEL, top + 30

    def y(seconds: float) -> float:
        return base - (base - ceiling) * seconds / highest

    parts = [f'<text class="title" x="{_LEFT}" y="{top + 14}">{escape(title)}</text>']
    for number in range(round(highest / step) + 1):
        level = y(number * step)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{level:.1f}" y2="{level:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{level + 4:.1f}" text-anchor="end">{number * step:g} s</text>')
    room = (_WIDTH - 20 - _LEFT) / len(groups)
    for group, (terminals, bars) in enumerate(groups):
        left, width = _LEFT + group * room + room * 0.12, room * 0.76 / len(bars)
        for number, (spread, ratio) in enumerate(bars):
            parts += _bar(left + number * width, width, y, spread, ratio, _colour(number))
        middle = _LEFT + (group + 0.5) * room
        parts.append(f'<text x="{middle:.1f}" y="{base + 20}" text-anchor="middle">{terminals:,} terminals</text>')
    return [*parts, f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{base}" y2="{base}"/>']


def _bar(left: float, width: float, y: Callable[[float], float], spread: Spread, ratio: str, colour: str) -> list[str]:
    top, bottom, middle = y(spread.median / 1000), y(0), left + width / 2
    least, most = y(spread.least / 1000), y(spread.most / 1000)
    return [
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width - 3:.1f}" height="{bottom - top:.1f}" fill="{colour}"/>',
        f'<line class="whisker" x1="{middle:.1f}" x2="{middle:.1f}" y1="{least:.1f}" y2="{most:.1f}"/>',
        f'<text class="small" x="{middle:.1f}" y="{most - 5:.1f}" text-anchor="middle">{ratio}</text>',
    ]


def _step(most: float) -> float:
    """Return the distance of lines of which there are three to eight up to the most."""
    return next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if most / step <= 8)


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]
