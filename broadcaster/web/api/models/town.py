"""The town, a text that was looked at, and the centre's health."""

from datetime import datetime, time

from pydantic import BaseModel, Field

from broadcaster.web.api.problems import FieldError
from kokuchi.wire import Contact, Level


class PlaceAnswer(BaseModel):
    """An area or a group."""

    id: str = Field(examples=["kita"])
    name: str = Field(examples=["北地区"])
    terminals: int = Field(description="How many terminals belong to it.")


class LanguageAnswer(BaseModel):
    """A language for which a text can be sent along."""

    code: str = Field(examples=["vi"])
    name: str


class CategoryAnswer(BaseModel):
    """A kind of alert with its template, in which 〔 〕 is to be filled in."""

    id: str = Field(examples=["scam"])
    name: str = Field(examples=["詐欺事案情報"])
    description: str
    level: Level = Field(description="The usual one.")
    valid_hours: int = Field(description="How long such an alert is told, unless fewer hours are chosen for it.")
    headline: str
    body: str
    contact: Contact


class QuietHoursAnswer(BaseModel):
    """When a new terminal says only emergencies, by the town's clock; a household may change it."""

    start: time
    end: time


class TownAnswer(BaseModel):
    """Who speaks, to whom it can speak, and about what."""

    id: str = Field(examples=["tsukigata"])
    name: str = Field(examples=["月形町"])
    office: str
    time_zone: str = Field(examples=["Asia/Tokyo"])
    desk: Contact
    terminals: int
    areas: list[PlaceAnswer]
    groups: list[PlaceAnswer]
    languages: list[LanguageAnswer]
    categories: list[CategoryAnswer]
    quiet_hours: QuietHoursAnswer | None


class Check(BaseModel):
    """What sending a text would do. Nothing was sent or kept."""

    sendable: bool
    errors: list[FieldError] = Field(description="What keeps it from being sent.")
    sentence: str | None = Field(description="What would happen, in Japanese; null if it cannot be sent.")
    level: Level | None
    expires: datetime | None
    addressed: int | None = Field(description="How many terminals it would go to.")
    away: int | None = Field(description="How many of them are not connected; null without the scope terminals:read.")


class Health(BaseModel):
    """Whether what is accepted goes out."""

    broker_connected: bool
    broker_since: datetime | None
    broker_detail: str
    waiting: int = Field(description="How many messages wait to be published.")
    last_failure: str
