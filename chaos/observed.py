"""The real inbox and link of a terminal, with somebody who writes down what was committed and what was acknowledged."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

from chaos.journal import Journal, What
from kokuchi.link import Event, Link, Received
from kokuchi.wire import Alert, KeyRing, WireError, open_alert
from terminal_client.household import Key
from terminal_client.inbox import Inbox
from terminal_client.intake import Objection

_REACHED = {
    "displayed_at": What.DISPLAYED,
    "voiced_at": What.COMMITTED,
    "confirmed_at": What.CONFIRMED,
}


class ObservedInbox(Inbox):
    """Writes a line after each commit that the judge wants to know of."""

    def __init__(self, path: Path, terminal: str, journal: Journal) -> None:
        super().__init__(path, terminal)
        self._journal = journal
        for alert, _report in self.taken():
            journal.write(What.HELD, _key(alert))

    def add(self, alert: Alert, now: datetime, objection: Objection | None = None, *, judged: bool = True) -> bool:
        """Commit a verified alert."""
        taken = super().add(alert, now, objection, judged=judged)
        self._journal.write(What.TAKEN if taken else What.KEPT, _key(alert))
        return taken

    def judge(self, alert: Alert, objection: Objection | None, now: datetime) -> bool:
        """Commit that an alert is taken, or why not."""
        judged = super().judge(alert, objection, now)
        if judged and objection is None:
            self._journal.write(What.TAKEN, _key(alert))
        return judged

    def reach(self, key: Key, moment: str, now: datetime) -> None:
        """Commit that a stage was reached."""
        super().reach(key, moment, now)
        if what := _REACHED.get(moment):
            self._journal.write(what, key)


class ObservedLink:
    """Writes a line for each genuine alert that is acknowledged to the broker."""

    def __init__(self, link: Link, keys: KeyRing, town: str, journal: Journal) -> None:
        self._link = link
        self._keys = keys
        self._town = town
        self._journal = journal

    @property
    def is_connected(self) -> bool:
        """Whether a publish can be tried now."""
        return self._link.is_connected

    async def start(self) -> None:
        """Begin to connect."""
        await self._link.start()

    def events(self) -> AsyncIterator[Event]:
        """Yield what happens, in order."""
        return self._link.events()

    async def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
    ) -> None:
        """Publish and return once the broker has taken the message."""
        await self._link.publish(topic, payload, retain=retain, expires_in=expires_in)

    def listen_to(self, subscriptions: Sequence[str]) -> None:
        """Subscribe to these from now on, and to nothing else."""
        self._link.listen_to(subscriptions)

    def acknowledge(self, *received: Received) -> None:
        """Tell the broker that messages are safe with us."""
        for one in received:
            try:
                alert = open_alert(one.payload, self._keys, self._town)
            except WireError:
                continue
            self._journal.write(What.ACKNOWLEDGED, _key(alert))
        self._link.acknowledge(*received)

    async def renew(self) -> None:
        """Connect again."""
        await self._link.renew()

    async def close(self) -> None:
        """Say goodbye."""
        await self._link.close()


def _key(alert: Alert) -> Key:
    return Key(alert.identifier, alert.revision)
