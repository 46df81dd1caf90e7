"""Households that want to be called back, as programs read them."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from broadcaster.domain.service import Service
from broadcaster.ledger.requests import Request


class RequestAnswer(BaseModel):
    """One household's wish."""

    id: int = Field(examples=[1])
    terminal: str = Field(examples=["t-1"])
    household: str | None = Field(description="Null without the scope households:read.")
    area: str = Field(examples=["kita"])
    service: Service = Field(description="Whether the terminal is still in service; else its screen shows nothing.")
    alert: str | None = Field(description="The alert that was on the screen.")
    revision: int | None
    asked_at: datetime
    received_at: datetime = Field(description="When the centre heard of it.")
    withdrawn_at: datetime | None = Field(description="When the household took it back.")
    taken_at: datetime | None = Field(description="When somebody said that they will call; null if nobody has.")
    taken_by: str | None
    done_at: datetime | None = Field(description="When somebody said that they have called.")
    done_by: str | None

    @classmethod
    def of(cls, request: Request, household: str | None) -> Self:
        """Return a wish."""
        callback = request.callback
        return cls(
            id=request.row,
            terminal=request.terminal.id,
            household=household,
            area=request.terminal.area,
            service=request.terminal.service,
            alert=callback.alert,
            revision=callback.revision,
            asked_at=callback.asked_at,
            received_at=request.received_at,
            withdrawn_at=callback.withdrawn_at,
            taken_at=request.taken_at,
            taken_by=request.taken_by or None,
            done_at=request.done_at,
            done_by=request.done_by or None,
        )


class RequestList(BaseModel):
    """Wishes: the open ones with the longest wait first, or what was over in the last 30 days, the newest first."""

    requests: list[RequestAnswer]
