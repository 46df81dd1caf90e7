"""The town as its configuration describes it."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from kokuchi.wire import Contact, Severity
from kokuchi.wire.fields import Identifier


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Value):
    """An area (行政区) or a group of households, with the name that staff see."""

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=40)]


class Category(_Value):
    """A kind of message that staff can send, with its usual urgency and the template of its text."""

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=40)]
    description: str = ""
    severity: Severity
    valid_hours: Annotated[int, Field(ge=1, le=24 * 60)] = 24
    headline: str = ""
    body: str = ""
    contact: Contact | None = None


class Town(_Value):
    """Who speaks, to whom it can speak, and about what."""

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=40)]
    kana: Annotated[str, Field(pattern=r"^[ァ-ヶー]+$")]
    office: Annotated[str, Field(min_length=1, max_length=40)]
    time_zone: ZoneInfo = ZoneInfo("Asia/Tokyo")
    desk: Contact
    areas: tuple[Place, ...] = ()
    groups: tuple[Place, ...] = ()
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]

    def category(self, identifier: str) -> Category | None:
        """Return the category with this identifier."""
        return next((category for category in self.categories if category.id == identifier), None)
