"""What Open JTalk reads wrongly in a town's messages, one rule each, with examples that are its tests.

The rules run in this order. A replacement by katakana is said as it stands; it also ends the word before it, which is
why a person's 方 becomes カタ and not かた: 「かたは」 would be taken for a noun.
"""

from kokuchi.voice.rules import (
    addresses,
    dates,
    dialling,
    heteronyms,
    latin,
    numbers,
    people,
    places,
    ranges,
    signs,
    times,
    units,
)

RULES = (
    *addresses.RULES,
    *signs.RULES,
    *dialling.RULES,
    *dates.RULES,
    *times.RULES,
    *units.RULES,
    *ranges.RULES,
    *numbers.RULES,
    *latin.RULES,
    *signs.LAST,
    *people.RULES,
    *heteronyms.RULES,
    *places.RULES,
)
