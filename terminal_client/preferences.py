"""What the household has set for itself, in the inbox's file: it outlives restarts and power cuts."""

import json
import logging
import sqlite3
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field
from sqlite_utils import Database, Migrations

from kokuchi.database import Connections
from kokuchi.voice.settings import Pace
from kokuchi.wire.fields import Identifier
from terminal_client.manners import QuietHours

log = logging.getLogger(__name__)

migrations = Migrations("preferences")

Percent = Annotated[int, Field(ge=10, le=100)]
"""A volume that can still be heard."""


class TextSize(StrEnum):
    """How large the letters of an alert are."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class Preferences(BaseModel):
    """Everything that a household may set. `language` is the second one, None for Japanese alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume: Percent = 70
    pace: Pace = 5.0
    text_size: TextSize = TextSize.NORMAL
    language: str | None = None
    night_screen: bool = True
    quiet_hours: QuietHours | None = None
    unspoken: frozenset[Identifier] = frozenset()

    def changed(self, changes: dict[str, Any]) -> Self:
        """Return them with some of them changed, or raise pydantic's ValidationError."""
        return self.model_validate({**self.model_dump(), **changes})


@migrations()
def m001_preferences(db: Database) -> None:
    """One row; NULL is what the settings say."""
    db.execute("CREATE TABLE preferences (id INTEGER PRIMARY KEY CHECK (id = 1), volume INTEGER)")
    db.execute("INSERT INTO preferences (id) VALUES (1)")


@migrations()
def m002_all_of_them(db: Database) -> None:
    """What the household has chosen, as JSON; what is not in it is what the settings say."""
    db.execute("ALTER TABLE preferences ADD COLUMN chosen TEXT NOT NULL DEFAULT '{}'")
    db.execute("UPDATE preferences SET chosen = json_object('volume', volume) WHERE volume IS NOT NULL")


class PreferenceStore:
    """Open it in the file of an inbox; raises DatabaseUnusable. May be used from any thread.

    `usual` is what the settings say, and stands for what the household has not chosen.
    """

    def __init__(self, path: Path, usual: Preferences) -> None:
        self._connections = Connections(path, migrations)
        self._usual = usual
        self._known = usual
        self._listeners: list[Callable[[Preferences], None]] = []

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def on_change(self, listener: Callable[[Preferences], None]) -> None:
        """Call this after each change, with what stands then."""
        self._listeners.append(listener)

    def current(self) -> Preferences:
        """Return what stands; on a disk that cannot be read what was last known."""
        try:
            chosen = self._connections.read().execute("SELECT chosen FROM preferences").fetchone()["chosen"]
        except sqlite3.OperationalError as error:
            log.warning("preferences not read", extra={"reason": str(error)})
            return self._known
        self._known = self._usual.changed(json.loads(chosen))
        return self._known

    def change(self, **changes: Any) -> Preferences:
        """Commit changes, fields of Preferences, and return what stands then.

        Raises pydantic's ValidationError for a value that cannot be, and OperationalError on a disk that takes nothing.
        """
        wanted = self.current().changed(changes).model_dump(mode="json", include=set(changes))
        with self._connections.write() as db:
            chosen = json.loads(db.execute("SELECT chosen FROM preferences").fetchone()["chosen"])
            db.execute("UPDATE preferences SET chosen = ?", [json.dumps(chosen | wanted)])
        changed = self.current()
        for listener in self._listeners:
            listener(changed)
        return changed
