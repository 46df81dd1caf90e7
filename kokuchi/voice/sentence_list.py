"""The sentences that must stay right whatever words are added: CSV in UTF-8 with the columns 文 and 読み. Pure."""

import csv
import io

from kokuchi.voice.dictionary import DictionaryError, katakana
from kokuchi.voice.words import Sentence

_COLUMNS = ("文", "読み")


def parse_sentences(text: str, name: str) -> tuple[Sentence, ...]:
    """Return the sentences of a file, or raise DictionaryError; `name` is the file's. Empty lines are left out."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    if not set(_COLUMNS) <= set(reader.fieldnames or ()):
        raise DictionaryError([f"{name} の1行目: 列の名前は {','.join(_COLUMNS)} としてください"])
    rows = [(reader.line_num, (row["文"] or "").strip(), (row["読み"] or "").strip()) for row in reader]
    problems = [f"{name} の{number}行目: 文と読みの両方を書いてください" for number, *cells in rows if not all(cells)]
    if problems:
        raise DictionaryError(problems)
    return tuple(Sentence(sentence, katakana(reading)) for _, sentence, reading in rows)
