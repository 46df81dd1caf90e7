"""Waiting for a condition instead of sleeping."""

import asyncio
import time
from collections.abc import Callable

SECONDS = 60.0
PATIENCE = 30.0
"""Seconds for what takes less than one on a machine that has nothing else to do."""


async def until(condition: Callable[[], object], seconds: float = SECONDS, what: str = "") -> None:
    """Return once the condition holds; fail after some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or condition}"
        await asyncio.sleep(0.01)


def wait_until(condition: Callable[[], object], seconds: float = SECONDS, what: str = "") -> None:
    """Return once the condition holds; fail after some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or condition}"
        time.sleep(0.02)
