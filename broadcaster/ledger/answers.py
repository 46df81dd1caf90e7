"""What a program was answered to a request with an Idempotency-Key, so that asking again changes nothing.

The key is committed before the act, the answer after it. Whoever asks again after a crash between the two begins the
act again with the same identifier, by which the ledger knows that it was done.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from kokuchi.storage import Storage
from kokuchi.wire.fields import iso

KEPT_FOR = timedelta(hours=24)


class KeyReused(Exception):  # noqa: N818 - reads as what it says
    """This key was given with another request before."""


@dataclass(frozen=True)
class Answer:
    """What was answered; `location` is empty if nothing was made."""

    status: int
    body: str
    location: str = ""
    etag: str = ""


@dataclass(frozen=True)
class Begun:
    """A request that was begun at `at`, for the first time; `answer` None if it never came to its end."""

    token: int
    key: str
    at: datetime
    answer: Answer | None = None

    @property
    def identifier(self) -> str:
        """The identifier of what this request makes: the same one whenever it is asked again."""
        digest = hashlib.sha256(f"{self.token}\n{iso(self.at)}\n{self.key}".encode()).hexdigest()
        return f"{self.at:%Y%m%dT%H%M%SZ}-{digest[:8]}"


class Answers:
    """The answers of the last 24 hours."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def begin(self, token: int, key: str, request: str, now: datetime) -> Begun:
        """Commit that a token asks with this key; `request` tells one request from another. Raises KeyReused."""
        with self._connections.write() as db:
            db.execute("DELETE FROM api_answers WHERE begun_at <= ?", [iso(now - KEPT_FOR)])
            db.execute(
                "INSERT INTO api_answers (token_id, key, request, begun_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [token, key, request, iso(now)],
            )
            row = db.execute("SELECT * FROM api_answers WHERE token_id = ? AND key = ?", [token, key]).fetchone()
        if row["request"] != request:
            raise KeyReused(key)
        answer = Answer(row["status"], row["body"], row["location"], row["etag"]) if row["status"] is not None else None
        return Begun(token, key, datetime.fromisoformat(row["begun_at"]), answer)

    def finish(self, begun: Begun, answer: Answer) -> None:
        """Commit the answer."""
        with self._connections.write() as db:
            db.execute(
                "UPDATE api_answers SET status = ?, body = ?, location = ?, etag = ? WHERE token_id = ? AND key = ?",
                [answer.status, answer.body, answer.location, answer.etag, begun.token, begun.key],
            )
