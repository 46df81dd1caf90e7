"""The town's words as a user dictionary of Open JTalk. For the worker process only.

Cost, measured in November 2026 with pyopenjtalk-plus 0.4.1.post10: MeCab takes the cheapest way through a text. At a
cost below 5,000 月形 alone makes 月形町 of 月形 and 町 (まち); a word of four characters or more is hardly ever
a part of another by accident and may be cheap, so that it stands whatever surrounds it. It must also be cheaper
than its parts (釧路 and 町 cost 1,168), and a word that the engine knows by another reading cheaper than that one, in
the same class, or it would never be chosen.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kokuchi.voice.duration import morae
from kokuchi.voice.engines.library import open_jtalk
from kokuchi.voice.errors import EngineError
from kokuchi.voice.long_vowels import pronounced
from kokuchi.wire import Entry

_COSTS = {1: 9000, 2: 5000, 3: 2000}
_COST_OF_LONG_WORDS = -2000
_CHEAPER = 10
_CHEAPER_THAN_PARTS = 600
_LONGEST_SHORT_WORD = 2

_NAME = "名詞,固有名詞,一般,*,*,*", 1348
_PLACE = "名詞,固有名詞,地域,一般,*,*", 1353
_PLACE_ENDS = "市町村郡"
_SUFFIXES = ("チョー", "チョウ", "マチ", "ムラ", "グン", "シ")
_NO_ACCENT = "ーンッャュョァィゥェォ"
"""What no accent falls on, and the second characters of a mora."""


def frontend(entries: Sequence[Entry]) -> Any:
    """Return an OpenJTalk instance that knows these words, or raise EngineError. It leaves no files behind."""
    library = open_jtalk()
    plain = library.OpenJTalk(dn_mecab=library.OPEN_JTALK_DICT_DIR)
    if not entries:
        return plain
    try:
        with tempfile.TemporaryDirectory(prefix="kokuchi-dictionary-") as folder:
            source, compiled = Path(folder, "words.csv"), Path(folder, "words.dic")
            rows = (row for entry in entries for row in _rows(entry, plain))
            source.write_text("".join(dict.fromkeys(rows)), encoding="utf-8")
            with _silence():
                library.mecab_dict_index(str(source), str(compiled))
            # The file is mapped into memory, so it may be removed while it is in use.
            return library.OpenJTalk(
                dn_mecab=library.OPEN_JTALK_DICT_DIR,
                userdic=str(compiled).encode(),
                userdic_reading_protection=[True],
            )
    except (OSError, RuntimeError, ValueError) as error:
        raise EngineError(f"the dictionary of {len(entries)} words cannot be used: {error}") from error


def _rows(entry: Entry, plain: Any) -> Iterator[str]:
    """Yield the word as a name of its own, or in the place of each word that the engine knows by these characters."""
    surface = plain.normalize_for_mecab(entry.word)
    said = pronounced(entry.reading, entry.word)
    size = morae(said)
    analysis = plain.analyze_mecab_candidates(surface, [(0, len(surface))])
    cost_in_parts = analysis["morphs"][-1]["node_cost"]
    cost = min(_COSTS.get(len(surface), _COST_OF_LONG_WORDS), cost_in_parts - _CHEAPER_THAN_PARTS)
    known = [node for node in analysis["nodes"] if not node["is_unknown"]]
    for node in known:
        # Its class may hold verbs and suffixes too, so that what stands beside it is read as before.
        features = node["feature"].split(",")
        accent = features[10].split("/")[0] if features[9] == said else str(_accent(entry.word, said))
        yield _row(
            surface,
            f"{node['left_id']},{node['right_id']},{min(cost, node['word_cost'] - _CHEAPER)}",
            ",".join(features[1:7]),
            f"{entry.reading},{said},{accent if entry.accent is None else entry.accent}/{size},{features[11]}",
        )
    if not known or len(surface) > _LONGEST_SHORT_WORD:
        kind, identifier = _PLACE if entry.word[-1] in _PLACE_ENDS else _NAME
        accent = _accent(entry.word, said) if entry.accent is None else entry.accent
        yield _row(surface, f"{identifier},{identifier},{cost}", kind, f"{entry.reading},{said},{accent}/{size},C1")


def _row(surface: str, costs: str, kind: str, spoken: str) -> str:
    return f"{surface},{costs},{kind},{surface},{spoken}\n"


def _accent(word: str, said: str) -> int:
    """The pitch of a place falls before its チョー, ムラ, グン or シ; any other name is said without a fall."""
    ending = next((ending for ending in _SUFFIXES if said.endswith(ending)), "")
    if word[-1] not in _PLACE_ENDS or not ending or ending == said:
        return 0
    front = said.removesuffix(ending)
    while len(front) > 1 and front[-1] in _NO_ACCENT:
        front = front[:-1]
    return morae(front)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The compiler reports its progress on the process's own standard output and error."""
    with Path(os.devnull).open("w") as nowhere:
        saved = [(number, os.dup(number)) for number in (1, 2)]
        for number, _ in saved:
            os.dup2(nowhere.fileno(), number)
        try:
            yield
        finally:
            for number, copy in saved:
                os.dup2(copy, number)
                os.close(copy)
