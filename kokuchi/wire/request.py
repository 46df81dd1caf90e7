"""A household's wish that the town's desk call it back: 「相談したい」."""

from typing import Annotated

from pydantic import Field

from kokuchi.wire.fields import Identifier, Instant, Message, Part


class CallbackRequest(Message):
    """One wish, and what became of it at the terminal. Cumulative, as a report is: what was withdrawn stays withdrawn.

    `alert` is the alert that the household had before its eyes when it asked, None if it had none.
    """

    terminal: Identifier
    identifier: Identifier
    sent: Instant
    asked_at: Instant
    withdrawn_at: Instant | None = None
    alert: Identifier | None = None
    revision: Annotated[int, Field(ge=1, le=10_000)] | None = None


class RequestState(Part):
    """What the ledger holds of a request: whether it knows that it was withdrawn, and when staff have dealt with it."""

    identifier: Identifier
    withdrawn: bool = False
    done_at: Instant | None = None
