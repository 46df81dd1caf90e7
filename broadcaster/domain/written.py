"""What somebody is writing, kept as it was written however unfinished, and the draft of an alert that it means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from pydantic import ValidationError

from broadcaster.domain.draft import Draft, translations_in
from broadcaster.domain.texts import Translated
from broadcaster.domain.town import Category, Town
from broadcaster.domain.validity import hours_of
from kokuchi.wire import Alert, Audience, AudienceKind, Level, Severity

SEVERITIES = {
    Level.EMERGENCY: Severity.EXTREME,
    Level.IMPORTANT: Severity.SEVERE,
    Level.NOTICE: Severity.MINOR,
}
"""The severity that is meant when somebody chooses a level."""


@dataclass(frozen=True)
class Written:
    """The fields of the form, whatever was put into them; each text has lines that end with LF.

    `valid_hours` is empty as long as nobody has chosen fewer than the category's.
    """

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
    valid_hours: str = ""

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
            # When the other one was over says nothing about this one.
            valid_hours="",
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
            # No hours are the sign of a choice that there is not: the domain's check says so in words.
            valid_hours=(hours_of(self.valid_hours) or 0) if self.valid_hours else None,
        )

    def to_everyone(self) -> "Written":
        """Return the same for everybody, to hear it before the audience is chosen."""
        return replace(self, audience=AudienceKind.ALL.value)

    @classmethod
    def from_pairs(cls, pairs: Iterable[Sequence[str]]) -> "Written":
        """Return what `pairs` once gave; names that nobody knows any more are left out."""
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            values.setdefault(name, []).append(value)
        known = {
            field.name: tuple(values[field.name]) if isinstance(field.default, tuple) else values[field.name][-1]
            for field in fields(cls)
            if field.name in values and field.name != "translations"
        }
        return cls(**known, translations=_translations(values))  # type: ignore[arg-type] # each field has its default's type

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
    """The text that is to replace the one of `revision`, the newest one when its author began to write.

    `reason` says why it does not wait for the second person that the alert needs.
    """

    revision: int
    headline: str
    body: str
    translations: tuple[Translated, ...] = ()
    reason: str = ""

    @classmethod
    def from_alert(cls, alert: Alert) -> "Correction":
        """Return the form as it is before anything is written."""
        return cls(alert.revision, alert.headline, alert.body, translations_in(alert))

    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields of the text as a form sends them."""
        return [
            ("revision", str(self.revision)),
            ("headline", self.headline),
            ("body", self.body),
            *_translation_pairs(self.translations),
        ]


def _translations(values: Mapping[str, Sequence[str]]) -> tuple[Translated, ...]:
    codes = dict.fromkeys(name.partition("-")[2] for name in values if name.startswith(("headline-", "body-")))
    return tuple(
        Translated(code, values.get(f"headline-{code}", [""])[-1], values.get(f"body-{code}", [""])[-1])
        for code in codes
    )


def _translation_pairs(translations: Iterable[Translated]) -> list[tuple[str, str]]:
    return [
        pair
        for text in translations
        for pair in ((f"headline-{text.language}", text.headline), (f"body-{text.language}", text.body))
    ]
