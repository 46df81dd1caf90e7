"""What a program writes, and what the pages' forms make of it."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from broadcaster.domain.texts import Translated
from broadcaster.domain.validity import ShorterHours, hours_of
from broadcaster.domain.written import Correction, Written
from kokuchi.wire import AudienceKind, Level
from kokuchi.wire.audience import MAXIMUM_MEMBERS

EXAMPLE: dict[str, Any] = {
    "category": "scam",
    "headline": "不審な電話に注意",
    "body": "市内で、役場職員を名のる電話がありました。電話を切って、役場に相談してください。",
    "level": "important",
    "audience": {"kind": "areas", "members": ["kita"]},
}
"""An alert that the examples of the contract send."""

_LONGEST_HEADLINE, _LONGEST_BODY = 1000, 10_000
"""What is taken at all; what may be sent is shorter, and `check` says so in words."""


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Texts(_Given):
    """A headline and a body."""

    headline: str = Field(default="", max_length=_LONGEST_HEADLINE, examples=[EXAMPLE["headline"]])
    body: str = Field(default="", max_length=_LONGEST_BODY, examples=[EXAMPLE["body"]])

    @field_validator("headline")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        return " ".join(value.splitlines())

    @field_validator("body")
    @classmethod
    def _has_line_feeds(cls, value: str) -> str:
        return value.replace("\r\n", "\n").replace("\r", "\n")


class TranslationContent(_Texts):
    """The same text in another language, as somebody wrote it; nothing is translated by a machine."""

    language: str = Field(description="One of the town's `languages`.", max_length=20, examples=["vi"])


class AudienceContent(_Given):
    """Whom an alert is for."""

    kind: AudienceKind = Field(
        default=AudienceKind.ALL, description="Everybody, or some areas, groups or single terminals."
    )
    members: list[str] = Field(
        default_factory=list,
        description="Which areas, groups or terminals, by their identifiers; none for `all`.",
        max_length=MAXIMUM_MEMBERS,
        examples=[["kita"]],
    )

    @model_validator(mode="after")
    def _names_nobody_and_means_all(self) -> Self:
        # Whoever forgets `kind` would send to the whole town what is for one household.
        if self.members and self.kind is AudienceKind.ALL:
            raise ValueError("members are given: name in `kind` what they are, areas, groups or terminals")
        return self


class DraftContent(_Texts):
    """An alert as far as it is written."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    category: str = Field(default="", description="One of the town's `categories`.", max_length=64, examples=["scam"])
    level: Level | None = Field(default=None, description="Without it, the category's usual one.")
    audience: AudienceContent = Field(default_factory=AudienceContent)
    drill: bool = Field(default=False, description="Announced as a drill, on the screen and by voice.")
    translations: list[TranslationContent] = Field(default_factory=list, max_length=10)
    valid_hours: ShorterHours | None = Field(
        default=None,
        description="For how many hours, from when it goes out, it is shown, and reaches terminals that were off. "
        "At most the category's `valid_hours`, which count without it.",
    )

    def written(self) -> Written:
        """Return what the form of the pages would hold."""
        kind = self.audience.kind
        members = {} if kind is AudienceKind.ALL else {kind.value: tuple(dict.fromkeys(self.audience.members))}
        return Written(
            category=self.category,
            headline=self.headline,
            body=self.body,
            level=self.level.value if self.level else "",
            audience=kind.value,
            drill="yes" if self.drill else "",
            translations=_translated(self.translations),
            valid_hours=str(self.valid_hours or ""),
            **members,
        )

    @classmethod
    def of(cls, written: Written) -> "DraftContent":
        """Return what a form holds, without what no form of ours would send."""
        kind = AudienceKind(written.audience) if written.audience in set(AudienceKind) else AudienceKind.ALL
        members = {"areas": written.areas, "groups": written.groups, "terminals": written.terminals}.get(kind, ())
        return cls.model_construct(
            category=written.category,
            headline=written.headline,
            body=written.body,
            level=Level(written.level) if written.level in set(Level) else None,
            audience=AudienceContent.model_construct(kind=kind, members=list(members)),
            drill=bool(written.drill),
            translations=[
                TranslationContent.model_construct(language=text.language, headline=text.headline, body=text.body)
                for text in written.translations
            ],
            valid_hours=hours_of(written.valid_hours),
        )


class AlertContent(DraftContent):
    """An alert that is to be sent."""

    category: str = Field(description="One of the town's `categories`.", max_length=64, examples=["scam"])
    headline: str = Field(
        description="Up to 60 characters.", max_length=_LONGEST_HEADLINE, examples=["不審な電話に注意"]
    )
    body: str = Field(
        description="Up to 1,000 characters, better up to 300.", max_length=_LONGEST_BODY, examples=[EXAMPLE["body"]]
    )
    audience: AudienceContent


class CorrectionContent(_Texts):
    """The text that is to stand in place of an alert's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"revision": 1, "headline": "不審な電話に注意", "body": "電話は町外からのものでした。"}]
        }
    )

    revision: int = Field(description="The newest revision that you have seen.", ge=1, le=10_000, examples=[1])
    translations: list[TranslationContent] = Field(
        default_factory=list, description="They take the place of the old ones.", max_length=10
    )
    reason: str = Field(
        default="",
        description="Why it goes out now without the second person that the alert needs; the others are told.",
        max_length=500,
    )

    def correction(self) -> Correction:
        """Return what the form of the pages would hold."""
        return Correction(self.revision, self.headline, self.body, _translated(self.translations), self.reason)


class WithdrawalContent(_Given):
    """Which text is to be taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 1}]})

    revision: int = Field(description="The newest revision that you have seen.", ge=1, le=10_000, examples=[1])


def _translated(texts: list[TranslationContent]) -> tuple[Translated, ...]:
    found = (Translated(text.language, text.headline, text.body) for text in texts)
    return tuple(text for text in found if not text.is_empty)
