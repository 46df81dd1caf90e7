"""How far apart two lines of kana are. Pure."""

from difflib import SequenceMatcher

_AROUND = 3


def distance(said: str, heard: str) -> int:
    """Return Levenshtein's distance: the fewest kana that are lost, added or changed between the two.

    >>> distance("ダンスイ", "ダンスイン"), distance("デンワ", "デワ"), distance("クマ", "クワ")
    (1, 1, 1)
    """
    row = list(range(len(heard) + 1))
    for lost, one in enumerate(said, start=1):
        above, row = row, [lost]
        for place, other in enumerate(heard, start=1):
            row.append(min(above[place] + 1, row[-1] + 1, above[place - 1] + (one != other)))
    return row[-1]


def differences(said: str, heard: str) -> list[str]:
    """Return each place where the two differ, with the kana around it, the longest first.

    >>> differences("ユーガタノサンポワ", "ユーガタサンポー")
    ['ーガタ[ノ→]サンポ', 'サンポ[ワ→ー]']
    """
    changes = (change[1:] for change in SequenceMatcher(None, said, heard, False).get_opcodes() if change[0] != "equal")
    longest_first = sorted(changes, key=lambda change: -max(change[1] - change[0], change[3] - change[2]))
    return [
        f"{said[max(0, start - _AROUND) : start]}[{said[start:end]}→{heard[begin:finish]}]{said[end : end + _AROUND]}"
        for start, end, begin, finish in longest_first
    ]
