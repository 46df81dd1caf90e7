"""What is being written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.domain.texts import Translated
from broadcaster.domain.written import Written
from broadcaster.ledger import Ledger
from broadcaster.ledger.drafts import DraftMoved

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NAME = "20261124T010000Z-0a1b2c3d"
UNFINISHED = Written(
    category="scam",
    headline="〔市役所職員〕を",
    body="一行目\n\n",
    audience="areas",
    areas=("kita", "minami"),
    drill="yes",
    translations=(Translated("vi", "", "Lúc 〔いつ〕"),),
)


def test_a_draft_comes_back_as_it_was_typed_however_unfinished(ledger: Ledger) -> None:
    saved = ledger.drafts.save(NAME, 0, UNFINISHED, "hanako", NOW)
    assert saved == ledger.drafts.get(NAME)
    assert (saved.written, saved.version, saved.author) == (UNFINISHED, 1, "hanako")


def test_the_second_of_two_who_edit_is_told_and_overwrites_nothing(ledger: Ledger) -> None:
    ledger.drafts.save(NAME, 0, UNFINISHED, "hanako", NOW)
    later = NOW + timedelta(minutes=1)
    ledger.drafts.save(NAME, 1, replace(UNFINISHED, headline="花子"), "hanako", later)
    with pytest.raises(DraftMoved) as moved:
        ledger.drafts.save(NAME, 1, replace(UNFINISHED, headline="太郎"), "taro", later)
    stands = ledger.drafts.get(NAME)
    assert stands is not None
    assert (moved.value.now, stands.written.headline, stands.changed_by) == (stands, "花子", "hanako")


def test_a_draft_that_is_begun_twice_is_begun_once(ledger: Ledger) -> None:
    ledger.drafts.save(NAME, 0, UNFINISHED, "hanako", NOW)
    with pytest.raises(DraftMoved):
        ledger.drafts.save(NAME, 0, Written(), "taro", NOW)


def test_what_was_thrown_away_cannot_be_saved_any_more(ledger: Ledger) -> None:
    ledger.drafts.save(NAME, 0, UNFINISHED, "hanako", NOW)
    ledger.drafts.discard(NAME, 1, "hanako", NOW)
    with pytest.raises(DraftMoved) as moved:
        ledger.drafts.save(NAME, 1, UNFINISHED, "hanako", NOW)
    assert (moved.value.now, ledger.drafts.unsent()) == (None, [])
