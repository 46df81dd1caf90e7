"""Submissions: what waits for a second person or for its time, as programs read them."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from broadcaster.domain.timing import Timing
from broadcaster.ledger.submissions import State, StoredSubmission
from broadcaster.web.api.models.content import AlertContent, DraftContent
from kokuchi.wire.fields import Instant

_WITH_TIMING: dict[str, Any] = {"at": "2026-12-01T10:00:00+09:00", "days": [0, 3], "until": "2026-12-25"}


class TimingContent(BaseModel):
    """When an alert goes out: at a time, or on days of the week."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_WITH_TIMING]})

    at: Instant = Field(description="When it goes out for the first time.")
    days: list[int] = Field(
        default_factory=list, description="Days of the week on which it is repeated; Monday is 0.", max_length=7
    )
    until: date | None = Field(default=None, description="The last day of a repeated one, in the town's time.")

    def timing(self) -> Timing:
        """Return the timing that is meant."""
        return Timing(self.at, frozenset(self.days), self.until)


class SubmissionContent(BaseModel):
    """How a draft is to go out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    timing: TimingContent | None = Field(default=None, description="Without it: now.")
    reason: str = Field(
        default="",
        description="Why an emergency goes out now without the second person that it needs; the others are told.",
        max_length=500,
    )


class NewAlert(AlertContent, SubmissionContent):
    """An alert that is to be sent, now or at a time."""

    model_config = ConfigDict(json_schema_extra=AlertContent.model_config["json_schema_extra"])


class SentBackContent(BaseModel):
    """Why a submission is sent back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "時刻を書いてください。"}]})

    note: str = Field(description="What its author is to change.", max_length=1000)


class DayContent(BaseModel):
    """Which day of a repeated one is meant."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"day": "2026-12-03"}]})

    day: date = Field(description="A day in the town's time.")


class SubmissionAnswer(BaseModel):
    """A submission. The ETag of the answer names its draft's version, for If-Match."""

    identifier: str
    version: int
    state: State = Field(description="`returned` is a draft again; `closed` was sent, or all its times are over.")
    content: DraftContent
    at: datetime | None = Field(description="When it goes out for the first time; null means at once.")
    days: list[int]
    until: date | None
    left_out: list[date] = Field(description="Days of a repeated one on which it does not go out.")
    next_at: datetime | None = Field(description="When it goes out next.")
    submitted_by: str
    submitted_at: datetime
    reason: str
    approved_by: str
    note: str = Field(description="Why it was sent back.")
    noted_by: str

    @classmethod
    def of(cls, found: StoredSubmission) -> Self:
        """Return a submission."""
        return cls(
            identifier=found.identifier,
            version=found.version,
            state=found.state,
            content=DraftContent.of(found.written),
            at=found.timing.at,
            days=sorted(found.timing.days),
            until=found.timing.until,
            left_out=sorted(found.timing.left_out),
            next_at=found.next_at,
            submitted_by=found.submitted_by,
            submitted_at=found.submitted_at,
            reason=found.reason,
            approved_by=found.approved_by,
            note=found.note,
            noted_by=found.noted_by,
        )


class SubmissionList(BaseModel):
    """The submissions in one state, the one that is to go out first first."""

    submissions: list[SubmissionAnswer]
