"""The town's dictionary and who changed what. A change and the revision that it makes are one transaction."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.dictionary import RENEWED_AFTER, Book, Change, Word
from broadcaster.ledger.audit import record
from kokuchi.storage import Database, Row, Storage
from kokuchi.wire import Dictionary
from kokuchi.wire.fields import iso

_STANDING = (
    "SELECT * FROM dictionary_changes WHERE id IN (SELECT max(id) FROM dictionary_changes GROUP BY word) ORDER BY word"
)

_NAMED_WORDS = 10
"""How many words of one change the record names."""


class DictionaryMoved(Exception):  # noqa: N818 - reads as what it says
    """Somebody else has changed the dictionary since it was looked at."""


class WordMoved(Exception):  # noqa: N818 - reads as what it says
    """A word was changed again since; what was to be undone does not stand any more."""


@dataclass(frozen=True)
class Logged:
    """A change as the log keeps it; `before` is what the staff had for this word until then."""

    revision: int
    word: str
    before: Word | None
    after: Word | None
    changed_by: str
    changed_at: datetime


class Dictionaries:
    """The one dictionary that stands, and its history."""

    def __init__(self, connections: Storage) -> None:
        self._connections = connections

    def revision(self) -> int:
        """Return the revision that stands, 0 if there is none yet."""
        row = self._connections.read().execute("SELECT revision FROM dictionary").fetchone()
        return int(row["revision"]) if row else 0

    def standing(self) -> Dictionary | None:
        """Return what goes to the terminals."""
        row = self._connections.read().execute("SELECT payload FROM dictionary").fetchone()
        return Dictionary.model_validate_json(row["payload"]) if row else None

    def book(self) -> Book:
        """Return all words with their examples."""
        return _book(self._connections.read())

    def take_base(self, base: Sequence[Word], town: str, now: datetime) -> int:
        """Let these be the base words; return the revision, which is a new one if they are not what they were.

        Raises DictionaryTooLarge, and changes nothing, if they do not fit beside the staff's words.
        """
        with self._connections.write() as db:
            book = _book(db)
            if book.base == tuple(base) and book.revision:
                return book.revision
            return self._put(db, replace(book, base=tuple(base)), town, now)

    def change(self, changes: Sequence[Change], *, seen: int, town: str, changed_by: str, now: datetime) -> int:
        """Commit changes of the staff's words and return the revision that they make, all or nothing.

        Raises DictionaryMoved if the revision is not `seen` any more: what was checked is not what would be there.
        Raises DictionaryTooLarge if it would not fit into a message.
        """
        with self._connections.write() as db:
            book = _book(db)
            if book.revision != seen:
                raise DictionaryMoved(f"the dictionary has revision {book.revision}, no longer {seen}")
            return self._change(db, book, changes, town, changed_by, now)

    def undo(self, revision: int, *, town: str, changed_by: str, now: datetime) -> int:
        """Bring back what the words of a revision were before it, as a new revision, which is returned.

        Raises WordMoved if one of them was changed again since, or if the revision changed no word of the staff.
        """
        with self._connections.write() as db:
            undone = _changes(db, "WHERE revision = ?", [revision])
            if not undone:
                raise WordMoved(f"revision {revision} changed no word of the staff")
            for row in undone:
                last = db.execute("SELECT max(id) FROM dictionary_changes WHERE word = ?", [row["word"]]).fetchone()[0]
                if last != row["id"]:
                    raise WordMoved(f"{row['word']} was changed again after revision {revision}")
            changes = [Change(row["word"], _before(db, row)) for row in undone]
            return self._change(db, _book(db), changes, town, changed_by, now)

    def renew(self, now: datetime) -> bool:
        """Make a new revision of the same words if the one that stands has less than half of its time left."""
        due = [iso(now - RENEWED_AFTER)]
        if self._connections.read().execute("SELECT 1 FROM dictionary WHERE made_at < ?", due).fetchone() is None:
            return False
        with self._connections.write() as db:
            row = db.execute("SELECT payload FROM dictionary").fetchone()
            self._put(db, _book(db), Dictionary.model_validate_json(row["payload"]).town, now)
        return True

    def last_change(self, word: str) -> Logged | None:
        """Return the newest change of a word of the staff."""
        found = self._logged("WHERE word = ? ORDER BY id DESC LIMIT 1", [word])
        return found[0] if found else None

    def log(self, limit: int) -> list[Logged]:
        """Return the newest changes, the newest first."""
        return self._logged("ORDER BY id DESC LIMIT ?", [limit])

    def of_revision(self, revision: int) -> list[Logged]:
        """Return what a revision changed in the staff's words."""
        return self._logged("WHERE revision = ? ORDER BY id", [revision])

    def _change(
        self, db: Database, book: Book, changes: Sequence[Change], town: str, changed_by: str, now: datetime
    ) -> int:
        revision = self._put(db, book.changed(changes), town, now)
        db.executemany(
            "INSERT INTO dictionary_changes"
            " (word, reading, accent, example, example_reading, revision, changed_by, changed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(change.word, *_columns(change.after), revision, changed_by, iso(now)) for change in changes],
        )
        named = "、".join(change.word for change in changes[:_NAMED_WORDS])
        record(db, Entry(changed_by, Deed.WORDS_CHANGED, str(revision), now, named))
        return revision

    def _put(self, db: Database, book: Book, town: str, now: datetime) -> int:
        following = replace(book, revision=book.revision + 1)
        db.execute(
            "INSERT INTO dictionary (id, revision, made_at, base, payload) VALUES (1, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, made_at = excluded.made_at,"
            " base = excluded.base, payload = excluded.payload",
            [
                following.revision,
                iso(now),
                json.dumps([asdict(word) for word in following.base], ensure_ascii=False),
                following.dictionary(town, now).model_dump_json(exclude_none=True),
            ],
        )
        return following.revision

    def _logged(self, where: str, arguments: list[object]) -> list[Logged]:
        db = self._connections.read()
        return [
            Logged(
                revision=row["revision"],
                word=row["word"],
                before=_before(db, row),
                after=_word(row),
                changed_by=row["changed_by"],
                changed_at=datetime.fromisoformat(row["changed_at"]),
            )
            for row in _changes(db, where, arguments)
        ]


def _book(db: Database) -> Book:
    standing = db.execute("SELECT revision, base FROM dictionary").fetchone()
    words = [_word(row) for row in db.execute(_STANDING)]
    return Book(
        revision=standing["revision"] if standing else 0,
        base=tuple(Word(**word) for word in json.loads(standing["base"])) if standing else (),
        staff=tuple(word for word in words if word),
    )


def _changes(db: Database, where: str, arguments: list[object]) -> list[Row]:
    # `where` is one of the constants above, never input.
    return list(db.execute(f"SELECT * FROM dictionary_changes {where}", arguments))  # noqa: S608


def _before(db: Database, row: Row) -> Word | None:
    earlier = db.execute(
        "SELECT * FROM dictionary_changes WHERE word = ? AND id < ? ORDER BY id DESC LIMIT 1", [row["word"], row["id"]]
    ).fetchone()
    return _word(earlier) if earlier else None


def _word(row: Row) -> Word | None:
    if row["reading"] is None:
        return None
    return Word(row["word"], row["reading"], row["accent"], row["example"], row["example_reading"])


def _columns(word: Word | None) -> tuple[object, ...]:
    return (word.reading, word.accent, word.example, word.example_reading) if word else (None, None, "", "")
