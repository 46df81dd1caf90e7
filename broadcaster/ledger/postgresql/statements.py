"""The ledger's statements as PostgreSQL takes them: parameters ?, ?1 and :name become $1."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

_PARTS = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|(?P<place>\?\d*)|(?<!:):(?P<name>[A-Za-z_]\w*)""")
_HINTS = re.compile(r" INDEXED BY \w+|(?<=ORDER BY )\+")
"""What tells SQLite alone in which order to read: an index by its name, a plus before what is not to be one."""

_UNCHANGED = (str, int, float, bytes, type(None))


@dataclass(frozen=True)
class Statement:
    """A statement with its parameters numbered; `names` is which of them is which, None where they come in order."""

    text: str
    names: tuple[str, ...] | None

    def values(self, parameters: Sequence[object] | Mapping[str, object] | None) -> list[Any]:
        """Return the parameters in their order, as psycopg takes them."""
        if parameters is None:
            return []
        if isinstance(parameters, Mapping):
            return [kept(parameters[name]) for name in self.names or ()]
        return [kept(value) for value in parameters]


@lru_cache(maxsize=1024)
def translated(sql: str) -> Statement:
    """Return a statement as PostgreSQL takes it; what stands in quotes stays as it is."""
    names: list[str] = []
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if name := found["name"]:
            if name not in names:
                names.append(name)
            return f"${names.index(name) + 1}"
        if found["place"] is None:
            return found[0]
        count += 1
        return f"${found['place'][1:] or count}"

    text = _PARTS.sub(number, _HINTS.sub("", sql))
    return Statement(text, tuple(names) if names else None)


def kept(value: object) -> object:
    """Return a value as psycopg takes it and PostgreSQL keeps it."""
    kind = type(value)
    if kind is bool:
        # A column of SQLite's holds 0 or 1; so written it fits a number as well as a truth.
        return "1" if value else "0"
    if kind not in _UNCHANGED:
        value = value.value if isinstance(value, Enum) else value
    if isinstance(value, str) and "\0" in value:
        # PostgreSQL keeps no such character. It is in no text that somebody has meant.
        return value.replace("\0", "\ufffd")
    return value
