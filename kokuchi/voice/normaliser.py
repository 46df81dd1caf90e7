"""A written text made ready for the engine: the rules, one after the other. Pure, and cheap to import."""

from kokuchi.voice.rules import RULES


def normalise(text: str) -> str:
    """Return the text with everything rewritten that the engine would read wrongly or aloud by mistake."""
    for rule in RULES:
        text = rule.applied_to(text)
    return text
