"""What the page and the shell do with the dictionary: examine, take, remove, undo."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from broadcaster.dictionary.trial import Trial
from broadcaster.domain.dictionary import (
    Book,
    Broken,
    Change,
    DictionaryTooLarge,
    Sentence,
    Word,
    changes_to,
    check_word,
    written,
)
from broadcaster.domain.draft import Problem
from broadcaster.ledger import Ledger
from broadcaster.ledger.dictionary import DictionaryMoved
from kokuchi.voice.long_vowels import comparable, pronounced

_ATTEMPTS = 5


@dataclass(frozen=True)
class Examination:
    """What would become of some words, all together, against one revision of the dictionary.

    `words` have the kana of their examples; `problems` are of one word or of the whole, by the word that they concern.
    """

    revision: int
    words: tuple[Word, ...]
    problems: tuple[tuple[str, Problem], ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the words can be taken."""
        return not (self.problems or self.broken)


class NotTaken(Exception):  # noqa: N818 - reads as what it says
    """Words that were not taken; `examination` says why."""

    def __init__(self, examination: Examination) -> None:
        lines = [f"{word}: {problem.english}" for word, problem in examination.problems]
        lines += [f"{item.text}: read {item.now} now, would be read {item.then}" for item in examination.broken]
        super().__init__("\n".join(lines))
        self.examination = examination


class Editor:
    """Changes the staff's part of the dictionary. What is examined is exactly what is then committed.

    `sentences` are those that must stay right whatever is added. Methods that need the voice raise
    kokuchi.voice.VoiceError when there is none: a word that nobody has heard is not taken.
    """

    def __init__(
        self, ledger: Ledger, trial: Trial, sentences: Sequence[Sentence], town: str, clock: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._trial = trial
        self._sentences = tuple(sentences)
        self._town = town
        self._clock = clock

    async def examine(self, words: Sequence[Word]) -> Examination:
        """Return what would become of these words, if they were taken now."""
        book = await asyncio.to_thread(self._ledger.dictionary.book)
        problems = [(word.word, problem) for word in words for problem in check_word(word)]
        if problems:
            return Examination(book.revision, tuple(words), tuple(problems))
        following = book.changed(changes_to(words))
        try:
            candidate = following.dictionary(self._town, self._clock())
        except DictionaryTooLarge as error:
            problem = Problem("word", error.japanese, str(error))
            return Examination(book.revision, tuple(words), ((words[0].word, problem),))
        heard = []
        for word in words:
            kana = await self._trial.kana(candidate, word.example)
            problems += [(word.word, problem) for problem in _heard_otherwise(word, kana)]
            heard.append(replace(word, example_reading=kana))
        broken = await self._broken(book, following, [word.word for word in words])
        return Examination(book.revision, tuple(heard), tuple(problems), broken)

    async def take(self, words: Sequence[Word], changed_by: str) -> int:
        """Commit words and return the revision that has them, or raise NotTaken, and nothing is changed.

        When somebody else changes the dictionary in between, the words are examined once more.
        """
        for _ in range(_ATTEMPTS):
            examination = await self.examine(words)
            if not examination.is_good:
                raise NotTaken(examination)
            try:
                return await asyncio.to_thread(
                    self._commit, changes_to(examination.words), examination.revision, changed_by
                )
            except DictionaryMoved:
                continue
        raise DictionaryMoved("others keep changing the dictionary; try again in a moment")

    async def broken_without(self, word: str) -> tuple[Broken, ...]:
        """Return the sentences that would be read wrong without a word of the staff."""
        book = await asyncio.to_thread(self._ledger.dictionary.book)
        return await self._broken(book, book.changed([Change(word, None)]), [word])

    def remove(self, word: str, changed_by: str) -> int | None:
        """Take a word of the staff out and return the new revision; None if there is no such word.

        A base word that stood behind it is read again. Nothing is examined: a wrong word must go at once.
        """
        for _ in range(_ATTEMPTS):
            book = self._ledger.dictionary.book()
            if book.staff_word(word) is None:
                return None
            try:
                return self._commit([Change(word, None)], book.revision, changed_by)
            except DictionaryMoved:
                continue
        raise DictionaryMoved("others keep changing the dictionary; try again in a moment")

    def undo(self, revision: int, changed_by: str) -> int:
        """Bring back what the words of a revision were before it, or raise WordMoved; return the new revision."""
        return self._ledger.dictionary.undo(revision, town=self._town, changed_by=changed_by, now=self._clock())

    async def kana(self, text: str, *words: Word) -> str:
        """Return how a text is read by the dictionary that stands, with some words in addition."""
        book = await asyncio.to_thread(self._ledger.dictionary.book)
        return await self._trial.kana(book.changed(changes_to(words)).dictionary(self._town, self._clock()), text)

    async def sound(self, text: str, *words: Word) -> bytes:
        """Return a WAV file of a text by the dictionary that stands, with some words in addition."""
        book = await asyncio.to_thread(self._ledger.dictionary.book)
        return await self._trial.sound(book.changed(changes_to(words)).dictionary(self._town, self._clock()), text)

    async def _broken(self, book: Book, following: Book, changed: Sequence[str]) -> tuple[Broken, ...]:
        now = self._clock()
        broken = await self._trial.broken(
            book.dictionary(self._town, now),
            following.dictionary(self._town, now),
            [*self._sentences, *book.sentences(without=changed)],
        )
        return tuple(item for item in broken if not _is_meant(item, book, following, changed))

    def _commit(self, changes: Sequence[Change], seen: int, changed_by: str) -> int:
        return self._ledger.dictionary.change(
            changes, seen=seen, town=self._town, changed_by=changed_by, now=self._clock()
        )


def _is_meant(item: Broken, book: Book, following: Book, changed: Sequence[str]) -> bool:
    """Tell whether a sentence is read otherwise only in the words that were changed, which is what was wanted."""
    expected = comparable(item.now)
    for name in changed:
        before, after = book.words.get(name), following.words.get(name)
        if before and after and written(name) in written(item.text):
            expected = expected.replace(_said(before), _said(after))
    return expected == comparable(item.then)


def _said(word: Word) -> str:
    return comparable(pronounced(word.reading, word.word))


def _heard_otherwise(word: Word, kana: str) -> list[Problem]:
    heard = pronounced(word.reading, word.word) in kana or comparable(word.reading) in comparable(kana)
    if not heard:
        japanese = (
            f"例文が「{kana}」と読まれ、「{word.reading}」になりません。"
            "前後の文字もふくめた長い言葉で登録してください。"
        )
        return [Problem("reading", japanese, f"the example is read {kana}, without {word.reading}")]
    if word.example_reading and comparable(word.example_reading) != comparable(kana):
        japanese = f"例文は「{kana}」と読まれ、書かれている例文の読み「{word.example_reading}」とちがいます。"
        return [Problem("example", japanese, f"the example is read {kana}, not {word.example_reading}")]
    return []
