"""Terminals, as programs read them."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from broadcaster.domain.audience import Terminal
from broadcaster.domain.delivery import Fault, faults
from broadcaster.domain.service import Service
from kokuchi.wire import Clock, Presence, Speaker
from kokuchi.wire.fields import Instant

State = Literal["online", "faulty", "offline", "never"]


class PresenceAnswer(BaseModel):
    """What a terminal last said of itself."""

    sent: Instant = Field(description="When it said so; of one that is offline, when it was last connected.")
    online: bool
    software: str
    started_at: Instant | None
    speaker: Speaker
    speaker_detail: str
    screen_attached: bool
    disk_free_mib: int | None
    unheard: int = Field(description="How many alerts nobody has confirmed there.")
    refused: int | None = Field(description="How many messages without a good signature it has refused.")
    clock: Clock | None
    storage_fault: str | None
    dictionary: int | None
    temperature_celsius: int | None
    last_restart: str | None

    @classmethod
    def of(cls, presence: Presence) -> Self:
        """Return a presence."""
        return cls(**{name: getattr(presence, name) for name in cls.model_fields})


class TerminalAnswer(BaseModel):
    """A terminal of the roster."""

    terminal: str = Field(examples=["t-1"])
    household: str | None = Field(description="Null without the scope households:read.")
    kind: str = Field(examples=["household"])
    area: str = Field(examples=["kita"])
    groups: list[str]
    service: Service = Field(description="Only one that is in service is addressed and counted anywhere.")
    state: State = Field(description="`never`: no device has ever come as this terminal.")
    faults: list[Fault] = Field(description="What a connected terminal says is wrong with it.")
    presence: PresenceAnswer | None

    @classmethod
    def of(cls, terminal: Terminal, household: str | None, presence: Presence | None) -> Self:
        """Return a terminal."""
        return cls(
            terminal=terminal.id,
            household=household,
            kind=terminal.kind,
            area=terminal.area,
            groups=sorted(terminal.groups),
            service=terminal.service,
            state=state_of(presence),
            faults=faults(presence) if presence and presence.online else [],
            presence=PresenceAnswer.of(presence) if presence else None,
        )


def state_of(presence: Presence | None) -> State:
    """Return how a terminal is."""
    if presence is None:
        return "never"
    if not presence.online:
        return "offline"
    return "faulty" if faults(presence) else "online"


class TerminalList(BaseModel):
    """A page of terminals, in the order of identifiers."""

    terminals: list[TerminalAnswer]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")
