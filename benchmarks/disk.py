"""Where a bench writes: in memory, where /tmp is often, nothing would be written to a disk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.places import REPOSITORY


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    """Make a folder beside the repository's own data for the length of a block."""
    parent = REPOSITORY / "var"
    parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix="bench-") as folder:
        yield Path(folder)
