"""The town's dictionary: base words that ship with the software, and before them the words of the staff."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pydantic import ValidationError

from broadcaster.domain.draft import Problem
from kokuchi.wire import MAXIMUM_BYTES, Dictionary, Entry, encode
from kokuchi.wire.dictionary import HIGHEST_REVISION, MAXIMUM_ENTRIES, MAXIMUM_READING, MAXIMUM_WORD, NEVER_FIRST

VALID = timedelta(days=400)
"""For how long a terminal that has none takes a dictionary; one that has it keeps it."""

RENEWED_AFTER = VALID / 2
MAXIMUM_EXAMPLE = 100

_SMALL = frozenset("ァィゥェォャュョヮ")

_JWS_OVERHEAD = 1024
"""More bytes than the header and the signature of a compact JWS take."""


@dataclass(frozen=True)
class Word:
    """A word as it is written and said, with a sentence in which it is heard.

    `word` is as `written` returns it; `reading` is katakana; `accent` as in kokuchi.wire.Entry. `example_reading` is
    the kana of the whole example, by which later changes are checked. `source` says where a base word is from; a word
    of the staff has none.
    """

    word: str
    reading: str
    accent: int | None = None
    example: str = ""
    example_reading: str = ""
    source: str = ""


@dataclass(frozen=True)
class Sentence:
    """A sentence and the kana that is to be heard for it."""

    text: str
    kana: str


@dataclass(frozen=True)
class Broken:
    """A sentence that is read right now and would be read wrong."""

    text: str
    now: str
    then: str


@dataclass(frozen=True)
class Change:
    """A word of the staff before and after: None where there was, or is, none."""

    word: str
    after: Word | None


@dataclass(frozen=True)
class Book:
    """All words of the town at one revision. Revision 0 is a town that has none yet."""

    revision: int = 0
    base: tuple[Word, ...] = ()
    staff: tuple[Word, ...] = ()
    words: dict[str, Word] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        both = {word.word: word for word in (*self.base, *self.staff)}
        object.__setattr__(self, "words", {name: both[name] for name in sorted(both)})

    def staff_word(self, word: str) -> Word | None:
        """Return the staff's own word."""
        return next((known for known in self.staff if known.word == word), None)

    def changed(self, changes: Iterable[Change]) -> "Book":
        """Return the book as it would be."""
        staff = {word.word: word for word in self.staff}
        for change in changes:
            if change.after is None:
                staff.pop(change.word, None)
            else:
                staff[change.word] = change.after
        return replace(self, staff=tuple(staff[name] for name in sorted(staff)))

    def dictionary(self, town: str, now: datetime) -> Dictionary:
        """Return what goes to the terminals, or raise DictionaryTooLarge."""
        if len(self.words) > MAXIMUM_ENTRIES or self.revision > HIGHEST_REVISION:
            raise DictionaryTooLarge(len(self.words))
        made = Dictionary(
            town=town,
            revision=max(1, self.revision),
            sent=now,
            expires=now + VALID,
            entries=tuple(
                Entry(word=word.word, reading=word.reading, accent=word.accent) for word in self.words.values()
            ),
        )
        # Base64 makes four characters of three bytes.
        if len(encode(made)) * 4 // 3 + _JWS_OVERHEAD > MAXIMUM_BYTES:
            raise DictionaryTooLarge(len(self.words))
        return made

    def sentences(self, *, without: Iterable[str] = ()) -> list[Sentence]:
        """Return the examples whose kana is known, but for those of some words; a word without one stands alone."""
        left_out = set(without)
        return [
            Sentence(word.example, word.example_reading) if word.example_reading else Sentence(word.word, word.reading)
            for word in self.words.values()
            if word.word not in left_out
        ]


class DictionaryTooLarge(Exception):  # noqa: N818 - reads as what it says
    """More words than terminals take in one message."""

    def __init__(self, words: int) -> None:
        super().__init__(
            f"a dictionary of {words} words does not fit into a message for the terminals;"
            f" at most {MAXIMUM_ENTRIES} words, and fewer if they are long"
        )
        self.words = words

    @property
    def japanese(self) -> str:
        """The same for the staff."""
        return f"辞書がいっぱいです（{self.words}語）。使わなくなった言葉を消してから、もう一度登録してください。"


def written(text: str) -> str:
    """Return a text in the form in which words are compared: full and half width are the same."""
    return unicodedata.normalize("NFKC", text)


def changes_to(words: Iterable[Word]) -> list[Change]:
    """Return the changes that bring these words into the staff's part."""
    return [Change(word.word, word) for word in words]


def check_word(word: Word) -> list[Problem]:
    """Return everything that keeps a word from being taken, whatever the voice makes of it."""
    return [
        *_check_written(word.word),
        *_check_reading(word.reading),
        *_check_accent(word),
        *_check_example(word),
    ]


def _check_written(word: str) -> list[Problem]:
    if not any(unicodedata.category(character)[0] in "LN" for character in word):
        return [Problem("word", "言葉を入力してください。", "the word is empty")]
    if len(word) > MAXIMUM_WORD:
        japanese = f"言葉が長すぎます。{MAXIMUM_WORD}文字以内にしてください(いま{len(word)}文字)。"
        return [Problem("word", japanese, f"the word has {len(word)} characters; at most {MAXIMUM_WORD} are possible")]
    if any(unicodedata.category(character)[0] in "CZ" for character in word):
        japanese = "言葉に空白や改行は使えません。1つの言葉だけを入力してください。"
        return [Problem("word", japanese, "the word has a space or a control character in it")]
    return []


def _check_reading(reading: str) -> list[Problem]:
    if not reading:
        return [Problem("reading", "読みを入力してください。", "the reading is empty")]
    if reading.startswith(NEVER_FIRST):
        japanese = f"読みを「{reading[0]}」で始めることはできません。"
        return [Problem("reading", japanese, f"a reading cannot begin with {reading[0]!r}")]
    if len(reading) > MAXIMUM_READING:
        japanese = f"読みが長すぎます。{MAXIMUM_READING}文字以内にしてください(いま{len(reading)}文字)。"
        return [
            Problem("reading", japanese, f"the reading has {len(reading)} kana; at most {MAXIMUM_READING} are possible")
        ]
    try:
        Entry(word="あ", reading=reading)
    except ValidationError:
        japanese = "読みは、ひらがなかカタカナだけで入力してください。"
        return [Problem("reading", japanese, f"the reading {reading!r} is not hiragana or katakana only")]
    return []


def _check_accent(word: Word) -> list[Problem]:
    morae = sum(1 for kana in word.reading if kana not in _SMALL)
    if word.accent is None or 0 <= word.accent <= morae:
        return []
    japanese = f"アクセントは、0から{morae}までの数字です。わからないときは、空のままにしてください。"
    return [Problem("accent", japanese, f"the accent {word.accent} is not between 0 and {morae}")]


def _check_example(word: Word) -> list[Problem]:
    if not word.example:
        return [Problem("example", "例文を入力してください。", "the example is empty")]
    if len(word.example) > MAXIMUM_EXAMPLE:
        japanese = f"例文が長すぎます。{MAXIMUM_EXAMPLE}文字以内にしてください(いま{len(word.example)}文字)。"
        return [
            Problem("example", japanese, f"the example has {len(word.example)} characters; at most {MAXIMUM_EXAMPLE}")
        ]
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in word.example):
        return [Problem("example", "例文は、改行のない1つの文にしてください。", "the example is not one line")]
    if written(word.word) not in written(word.example):
        return [
            Problem(
                "example", f"例文に「{word.word}」が入っていません。", f"the example does not contain {word.word!r}"
            )
        ]
    return []
