"""The dictionary and its history: each change, its revision and the message for terminals are one."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from broadcaster.domain.dictionary import RENEWED_AFTER, VALID, Change, DictionaryTooLarge, Word
from broadcaster.ledger import Ledger
from broadcaster.ledger.dictionary import DictionaryMoved, WordMoved
from tests.broadcaster.examples import NOW, TOWN, accept, alert

BASE = [Word("月形町", "ツキガタチョウ", source="町の沿革"), Word("月形", "ツキガタ", source="町の沿革")]
OWN = Word("札比内", "サッピナイ", 0, "札比内で訓練です。", "サッピナイデクンレンデス。")
OTHER = Word("札比内", "サツヒナイ", None, "札比内です。", "サツヒナイデス。")


@pytest.fixture
def change(ledger: Ledger) -> Callable[..., int]:
    """Change the words of a town that has its base words, as somebody who sees what stands."""
    ledger.dictionary.take_base(BASE, TOWN.id, NOW)

    def change(*changes: Change, by: str = "hanako", seen: int | None = None) -> int:
        revision = ledger.dictionary.revision() if seen is None else seen
        return ledger.dictionary.change(changes, seen=revision, town=TOWN.id, changed_by=by, now=NOW)

    return change


def readings(ledger: Ledger) -> dict[str, str]:
    standing = ledger.dictionary.standing()
    assert standing is not None
    assert standing.revision == ledger.dictionary.revision()
    return {entry.word: entry.reading for entry in standing.entries}


def test_a_new_ledger_has_no_dictionary_and_the_base_words_make_the_first_revision(ledger: Ledger) -> None:
    assert (ledger.dictionary.revision(), ledger.dictionary.standing()) == (0, None)
    assert ledger.dictionary.take_base(BASE, TOWN.id, NOW) == 1
    assert readings(ledger) == {"月形町": "ツキガタチョウ", "月形": "ツキガタ"}


def test_the_same_base_words_make_no_new_revision_and_others_do(ledger: Ledger) -> None:
    assert [ledger.dictionary.take_base(BASE, TOWN.id, NOW) for _ in range(2)] == [1, 1]
    assert ledger.dictionary.take_base(BASE[:1], TOWN.id, NOW) == 2
    assert readings(ledger) == {"月形町": "ツキガタチョウ"}


def test_a_change_raises_the_revision_and_survives_a_restart(
    ledger: Ledger, change: Callable[..., int], tmp_path: Path
) -> None:
    assert change(Change("札比内", OWN)) == 2
    again = Ledger(ledger.place)
    assert again.dictionary.book() == ledger.dictionary.book()
    assert again.dictionary.take_base(BASE, TOWN.id, NOW) == 2
    assert readings(again)["札比内"] == "サッピナイ"
    again.close()
    assert tmp_path


def test_the_log_says_who_changed_what_and_when(ledger: Ledger, change: Callable[..., int]) -> None:
    change(Change("札比内", OWN))
    change(Change("札比内", OTHER), by="taro")
    change(Change("札比内", None), by="ops")
    logged = ledger.dictionary.log(10)
    assert [(item.revision, item.changed_by, item.before, item.after) for item in logged] == [
        (4, "ops", OTHER, None),
        (3, "taro", OWN, OTHER),
        (2, "hanako", None, OWN),
    ]
    assert all(item.changed_at == NOW for item in logged)
    assert ledger.dictionary.log(1) == logged[:1]
    assert ledger.dictionary.last_change("札比内") == logged[0]
    assert ledger.dictionary.of_revision(3) == [logged[1]]


def test_every_change_can_be_undone_and_the_undoing_too(ledger: Ledger, change: Callable[..., int]) -> None:
    def undo(revision: int) -> int:
        return ledger.dictionary.undo(revision, town=TOWN.id, changed_by="hanako", now=NOW)

    other = Word("知来乙", "チライオツ", None, "知来乙です。")
    change(Change("札比内", OWN), Change("知来乙", other))
    change(Change("札比内", OTHER))
    with pytest.raises(WordMoved, match="札比内 was changed again"):
        undo(2)
    assert undo(3) == 4
    assert ledger.dictionary.book().staff == (OWN, other)
    assert undo(4) == 5
    assert ledger.dictionary.book().staff_word("札比内") == OTHER
    with pytest.raises(WordMoved, match="changed no word"):
        undo(1)


def test_what_was_checked_against_an_older_revision_is_not_taken(ledger: Ledger, change: Callable[..., int]) -> None:
    seen = ledger.dictionary.revision()
    change(Change("札比内", OWN))
    with pytest.raises(DictionaryMoved):
        change(Change("知来乙", OTHER), seen=seen)
    assert ledger.dictionary.revision() == seen + 1


def test_two_officials_who_save_at_the_same_time_lose_nothing(ledger: Ledger, change: Callable[..., int]) -> None:
    def save(who: int) -> None:
        for number in range(10):
            word = Word(f"言葉{who}の{number}", "コトバ", None, "例")
            while True:
                try:
                    change(Change(word.word, word), by=str(who))
                except DictionaryMoved:
                    continue
                break

    officials = [threading.Thread(target=save, args=(who,)) for who in range(3)]
    for official in officials:
        official.start()
    for official in officials:
        official.join()
    assert len(ledger.dictionary.book().staff) == 30
    assert ledger.dictionary.revision() == 31
    assert len(readings(ledger)) == 32


def test_what_does_not_fit_leaves_everything_as_it_was(ledger: Ledger, change: Callable[..., int]) -> None:
    before = ledger.dictionary.book()
    with pytest.raises(DictionaryTooLarge):
        change(*(Change(f"亜{number}", Word(f"亜{number}", "ア")) for number in range(2000)))
    assert ledger.dictionary.book() == before
    assert ledger.dictionary.log(1) == []


def test_it_is_renewed_as_a_new_revision_when_half_of_its_time_is_over(
    ledger: Ledger, change: Callable[..., int]
) -> None:
    change(Change("札比内", OWN))
    words = readings(ledger)
    assert not ledger.dictionary.renew(NOW + RENEWED_AFTER - timedelta(seconds=1))
    later = NOW + RENEWED_AFTER + timedelta(seconds=1)
    assert ledger.dictionary.renew(later)
    assert not ledger.dictionary.renew(later)
    standing = ledger.dictionary.standing()
    assert standing is not None
    assert (standing.revision, standing.expires) == (3, later + VALID)
    assert readings(ledger) == words


def test_a_ledger_without_a_dictionary_has_nothing_to_renew(ledger: Ledger) -> None:
    assert not ledger.dictionary.renew(NOW)


def test_an_alert_knows_the_revision_that_stood_when_it_was_accepted(
    ledger: Ledger, change: Callable[..., int]
) -> None:
    first = accept(ledger, alert("a-1"))
    change(Change("札比内", OWN))
    second = accept(ledger, alert("a-2"))
    assert (first.dictionary, second.dictionary) == (1, 2)
    assert ledger.alerts.get("a-1") == first
    assert ledger.alerts.get("a-2") == second
