"""What must be nowhere but in the ledger and the files of keys, and where one looks for it after a chaos run."""

import base64
import binascii
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from chaos.town import WIRE
from demo.preparation import USERS

_TOKEN = re.compile(rb"[A-Za-z0-9_-]{24,}")
_DEEPEST = 3
"""An alert within a sync's answer is signed within what is signed."""


def names_of(run: Path) -> set[str]:
    """Return the name of every household."""
    return set(_column(run, "SELECT household FROM terminals"))


def headline_of(run: Path) -> str:
    """Return the headline of the first alert."""
    headline: str = json.loads(_column(run, "SELECT payload FROM alerts ORDER BY id LIMIT 1")[0])["headline"]
    return headline


def secrets_of(run: Path) -> set[str]:
    """Return every password and key: the centre's, the broker's, each terminal's, the staff's and their hashes."""
    files = [*(run / "var" / "keys").iterdir(), *(run / "var" / "terminals").glob("*/broker-password")]
    found = {
        max(path.read_text(encoding="utf-8").split("\n")[:2], key=len).strip() if path.suffix == ".pem" else _text(path)
        for path in files
        if path.is_file()
    }
    hashes = _column(run, "SELECT password_hash FROM terminals UNION SELECT password_hash FROM accounts")
    return found | set(hashes) | {password for _account, password in USERS}


def heard_on_the_wire(run: Path) -> str:
    """Return all that went over the wire, with what is signed as it reads when it is opened."""
    return _opened(b"".join(path.read_bytes() for path in sorted((run / "logs").glob(f"{WIRE}*.log"))), _DEEPEST)


def said_in_logs(run: Path) -> str:
    """Return all logs, and the journals of the light terminals."""
    logs = [path for path in (run / "logs").rglob("*") if path.is_file() and not path.name.startswith(WIRE)]
    journals = (run / "var" / "terminals").glob("*/journal*")
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in [*logs, *journals])


def _opened(data: bytes, depth: int) -> str:
    text = data.decode("utf-8", "replace")
    if depth == 0:
        return text
    inner = {_decoded(token) for token in set(_TOKEN.findall(data))}
    return text + "\n" + _opened(b"\n".join(inner), depth - 1) if inner else text


def _decoded(token: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(token + b"=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return b""


def _column(run: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(run / "var" / "broadcaster.sqlite")) as connection:
        return [row[0] for row in connection.execute(query)]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
