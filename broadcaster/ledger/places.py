"""Where a ledger is: a file, or a database on a PostgreSQL server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import parse_qs, urlsplit

from pydantic import BeforeValidator, ValidationInfo

from kokuchi.configuration import FilePath


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


def _ledger_place(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str) or not Server.is_named(value):
        return value
    if Server.has_password(value):
        raise ValueError(
            "write no password into the address: PostgreSQL's library reads it from a file that the address names"
            " (?passfile=…), from ~/.pgpass or from PGPASSWORD"
        )
    key: Path | None = info.data.get("signing_key")
    return Server(value, key.parent if key else Path())


LedgerPlace = Annotated[FilePath | Server, BeforeValidator(_ledger_place)]
"""The setting: a file, or an address without a password. The settings name the signing key before it."""
