"""Where a ledger is: a file, or a database on a PostgreSQL server."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Server:
    """A database on a server: its address without a password, and the folder of the centre's other files here."""

    url: str
    folder: Path

    def __str__(self) -> str:
        return self.url

    @staticmethod
    def is_named(text: str) -> bool:
        """Tell whether a text is the address of a database and not the name of a file."""
        return text.startswith(("postgresql://", "postgres://"))

    @staticmethod
    def has_password(url: str) -> bool:
        """Tell whether an address would give its password away to whoever reads it."""
        parts = urlsplit(url)
        return parts.password is not None or "password" in parse_qs(parts.query)


Place: TypeAlias = Path | Server
