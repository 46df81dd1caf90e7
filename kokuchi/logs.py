"""Structured logs: one line an event, `key=value` after the message, on standard error.

Where that is the journal of systemd, each line begins with its priority (sd-daemon(3)) in place of the time, which the
journal notes itself: `journalctl -p warning` then shows what matters.

What is logged never holds a household's name, a password or a key: identifiers only.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_DEBUG_PRIORITY = 7


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f"{moment} {self.event(record)}"

    def event(self, record: logging.LogRecord) -> str:
        extra = "".join(
            f" {key}={json.dumps(value, ensure_ascii=False, default=str)}"
            for key, value in record.__dict__.items()
            if key not in _STANDARD
        )
        line = f"{record.levelname.lower()} {record.name}: {record.getMessage()}{extra}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class _JournalFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        priority = next((value for level, value in _PRIORITIES if record.levelno >= level), _DEBUG_PRIORITY)
        # The journal takes each line for an event: the lines of a traceback have the priority of their error.
        return "\n".join(f"<{priority}>{line}" for line in self.event(record).splitlines())


def goes_to_journal(descriptor: int, stream: str | None) -> bool:
    """Tell whether a file descriptor is the stream that systemd names in JOURNAL_STREAM as "device:inode"."""
    if not stream:
        return False
    try:
        status = os.fstat(descriptor)
    except OSError:
        return False
    return stream == f"{status.st_dev}:{status.st_ino}"


def configure(verbose: bool = False) -> None:
    """Send all logs to standard error, from INFO, or from DEBUG when verbose."""
    handler = logging.StreamHandler()
    journal = goes_to_journal(sys.__stderr__.fileno(), os.environ.get("JOURNAL_STREAM")) if sys.__stderr__ else False
    handler.setFormatter(_JournalFormatter() if journal else _Formatter())
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    # It warns of each request that is no HTTP; kokuchi.connections does so seldom.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.WARNING)
