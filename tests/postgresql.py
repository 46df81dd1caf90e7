"""A private PostgreSQL: one cluster for a session, on a unix socket, from Debian's package."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlencode

import pytest

from broadcaster.ledger.places import Server

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_SETTINGS = {
    # Commits are as true as a town's; the rest is small.
    "fsync": "on",
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}
_USER = "postgres"
"""Whom Debian's package makes."""

ABSENT = "PostgreSQL is not installed: sudo scripts/install-packages postgresql"


@dataclass(frozen=True)
class Cluster:
    """A running server that lets everybody in who reaches its socket."""

    folder: Path
    programs: Path

    def url(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql:///{database}?{urlencode({'host': self.folder, 'user': 'kokuchi'})}"

    def make(self, database: str) -> None:
        """Make a database that has no tables."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())

    def server(self, database: str, folder: Path) -> Server:
        """Return where a ledger in a database is, with the folder of its centre's other files."""
        return Server(self.url(database), folder)

    def initialise(self) -> None:
        """Make the cluster's files."""
        who = ["-U", "kokuchi", "-A", "trust"]
        _run(self.programs / "initdb", "-D", self._data, *who, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        """Run the server, and return when it lets in."""
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        self._control("-l", self.folder / "log", "-o", f"-k {self.folder} {options}", "start")

    def stop(self) -> None:
        """End the server as a crash would."""
        self._control("-m", "immediate", "stop")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _control(self, *arguments: str | Path) -> None:
        _run(self.programs / "pg_ctl", "-D", self._data, "-w", *arguments)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A server for the session; skips where PostgreSQL is not installed."""
    if not _PROGRAMS:
        pytest.skip(ABSENT)
    pytest.importorskip("psycopg")
    # A unix socket's path is at most 107 bytes long, and pytest's folders may be nobody else's to enter.
    folder = Path(mkdtemp(prefix="kokuchi-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(folder, _USER)
    cluster = Cluster(folder, _PROGRAMS[-1])
    try:
        cluster.initialise()
        cluster.start()
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str | Path) -> None:
    user = pwd.getpwnam(_USER).pw_uid if os.geteuid() == 0 else None
    subprocess.run([str(part) for part in command], user=user, check=True, cwd="/", stdout=subprocess.DEVNULL)
