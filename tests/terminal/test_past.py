"""The alerts of the past: kept, newest first, and never said as if they were new."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kokuchi.voice.cues import Chime, Phrase, PhraseSource
from kokuchi.voice.languages import LANGUAGES
from kokuchi.voice.script import resumed, script_of
from kokuchi.wire import Alert, MessageType
from terminal_client import agenda
from terminal_client.agenda import Voicing
from terminal_client.events import Arrived, Confirmed, ReplayAsked, Speak, TimePassed
from terminal_client.household import Key
from terminal_client.outputs.recording import RecordingSpeaker
from terminal_client.view import cards_of
from tests.terminal.alerts import NOW, alert, cancel, later
from tests.terminal.test_terminal import Home
from tests.waiting import until


def after(state: agenda.State, now: datetime, *alerts: Alert) -> agenda.State:
    """Let alerts come, each read and confirmed at once."""
    for each in alerts:
        for event in (Arrived(each), Confirmed(Key(each.identifier, each.revision))):
            state, _ = agenda.step(state, event, now)
    return state


def test_the_newest_revision_of_the_last_alerts_is_remembered_newest_first_however_often_they_were_corrected() -> None:
    state = agenda.State()
    for number in range(70):
        now = NOW + timedelta(hours=number)
        first = alert(f"a-{number}", sent=now, hours=0.5)
        state = after(state, now, first, later(first, MessageType.UPDATE, revision=2, sent=now))
    now = NOW + timedelta(days=30)
    state, _ = agenda.step(state, TimePassed(), now)
    cards = cards_of(state, now, agenda.KEPT, None)
    assert [card.alert.identifier for card in cards[:30]] == [f"a-{number}" for number in range(69, 39, -1)]
    assert {card.alert.revision for card in cards} == {2}
    assert all(card.expired and card.confirmed for card in cards)


def test_what_is_over_is_told_only_by_a_time_that_is_known() -> None:
    valid, over = alert("valid", hours=24), alert("over", hours=1)
    state = after(agenda.State(), NOW, valid, over)
    now = NOW + timedelta(hours=2)
    assert {card.alert.identifier: card.expired for card in cards_of(state, now, 9, None)} == {
        "valid": False,
        "over": True,
    }
    unknown = after(agenda.State(time_is_known=False), NOW, over)
    assert [card.expired for card in cards_of(unknown, now, 9, None)] == [False]


def test_a_withdrawn_alert_is_listed_as_withdrawn_and_cannot_be_heard() -> None:
    first = alert("a-1")
    state = after(agenda.State(), NOW, first, cancel(first))
    [card] = cards_of(state, NOW, 9, None)
    assert card.withdrawn
    for revision in (1, 2):
        state, actions = agenda.step(state, ReplayAsked(Key("a-1", revision)), NOW)
        assert not any(isinstance(action, Speak) for action in actions)
        assert not state.in_voicing(Voicing.SPEAKING)


@pytest.mark.parametrize("drill", [False, True])
def test_an_expired_alert_says_first_that_it_is_past_and_again_when_it_resumes(drill: bool) -> None:
    old = alert(level="important", drill=drill)
    script = script_of(old, "月形町", "ツキガタチョウ", is_past=True)
    said = [cue for cue in script if isinstance(cue, Phrase)]
    caveats = ["これは訓練です。"] * drill + ["これは過去のお知らせです。"]
    assert [cue.text for cue in said[: len(caveats)]] == caveats
    assert [cue.text for cue in said].count(caveats[-1]) == 2
    for place in range(len(script)):
        rest = resumed(script, place)
        if isinstance(script[place], Phrase):
            assert isinstance(rest[0], Chime)
            assert [cue.text for cue in rest[1 : 1 + len(caveats)] if isinstance(cue, Phrase)] == caveats
            assert rest[-1] == script[-1]
    assert "これは過去のお知らせです。" not in [
        cue.text for cue in script_of(old, "月形町", "ツキガタチョウ") if isinstance(cue, Phrase)
    ]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_second_language_says_so_too(code: str) -> None:
    language = LANGUAGES[code]
    script = script_of(alert(), "月形町", "ツキガタチョウ", is_past=True, second_language=language)
    assert next(cue.text for cue in script if isinstance(cue, Phrase) and cue.language == code) == language.past


@pytest.fixture
def speaker() -> RecordingSpeaker:
    return RecordingSpeaker()


@pytest.fixture
async def home(tmp_path: Path, speaker: RecordingSpeaker) -> AsyncIterator[Home]:
    """A terminal that starts with an alert of yesterday in its inbox, heard and confirmed."""
    home = Home(tmp_path, speaker)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    old = alert("old", sent=yesterday, hours=1)
    home.inbox.add(old, yesterday)
    for moment in ("displayed_at", "voice_started_at", "voiced_at", "confirmed_at"):
        home.inbox.reach(Key("old", 1), moment, yesterday)
    running = asyncio.create_task(home.terminal.run())
    yield home
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await home.voice.close()
    home.inbox.close()
    home.preferences.close()


async def test_an_expired_alert_is_listed_after_a_restart_and_heard_again_as_a_past_one(
    home: Home, speaker: RecordingSpeaker
) -> None:
    await until(lambda: home.terminal.past())
    [card] = home.terminal.past()
    assert (card.expired, card.confirmed, card.withdrawn) == (True, True, False)
    home.terminal.replay(Key("old", 1))
    await until(lambda: home.view.current and home.view.current.speaking)
    shown = home.view.current
    assert shown
    assert shown.expired
    await until(lambda: home.view.current is None)
    assert [cue.source for cue in speaker.cues if isinstance(cue, Phrase)][:2] == [
        PhraseSource.PAST,
        PhraseSource.GREETING,
    ]
