"""What the buttons beside the screen do."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from terminal_client.controls import SETTLED_SECONDS, Controls
from terminal_client.household import Key
from terminal_client.outputs.interface import Press
from terminal_client.preferences import Preferences, PreferenceStore

SHOWN, NEWEST = Key("a-1", 1), Key("a-2", 1)


@dataclass
class Alerts:
    shown: Key | None = SHOWN
    newest: Key | None = NEWEST
    shown_for: float = SETTLED_SECONDS
    acts: list[tuple[str, Key]] = field(default_factory=list)

    def confirm(self, key: Key) -> None:
        self.acts.append(("confirm", key))

    def replay(self, key: Key) -> None:
        self.acts.append(("replay", key))


@pytest.fixture
def preferences(tmp_path: Path) -> PreferenceStore:
    return PreferenceStore(tmp_path / "inbox.sqlite", Preferences(volume=85))


@pytest.mark.parametrize(
    ("press", "shown", "newest", "act"),
    [
        (Press.CONFIRM, SHOWN, NEWEST, [("confirm", SHOWN)]),
        (Press.CONFIRM, None, NEWEST, []),
        (Press.REPLAY, SHOWN, NEWEST, [("replay", SHOWN)]),
        (Press.REPLAY, None, NEWEST, [("replay", NEWEST)]),
        (Press.REPLAY, None, None, []),
    ],
)
def test_confirm_and_replay_mean_what_is_on_the_screen(
    preferences: PreferenceStore,
    press: Press,
    shown: Key | None,
    newest: Key | None,
    act: list[tuple[str, Key]],
) -> None:
    alerts = Alerts(shown, newest)
    Controls(alerts, preferences).pressed(press)
    assert alerts.acts == act


def test_a_press_does_not_confirm_what_has_just_appeared(preferences: PreferenceStore) -> None:
    """The second of two quick presses, or one that was on its way when an emergency came."""
    alerts = Alerts(shown_for=0.2)
    Controls(alerts, preferences).pressed(Press.CONFIRM)
    assert alerts.acts == []
    alerts.shown_for = SETTLED_SECONDS
    Controls(alerts, preferences).pressed(Press.CONFIRM)
    assert alerts.acts == [("confirm", SHOWN)]


def test_the_volume_goes_by_tens_and_stays_audible(preferences: PreferenceStore) -> None:
    controls = Controls(Alerts(), preferences)
    volumes = []
    for press in [Press.VOLUME_UP, Press.VOLUME_UP, Press.VOLUME_UP, *[Press.VOLUME_DOWN] * 11]:
        controls.pressed(press)
        volumes.append(preferences.current().volume)
    assert volumes == [95, 100, 100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 10, 10]
