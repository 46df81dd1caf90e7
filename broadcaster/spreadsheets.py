"""Tables for Excel and from it: CSV that it opens as Japanese, without formulas, and text as it saves it."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection")."""


class NotText(Exception):  # noqa: N818 - reads as what it says
    """A file that is text neither in UTF-8 nor in Shift_JIS."""


def text_of_csv(content: bytes) -> str:
    """Return what Excel has saved as 「CSV（コンマ区切り）」 or as 「CSV UTF-8」, or raise NotText."""
    # Shift_JIS of Windows; Japanese text in it is no UTF-8, which is therefore tried first. NUL bytes mean UTF-16.
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotText


def safe_cell(text: str) -> str:
    """Return a cell that a spreadsheet shows as it is: with an apostrophe in front if it would be a formula."""
    # What begins with apostrophes and a formula gets one too, so that taking one away is always right.
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def plain_cell(text: str) -> str:
    """Return a cell as it was before `safe_cell`."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as CSV in UTF-8 with a byte-order mark, by which Excel knows it, and CRLF (RFC 4180)."""
    return b"".join(csv_pieces(headings, [rows]))


def csv_pieces(headings: Sequence[str], pieces: Iterable[Iterable[Sequence[str]]]) -> Iterator[bytes]:
    """Yield the same table piece by piece, for one that is too large to be held."""
    yield codecs.BOM_UTF8 + _lines([headings])
    for piece in pieces:
        yield _lines([safe_cell(cell) for cell in row] for row in piece)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
