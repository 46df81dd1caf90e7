"""The dictionary as files: the base words and the sentences that ship with the software, and CSV in and out."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from broadcaster.domain.dictionary import Sentence, Word, written
from broadcaster.spreadsheets import NotText, plain_cell, safe_cell, text_of_csv
from kokuchi.configuration import ConfigurationError
from kokuchi.voice import dictionary
from kokuchi.voice.dictionary import DictionaryError, Line

_SENTENCE, _KANA = "例文", "例文の読み"
_NOT_TEXT = "文字を読みとれません。Excelの「名前を付けて保存」で、CSVの形式を選んで保存してください。"


def read_base(paths: Sequence[Path]) -> list[Word]:
    """Return the words of the base files, of the same word the last, or raise ConfigurationError."""
    words = []
    for path in paths:
        try:
            found = parse_words(_content(path), str(path))
        except DictionaryError as error:
            raise ConfigurationError(str(error)) from error
        words += [replace(word, source=word.source or path.stem) for word in found]
    return list({word.word: word for word in words}.values())


def read_sentences(path: Path | None) -> list[Sentence]:
    """Return the sentences that must stay right, or raise ConfigurationError; none without a file.

    The file is CSV in UTF-8 with the columns 例文 and 例文の読み.
    """
    if path is None:
        return []
    try:
        rows = list(csv.DictReader(_content(path).decode("utf-8-sig").splitlines(), strict=True))
        return [Sentence(row[_SENTENCE], row[_KANA]) for row in rows]
    except (UnicodeDecodeError, csv.Error, KeyError) as error:
        raise ConfigurationError(f"{path}: is not CSV in UTF-8 with the columns {_SENTENCE} and {_KANA}") from error


def parse_words(content: str | bytes, name: str = "") -> list[Word]:
    """Return the words of a dictionary file, in UTF-8 or Shift_JIS, or raise DictionaryError with every bad line.

    `name` is as in kokuchi.voice.dictionary.parse.
    """
    if isinstance(content, bytes):
        try:
            content = text_of_csv(content)
        except NotText:
            raise DictionaryError([f"{dictionary.of_file(name)}{_NOT_TEXT}"]) from None
    lines = (_with_cells(line, plain_cell) for line in dictionary.parse(content, name))
    return [replace(Word(**asdict(line)), word=written(line.word)) for line in lines]


def format_words(words: Iterable[Word]) -> str:
    """Return a dictionary file of these words, as spreadsheets open it: none of its cells is a formula."""
    return dictionary.format(_with_cells(Line(**asdict(word)), safe_cell) for word in words)


def _with_cells(line: Line, change: Callable[[str], str]) -> Line:
    return replace(
        line,
        word=change(line.word),
        reading=change(line.reading),
        example=change(line.example),
        example_reading=change(line.example_reading),
        source=change(line.source),
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
