"""The centre's voice reads by the dictionary that stands when it is asked."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from broadcaster.voicing import CentreVoice
from kokuchi.voice import Chimes, Voice
from kokuchi.wire import Dictionary
from tests.broadcaster.examples import TOWN
from tests.voice.words import dictionary_of
from tests.waiting import until

SOUNDS = Path(__file__).parents[2] / "sounds"


class Ledger:
    """The dictionary that stands, how often its revision was asked for, and whether it can be read."""

    def __init__(self) -> None:
        self.dictionary: Dictionary | None = None
        self.looks = 0
        self.is_broken = False

    def revision(self) -> int:
        self.looks += 1
        if self.is_broken:
            raise sqlite3.OperationalError("disk I/O error")
        return self.dictionary.revision if self.dictionary else 0

    def standing(self) -> Dictionary | None:
        return self.dictionary


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
async def spoken(ledger: Ledger) -> AsyncIterator[CentreVoice]:
    voice = Voice()
    yield CentreVoice(voice, Chimes(SOUNDS), TOWN, revision=ledger.revision, standing=ledger.standing)
    await voice.close()


async def test_what_is_asked_together_looks_for_the_dictionary_once(spoken: CentreVoice, ledger: Ledger) -> None:
    readings, furigana = await asyncio.gather(spoken.readings("月形町", "役場"), spoken.furigana("月形町", "役場"))
    assert [reading.strip("。、") for reading in readings] == ["ツキガタチョー", "ヤクバ"]
    assert [ruby.kana for ruby in furigana.headline] == ["つきがた", "ちょう"]
    assert ledger.looks == 1


async def test_whoever_asks_after_a_change_is_read_by_the_new_dictionary(spoken: CentreVoice, ledger: Ledger) -> None:
    """Also while another one's look, which may have come too early for it, is on its way."""
    earlier = asyncio.create_task(spoken.readings("札比内"))
    await until(lambda: ledger.looks)
    ledger.dictionary = dictionary_of(("札比内", "サッピナイ"))
    [reading] = await spoken.readings("札比内")
    assert reading.strip("。、") == "サッピナイ"
    assert ledger.looks == 2
    await earlier


async def test_a_ledger_that_cannot_be_read_is_told_to_everybody_who_asked(spoken: CentreVoice, ledger: Ledger) -> None:
    ledger.is_broken = True
    told = await asyncio.gather(spoken.readings("役場"), spoken.furigana("役場", ""), return_exceptions=True)
    assert [str(error) for error in told] == ["disk I/O error"] * 2
    ledger.is_broken = False
    assert await spoken.readings("役場")
