"""Structured logs: one line an event, `key=value` after the message, on standard error for journald.

What is logged never holds a household's name, a password or a key: identifiers only.
"""

import json
import logging
from datetime import UTC, datetime

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        extra = "".join(
            f" {key}={json.dumps(value, ensure_ascii=False, default=str)}"
            for key, value in record.__dict__.items()
            if key not in _STANDARD
        )
        line = f"{moment} {record.levelname.lower()} {record.name}: {record.getMessage()}{extra}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def configure(verbose: bool = False) -> None:
    """Send all logs to standard error, from INFO, or from DEBUG when verbose."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter())
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    # It warns of each request that is no HTTP; kokuchi.connections does so seldom.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.WARNING)
