"""Styles, scripts and the icon, under addresses that change with what is in them: a browser asks for each only once."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"

_FOR_GOOD = "public, max-age=31536000, immutable"
"""RFC 8246: what is there never changes, and is not asked for again even when a page is loaded anew."""

_ASK_FIRST = "no-cache"


@cache
def _revisions() -> dict[str, str]:
    """Return what tells the content of each file from an earlier one."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in FOLDER.iterdir()}


def address(name: str) -> str:
    """Return the address of a file as it is now; raises KeyError if there is none of this name."""
    return f"/static/{name}?v={_revisions()[name]}"


class Assets(StaticFiles):
    """Serves the files. Whoever asks for another revision, on a page from before an update, gets what there is now."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or that the browser has it already."""
        response = await super().get_response(path, scope)
        is_current = scope["query_string"] == f"v={_revisions().get(path)}".encode()
        response.headers["Cache-Control"] = _FOR_GOOD if is_current else _ASK_FIRST
        return response
