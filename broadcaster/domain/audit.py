"""What people did, for the record that nobody can edit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Deed(StrEnum):
    """An act that is recorded. Its value is kept for years: it never changes its meaning."""

    SENT = "sent"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    TOKEN_MADE = "token_made"  # noqa: S105 - the name of a deed
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of a deed


@dataclass(frozen=True)
class Entry:
    """One line of the record.

    `actor` names the account ("shell" for the server's commands), `subject` what the deed was done to (an alert's or a
    terminal's identifier, an account's name), `detail` what else matters. No password, code or key is ever in it.
    """

    actor: str
    deed: Deed
    subject: str
    at: datetime
    detail: str = ""
