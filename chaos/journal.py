"""What a light terminal writes down of itself, at the true time: one line of JSON an event, only ever appended."""

import json
import os
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from terminal_client.household import Key

NAME = "journal.jsonl"
_SCHEDULING = Path("/proc/self/schedstat")


class What(StrEnum):
    """What happened."""

    STARTED = "process started"
    HELD = "held at the start"
    KEPT = "kept in the inbox"
    TAKEN = "taken"
    ACKNOWLEDGED = "acknowledged to the broker"
    SPEECH_STARTED = "speech started"
    SPEECH_STOPPED = "speech stopped"
    SPEECH_ENDED = "speech ended"
    COMMITTED = "voiced committed"
    DISPLAYED = "displayed"
    CONFIRMED = "confirmed"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Line:
    """One event at `at`, in seconds since the epoch by the true clock, in the process with this number.

    `starved` is for how many seconds the process has been ready to run and had no processor: hundreds of terminals
    share the few of one machine here, which is no fault of theirs.
    """

    at: float
    what: What
    process: int
    key: Key | None = None
    detail: str = ""
    starved: float = 0.0


class Journal:
    """An append-only file. May be written from any thread: a line is one write."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._scheduling = os.open(_SCHEDULING, os.O_RDONLY) if _SCHEDULING.exists() else None

    def write(self, what: What, key: Key | None = None, detail: str = "") -> None:
        """Append a line with the present time."""
        fields = {
            "at": time.time(),
            "what": what,
            "process": os.getpid(),
            "detail": detail,
            "starved": self._starved(),
        }
        if key is not None:
            fields |= {"alert": key.alert, "revision": key.revision}
        os.write(self._file, json.dumps(fields, ensure_ascii=False).encode() + b"\n")

    def _starved(self) -> float:
        if self._scheduling is None:
            return 0.0
        # The main thread's, which is the event loop's: nanoseconds on a processor, nanoseconds waiting for one, …
        return int(os.pread(self._scheduling, 100, 0).split()[1]) / 1e9


def read_journal(path: Path) -> list[Line]:
    """Return the lines of a journal, in order; none if there is no such file."""
    if not path.exists():
        return []
    # Whoever reads while a line is written may see its beginning alone.
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [_line(text) for text in whole.decode().splitlines()]


def _line(text: str) -> Line:
    fields = json.loads(text)
    key = Key(fields["alert"], fields["revision"]) if "alert" in fields else None
    return Line(fields["at"], What(fields["what"]), fields["process"], key, fields["detail"], fields["starved"])
