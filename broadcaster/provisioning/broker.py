"""Keeps the broker told of the roster: at once after each change, and again and again if nobody could be told."""

import asyncio
import logging
from collections.abc import Callable

from broadcaster.ledger.untold import Untold
from broadcaster.provisioning.reload import BrokerUntold
from kokuchi.storage import UNWRITABLE

log = logging.getLogger(__name__)

RETRY_SECONDS = 30.0
"""How often a broker that could not be told is tried again."""


class BrokerKeeper:
    """Whoever changes the roster tells the broker through it; what a crash or a dead broker prevents is done later.

    `renew` writes the broker's files from the roster and tells it, or raises BrokerUntold.
    """

    def __init__(self, untold: Untold, renew: Callable[[], None]) -> None:
        self._untold = untold
        self._renew = renew

    def tell(self) -> str:
        """Try to tell the broker, and log why it could not be told."""
        fault = self.try_to_tell()
        if fault:
            log.error("broker not told", extra={"reason": fault})
        return fault

    def try_to_tell(self) -> str:
        """Tell the broker of all changes; return why it could not be told, empty if it was.

        A broker that cannot be told does not undo a change: the ledger keeps that it has to be.
        """
        # What changes while the files are written has a higher number, and is told by whoever changes it.
        newest = self._untold.newest()
        if not newest:
            return ""
        try:
            self._renew()
        except (BrokerUntold, OSError) as error:
            self._untold.failed(newest, str(error))
            return str(error)
        self._untold.told(newest)
        return ""

    async def keep_told(self) -> None:
        """Tell the broker for ever of what it could not be told at once."""
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                await asyncio.to_thread(self.tell)
            except UNWRITABLE as error:
                # A disk that is full for a while must not end the centre.
                log.error("broker not told", extra={"reason": str(error)})  # noqa: TRY400 - the reason says it all
