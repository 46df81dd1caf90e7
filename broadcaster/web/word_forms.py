"""What staff have written about a word, kept as they wrote it, and the word that it means."""

import re
from dataclasses import dataclass, fields

from starlette.datastructures import FormData

from broadcaster.domain.dictionary import Word, check_word, written
from broadcaster.domain.draft import Problem
from broadcaster.web.sessions import text_of
from kokuchi.voice.dictionary import katakana

_NUMBER = re.compile(r"[0-9]{1,9}")
_NO_ACCENT = -1


@dataclass(frozen=True)
class WrittenWord:
    """The fields of the form; `seen` is the revision that its author has seen, `known` says that the word was there."""

    word: str = ""
    reading: str = ""
    example: str = ""
    accent: str = ""
    seen: str = "0"
    known: str = ""

    @classmethod
    def of(cls, form: FormData) -> "WrittenWord":
        """Return what a form holds."""
        return cls(**{field.name: text_of(form, field.name).strip() for field in fields(cls)})

    @classmethod
    def from_word(cls, word: Word, seen: int) -> "WrittenWord":
        """Return the form of a word that is there."""
        accent = "" if word.accent is None else str(word.accent)
        return cls(word.word, word.reading, word.example, accent, str(seen), "yes")

    @property
    def revision(self) -> int:
        """The revision that the author had before him."""
        return int(self.seen) if _NUMBER.fullmatch(self.seen) else 0

    def meant(self) -> Word:
        """Return the word; a reading may be written in hiragana or half-width kana."""
        accent = written(self.accent)
        number = int(accent) if _NUMBER.fullmatch(accent) else _NO_ACCENT
        return Word(written(self.word), katakana(self.reading), number if accent else None, self.example)

    def problems(self) -> list[Problem]:
        """Return what keeps the word from being tried."""
        return check_word(self.meant())

    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields as a form sends them."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]
