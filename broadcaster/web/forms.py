"""What staff have written on the form, kept as they wrote it, and the draft that it means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from broadcaster.domain.draft import Draft, translations_in
from broadcaster.domain.texts import Translated
from broadcaster.domain.town import Category, Town
from broadcaster.web.sessions import text_of, texts_of
from broadcaster.web.words import SEVERITIES
from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import Alert, Audience, AudienceKind, Level, Severity
from kokuchi.wire.alert import MAXIMUM_TRANSLATED_BODY, MAXIMUM_TRANSLATED_HEADLINE

_REVISION = re.compile(r"[0-9]{1,5}")


@dataclass(frozen=True)
class Written:
    """The fields of the form, whatever was put into them."""

    category: str = ""
    headline: str = ""
    body: str = ""
    level: str = ""
    audience: str = AudienceKind.ALL.value
    areas: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    terminals: tuple[str, ...] = ()
    drill: str = ""
    translations: tuple[Translated, ...] = ()

    @classmethod
    def of(cls, form: FormData) -> "Written":
        """Return what a form holds."""
        return cls(
            category=text_of(form, "category"),
            headline=_one_line(text_of(form, "headline")),
            body=_lines(text_of(form, "body")),
            level=text_of(form, "level"),
            audience=text_of(form, "audience"),
            areas=texts_of(form, "areas"),
            groups=texts_of(form, "groups"),
            terminals=texts_of(form, "terminals"),
            drill=text_of(form, "drill"),
            translations=_translations(form),
        )

    @classmethod
    def from_template(cls, category: Category | None) -> "Written":
        """Return the form as it is before anything is written, with the category's template if there is one."""
        if category is None:
            return cls()
        return cls(
            category=category.id,
            headline=category.headline.strip(),
            body=category.body.strip(),
            level=Level.of(category.severity).value,
            translations=tuple(
                Translated(code, wording.headline.strip(), wording.body.strip())
                for code, wording in category.translations.items()
            ),
        )

    @classmethod
    def from_alert(cls, alert: Alert, correction: "Correction") -> "Written":
        """Return the form of a new alert that is like another one, with the text of a correction."""
        return cls(
            category=alert.category,
            headline=correction.headline,
            body=correction.body,
            translations=correction.translations,
            level=alert.level.value,
            audience=alert.audience.kind.value,
            drill="yes" if alert.is_drill else "",
            **({} if alert.audience.kind is AudienceKind.ALL else {alert.audience.kind.value: alert.audience.members}),
        )

    def draft(self, town: Town) -> Draft:
        """Return the draft that this means."""
        return Draft(
            category=self.category,
            headline=self.headline,
            body=self.body,
            audience=self._audience(),
            severity=self._severity(town.category(self.category)),
            drill=bool(self.drill),
            translations=self.translations,
        )

    def to_everyone(self) -> "Written":
        """Return the same for everybody, to hear it before the audience is chosen."""
        return replace(self, audience=AudienceKind.ALL.value)

    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields as a form sends them."""
        found: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "translations":
                found += [(field.name, item) for item in ([value] if isinstance(value, str) else value)]
        return found + _translation_pairs(self.translations)

    def _audience(self) -> Audience | None:
        if self.audience not in set(AudienceKind):
            return None
        kind = AudienceKind(self.audience)
        members = {"areas": self.areas, "groups": self.groups, "terminals": self.terminals}.get(kind, ())
        if kind is not AudienceKind.ALL and not members:
            return None
        try:
            return Audience(kind=kind, members=members)
        except ValidationError:
            # Too many, or names that cannot exist: the domain's check says so in words.
            return Audience.model_construct(kind=kind, members=members)

    def _severity(self, category: Category | None) -> Severity | None:
        if self.level not in set(Level):
            return None
        level = Level(self.level)
        if category is not None and Level.of(category.severity) is level:
            return None
        return SEVERITIES[level]


@dataclass(frozen=True)
class Correction:
    """The text that is to replace the one of `revision`, the newest one when its author began to write."""

    revision: int
    headline: str
    body: str
    translations: tuple[Translated, ...] = ()

    @classmethod
    def of(cls, form: FormData) -> "Correction":
        """Return what a form holds."""
        return cls(
            revision_of(form),
            _one_line(text_of(form, "headline")),
            _lines(text_of(form, "body")),
            _translations(form),
        )

    @classmethod
    def from_alert(cls, alert: Alert) -> "Correction":
        """Return the form as it is before anything is written."""
        return cls(alert.revision, alert.headline, alert.body, translations_in(alert))

    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields as a form sends them."""
        return [
            ("revision", str(self.revision)),
            ("headline", self.headline),
            ("body", self.body),
            *_translation_pairs(self.translations),
        ]


def revision_of(form: FormData) -> int:
    """Return the revision that a form's author had seen; 0, which no alert has, if the form does not say."""
    text = text_of(form, "revision")
    return int(text) if _REVISION.fullmatch(text) else 0


def translation_fields(translations: Iterable[Translated]) -> dict[str, Any]:
    """Return what the templates need to show the fields of the other languages."""
    return {
        "translated": {text.language: text for text in translations},
        "maximum_translated_headline": MAXIMUM_TRANSLATED_HEADLINE,
        "maximum_translated_body": MAXIMUM_TRANSLATED_BODY,
    }


def _translations(form: FormData) -> tuple[Translated, ...]:
    found = (
        Translated(code, _one_line(text_of(form, f"headline-{code}")), _lines(text_of(form, f"body-{code}")))
        for code in LANGUAGES
    )
    return tuple(text for text in found if not text.is_empty)


def _translation_pairs(translations: Iterable[Translated]) -> list[tuple[str, str]]:
    return [
        pair
        for text in translations
        for pair in ((f"headline-{text.language}", text.headline), (f"body-{text.language}", text.body))
    ]


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _lines(text: str) -> str:
    # Browsers send lines that end with CR LF; the wire knows LF only.
    return text.replace("\r\n", "\n").replace("\r", "\n")
