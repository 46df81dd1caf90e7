"""What people did, for the record that nobody can edit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Deed(StrEnum):
    """An act that is recorded. Its value is kept for years: it never changes its meaning."""

    SENT = "sent"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    DRAFT_DISCARDED = "draft_discarded"
    DRAFT_RESTORED = "draft_restored"
    SUBMITTED = "submitted"
    PLANNED = "planned"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    RECALLED = "recalled"
    SENT_ALONE = "sent_alone"
    SENT_AS_PLANNED = "sent_as_planned"
    MISSED = "missed"
    SETTLED = "settled"
    REQUEST_TAKEN = "request_taken"
    REQUEST_RELEASED = "request_released"
    REQUEST_NOTED = "request_noted"
    REQUEST_DONE = "request_done"
    REQUEST_REOPENED = "request_reopened"


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
