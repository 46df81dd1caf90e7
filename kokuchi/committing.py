"""Writing to a disk that may be full or read-only for a while: what is to be committed waits until it can be."""

import asyncio
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from kokuchi.storage import UNWRITABLE

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Committer:
    """Runs writes in a thread until they succeed. `fault` says why the disk cannot be written, None when it can."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.fault: str | None = None
        self._on_change = on_change

    async def commit(self, write: Callable[_P, _R], *arguments: _P.args, **options: _P.kwargs) -> _R:
        """Return what the write returns, once it could be done."""
        while True:
            try:
                result = await asyncio.to_thread(write, *arguments, **options)
            except UNWRITABLE as error:
                self._note(str(error))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._note(None)
                return result

    def _note(self, fault: str | None) -> None:
        if fault != self.fault:
            log.log(logging.INFO if fault is None else logging.ERROR, "disk", extra={"fault": fault})
            self.fault = fault
            self._on_change()
