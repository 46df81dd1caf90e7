"""What the terminal says of itself."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kokuchi import __version__
from kokuchi.committing import Committer
from kokuchi.restarts import Restarts
from kokuchi.wire import Presence
from terminal_client.inbox import Inbox
from terminal_client.loudness import Loudness
from terminal_client.outputs.interface import Performer
from terminal_client.preferences import PreferenceStore
from terminal_client.terminal import Terminal
from terminal_client.terms import Standing
from terminal_client.timekeeping import TownTime

THERMAL_ZONE = Path("/sys/class/thermal/thermal_zone0/temp")


def temperature(path: Path = THERMAL_ZONE) -> int | None:
    """Return the processor's temperature in degrees Celsius, None where none is measured."""
    try:
        return round(int(path.read_text()) / 1000)
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Condition:
    """Asks every part how it is."""

    terminal_id: str
    started: datetime
    folder: Path
    inbox: Inbox
    terminal: Terminal
    voice: Performer
    loudness: Loudness
    time: TownTime
    committer: Committer
    restarts: Restarts
    preferences: PreferenceStore
    standing: Standing
    is_screen_attached: Callable[[], bool]

    def presence(self) -> Presence:
        """Return what is true now. It writes nothing."""
        refused, last_refusal = self.inbox.refused()
        return Presence(
            terminal=self.terminal_id,
            sent=self.time.now(),
            online=True,
            software=__version__,
            started_at=self.started,
            speaker=self.terminal.speaking.state,
            speaker_detail=self.terminal.speaking.detail,
            screen_attached=self.is_screen_attached(),
            disk_free_mib=shutil.disk_usage(self.folder).free // 2**20,
            unheard=self.terminal.unheard,
            refused=refused,
            last_refusal=last_refusal,
            clock=self.time.source,
            clock_ahead_seconds=round(self.time.deviation().total_seconds()),
            storage_fault=self.committer.fault,
            dictionary=self.voice.dictionary_revision,
            volume=self.loudness.household,
            language=self.preferences.announced.language,
            temperature_celsius=temperature(),
            last_restart=self.restarts.last,
            settings=self.standing.terms.revision,
            keys=self.standing.keys.kids,
        )
