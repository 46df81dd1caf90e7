"""What the buttons beside the screen do."""

import logging
import sqlite3
from typing import Protocol

from terminal_client.household import Key
from terminal_client.outputs.interface import Press
from terminal_client.preferences import HIGHEST_VOLUME, LOWEST_VOLUME, PreferenceStore

log = logging.getLogger(__name__)

VOLUME_STEP = 10

SETTLED_SECONDS = 0.5
"""A press that comes sooner after an alert has appeared was meant for what was there before it. As on the page."""


class Alerts(Protocol):
    """The alerts that a button can mean; `terminal_client.terminal.Terminal` is it."""

    @property
    def shown(self) -> Key | None:
        """The alert that fills the screen."""

    @property
    def shown_for(self) -> float:
        """For how many seconds that has been so."""

    @property
    def newest(self) -> Key | None:
        """The alert that was sent last."""

    def confirm(self, key: Key) -> None:
        """Somebody has understood it."""

    def replay(self, key: Key) -> None:
        """Somebody wants to hear it again."""


class Controls:
    """Takes presses; all in the event loop."""

    def __init__(self, alerts: Alerts, preferences: PreferenceStore) -> None:
        self._alerts = alerts
        self._preferences = preferences

    def pressed(self, press: Press) -> None:
        """Do what a button is for. With no alert on the screen, there is nothing to confirm, and the newest to hear."""
        match press:
            case Press.CONFIRM if (key := self._alerts.shown) and self._alerts.shown_for >= SETTLED_SECONDS:
                self._alerts.confirm(key)
            case Press.REPLAY if key := self._alerts.shown or self._alerts.newest:
                self._alerts.replay(key)
            case Press.VOLUME_UP:
                self.change_volume(VOLUME_STEP)
            case Press.VOLUME_DOWN:
                self.change_volume(-VOLUME_STEP)
            case _:
                return

    def change_volume(self, change: int) -> int:
        """Make the household's volume louder or softer by so many percent, as far as it goes; return what it is."""
        volume = self._preferences.current().volume
        wanted = min(HIGHEST_VOLUME, max(LOWEST_VOLUME, volume + change))
        try:
            return self._preferences.change(volume=wanted).volume
        except sqlite3.OperationalError as error:
            log.warning("volume not changed", extra={"reason": str(error)})
            return volume
