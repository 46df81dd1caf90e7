"""Who does a work for a ledger that other machines may do too; they know nothing of the file that is locked here."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Protocol

from broadcaster.ledger.opening import need_driver
from broadcaster.ledger.places import Place, Server

CENTRE = 1
"""The centre is collector 1; the further collectors have the numbers from 2 on."""


class Claim(Protocol):
    """The right to be the one collector of a number."""

    async def keep(self) -> None:
        """Keep it until cancelled; raises RunsAlready if it was lost and another process was quicker to take it."""


@contextmanager
def claimed(place: Place, number: int, what: str) -> Iterator[Claim | None]:
    """Have the claim to a number for the length of a block; None for a file, of which no other machine knows.

    `what` it is stands in messages. Raises RunsAlready, or DatabaseUnusable if the server cannot be asked.
    """
    if not isinstance(place, Server):
        yield None
        return
    need_driver(place)
    from broadcaster.ledger.postgresql.claim import ServerClaim

    with closing(ServerClaim(place, number, what)) as claim:
        yield claim
