"""Alerts and their deliveries, as programs read them."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from broadcaster.domain.delivery import Reach, Trouble
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.deliveries import Line
from broadcaster.sending import Submitted
from broadcaster.web.prospect import Prospect
from kokuchi.wire import Audience, Contact, Level, MessageType, Outcome, Silence, Translation
from kokuchi.wire.fields import Instant


class ReachAnswer(BaseModel):
    """How many terminals of the audience have reached each stage."""

    addressed: int
    received: int
    displayed: int
    voiced: int
    confirmed: int
    voice_failed: int = Field(description="They have it in writing; no sound came.")
    refused: int
    out_of_service: int = Field(
        description="Suspended or retired before they received it: unless they come back, nothing is sent to them."
    )

    @classmethod
    def of(cls, reach: Reach) -> Self:
        """Return the counts."""
        return cls(**{name: getattr(reach, name) for name in cls.model_fields})


class AlertAnswer(BaseModel):
    """One revision of an alert. The newest one is what households have."""

    identifier: str = Field(description="The same for all revisions.", examples=["20261124T010000Z-0a1b2c3d"])
    revision: int = Field(examples=[1])
    kind: MessageType = Field(description="Alert, its correction (Update) or its withdrawal (Cancel).")
    state: Prospect = Field(
        description="Of what has not arrived: `waiting` for the broker, `open`, `expired`, or `superseded` by a later "
        "revision."
    )
    drill: bool
    category: str
    event: str = Field(description="The category's name when it was sent.", examples=["詐欺事案情報"])
    level: Level
    headline: str
    body: str
    audience: Audience
    contact: Contact | None
    translations: list[Translation]
    sent: Instant
    expires: Instant
    sent_by: str = Field(description="The account; `api:NAME` is a token.", examples=["api:防災メール"])
    why_alone: str = Field(
        description="The reason with which this revision went out without the second person that it needs; else empty."
    )
    reach: ReachAnswer

    @classmethod
    def of(cls, accepted: Accepted, reach: Reach, state: Prospect) -> Self:
        """Return an alert."""
        alert = accepted.alert
        return cls(
            identifier=alert.identifier,
            revision=alert.revision,
            kind=alert.message_type,
            state=state,
            drill=alert.is_drill,
            category=alert.category,
            event=alert.event,
            level=alert.level,
            headline=alert.headline,
            body=alert.body,
            audience=alert.audience,
            contact=alert.contact,
            translations=list(alert.translations or ()),
            sent=alert.sent,
            expires=alert.expires,
            sent_by=accepted.accepted_by,
            why_alone=accepted.why_alone,
            reach=ReachAnswer.of(reach),
        )


class AlertList(BaseModel):
    """A page of alerts, the newest first."""

    alerts: list[AlertAnswer]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class Revisions(BaseModel):
    """Every revision of an alert, the newest first."""

    revisions: list[AlertAnswer]


class DeliveryAnswer(BaseModel):
    """What has become of one revision of an alert at one terminal."""

    terminal: str = Field(examples=["t-1"])
    household: str | None = Field(description="Null without the scope households:read.")
    area: str = Field(examples=["kita"])
    received_at: datetime | None
    displayed_at: datetime | None
    voice_started_at: datetime | None
    voiced_at: datetime | None
    confirmed_at: datetime | None
    outcome: Outcome | None = Field(description="Why it does not go the whole way.")
    reason: str = Field(description="What the terminal says about the outcome.")
    silence: Silence | None = Field(description="Why it was not said though nothing is wrong.")
    sent_again: int = Field(description="How often it was sent again for want of an answer.")
    trouble: Trouble | None = Field(description="What somebody should look at; null if it is well or on its way.")

    @classmethod
    def of(cls, line: Line, household: str | None, trouble: Trouble | None) -> Self:
        """Return a line of the delivery log."""
        delivery = line.delivery
        moments = {name: getattr(delivery, name) for name in cls.model_fields if name.endswith("_at")}
        return cls(
            terminal=line.terminal.id,
            household=household,
            area=line.terminal.area,
            outcome=delivery.outcome,
            reason=delivery.reason,
            silence=None if delivery.voiced_at else delivery.silence,
            sent_again=line.attempts,
            trouble=trouble,
            **moments,
        )


class Deliveries(BaseModel):
    """How far an alert has come: the counts of all terminals, and a page of them in the order of identifiers."""

    identifier: str
    revision: int
    state: Prospect
    reach: ReachAnswer
    deliveries: list[DeliveryAnswer]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class SubmittedAnswer(BaseModel):
    """What has become of a text."""

    identifier: str = Field(description="The alert's identifier.", examples=["20261124T010000Z-0a1b2c3d"])
    submitted: Submitted = Field(
        description="`sent`: it is committed and goes out; `scheduled`: it goes out at its time; `waiting`: somebody "
        "has to approve of it first.",
        examples=["sent"],
    )
