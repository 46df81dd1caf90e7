"""A claim that machines share: a lock of the server's, which belongs to a connection that is kept for it alone.

It ends with that connection: when the process has ended, however it did; half a minute after its machine or its network
has died (connection.py); and when the server is started anew, after which whoever comes first has it.
"""

import asyncio
import logging
import socket
from contextlib import suppress

import psycopg

from broadcaster.alone import RunsAlready
from broadcaster.ledger.places import Server
from broadcaster.ledger.postgresql.connection import SILENCE_SECONDS, connect
from broadcaster.ledger.postgresql.failures import failure_of
from kokuchi.storage import DatabaseUnusable

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How long a claim that was lost may go unnoticed."""

# The key is two numbers: "kok" in ASCII with the collector's number as the fourth byte, and the schema, as many towns
# may have theirs in one database. The lock of the writers begins with a hash of "kokuchi", which is none of these.
_FIRST = 0x6B6F6B00
_PREFIX = "kokuchi: "

_TAKE = """
SELECT set_config('application_name', $2, false), pg_try_advisory_lock($1::int, hashtext(current_schema())) AS taken
"""
# The server's process for the connection that had it before is nobody else.
_HOLDER = """
SELECT a.application_name AS name FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND a.datname = current_database()
 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
 AND l.pid <> $2 AND l.classid = $1::int::oid AND l.objid = hashtext(current_schema())::oid
"""


class ServerClaim:
    """The claim to a collector's number, taken; raises RunsAlready or DatabaseUnusable.

    `what` claims it stands, with this machine's name, in the message that another one gets.
    """

    def __init__(self, server: Server, number: int, what: str) -> None:
        self._server = server
        self._key = _FIRST + number
        self._what = what
        self._is_lost = False
        self._process = 0
        try:
            holders = self._take()
        except psycopg.Error as error:
            raise DatabaseUnusable(f"{server}: cannot be used as a database: {failure_of(error)}") from None
        if holders is not None:
            raise RunsAlready(
                f"{(holders or [what])[0]} runs already and holds {server}; stop it first (from a dead machine the"
                f" server takes it within {SILENCE_SECONDS} seconds)"
            )

    async def keep(self) -> None:
        """Take it again whenever the connection was lost, until cancelled; raises RunsAlready if another has it."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await asyncio.to_thread(self._look)

    def close(self) -> None:
        """Let go of it, at once and not only when the server has seen that nobody is there any more."""
        with suppress(psycopg.Error):
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def _look(self) -> None:
        with suppress(psycopg.Error):
            self._connection.execute("SELECT 1")
        if not self._connection.closed:
            return
        if not self._is_lost:
            self._is_lost = True
            log.warning("claim lost with its connection", extra={"claim": self._what})
        try:
            holders = self._take()
        except psycopg.Error:
            # The server is away still. Nothing can be sent without it; the watch ends the process after a minute.
            return
        if holders:
            raise RunsAlready(
                f"{holders[0]} has taken the place of this one while the connection to {self._server} was lost; this"
                " one ends, as two would send everything twice: stop the other one if this is the one to run"
            )
        if holders is not None:
            # The server has not seen yet that this one's own connection was cut.
            return
        self._is_lost = False
        log.info("claim taken again", extra={"claim": self._what})

    def _take(self) -> list[str] | None:
        """Try to take it with a new connection; if that fails, return which others have it. Raises psycopg.Error."""
        connection = connect(self._server.url)
        [row] = connection.execute(_TAKE, [self._key, f"{_PREFIX}{self._what} on {socket.gethostname()}"])
        if row["taken"]:
            self._connection = connection
            self._process = connection.info.backend_pid
            return None
        found = connection.execute(_HOLDER, [self._key, self._process])
        holders = [row["name"].removeprefix(_PREFIX) for row in found]
        connection.close()
        return holders
