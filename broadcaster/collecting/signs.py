"""A further collector's sign of life, by which the centre knows that its share of the reports is being written."""

import asyncio
import logging
from datetime import UTC, datetime

from broadcaster.ledger import Ledger
from kokuchi.link import Link
from kokuchi.storage import FAILED

log = logging.getLogger(__name__)

SIGN_SECONDS = 10.0
LOOK_SECONDS = 0.5


async def give_signs(ledger: Ledger, number: int, link: Link) -> None:
    """Say again and again that this collector works, until cancelled: it does while the broker is connected."""
    while True:
        while not link.is_connected:  # noqa: ASYNC110 - the link tells it to one listener alone
            await asyncio.sleep(LOOK_SECONDS)
        try:
            await asyncio.to_thread(ledger.collectors.give_sign, number, datetime.now(UTC))
        except FAILED as error:
            log.warning("sign of life not written", extra={"reason": str(error)})
        await asyncio.sleep(SIGN_SECONDS)
