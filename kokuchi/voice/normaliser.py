"""A written text made ready for the engine: the rules, one after the other. Pure, and cheap to import."""

from collections.abc import Iterable, Iterator, Mapping

from kokuchi.voice.rewriting import Rewriting
from kokuchi.voice.rules import RULES
from kokuchi.voice.rules.width import WIDTH, full_and_half

WordIndex = Mapping[str, tuple[str, ...]]
"""The words that no rule may touch, by their first character, longer ones first."""


def normalise(text: str, words: WordIndex | None = None) -> str:
    """Return the text with everything rewritten that the engine would read wrongly or aloud by mistake."""
    return rewritten(text, words).text


def rewritten(text: str, words: WordIndex | None = None) -> Rewriting:
    """Return the same with the way back to the text as written.

    A word of the dictionary wins: the engine is given it as it stands, and no rule changes a character of it.
    """
    rewriting = Rewriting(text)
    rewriting.apply(WIDTH)
    if words:
        rewriting.keep(_occurrences(rewriting.text, words))
    for rule in RULES:
        rewriting.apply(rule)
    return rewriting


def index_of(words: Iterable[str]) -> WordIndex:
    """Return the index of a dictionary's words, as the normaliser sees them after full and half width."""
    by_first: dict[str, set[str]] = {}
    for word in map(full_and_half, words):
        by_first.setdefault(word[0], set()).add(word)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in by_first.items()}


def _occurrences(text: str, words: WordIndex) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(text):
        found = next((word for word in words.get(text[place], ()) if text.startswith(word, place)), None)
        if found:
            yield place, place + len(found)
        place += len(found) if found else 1
