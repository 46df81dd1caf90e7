"""What the household sets for itself: the settings page reads it here, and changes it."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from pydantic import ValidationError

from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import Level
from kokuchi.wire.fields import JsonObject
from terminal_client.household import Household
from terminal_client.preferences import Preferences, PreferenceStore
from terminal_client.screen.protection import require_json
from terminal_client.view import Card

log = logging.getLogger(__name__)


def preference_routes(
    store: PreferenceStore, town_kinds: Callable[[], Mapping[str, str]], household: Household
) -> APIRouter:
    """Return the routes of the settings page. `town_kinds` tells what `shown` takes; it is asked each time."""
    router = APIRouter()

    def standing(preferences: Preferences) -> JsonObject:
        return shown(preferences, town_kinds(), household.past())

    @router.get("/preferences")
    async def opened() -> JsonObject:
        return standing(await asyncio.to_thread(store.notice))

    @router.post("/preferences", dependencies=[Depends(require_json)])
    async def change(changes: dict[str, Any]) -> JsonObject:
        try:
            changed = await asyncio.to_thread(store.change, **changes)
        except ValidationError as error:
            raise HTTPException(422, problems_of(error)) from error
        except sqlite3.OperationalError as error:
            log.error("preferences not changed", extra={"reason": str(error)})  # noqa: TRY400 - expected
            raise HTTPException(503, f"nothing was changed, the disk takes nothing: {error}") from error
        log.info("preferences changed", extra={"changed": sorted(changes)})
        return standing(changed)

    @router.post("/sample", status_code=204, dependencies=[Depends(require_json)])
    async def sample() -> None:
        household.sample()

    return router


def shown(preferences: Preferences, town_kinds: Mapping[str, str], past: Sequence[Card]) -> JsonObject:
    """Return what the pages know of the preferences: what is chosen, and what there is to choose from.

    `town_kinds` are the names of the town's categories; what came as a notice in `past`, or is silenced, is added.
    """
    came = {card.alert.category: card.alert.event for card in reversed(past) if card.alert.level is Level.NOTICE}
    kinds = dict(town_kinds)
    # Always in the same order, so that no switch moves away under a finger.
    for category in sorted(preferences.unspoken.union(came)):
        kinds.setdefault(category, came.get(category, category))
    return {
        "chosen": preferences.to_json(),
        "languages": [
            {"code": language.code, "own": language.own, "japanese": language.japanese}
            for language in LANGUAGES.values()
        ],
        "kinds": [{"category": category, "name": name} for category, name in kinds.items()],
    }


def problems_of(error: ValidationError) -> str:
    """Return what is wrong with changes, in one line: each field with its problem."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in error.errors()
    )
