"""sqlite_utils without numpy, which it loads wherever that is installed, and which no table here has a use for.

The voice's engine has it installed, and it belongs to the voice's process alone: it takes 11 MiB of each that loads it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let what is imported in a block find no such module, unless somebody has loaded it already."""
    if module in sys.modules:
        yield
        return
    # None is how Python itself marks what cannot be imported.
    sys.modules[module] = None  # type: ignore[assignment] # documented, and not in the annotation
    try:
        yield
    finally:
        del sys.modules[module]


with _without("numpy"):
    from sqlite_utils import Database, Migrations

__all__ = ["Database", "Migrations"]
