"""The tokens with which other programs speak to the centre: what one may do, and how long. Pure."""

import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcaster.domain.roles import Role
from broadcaster.domain.texts import Problem

LONGEST_VALIDITY = timedelta(days=3 * 366)
"""So that no token outlives those who know what it is for by many years: staff rotate about as often."""

MAXIMUM_NAME = 40


class Scope(StrEnum):
    """One thing that a token may do. Its value is part of the contract and never changes its meaning."""

    ALERTS_READ = "alerts:read"
    ALERTS_SEND = "alerts:send"
    ALERTS_APPROVE = "alerts:approve"
    DRAFTS_WRITE = "drafts:write"
    TERMINALS_READ = "terminals:read"
    REQUESTS_READ = "requests:read"
    REQUESTS_WRITE = "requests:write"
    HOUSEHOLDS_READ = "households:read"
    METRICS_READ = "metrics:read"


class TokenState(StrEnum):
    """What has become of a token."""

    STANDING = "standing"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ORPHANED = "orphaned"
    """Who made it may not make tokens any more."""


@dataclass(frozen=True)
class Token:
    """A token; the ledger keeps the hash of its secret only. `maker_stands`: its maker may still make tokens."""

    row: int
    name: str
    scopes: frozenset[Scope]
    made_by: str
    made_at: datetime
    expires_at: datetime
    maker_stands: bool
    revoked_at: datetime | None = None
    revoked_by: str = ""
    last_used_at: datetime | None = None

    def state(self, now: datetime) -> TokenState:
        """Return what has become of it."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        if now >= self.expires_at:
            return TokenState.EXPIRED
        return TokenState.STANDING if self.maker_stands else TokenState.ORPHANED

    @property
    def actor(self) -> str:
        """The name under which the ledger keeps what it did."""
        return f"{ACTOR_PREFIX}{self.name}"

    @property
    def role(self) -> Role:
        """The role of a person who may do about as much; the scopes decide."""
        if Scope.ALERTS_APPROVE in self.scopes:
            return Role.APPROVER
        return Role.AUTHOR if self.scopes & {Scope.ALERTS_SEND, Scope.DRAFTS_WRITE} else Role.OPERATOR


ACTOR_PREFIX = "api:"


def check_token(name: str, scopes: Set[Scope], expires_at: datetime | None, now: datetime) -> list[Problem]:
    """Return everything that keeps a token from being made; `expires_at` None means that there is no such day."""
    problems = []
    if not name.strip() or any(unicodedata.category(character)[0] == "C" for character in name):
        problems.append(Problem("name", "名前を入力してください。", "is empty or has control characters"))
    elif len(name.strip()) > MAXIMUM_NAME:
        words = f"名前は{MAXIMUM_NAME}文字以内にしてください。"
        problems.append(Problem("name", words, f"has more than {MAXIMUM_NAME} characters"))
    if not scopes:
        problems.append(Problem("scopes", "できることを、1つ以上選んでください。", "no scope is given"))
    if {Scope.ALERTS_SEND, Scope.ALERTS_APPROVE} <= scopes:
        # Else one program could send by itself what the town wants two people to agree about.
        words = "「放送する」と「承認する」は、同時に選べません。どちらか1つにしてください。"
        english = "one token cannot have both alerts:send and alerts:approve"
        problems.append(Problem("scopes", words, english))
    if expires_at is None or not now < expires_at <= now + LONGEST_VALIDITY:
        words = "有効期限は、明日から3年後までの日にしてください。"
        problems.append(Problem("expires", words, "must be a day within the next three years"))
    return problems
