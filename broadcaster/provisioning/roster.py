"""The roster as a CSV file, as towns keep it: Shift_JIS or UTF-8, columns and words in English or Japanese."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from broadcaster.domain.audience import Terminal
from broadcaster.domain.roster import KIND_WORDS, SERVICE_WORDS, Line, Mistake, Wrong, place_words, read_lines
from broadcaster.domain.service import Service
from broadcaster.domain.town import Town
from broadcaster.spreadsheets import NotText, csv_bytes, plain_cell, text_of_csv

COLUMNS = ("terminal", "household", "kind", "area", "groups")
HEADINGS = ("端末", "世帯名", "種別", "行政区", "グループ", "状態")
_SERVICE = "service"
_NAMES = {
    **{name: name for name in (*COLUMNS, _SERVICE)},
    **dict(zip(HEADINGS, (*COLUMNS, _SERVICE), strict=True)),
    "端末番号": "terminal",
    "地区": "area",
}

_ENGLISH = {
    Wrong.UNREADABLE: "cannot be read: {value}",
    Wrong.ENCODING: "is neither UTF-8 nor Shift_JIS; save it as CSV",
    Wrong.COLUMN: "the first line must name the columns {known}; {value} is missing",
    Wrong.QUOTE: "cannot be read: {value}; is a quote not closed?",
    Wrong.EMPTY: "there are no terminals in the file",
    Wrong.VALUES: "there are more values than columns; groups are separated by spaces",
    Wrong.IDENTIFIER: "terminal {value!r} may have letters, digits, dots and hyphens only, at most 64",
    Wrong.RESERVED: "{value!r} is a name that the centre uses itself; give the terminal another one",
    Wrong.TWICE: "terminal {value!r} is given twice",
    Wrong.ALIKE: "there is a terminal {value!r}, which differs in capital letters only",
    Wrong.RETIRED: "terminal {value!r} is retired and never comes back; give the device another identifier",
    Wrong.HOUSEHOLD: "household is empty",
    Wrong.LONG: "household is too long: {value!r}",
    Wrong.UNPRINTABLE: "household has line breaks or control characters: {value!r}",
    Wrong.KIND: "kind {value!r} must be one of {known}",
    Wrong.AREA: "area {value!r} is not one of {known}",
    Wrong.GROUP: "group {value!r} is not one of {known}",
    Wrong.SERVICE: "service {value!r} cannot be changed by a file; see `broadcaster terminals suspend` and `retire`",
}


class RosterError(Exception):
    """A roster that cannot be imported; the message has a line for each mistake. Nothing was imported."""

    def __init__(self, mistakes: Sequence[Mistake], name: str = "") -> None:
        super().__init__("\n".join(_english(mistake, name) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def read_roster(
    path: Path, town: Town, standing: Mapping[str, Terminal] | None = None, centre: str = ""
) -> list[Terminal]:
    """Return the terminals in a CSV file, or raise RosterError with every mistake.

    `standing` are those that the town has or had, by identifier.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RosterError([Mistake(Wrong.UNREADABLE, value=error.strerror or "")], str(path)) from error
    return parse_roster(content, town, standing or {}, centre, str(path))


def parse_roster(
    content: bytes, town: Town, standing: Mapping[str, Terminal], centre: str = "", name: str = ""
) -> list[Terminal]:
    """Return the terminals in a file's content, or raise RosterError with every mistake."""
    mistakes: list[Mistake] = []
    lines = list(_lines(_text(content, name), mistakes, name))
    terminals, wrong = read_lines(lines, town, standing, centre)
    if mistakes or wrong:
        raise RosterError(sorted([*mistakes, *wrong], key=lambda mistake: mistake.line), name)
    return terminals


def export_roster(roster: Iterable[Terminal], town: Town) -> bytes:
    """Return the terminals that are not retired as a file for Excel, which `parse_roster` reads as the same again."""
    rows = [
        (
            terminal.id,
            terminal.household,
            KIND_WORDS[terminal.kind],
            place_words(terminal.area, town.areas),
            " ".join(place_words(group, town.groups) for group in sorted(terminal.groups)),
            SERVICE_WORDS[terminal.service],
        )
        for terminal in roster
        if terminal.service is not Service.RETIRED
    ]
    return csv_bytes(HEADINGS, rows)


def _text(content: bytes, name: str) -> str:
    try:
        return text_of_csv(content)
    except NotText:
        raise RosterError([Mistake(Wrong.ENCODING)], name) from None


def _lines(text: str, mistakes: list[Mistake], name: str) -> Iterator[Line]:
    """Yield each line with the number under which an editor shows its end; an empty one is none."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        columns = [_NAMES.get(_heading(cell), "") for cell in next(reader, [])]
        if missing := [column for column in COLUMNS if column not in columns]:
            raise RosterError([Mistake(Wrong.COLUMN, 0, missing[0], COLUMNS)], name)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if any(cell.strip() for cell in row[len(columns) :]):
                mistakes.append(Mistake(Wrong.VALUES, reader.line_num))
            values = {column: plain_cell(cell) for column, cell in zip(columns, row, strict=False) if column}
            terminal, household, kind, area, groups, service = (values.get(name, "") for name in (*COLUMNS, _SERVICE))
            yield Line(terminal, household, kind, area, groups, service, reader.line_num)
    except csv.Error as error:
        raise RosterError([Mistake(Wrong.QUOTE, reader.line_num, str(error))], name) from error


def _heading(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().lower()


def _english(mistake: Mistake, name: str) -> str:
    place = [name] if name else []
    place += [f"line {mistake.line}"] if mistake.line else []
    words = _ENGLISH[mistake.what].format(value=mistake.value, known=", ".join(mistake.known))
    return ": ".join([*place, words])
