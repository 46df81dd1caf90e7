"""A private PostgreSQL: one cluster for a session, on a unix socket, from Debian's package."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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
ABSENT = "PostgreSQL is not installed: sudo scripts/install-packages postgresql"


@dataclass(frozen=True)
class Cluster:
    """A running server that lets everybody in who reaches its socket."""

    folder: Path

    def url(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql:///{database}?{urlencode({'host': self.folder, 'user': 'kokuchi'})}"

    def make(self, database: str) -> str:
        """Make a database that has no tables, and return its address."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        return self.url(database)

    def server(self, database: str, folder: Path) -> Server:
        """Return where a ledger in a database is, with the folder of its centre's other files."""
        return Server(self.url(database), folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator["Cluster"]:
    """A server for the session."""
    with cluster() as running:
        yield running


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server until the end of the block; skip where PostgreSQL is not installed."""
    if not _PROGRAMS:
        pytest.skip(ABSENT)
    pytest.importorskip("psycopg")
    programs = _PROGRAMS[-1]
    # A unix socket's path is at most 107 bytes long, and pytest's folders may be nobody else's to enter.
    folder = Path(mkdtemp(prefix="kokuchi-pg-"))
    try:
        data = folder / "data"
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(folder, "postgres")
        _run(
            programs / "initdb",
            "-D",
            data,
            "-U",
            "kokuchi",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", f"-k {folder} {options}", "start")
        try:
            yield Cluster(folder)
        finally:
            _run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str | Path) -> None:
    user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
    subprocess.run([str(part) for part in command], user=user, check=True, cwd="/", stdout=subprocess.DEVNULL)
