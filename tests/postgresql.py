"""A private PostgreSQL: one cluster for all workers of a run, on a unix socket, from Debian's package."""

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import TextIO
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

    def make(self, name: str) -> str:
        """Make a database that has no tables, for this worker alone; return what it is called."""
        database = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
        self._ask(f"CREATE DATABASE {database}")
        return database

    @contextmanager
    def away(self, database: str) -> Iterator[None]:
        """Let a database be reached by nobody until the end of the block, as if its server had crashed."""
        self._ask(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        self.end_connections(database)
        try:
            yield
        finally:
            self._ask(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")

    def end_connections(self, database: str) -> None:
        """End every connection to a database, as a server does that is started anew."""
        self._ask(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'")  # noqa: S608

    def server(self, database: str, folder: Path) -> Server:
        """Return where a ledger in a database is, with the folder of its centre's other files."""
        return Server(self.url(database), folder)

    def begin(self) -> None:
        """Make the cluster, and run its server."""
        self.folder.mkdir(mode=0o755)
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(self.folder, _USER)
        who = ["-U", "kokuchi", "-A", "trust"]
        _run(self.programs / "initdb", "-D", self._data, *who, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        self._control("-l", self.folder / "log", "-o", f"-k {self.folder} {options}", "start")

    def end(self) -> None:
        """End the server, and remove the cluster."""
        self._control("-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

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
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    cluster = Cluster(Path(os.environ.get("PYTEST_DEBUG_TEMPROOT", gettempdir())) / f"kokuchi-pg-{run}", _PROGRAMS[-1])
    with _users_of(cluster, +1) as users:
        if users == 1:
            cluster.begin()
    try:
        yield cluster
    finally:
        with _users_of(cluster, -1) as users:
            if users == 0:
                cluster.end()


@contextmanager
def _users_of(cluster: Cluster, change: int) -> Iterator[int]:
    """Count one worker more or less, and hold up the others until the end of the block."""
    path = cluster.folder.with_suffix(".users")
    with _locked(path) as file:
        users = int(file.read() or 0) + change
        file.seek(0)
        file.truncate()
        file.write(str(users))
        file.flush()
        yield users
        if users == 0:
            path.unlink()


@contextmanager
def _locked(path: Path) -> Iterator[TextIO]:
    while True:
        with path.open("a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Whoever had it before may have removed it.
            if path.exists() and path.samefile(f"/proc/self/fd/{file.fileno()}"):
                file.seek(0)
                yield file
                return


def _run(*command: str | Path) -> None:
    user = pwd.getpwnam(_USER).pw_uid if os.geteuid() == 0 else None
    subprocess.run([str(part) for part in command], user=user, check=True, cwd="/", stdout=subprocess.DEVNULL)
