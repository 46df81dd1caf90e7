"""From what staff have written to an alert that may be sent, or to what is wrong with it, field by field."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcaster.domain.advice import ADVISED_BODY as ADVISED_BODY
from broadcaster.domain.advice import check_rules
from broadcaster.domain.audience import Terminal, is_addressed, unknown_members
from broadcaster.domain.texts import Problem as Problem
from broadcaster.domain.texts import Translated, check_text, check_translations, translations_of
from broadcaster.domain.town import Category, Town
from broadcaster.domain.validity import check_validity, validity
from kokuchi.wire import Alert, Audience, Contact, Furigana, MessageType, Reading, Severity, Status
from kokuchi.wire.alert import MAXIMUM_BODY, MAXIMUM_HEADLINE
from kokuchi.wire.audience import MAXIMUM_MEMBERS

_SHORTEST_VALIDITY = timedelta(hours=1)
_MAXIMUM_REFERENCES = 100


class DraftError(Exception):
    """A draft that cannot be sent, with every problem in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.english}" for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Draft:
    """What staff have filled in. `severity` and `valid_hours` None mean the category's usual ones."""

    category: str
    headline: str
    body: str
    audience: Audience | None
    severity: Severity | None = None
    drill: bool = False
    translations: tuple[Translated, ...] = ()
    valid_hours: int | None = None


def new_identifier(now: datetime) -> str:
    """Return an identifier for a new alert: readable, sortable, and impossible to guess."""
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def check(draft: Draft, town: Town, roster: Sequence[Terminal]) -> list[Problem]:
    """Return everything that keeps the draft from being sent."""
    return [
        *_check_category(draft, town),
        *check_text("headline", "見出し", draft.headline, MAXIMUM_HEADLINE),
        *check_text("body", "本文", draft.body, MAXIMUM_BODY),
        *_check_rules(draft.headline, draft.body, draft.category, town),
        *check_translations(draft.translations, town),
        *_check_audience(draft, town, roster),
        *check_validity(town.category(draft.category), draft.valid_hours),
    ]


def compose(
    draft: Draft,
    town: Town,
    roster: Sequence[Terminal],
    now: datetime,
    *,
    identifier: str | None = None,
    reading: Reading | None = None,
    furigana: Furigana | None = None,
) -> Alert:
    """Return the alert that the draft describes, sent at `now`, or raise DraftError.

    `identifier` is one that `new_identifier` gave earlier, so that a form sent twice makes one alert; `reading` is the
    kana of the text, for terminals that cannot read Japanese themselves; `furigana` is what stands over its kanji.
    """
    problems = check(draft, town, roster)
    category = town.category(draft.category)
    if problems or category is None or draft.audience is None:
        raise DraftError(problems)
    return Alert(
        town=town.id,
        identifier=identifier or new_identifier(now),
        sent=now,
        expires=now + validity(category, draft.valid_hours),
        status=Status.EXERCISE if draft.drill else Status.ACTUAL,
        category=category.id,
        event=category.name,
        severity=draft.severity or category.severity,
        audience=draft.audience,
        sender_name=town.office,
        headline=draft.headline.strip(),
        body=draft.body.strip(),
        contact=contact_of(category, town),
        reading=reading,
        furigana=furigana,
        translations=translations_of(draft.translations),
    )


def can_be_corrected(alert: Alert, now: datetime) -> bool:
    """Tell whether an alert is still there to be corrected: neither withdrawn nor expired."""
    return not alert.is_cancel and alert.expires > now


def correct(
    alert: Alert,
    headline: str,
    body: str,
    town: Town,
    now: datetime,
    *,
    translations: Sequence[Translated] = (),
    reading: Reading | None = None,
    furigana: Furigana | None = None,
) -> Alert:
    """Return the Update of an alert with another text, or raise DraftError.

    All else stays as it was sent. It lives as long as the old one was made for, from now: at least an hour, not longer
    than a new alert of its category, and never shorter than to the old one's end.
    `translations` take the place of the old ones; `reading` and `furigana` are those of the new text.
    """
    problems = [
        *_check_correctable(alert, now),
        *check_text("headline", "見出し", headline, MAXIMUM_HEADLINE),
        *check_text("body", "本文", body, MAXIMUM_BODY),
        *_check_rules(headline, body, alert.category, town),
        *check_translations(translations, town),
    ]
    is_same = (headline.strip(), body.strip()) == (alert.headline, alert.body)
    if is_same and not problems and translations_of(translations) == alert.translations:
        problems.append(Problem("body", "前の文と同じです。どこかを直してください。", "nothing was changed"))
    if problems:
        raise DraftError(problems)
    return _next_revision(alert, MessageType.UPDATE, now, _validity_of_correction(alert, town)).model_copy(
        update={
            "headline": headline.strip(),
            "body": body.strip(),
            "reading": reading,
            "furigana": furigana,
            "translations": translations_of(translations),
        }
    )


def translations_in(alert: Alert) -> tuple[Translated, ...]:
    """Return an alert's translations as staff may change them."""
    return tuple(Translated(text.language, text.headline, text.body) for text in alert.translations or ())


def stale_languages(before: Alert, after: Alert) -> tuple[str, ...]:
    """Return the languages whose text stayed as it was although the Japanese was changed."""
    if (before.headline, before.body) == (after.headline, after.body):
        return ()
    old = before.translations or ()
    return tuple(text.language for text in after.translations or () if text in old)


def withdraw(alert: Alert, now: datetime) -> Alert:
    """Return the Cancel of an alert: it keeps the text, so that those who heard it know what is withdrawn."""
    return _next_revision(alert, MessageType.CANCEL, now, _SHORTEST_VALIDITY)


def contact_of(category: Category, town: Town) -> Contact:
    """Return whom to call about messages of this category."""
    return category.contact or town.desk


def _validity_of_correction(alert: Alert, town: Town) -> timedelta:
    category = town.category(alert.category)
    usual = validity(category, None) if category else _SHORTEST_VALIDITY
    return max(_SHORTEST_VALIDITY, min(usual, alert.expires - alert.sent))


def _next_revision(alert: Alert, message_type: MessageType, now: datetime, lives: timedelta) -> Alert:
    return alert.model_copy(
        update={
            "revision": alert.revision + 1,
            "sent": now,
            "expires": max(alert.expires, now + lives),
            "message_type": message_type,
            # The contract takes so many; the newest ones are those that somebody may still hold.
            "references": (*alert.references, alert.reference)[-_MAXIMUM_REFERENCES:],
        }
    )


def _check_correctable(alert: Alert, now: datetime) -> list[Problem]:
    if can_be_corrected(alert, now):
        return []
    if alert.is_cancel:
        return [Problem("alert", "このお知らせは取り消されているので、訂正できません。", "is withdrawn already")]
    return [Problem("alert", "このお知らせは有効期限が過ぎているので、訂正できません。", "has expired")]


def _check_category(draft: Draft, town: Town) -> list[Problem]:
    if town.category(draft.category) is not None:
        return []
    known = ", ".join(category.id for category in town.categories)
    return [
        Problem("category", "種別を選んでください。", f"there is no category {draft.category!r}; known are {known}")
    ]


def _check_rules(headline: str, body: str, identifier: str, town: Town) -> list[Problem]:
    category = town.category(identifier)
    if not body.strip():
        return []
    return check_rules(headline, body, identifier, contact_of(category, town) if category else town.desk, town)


def _check_audience(draft: Draft, town: Town, roster: Sequence[Terminal]) -> list[Problem]:
    if draft.audience is None:
        return [Problem("audience", "宛先を選んでください。", "nobody is addressed")]
    if len(draft.audience.members) > MAXIMUM_MEMBERS:
        return [
            Problem(
                "audience",
                f"個別に選べる端末は{MAXIMUM_MEMBERS}台までです。行政区かグループを選んでください。",
                f"at most {MAXIMUM_MEMBERS} members; address an area or a group",
            )
        ]
    unknown = unknown_members(draft.audience, town, roster)
    if unknown:
        names = "、".join(unknown)
        return [
            Problem(
                "audience",
                f"宛先「{names}」は登録されていません。選びなおしてください。",
                f"unknown {draft.audience.kind}: {', '.join(unknown)}",
            )
        ]
    if not any(is_addressed(draft.audience, terminal) for terminal in roster):
        return [
            Problem(
                "audience",
                "この宛先には、使用中の端末が1台もありません。宛先を選びなおしてください。",
                "no terminal in service belongs to this audience",
            )
        ]
    return []
