"""What the household has set for itself, in the inbox's file: it outlives restarts and power cuts."""

import asyncio
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kokuchi.database import Connections
from kokuchi.tables import Database, Migrations
from kokuchi.voice.languages import known_code
from kokuchi.voice.settings import Pace
from kokuchi.wire.fields import Identifier, JsonObject
from terminal_client.manners import QuietHours

log = logging.getLogger(__name__)

migrations = Migrations("preferences")

LOWEST_VOLUME, HIGHEST_VOLUME = 10, 100

Percent = Annotated[int, Field(ge=LOWEST_VOLUME, le=HIGHEST_VOLUME)]
"""A volume that can still be heard."""

LanguageCode = Annotated[str, AfterValidator(known_code)]

LOOK_SECONDS = 5.0
"""How often a terminal that runs looks for what the command has changed."""

MOST_UNSPOKEN = 100
"""More kinds of notice than any town has."""


def _some_hours(hours: QuietHours) -> QuietHours:
    if hours.start.tzinfo or hours.end.tzinfo:
        raise ValueError("the quiet hours are times of the clock on the wall, without a time zone")
    if hours.start == hours.end:
        raise ValueError("the quiet hours end when they start")
    return hours


StatedQuietHours = Annotated[QuietHours, AfterValidator(_some_hours)]
"""Quiet hours as somebody has stated them: between two different times."""


class TextSize(StrEnum):
    """How large the letters of an alert are."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class Preferences(BaseModel):
    """Everything that a household may set. `language` is the second one, None for Japanese alone.

    `unspoken` are the categories of which notices are shown and not said; nothing else can be silenced.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    volume: Percent = 70
    pace: Pace = 5.0
    text_size: TextSize = TextSize.NORMAL
    language: LanguageCode | None = None
    night_screen: bool = True
    quiet_hours: StatedQuietHours | None = None
    unspoken: Annotated[frozenset[Identifier], Field(max_length=MOST_UNSPOKEN)] = frozenset()

    def changed(self, changes: dict[str, Any]) -> Self:
        """Return them with some of them changed, or raise pydantic's ValidationError."""
        return self.model_validate({**self.model_dump(), **changes})

    def to_json(self) -> JsonObject:
        """Return them as JSON has them, always in the same order."""
        return {**self.model_dump(mode="json"), "unspoken": sorted(self.unspoken)}


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
        self._announcing = threading.Lock()
        self._announced = self.current()
        self._listeners: list[Callable[[Preferences], object]] = []

    def close(self) -> None:
        """Close the file."""
        self._connections.close()

    def on_change(self, listener: Callable[[Preferences], object]) -> None:
        """Call this after each change, in the thread that made or noticed it, with what stands then."""
        self._listeners.append(listener)

    @property
    def announced(self) -> Preferences:
        """What the listeners were told last."""
        return self._announced

    def current(self) -> Preferences:
        """Return what stands; on a disk that cannot be read what was last known."""
        try:
            chosen = self._connections.read().execute("SELECT chosen FROM preferences").fetchone()["chosen"]
        except sqlite3.OperationalError as error:
            log.warning("preferences not read", extra={"reason": str(error)})
            return self._known
        self._known = self._with(json.loads(chosen))
        return self._known

    def change(self, /, **changes: Any) -> Preferences:
        """Commit changes, fields of Preferences, and return what stands then.

        Raises pydantic's ValidationError for a value that cannot be, and OperationalError on a disk that takes nothing.
        """
        wanted = self.current().changed(changes).model_dump(mode="json", include=set(changes))
        with self._connections.write() as db:
            chosen = json.loads(db.execute("SELECT chosen FROM preferences").fetchone()["chosen"])
            db.execute("UPDATE preferences SET chosen = ?", [json.dumps(chosen | wanted)])
        return self.notice()

    def reset(self) -> Preferences:
        """Commit that nothing is chosen, and return what stands then; errors as of `change`."""
        with self._connections.write() as db:
            db.execute("UPDATE preferences SET chosen = '{}'")
        return self.notice()

    def notice(self) -> Preferences:
        """Return what stands, and tell the listeners if it is new: another process may have changed the file."""
        with self._announcing:
            current = self.current()
            if current != self._announced:
                self._announced = current
                for listener in self._listeners:
                    listener(current)
        return current

    async def watch(self) -> None:
        """Notice what another process changes, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self.notice)

    def _with(self, chosen: dict[str, Any]) -> Preferences:
        """Return the usual ones with what was chosen. What this version does not know or allow stays usual."""
        try:
            return self._usual.changed(chosen)
        except ValidationError as error:
            wrong = {str(problem["loc"][0]) for problem in error.errors()}
            log.warning("preferences left out", extra={"reason": ", ".join(sorted(wrong))})
            return self._usual.changed({name: value for name, value in chosen.items() if name not in wrong})
