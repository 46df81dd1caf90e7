"""The town as plain lists: whom each alert is for, what is known of each delivery, and who takes part. No counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from broadcaster.domain.audience import Terminal
from broadcaster.domain.delivery import Delivery, merge
from broadcaster.domain.service import Service
from kokuchi.wire import Alert, DeliveryReport
from tests.broadcaster.examples import ROSTER

Key = tuple[str, int]
"""An alert's identifier and revision."""


def key_of(alert: Alert) -> Key:
    return alert.identifier, alert.revision


@dataclass
class ListedTown:
    """What the ledger should know. `held` waits for somebody since a restore, `ever_held` has done so."""

    alerts: dict[Key, Alert] = field(default_factory=dict)
    deliveries: dict[Key, dict[str, Delivery]] = field(default_factory=dict)
    roster: dict[str, Terminal] = field(default_factory=lambda: {terminal.id: terminal for terminal in ROSTER})
    held: set[Key] = field(default_factory=set)
    ever_held: set[Key] = field(default_factory=set)

    def valid(self, now: datetime) -> dict[Key, Alert]:
        """Return the newest revision of each alert that has not ended."""
        newest = {name: alert for (name, _), alert in sorted(self.alerts.items())}
        return {key_of(alert): alert for alert in newest.values() if alert.expires > now}

    def in_service(self) -> set[str]:
        return {name for name, terminal in self.roster.items() if terminal.service is Service.IN_SERVICE}

    def told(self, terminal: str, now: datetime) -> list[Key]:
        """Return what a terminal that asks is told."""
        return sorted(key for key in self.valid(now) if terminal in self.deliveries[key] and key not in self.held)

    def sent(self, alert: Alert, terminals: Iterable[str]) -> None:
        self.alerts[key_of(alert)] = alert
        self.deliveries[key_of(alert)] = {name: Delivery() for name in terminals if name in self.in_service()}

    def said(self, report: DeliveryReport) -> None:
        known = self.deliveries[report.alert, report.revision]
        if report.terminal in known:
            known[report.terminal] = merge(known[report.terminal], Delivery.of(report))

    def comes(self, terminal: str, now: datetime) -> None:
        """Address to a terminal what is meant for it, and the newest revision of what it was sent before."""
        membership = self.roster[terminal].membership
        for key, alert in self.valid(now).items():
            was_sent = any(name == key[0] and terminal in known for (name, _), known in self.deliveries.items())
            if was_sent or (alert.audience.includes(membership) and not alert.is_cancel):
                self.deliveries[key].setdefault(terminal, Delivery())

    def is_erased(self, terminal: str) -> None:
        self.roster[terminal] = replace(self.roster[terminal], service=Service.RETIRED, groups=frozenset())
        for known in self.deliveries.values():
            if terminal in known:
                known[terminal] = replace(known[terminal], reason="")

    def forget(self, end: datetime) -> None:
        """Leave out what has ended before a moment."""
        for key in [key for key, alert in self.alerts.items() if alert.expires < end]:
            del self.alerts[key], self.deliveries[key]
            self.held.discard(key)

    def is_restored(self, now: datetime) -> None:
        """Hold what is valid, but for what was withdrawn."""
        withdrawn = {name for (name, _), alert in self.alerts.items() if alert.is_cancel}
        self.held |= {
            key for key, alert in self.alerts.items() if alert.expires > now and alert.identifier not in withdrawn
        }
        self.ever_held |= self.held
