"""The town as its configuration describes it."""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from broadcaster.domain.policy import Approval
from kokuchi.wire import Contact, Level, Severity
from kokuchi.wire.fields import Identifier


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Value):
    """An area (行政区) or a group of households, with the name that staff see."""

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=40)]


class Language(_Value):
    """A language in which staff can send a text of their own, with its Japanese name."""

    code: str
    name: str


class Wording(_Value):
    """A category's template in another language; what stands in 〔 〕 is what stands there in the Japanese one."""

    headline: str = ""
    body: str = ""


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
    translations: Mapping[str, Wording] = Field(default_factory=dict)


class QuietHours(_Value):
    """When terminals say only emergencies, by the town's clock; over midnight if `start` is the later one."""

    start: time
    end: time


class Element(StrEnum):
    """What a warning tells, so that people can act on it (Mileti and Sorensen); CONTACT is whom to call about fraud."""

    WHEN = "when"
    WHERE = "where"
    ACTION = "action"
    CONTACT = "contact"


class Rules(_Value):
    """What the town makes a rule of what else is only advice: no alert is sent that lacks something `required`."""

    required: frozenset[Element] = frozenset()


class Town(_Value):
    """Who speaks, to whom it can speak, and about what. `names` is what it calls itself in other languages.

    `quiet_hours` are those of a new terminal; its household may change them. `approval` is what needs a second person.
    `hard_words` are words that many do not understand, each with a plainer one.
    """

    id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=40)]
    kana: Annotated[str, Field(pattern=r"^[ァ-ヶー]+$")]
    office: Annotated[str, Field(min_length=1, max_length=40)]
    names: Mapping[str, str] = Field(default_factory=dict)
    time_zone: ZoneInfo = ZoneInfo("Asia/Tokyo")
    quiet_hours: QuietHours | None = None
    rules: Rules = Rules()
    hard_words: Mapping[str, str] = Field(default_factory=dict)
    approval: Approval = Approval()
    desk: Contact
    areas: tuple[Place, ...] = ()
    groups: tuple[Place, ...] = ()
    languages: tuple[Language, ...] = ()
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_each_once(self) -> Self:
        # Whoever means one of two areas would reach both.
        for table, entries in (("areas", self.areas), ("groups", self.groups), ("categories", self.categories)):
            known = [entry.id for entry in entries]
            if twice := next((identifier for identifier in known if known.count(identifier) > 1), None):
                raise ValueError(f"{table}: {twice!r} is there twice; give each an id of its own")
        return self

    @model_validator(mode="after")
    def _knows_its_languages(self) -> Self:
        known = [language.code for language in self.languages]
        for category in self.categories:
            for code in category.translations:
                if code not in known:
                    raise ValueError(f"category {category.id}: no language {code!r}; there are {', '.join(known)}")
        return self

    @model_validator(mode="after")
    def _knows_what_is_approved(self) -> Self:
        known = [category.id for category in self.categories]
        for identifier in sorted(self.approval.categories):
            if identifier not in known:
                raise ValueError(f"approval: no category {identifier!r}; there are {', '.join(known)}")
        return self

    @property
    def notice_kinds(self) -> list[Category]:
        """What may come as a notice, of which a household chooses what is spoken: every category, the usual ones first.

        Staff may send any category at any level.
        """
        return sorted(self.categories, key=lambda category: Level.of(category.severity) is not Level.NOTICE)

    def category(self, identifier: str) -> Category | None:
        """Return the category with this identifier."""
        return next((category for category in self.categories if category.id == identifier), None)
