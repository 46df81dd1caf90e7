"""A text that rules rewrite while it remembers where each of its characters came from. Pure."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One replacement; `examples` are pairs of a written text and what the whole normaliser makes of it."""

    name: str
    pattern: re.Pattern[str]
    replacement: str | Callable[[re.Match[str]], str]
    examples: tuple[tuple[str, str], ...]

    def replacement_of(self, match: re.Match[str]) -> str:
        """Return what stands for a match."""
        return match.expand(self.replacement) if isinstance(self.replacement, str) else self.replacement(match)


@dataclass(frozen=True)
class _Character:
    value: str
    start: int
    end: int
    rule: str | None = None
    word: int | None = None
    """The place of the dictionary's word that it belongs to."""


class Rewriting:
    """A written text on its way to the engine.

    What `keep` has found belongs to the dictionary: no rule changes it any more.
    """

    def __init__(self, written: str) -> None:
        self.text = written
        """The text as it is now."""
        self._characters = [_Character(value, place, place + 1) for place, value in enumerate(written)]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the written text that the characters from `start` up to `end` came from."""
        characters = self._characters[start:end]
        return min(character.start for character in characters), max(character.end for character in characters)

    def rules(self, start: int, end: int) -> tuple[str, ...]:
        """Return the names of the rules that wrote the characters from `start` up to `end`, each once."""
        names = (character.rule for character in self._characters[start:end])
        return tuple(dict.fromkeys(name for name in names if name))

    def keep(self, spans: Iterable[tuple[int, int]]) -> None:
        """Let no rule change these spans of the text as it is now."""
        for start, end in spans:
            for place in range(start, end):
                old = self._characters[place]
                self._characters[place] = _Character(old.value, old.start, old.end, old.rule, word=start)

    def apply(self, rule: Rule) -> None:
        """Apply a rule wherever it fits and touches no word that is kept."""
        found = rule.pattern.finditer(self.text)
        changes = [_trimmed(match.start(), match[0], rule.replacement_of(match)) for match in found]
        for start, end, new in reversed(changes):
            if (start < end or new) and not self._breaks_word(start, end):
                origin = self.origin(start, end) if start < end else self._between(start)
                self._characters[start:end] = [_Character(value, *origin, rule.name) for value in new]
                self.text = self.text[:start] + new + self.text[end:]

    def _breaks_word(self, start: int, end: int) -> bool:
        if start < end:
            return any(character.word is not None for character in self._characters[start:end])
        around = self._characters[max(start - 1, 0) : start + 1]
        return len(around) > 1 and around[0].word is not None and around[0].word == around[1].word

    def _between(self, place: int) -> tuple[int, int]:
        edge = self._characters[place - 1].end if place else 0
        return edge, edge


def _trimmed(start: int, old: str, new: str) -> tuple[int, int, str]:
    """Leave out of a change what is the same at both of its ends: a rule's context is not what it touches."""
    shorter = min(len(old), len(new))
    left = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    shorter -= left
    right = next((place for place in range(shorter) if old[-1 - place] != new[-1 - place]), shorter)
    return start + left, start + len(old) - right, new[left : len(new) - right]
