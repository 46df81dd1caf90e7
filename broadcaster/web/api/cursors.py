"""Where a list goes on: a text that a program gives back as it got it."""

import base64
import binascii
import json
from typing import Annotated

from fastapi import Query

from broadcaster.web.api import problems
from broadcaster.web.api.problems import FieldError, ProblemRaised

Cursor = Annotated[
    str | None,
    Query(description="`next` of the page before, as it was given; without it the list begins.", max_length=400),
]
Limit = Annotated[int, Query(description="How many at most.", ge=1, le=500)]


def written(*place: str | int) -> str:
    """Return the cursor of a place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read(cursor: str, *kinds: type) -> list[str | int]:
    """Return the place that `written` was given, with values of these kinds; raises ProblemRaised."""
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise _strange() from error
    if not isinstance(place, list) or len(place) != len(kinds):
        raise _strange()
    if not all(_is_possible(value, kind) for value, kind in zip(place, kinds, strict=True)):
        raise _strange()
    return place


def _is_possible(value: object, kind: type) -> bool:
    """Tell whether a value is of this kind, and one that SQLite takes."""
    if type(value) is not kind:
        return False
    return value.isprintable() if isinstance(value, str) else isinstance(value, int) and value.bit_length() < 64


def _strange() -> ProblemRaised:
    error = FieldError(field="cursor", detail="was not given by this list", japanese="続きの印が正しくありません。")
    return ProblemRaised(problems.INVALID, errors=[error])
