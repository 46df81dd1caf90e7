"""The roster as a CSV file with the columns terminal, household, kind, area and groups (separated by spaces)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from broadcaster.domain.audience import Terminal
from broadcaster.domain.town import Town
from kokuchi.wire.fields import Identifier

COLUMNS = ("terminal", "household", "kind", "area", "groups")
KINDS = ("household", "business")

_identifier: TypeAdapter[str] = TypeAdapter(Identifier)


class RosterError(Exception):
    """A roster that cannot be imported; the message has a line for each wrong line. Nothing was imported."""


def read_roster(path: Path, town: Town) -> list[Terminal]:
    """Return the terminals in a CSV file, or raise RosterError with every wrong line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RosterError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RosterError(f"{path}: is not UTF-8; save it as CSV UTF-8") from error
    terminals: list[Terminal] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, row in _rows(text, path):
        values = {column: (row[column] or "").strip() for column in COLUMNS}
        terminal = Terminal(
            id=values["terminal"],
            household=values["household"],
            kind=values["kind"],
            area=values["area"],
            groups=frozenset(values["groups"].split()),
        )
        found = check_terminal(terminal, town)
        if None in row:
            found.append("there are more values than columns; groups are separated by spaces")
        if terminal.id in seen:
            found.append(f"terminal {terminal.id!r} is given twice")
        seen.add(terminal.id)
        problems += [f"{path}: line {number}: {problem}" for problem in found]
        terminals.append(terminal)
    if problems:
        raise RosterError("\n".join(problems))
    return terminals


def _rows(text: str, path: Path) -> Iterator[tuple[int, dict[str | Any, str | Any]]]:
    """Yield each row with the number of its (last) line."""
    reader = csv.DictReader(io.StringIO(text))
    try:
        if missing := [column for column in COLUMNS if column not in (reader.fieldnames or [])]:
            raise RosterError(
                f"{path}: the first line must name the columns {', '.join(COLUMNS)}; {missing[0]} is missing"
            )
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise RosterError(f"{path}: line {reader.line_num}: {error}; is a quote not closed?") from error


def check_terminal(terminal: Terminal, town: Town) -> list[str]:
    """Return what is wrong with a terminal of the roster."""
    problems = []
    try:
        _identifier.validate_python(terminal.id)
    except ValidationError:
        problems.append(f"terminal {terminal.id!r} may have letters, digits, dots and hyphens only, at most 64")
    if not terminal.household:
        problems.append("household is empty")
    if terminal.kind not in KINDS:
        problems.append(f"kind {terminal.kind!r} must be one of {', '.join(KINDS)}")
    areas = [area.id for area in town.areas]
    if terminal.area not in areas:
        problems.append(f"area {terminal.area!r} is not one of {', '.join(areas)}")
    unknown = sorted(terminal.groups - {group.id for group in town.groups})
    if unknown:
        problems.append(f"group {unknown[0]!r} is not one of {', '.join(group.id for group in town.groups)}")
    return problems
