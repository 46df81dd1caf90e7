"""What each terminal was told about itself, and what it says that it holds.

Whether a terminal is to be told something is one statement for all of them: it is asked after every commit.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcaster.domain.service import Service
from kokuchi.storage import Database, Storage
from kokuchi.wire import Membership, Presence
from kokuchi.wire.fields import iso
from kokuchi.wire.settings import HIGHEST_SETTINGS_REVISION

VALID = timedelta(days=400)
RENEWED_AFTER = timedelta(days=200)

_CONTENT = "(?1 || '|' || t.area || '|' || t.groups)"
_DUE = (
    "FROM terminals AS t LEFT JOIN terminal_settings AS s ON s.terminal_id = t.id WHERE t.service = 'in_service' AND ("
    f"s.terminal_id IS NULL OR s.published = 0 OR s.content <> {_CONTENT} OR s.made_at < ?2"
    " OR s.held IS DISTINCT FROM s.signed_for OR s.taken > s.revision)"
)
_GONE = (
    "SELECT t.id, t.terminal FROM terminal_settings AS s JOIN terminals AS t ON t.id = s.terminal_id"
    " WHERE s.published = 1 AND t.service <> 'in_service'"
)


@dataclass(frozen=True)
class Telling:
    """What one terminal is to be told, by which key, at which revision; `made_at` is when that was settled."""

    row: int
    membership: Membership
    revision: int
    made_at: datetime
    signer: str


@dataclass(frozen=True)
class Holding:
    """What a terminal holds: the names of its keys, None if nobody knows, and whether it takes part."""

    terminal: str
    keys: tuple[str, ...] | None


def tell_anew(db: Database, terminal_row: int) -> None:
    """Keep, within the transaction of a change, that a terminal is told what holds in a revision of its own.

    Whoever takes one asks the centre (docs/protocol.md, Sync), and so learns of the change within seconds.
    """
    db.execute("UPDATE terminal_settings SET content = '' WHERE terminal_id = ?", [terminal_row])


class TerminalSettingsBook:
    """A row for each terminal that was ever granted or told something."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def are_due(self, digest: str, now: datetime) -> bool:
        """Tell whether a terminal is to be told something, without writing. `digest` is what the whole town is told."""
        row = self._connections.read().execute(f"SELECT 1 {_DUE} LIMIT 1", _arguments(digest, now)).fetchone()
        return row is not None

    def claim(
        self, digest: str, signer_for: Callable[[Sequence[str] | None], str], now: datetime, limit: int
    ) -> list[Telling]:
        """Settle what some of them are told next, with revisions that rise whatever they have had before."""
        found = []
        with self._connections.write() as db:
            rows = db.execute(
                f"SELECT t.id, t.terminal, t.area, t.groups, {_CONTENT} AS wanted, s.* {_DUE} ORDER BY t.id LIMIT {limit}",  # noqa: E501
                _arguments(digest, now),
            ).fetchall()
            for row in rows:
                held = json.loads(row["held"]) if row["held"] else None
                signer = signer_for(held)
                same = row["content"] == row["wanted"] and row["signer"] == signer
                fresh = same and row["made_at"] >= iso(now - RENEWED_AFTER) and row["revision"] >= (row["taken"] or 0)
                revision = row["revision"] if fresh else _next_revision(row["revision"], row["taken"])
                made_at = row["made_at"] if fresh else iso(now)
                db.execute(
                    "INSERT INTO terminal_settings (terminal_id, revision, content, made_at, signer, signed_for)"
                    " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (terminal_id) DO UPDATE SET revision = ?2,"
                    " content = ?3, made_at = ?4, signer = ?5, signed_for = ?6,"
                    " published = min(terminal_settings.published, ?7)",
                    [row["id"], revision, row["wanted"], made_at, signer, row["held"], fresh],
                )
                if fresh and row["published"]:
                    continue
                membership = Membership(
                    terminal=row["terminal"],
                    areas=frozenset({row["area"]}),
                    groups=frozenset(json.loads(row["groups"])),
                )
                found.append(Telling(row["id"], membership, revision, datetime.fromisoformat(made_at), signer))
        return found

    def settle(self, told: Iterable[Telling]) -> None:
        """Record that the broker has these."""
        with self._connections.write() as db:
            db.executemany(
                "UPDATE terminal_settings SET published = 1 WHERE terminal_id = ? AND revision = ?",
                [(telling.row, telling.revision) for telling in told],
            )

    def republish(self) -> None:
        """Publish everything once more: the broker may have lost what it had.

        It need not have: of who has left service meanwhile it is still to be told to keep nothing.
        """
        with self._connections.write() as db:
            db.execute(
                "UPDATE terminal_settings SET published = 0 WHERE published = 1"
                " AND terminal_id IN (SELECT id FROM terminals WHERE service = 'in_service')"
            )

    def gone(self, limit: int) -> list[tuple[int, str]]:
        """Return terminals that are not in service any more and of which the broker still keeps something."""
        rows = self._connections.read().execute(f"{_GONE} LIMIT ?", [limit])
        return [(row["id"], row["terminal"]) for row in rows]

    def cleared(self, rows: Iterable[int]) -> None:
        """Record that the broker keeps nothing of these terminals."""
        with self._connections.write() as db:
            db.executemany("UPDATE terminal_settings SET published = 0 WHERE terminal_id = ?", [(row,) for row in rows])

    def grant(self, terminals: Iterable[str], keys: Sequence[str]) -> None:
        """Note that devices are given these keys; each is told what holds once more, in a revision of its own."""
        with self._connections.write() as db:
            db.executemany(
                "INSERT INTO terminal_settings (terminal_id, held) SELECT id, ?1 FROM terminals WHERE terminal = ?2"
                " ON CONFLICT (terminal_id) DO UPDATE SET held = ?1, content = ''",
                [(json.dumps(keys), terminal) for terminal in terminals],
            )

    def note(self, presences: Iterable[Presence]) -> None:
        """Keep what terminals say that they hold; a last will and an earlier version's presence say nothing of it."""
        said = [
            (json.dumps(presence.keys), presence.settings, presence.terminal)
            for presence in presences
            if presence.keys is not None
        ]
        if not said:
            return
        with self._connections.write() as db:
            db.executemany(
                "INSERT INTO terminal_settings (terminal_id, held, taken) SELECT id, ?1, ?2 FROM terminals"
                " WHERE terminal = ?3 ON CONFLICT (terminal_id) DO UPDATE SET held = ?1, taken = ?2"
                " WHERE terminal_settings.held IS DISTINCT FROM ?1"
                " OR terminal_settings.taken IS DISTINCT FROM ?2",
                said,
            )

    def untold_since(self, moment: datetime) -> list[str]:
        """Return the terminals in service that have not said that they hold what was settled after a moment."""
        rows = self._connections.read().execute(
            "SELECT t.terminal FROM terminals AS t LEFT JOIN terminal_settings AS s ON s.terminal_id = t.id"
            " WHERE t.service = ? AND (s.made_at >= ? AND s.taken >= s.revision) IS NOT TRUE ORDER BY t.terminal",
            [Service.IN_SERVICE, iso(moment)],
        )
        return [row["terminal"] for row in rows]

    def holdings(self) -> list[Holding]:
        """Return what each terminal that is in service holds, as far as it is known."""
        rows = self._connections.read().execute(
            "SELECT t.terminal, s.held FROM terminals AS t LEFT JOIN terminal_settings AS s ON s.terminal_id = t.id"
            " WHERE t.service = ? ORDER BY t.terminal",
            [Service.IN_SERVICE],
        )
        return [Holding(row["terminal"], tuple(json.loads(row["held"])) if row["held"] else None) for row in rows]


def _arguments(digest: str, now: datetime) -> list[object]:
    return [digest, iso(now - RENEWED_AFTER)]


def _next_revision(revision: int | None, taken: int | None) -> int:
    # A ledger that was restored from a backup may know less than its terminals.
    return min(max(revision or 0, taken or 0) + 1, HIGHEST_SETTINGS_REVISION)
