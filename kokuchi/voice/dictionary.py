"""The file in which people keep how words are read: CSV in UTF-8, one word a line. Pure.

    表記,読み,アクセント,例文,例文の読み,出典
    札比内,サッピナイ,0,札比内で訓練です。,サッピナイデクンレンデス。,月形町

The columns stand in any order; only 表記 and 読み are required. アクセント is the mora after which the pitch falls, 0
if it does not fall. 例文の読み is written as it is said: コチラワ, not コチラハ. Messages are for the staff.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from kokuchi.voice.duration import morae
from kokuchi.wire.dictionary import MAXIMUM_READING, MAXIMUM_WORD, NEVER_FIRST

COLUMNS = ("表記", "読み", "アクセント", "例文", "例文の読み", "出典")
_REQUIRED = COLUMNS[:2]

_SAID = re.compile("[ァ-ヴー]+")
_SAID_SENTENCE = re.compile(r"[ァ-ヴー、。！？]+")
_HIRAGANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゔ") + 1)}


@dataclass(frozen=True)
class Line:
    """A word and its reading in katakana, with an example that must be read so and where the reading is from.

    `accent` as in kokuchi.wire.Entry. What is not known is None or empty.
    """

    word: str
    reading: str
    accent: int | None = None
    example: str = ""
    example_reading: str = ""
    source: str = ""


class DictionaryError(Exception):
    """A dictionary file that cannot be used; `problems` says in Japanese what to mend, one for each bad line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def parse(text: str | bytes, name: str = "") -> tuple[Line, ...]:
    """Return the lines of a dictionary file, or raise DictionaryError with every problem.

    Each problem begins with the file's `name`; a page, on which the file was just chosen, needs none.

    A reading may be in hiragana or half-width kana; it becomes katakana. Empty lines are left out.
    """
    reader = csv.reader(io.StringIO(_decoded(text, name).removeprefix("\ufeff"), newline=""), strict=True)
    lines: dict[str, Line] = {}
    problems = []
    columns: list[str] | None = None
    number = 1
    try:
        for row in reader:
            place, number = f"{_of(name)}{number}行目: ", reader.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if columns is None:
                columns = _columns(row, place)
                continue
            try:
                line = _line(columns, row)
                if _key(line.word) in lines:
                    raise ValueError(f"「{line.word}」はすでに上の行にあります。どちらか一方を消してください。")  # noqa: TRY301
                lines[_key(line.word)] = line
            except ValueError as error:
                problems.append(f"{place}{error}")
    except csv.Error:
        problems.append(
            f'{_of(name)}{reader.line_num}行目: 引用符（"）が閉じていません。表計算ソフトで保存し直してください。'
        )
    if columns is None and not problems:
        problems.append(f"{of_file(name)}何も書かれていません。1行目に {','.join(_REQUIRED)} と書いてください。")
    if problems:
        raise DictionaryError(problems)
    return tuple(lines.values())


def format(lines: Iterable[Line]) -> str:  # noqa: A001 - parse and format, as in kokuchi.voice.dictionary.format
    """Return a dictionary file that parse reads back. It begins with a BOM, so that Excel opens it as UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(["" if cell is None else cell for cell in astuple(line)] for line in lines)
    return "\ufeff" + file.getvalue()


def katakana(text: str) -> str:
    """Return kana in full-width katakana, without blanks; what is no kana stays as it is.

    >>> katakana("さっぴ ない")
    'サッピナイ'
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_HIRAGANA)


def _of(name: str) -> str:
    return f"{name} の" if name else ""


def of_file(name: str) -> str:
    """Return how a problem begins that is the whole file's; empty where its name need not be said."""
    return f"{name}: " if name else ""


def _decoded(text: str | bytes, name: str) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise DictionaryError(
            [f"{of_file(name)}文字コードが UTF-8 ではありません。「CSV UTF-8」で保存し直してください。"]
        ) from None


def _key(word: str) -> str:
    return unicodedata.normalize("NFKC", word)


def _columns(row: list[str], place: str) -> list[str]:
    columns = [cell.strip() for cell in row]
    problems = [f"{place}「{column}」の列がありません。" for column in _REQUIRED if column not in columns]
    problems += [
        f"{place}「{column}」という列は使えません。使える列は {'、'.join(COLUMNS)} です。"
        for column in columns
        if column not in COLUMNS
    ]
    if len(set(columns)) < len(columns):
        problems.append(f"{place}同じ名前の列が2つあります。")
    if problems:
        raise DictionaryError(problems)
    return columns


def _line(columns: list[str], row: list[str]) -> Line:
    if len(row) > len(columns):
        raise ValueError('列が多すぎます。コンマを含む文は引用符（"）で囲んでください。')
    cells = {column: cell.strip() for column, cell in zip(columns, row, strict=False)}
    word, example, source = (_one_line(cells.get(column, ""), column) for column in ("表記", "例文", "出典"))
    if not 1 <= len(word) <= MAXIMUM_WORD:
        raise ValueError(f"表記は1文字から{MAXIMUM_WORD}文字で書いてください。")
    reading = katakana(cells.get("読み", ""))
    if not reading:
        raise ValueError("読みがありません。")
    if not _SAID.fullmatch(reading) or len(reading) > MAXIMUM_READING:
        raise ValueError(f"読み「{reading}」は、ひらがなかカタカナで{MAXIMUM_READING}文字以内で書いてください。")
    if reading.startswith(NEVER_FIRST):
        raise ValueError(f"読み「{reading}」は声に出せません。「ー」「ッ」「ャ」などで始めないでください。")
    example_reading = katakana(cells.get("例文の読み", "")).replace("!", "！").replace("?", "？")
    if example_reading and not _SAID_SENTENCE.fullmatch(example_reading):
        raise ValueError("例文の読みは、ひらがなかカタカナで書いてください（数字や漢字は使えません）。")
    if example and _key(word) not in _key(example):
        raise ValueError(f"例文に「{word}」がありません。")
    if example_reading and not example:
        raise ValueError("例文の読みがあるのに、例文がありません。")
    return Line(word, reading, _accent(cells.get("アクセント", ""), reading), example, example_reading, source)


def _one_line(cell: str, column: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in cell):
        raise ValueError(f"{column}に改行などの使えない文字があります。")
    return cell


def _accent(cell: str, reading: str) -> int | None:
    if not cell:
        return None
    digits = unicodedata.normalize("NFKC", cell)
    if not (digits.isascii() and digits.isdigit()) or int(digits) > morae(reading):
        raise ValueError(
            f"アクセント「{cell}」は、0から{morae(reading)}までの数字で書いてください（空欄でもかまいません）。"
        )
    return int(digits)
