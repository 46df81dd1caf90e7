"""One centre for a ledger, and one collector of each number: two would take the broker's connection from each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kokuchi.database import DatabaseUnusable


class RunsAlready(Exception):  # noqa: N818 - reads as what it says
    """Another process does this work; the message says which."""


@contextmanager
def alone(file: Path, what: str) -> Iterator[None]:
    """Be the only process that does this work for the length of a block; however a process ends, it lets go.

    `what` it is stands in the message of RunsAlready. Raises DatabaseUnusable if the file cannot be made.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = file.open("a")
    except OSError as error:
        raise DatabaseUnusable(f"{file}: cannot be written: {error.strerror}; check its folder") from error
    with lock:
        try:
            # Not flock: a child that is left over from a killed process would hold that too.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:
            raise RunsAlready(f"{what} runs already and holds {file}; stop it first") from error
        yield
