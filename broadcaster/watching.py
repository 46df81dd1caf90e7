"""The centre watches itself: systemd hears that all is well only while alerts can go out and reports can come in."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from broadcaster.ledger import Ledger
from kokuchi.pulse import Pulse
from kokuchi.restarts import Restarts
from kokuchi.service_manager import ServiceManager
from kokuchi.storage import FAILED
from kokuchi.watchdog import Part, Watchdog

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
LEDGER_PATIENCE = 60.0
"""Seconds within which the ledger must be read once; a connection that has gone bad is healed by a new process."""


async def watch_centre(
    ledger: Ledger,
    parts: Sequence[Part],
    folder: Path,
    status: Callable[[], str],
    *,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Tell systemd of the centre until cancelled, or raise StoodStill.

    It is ready when the ledger was read and each of `parts` that always has something to do has done it once. Why a
    process had to end is remembered in `folder`.
    """
    await _watch(ledger, parts, folder, status, "centre", look_seconds, lambda: not _all_rest(parts))


async def watch_collector(ledger: Ledger, parts: Sequence[Part], folder: Path, status: Callable[[], str]) -> None:
    """Tell systemd of a further collector, which is ready when the ledger was read: it may have nothing to do yet."""
    await _watch(ledger, parts, folder, status, "collector", LOOK_SECONDS, lambda: True)


def _all_rest(parts: Sequence[Part]) -> bool:
    return all(part.pulse.is_resting for part in parts)


async def _watch(
    ledger: Ledger,
    parts: Sequence[Part],
    folder: Path,
    status: Callable[[], str],
    process: str,
    look_seconds: float,
    has_begun: Callable[[], bool],
) -> None:
    pulse = Pulse()
    reading = asyncio.create_task(_read_again_and_again(ledger, pulse, look_seconds))
    try:
        while pulse.is_resting or not has_begun():  # noqa: ASYNC110 - a thread may beat it
            await asyncio.sleep(0.05)
        watched = [*parts, Part("ledger", pulse, f"it could not be read for {LEDGER_PATIENCE:g} s")]
        with (
            closing(Restarts(folder, lambda: datetime.now(UTC), lambda: None, process=process)) as restarts,
            closing(ServiceManager()) as manager,
        ):
            await Watchdog(watched, restarts, manager, status).run()
    finally:
        reading.cancel()


async def _read_again_and_again(ledger: Ledger, pulse: Pulse, look_seconds: float) -> None:
    while True:
        try:
            await asyncio.to_thread(ledger.broker.state)
        except FAILED as error:
            log.error("ledger cannot be read", extra={"reason": str(error)})  # noqa: TRY400 - until the disk heals
        else:
            pulse.expect(LEDGER_PATIENCE)
        await asyncio.sleep(look_seconds)
