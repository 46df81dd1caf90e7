"""Ports for what tests start and stop."""

import os

from demo.processes import first_free

_PER_WORKER = 3000
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_LOWEST = 20000 + _WORKER % 4 * _PER_WORKER
_HIGHEST = _LOWEST + _PER_WORKER

_next = _LOWEST + os.getpid() % 1000


def free_port_range(length: int = 12) -> int:
    """Return the first of some ports that are free in a row, and that nobody was given lately.

    They lie below the kernel's own (32768 and up): an outgoing connection must not get one while its server is away.
    Each of several processes that test at the same time looks in a range of its own.
    """
    global _next
    first = first_free([*range(_next, _HIGHEST - length), *range(_LOWEST, _next)], length)
    _next = first + length
    return first


def free_port() -> int:
    """Return a port that is free."""
    return free_port_range(1)
