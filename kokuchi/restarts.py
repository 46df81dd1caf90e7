"""Which part of a process stood still last, in a small file: the process that comes after it can still tell."""

import faulthandler
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from kokuchi.wire.fields import iso

log = logging.getLogger(__name__)

LOOP_PATIENCE = 45.0
"""Seconds that the event loop may stand still. Less than the unit's WatchdogSec, so that the traces come first."""

_LONGEST = 200


_NAME = "last-restart.txt"


def last_restart(folder: Path) -> tuple[str, datetime] | None:
    """Return which part stood still last and when it was started anew, None if none ever did."""
    try:
        part, moment = re.split(r", (\S+): ", (folder / _NAME).read_text(encoding="utf-8")[:_LONGEST])[:2]
        return part, datetime.fromisoformat(moment).astimezone(UTC)
    except (OSError, ValueError):
        return None


class Restarts:
    """Remembers the last restart in `folder`. One file is written when a part was restarted, and at no other time.

    `on_change` is called when `last` has changed; `process` is what the whole is called.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        on_change: Callable[[], None],
        *,
        process: str = "terminal",
        loop_patience: float = LOOP_PATIENCE,
    ) -> None:
        self._file = folder / _NAME
        self._traces_file = folder / "stood-still.txt"
        self._traces: TextIO | None = None
        self._process = process
        self._now = now
        self._loop_patience = loop_patience
        self._on_change = on_change
        self.last = self._read()

    def note(self, part: str, reason: str) -> None:
        """Remember that a part stood still and is started anew."""
        log.error("part restarted", extra={"part": part, "reason": reason})
        self._keep(part, reason, self._now())
        self._on_change()

    def guard_the_loop(self) -> None:
        """End the process unless this is called again within `loop_patience` seconds; what it did is written to a file.

        This needs neither the event loop nor the interpreter's lock, and no service manager.
        """
        if self._traces is None:
            self._traces = self._traces_file.open("w", encoding="utf-8")
        faulthandler.dump_traceback_later(self._loop_patience, exit=True, file=self._traces)

    def close(self) -> None:
        """Let the process end as slowly as it will."""
        faulthandler.cancel_dump_traceback_later()
        if self._traces is not None:
            self._traces.close()
            self._traces_file.unlink(missing_ok=True)

    def _read(self) -> str | None:
        try:
            traces = self._traces_file.read_text(encoding="utf-8", errors="replace")
            stopped = datetime.fromtimestamp(self._traces_file.stat().st_mtime, UTC)
        except OSError:
            traces = ""
        if traces:
            log.error("the process before this one stood still and has ended", extra={"traces": traces[:4000]})
            self._keep(self._process, f"its event loop did nothing for {self._loop_patience:g} s", stopped)
            return self.last
        try:
            return self._file.read_text(encoding="utf-8")[:_LONGEST] or None
        except OSError:
            return None

    def _keep(self, part: str, reason: str, moment: datetime) -> None:
        self.last = f"{part}, {iso(moment)}: {reason}"[:_LONGEST]
        try:
            self._file.write_text(self.last, encoding="utf-8")
        except OSError as error:
            log.warning("restart not remembered", extra={"reason": str(error)})
