"""The exchange that makes delivery certain: a terminal says what it holds, the centre answers with what is missing."""

from typing import Annotated

from pydantic import Field

from kokuchi.wire.delivery import DeliveryReport
from kokuchi.wire.fields import Identifier, Instant, Message, Part
from kokuchi.wire.request import CallbackRequest, RequestState

Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")]
"""A compact JWS, yet to be verified."""


class SyncRequest(Message):
    """What a terminal holds: a report for each alert that is active, or whose report is not known to be recorded.

    `requests` are those that the desk has not dealt with yet, as far as the terminal knows, and the one that its screen
    says is done: the desk may take that back.
    """

    terminal: Identifier
    identifier: Identifier
    sent: Instant
    held: Annotated[tuple[DeliveryReport, ...], Field(max_length=500)] = ()
    requests: Annotated[tuple[CallbackRequest, ...], Field(max_length=20)] | None = None


class Recorded(Part):
    """A revision of an alert of which the ledger now holds everything that the request said."""

    alert: Identifier
    revision: Annotated[int, Field(ge=1, le=10_000)]


class SyncReply(Message):
    """The answer to the request with the same `identifier`; signed, and of use to that one terminal only.

    `alerts` are signed alerts as they stood on their topics; each is verified on its own. `requests` answers those of
    the question.
    """

    town: Identifier
    terminal: Identifier
    identifier: Identifier
    revision: Annotated[int, Field(ge=1, le=10_000)] = 1
    sent: Instant
    expires: Instant
    alerts: Annotated[tuple[Token, ...], Field(max_length=500)] = ()
    recorded: Annotated[tuple[Recorded, ...], Field(max_length=500)] = ()
    requests: Annotated[tuple[RequestState, ...], Field(max_length=20)] | None = None
