"""The staff's manual names what is on the pages."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
MANUAL = ROOT / "docs" / "ja" / "staff.md"
TEXT = MANUAL.read_text(encoding="utf-8")


def on_pages() -> str:
    """Return all that a page of the staff or of a terminal may say."""
    return "".join(
        path.read_text(encoding="utf-8")
        for room in ("broadcaster", "terminal_client", "config")
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in {".html", ".js", ".py", ".toml"}
    )


def test_every_word_that_the_manual_quotes_is_on_a_page_of_the_staff_or_a_terminal() -> None:
    shown = on_pages()
    quoted = set(re.findall(r"「([^」]+)」", TEXT))
    headings = set(re.findall(r"(?m)^## ([^（\n]+)", TEXT))
    examples = {"留守。夕方にかけなおす"}
    assert len(quoted) > 50
    assert {words for words in quoted if words not in shown} - headings - examples == set()


def test_every_picture_of_the_manual_is_there_and_small() -> None:
    pictures = [MANUAL.parent / name for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)]
    assert len(pictures) > 5
    for picture in pictures:
        assert 0 < picture.stat().st_size < 200_000
