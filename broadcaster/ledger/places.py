"""Where a ledger is: a file, or a database on a PostgreSQL server."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True)
class Server:
    """A database on a server: its address without a password, and the folder of the centre's other files here."""

    url: str
    folder: Path

    def __str__(self) -> str:
        return self.url


Place: TypeAlias = Path | Server
