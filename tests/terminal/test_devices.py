"""Terminals without a screen or without a voice."""

import subprocess
import sys
from pathlib import Path

import pytest

from kokuchi.wire import NO_VOICE, DeliveryReport, Outcome
from terminal_client import agenda
from terminal_client.events import Arrived, Displayed, Ended, ReplayAsked, Restored, Speak
from terminal_client.household import Key
from terminal_client.presence import temperature
from tests.terminal.alerts import NOW, alert
from tests.terminal.settings_files import write_terminal_settings

KEY = Key("a-1", 1)


def test_a_terminal_without_a_screen_waits_for_none() -> None:
    _, actions = agenda.step(agenda.State(has_screen=False), Arrived(alert("a-1")), NOW)
    assert [type(action) for action in actions] == [Speak]


@pytest.mark.parametrize("level", ["emergency", "notice"])
def test_a_terminal_without_a_voice_shows_an_alert_and_says_once_that_nobody_hears_it(level: str) -> None:
    state, actions = agenda.step(agenda.State(has_voice=False), Arrived(alert("a-1", level=level)), NOW)
    told = [Ended(KEY, Outcome.VOICE_FAILED, NO_VOICE)]
    assert actions == told
    focus = agenda.focus(state, NOW)
    assert focus is not None
    assert focus.key == KEY

    for event in (Displayed(KEY), ReplayAsked(KEY)):
        state, more = agenda.step(state, event, NOW)
        actions += more
    assert [action for action in actions if isinstance(action, Ended | Speak)] == told


def test_after_a_restart_a_terminal_without_a_voice_says_it_no_second_time() -> None:
    report = DeliveryReport(
        terminal="t-1",
        alert="a-1",
        revision=1,
        sent=NOW,
        received_at=NOW,
        outcome=Outcome.VOICE_FAILED,
        reason=NO_VOICE,
    )
    _, actions = agenda.step(agenda.State(has_voice=False), Restored(alert("a-1"), report), NOW)
    assert actions == []
    # One that was given a speaker meanwhile says it.
    _, actions = agenda.step(agenda.State(has_screen=False), Restored(alert("a-1"), report), NOW)
    assert [type(action) for action in actions] == [Speak]


def test_a_terminal_with_neither_is_refused(tmp_path: Path) -> None:
    settings = write_terminal_settings(tmp_path)
    command = [sys.executable, "-m", "terminal_client", "--config", str(settings), "run", "--no-screen", "--no-voice"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 2
    assert "reaches nobody" in refused.stderr


def test_the_temperature_is_in_degrees_and_none_where_none_is_measured(tmp_path: Path) -> None:
    zone = tmp_path / "temp"
    assert temperature(zone) is None
    zone.write_text("48312\n")
    assert temperature(zone) == 48
    zone.write_text("\n")
    assert temperature(zone) is None
