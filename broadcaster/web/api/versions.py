"""Which version of a draft somebody has seen: an ETag in answers, If-Match in requests."""

import re
from typing import Annotated

from fastapi import Header

from broadcaster.web.api import problems
from broadcaster.web.api.problems import Kind

IfMatch = Annotated[
    str,
    Header(alias="If-Match", description="The ETag of what you have seen.", max_length=40, examples=['"1"']),
]
"""The header without which no draft is changed."""

CHANGES: tuple[Kind, ...] = (problems.NOT_FOUND, problems.MOVED, problems.PRECONDITION_MISSING)
"""What can go wrong with a change."""

_ETAG = re.compile(r'"([1-9][0-9]{0,17})"')


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def version_in(if_match: str) -> int:
    """Return the version that was seen; -1, which no draft has, if the header names none of ours."""
    named = _ETAG.fullmatch(if_match.strip())
    return int(named[1]) if named else -1
