"""What people did, for the record that nobody can edit."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHELL = "shell"
"""Who did what was done with the command `broadcaster`, where nobody logs in."""

CLOCK = "clock"
"""Who did what was planned and went out by itself."""


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
    LEFT_OUT = "left_out"
    PUT_BACK = "put_back"
    SENT_ALONE = "sent_alone"
    CORRECTED_ALONE = "corrected_alone"
    SENT_AS_PLANNED = "sent_as_planned"
    MISSED = "missed"
    SETTLED = "settled"
    RESENT = "resent"

    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOGIN_FAILED = "login_failed"
    LOGIN_HELD_UP = "login_held_up"
    SESSIONS_ENDED = "sessions_ended"
    ACCOUNT_MADE = "account_made"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_REACTIVATED = "account_reactivated"
    ACCOUNT_UNLOCKED = "account_unlocked"
    PASSWORD_LINK_MADE = "password_link_made"  # noqa: S105 - a deed, not a password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"

    WORDS_CHANGED = "words_changed"
    ENROLMENT_CODE_MADE = "enrolment_code_made"
    TERMINALS_ADDED = "terminals_added"
    TERMINAL_CHANGED = "terminal_changed"
    TERMINAL_SUSPENDED = "terminal_suspended"
    TERMINAL_RESUMED = "terminal_resumed"
    TERMINAL_RETIRED = "terminal_retired"
    ROSTER_IMPORTED = "roster_imported"
    ROSTER_EXPORTED = "roster_exported"
    HOUSEHOLD_ERASED = "household_erased"
    LOG_EXPORTED = "log_exported"

    SIGNING_KEY_MADE = "signing_key_made"
    SIGNING_KEY_CHANGED = "signing_key_changed"
    SIGNING_KEY_REVOKED = "signing_key_revoked"
    CERTIFICATE_MADE = "certificate_made"
    BACKUP_MADE = "backup_made"
    RESTORED = "restored"
    PRUNED = "pruned"

    REQUEST_TAKEN = "request_taken"
    REQUEST_RELEASED = "request_released"
    REQUEST_NOTED = "request_noted"
    REQUEST_DONE = "request_done"
    REQUEST_REOPENED = "request_reopened"

    TOKEN_MADE = "token_made"  # noqa: S105 - a deed, not a token
    TOKEN_REVOKED = "token_revoked"  # noqa: S105


@dataclass(frozen=True)
class Wanted:
    """Which lines somebody wants to see: `person` did it or it was done to; from `since` until before `until`."""

    person: str = ""
    deed: Deed | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One line of the record.

    `actor` names the account ("shell" for the server's commands, empty for somebody who has not logged in), `subject`
    what the deed was done to (an alert's or a terminal's identifier, an account's name; empty for a name that nobody
    has), `detail` what else matters. No password, code or key is ever in it.
    """

    actor: str
    deed: Deed
    subject: str
    at: datetime
    detail: str = ""
