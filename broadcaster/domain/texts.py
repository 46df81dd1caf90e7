"""What staff have written, in Japanese and in other languages, and what is wrong with it, field by field."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from broadcaster.domain.town import Town
from kokuchi.wire import Translation
from kokuchi.wire.alert import MAXIMUM_TRANSLATED_BODY, MAXIMUM_TRANSLATED_HEADLINE

_TEMPLATE_BRACKETS = frozenset("〔〕")
_TURNS = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
"""What turns the direction of what follows: a text with it can look like another one."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, for staff and for the shell."""

    field: str
    japanese: str
    english: str


@dataclass(frozen=True)
class Translated:
    """What staff have filled in for one language, maybe nothing."""

    language: str
    headline: str = ""
    body: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether the language is left out."""
        return not (self.headline.strip() or self.body.strip())


def said(text: str) -> str:
    """Return a text without the blanks around it; empty if nothing of it can be seen."""
    return text.strip() if any(unicodedata.category(character)[0] in "LNPS" for character in text) else ""


def check_text(field: str, label: str, text: str, maximum: int) -> list[Problem]:
    """Return what keeps a text from being sent."""
    length = len(text.strip())
    if not said(text):
        return [Problem(field, f"{label}を入力してください。", "is empty")]
    if length > maximum:
        return [
            Problem(
                field,
                f"{label}が長すぎます。{maximum}文字以内にしてください(いま{length}文字)。",
                f"has {length} characters; at most {maximum} are possible",
            )
        ]
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t" for character in text):
        return [
            Problem(field, f"{label}に使えない文字(制御文字)があります。消してください。", "has control characters")
        ]
    if _TURNS & set(text):
        japanese = f"{label}に、文字の並びを変える見えない文字があります。消して、打ちなおしてください。"
        return [Problem(field, japanese, "has invisible characters that turn the direction of text")]
    if _TEMPLATE_BRACKETS & set(text):
        return [
            Problem(
                field,
                f"{label}に、ひな形の〔 〕が残っています。中を書きかえ、〔 〕を消してください。",
                "has the brackets of a template, 〔 or 〕, in it",
            )
        ]
    return []


def check_translations(translations: Sequence[Translated], town: Town) -> list[Problem]:
    """Return what keeps the translations from being sent. A language without any text is left out."""
    names = {language.code: language.name for language in town.languages}
    problems: list[Problem] = []
    for text in translations:
        if text.is_empty:
            continue
        name = names.get(text.language)
        if name is None:
            known = ", ".join(names)
            message = f"there is no language {text.language!r}; there are {known}"
            problems.append(Problem("translations", f"「{text.language}」の文面は送れません。", message))
            continue
        code = text.language
        problems += check_text(f"headline-{code}", f"{name}の見出し", text.headline, MAXIMUM_TRANSLATED_HEADLINE)
        problems += check_text(f"body-{code}", f"{name}の本文", text.body, MAXIMUM_TRANSLATED_BODY)
    if len({text.language for text in translations}) < len(translations):
        problems.append(Problem("translations", "同じ言語の文面が2つあります。", "a language is given twice"))
    return problems


def translations_of(translations: Sequence[Translated]) -> tuple[Translation, ...] | None:
    """Return checked translations as an alert carries them, or None if there are none."""
    return (
        tuple(
            Translation(language=text.language, headline=text.headline.strip(), body=text.body.strip())
            for text in translations
            if not text.is_empty
        )
        or None
    )
