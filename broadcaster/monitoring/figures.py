"""Figures for Prometheus. What is counted while the centre runs, and what the ledger says when somebody asks."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from broadcaster.ledger import Ledger
from broadcaster.monitoring.overseer import Assessment, Overseer
from kokuchi import __version__

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Figures:
    """All figures of one centre, in a registry of its own."""

    def __init__(self, ledger: Ledger, overseer: Overseer, clock: Callable[[], datetime]) -> None:
        self._registry = CollectorRegistry()
        self._batches = Histogram(
            "kokuchi_collector_batch_messages",
            "Messages of terminals that were written in one transaction.",
            buckets=_BATCHES,
            registry=self._registry,
        )
        self._requests = Histogram(
            "kokuchi_http_request_duration_seconds",
            "Time until an answer begins, by the pattern of its address.",
            ("method", "path", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Standing(ledger, overseer, clock))

    def batch(self, messages: int) -> None:
        """Count what the collector has written at once."""
        self._batches.observe(messages)

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count an answer; `path` is a pattern, so that there are only as many as there are routes."""
        self._requests.labels(method, path, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Return everything in the format that Prometheus reads."""
        return generate_latest(self._registry)


_STAGES = ("addressed", "received", "displayed", "voiced", "confirmed", "voice_failed", "refused", "out_of_service")


class _Standing:
    """What the ledger says in the moment in which it is asked."""

    def __init__(self, ledger: Ledger, overseer: Overseer, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._overseer = overseer
        self._clock = clock

    def describe(self) -> list[Metric]:
        """Say nothing beforehand: the registry would look into the ledger for the names alone."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Look."""
        yield from self._of_alerts()
        yield from self._of_terminals()
        yield from self._of_centre(self._overseer.now())

    def _of_alerts(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "kokuchi_alerts", "Alerts in the ledger, corrections not counted.", value=self._ledger.alerts.count()
        )
        stages = GaugeMetricFamily(
            "kokuchi_last_alert_deliveries",
            "Terminals by stage of the newest alert.",
            labels=["stage"],
        )
        for accepted in self._ledger.alerts.newest(1):
            reach = self._ledger.deliveries.reach([accepted.row])[accepted.row]
            for stage in _STAGES:
                stages.add_metric([stage], getattr(reach, stage))
        yield stages
        yield GaugeMetricFamily(
            "kokuchi_outbox_waiting", "Publications that wait.", value=self._ledger.outbox.backlog().waiting
        )
        yield GaugeMetricFamily(
            "kokuchi_outbox_oldest_age_seconds",
            "For how long the oldest alert waits to be published; 0 if none does.",
            value=self._age(self._ledger.outbox.oldest_waiting()),
        )

    def _of_terminals(self) -> Iterator[Metric]:
        health = self._ledger.conditions.health()
        yield GaugeMetricFamily("kokuchi_terminals", "Terminals in service.", value=health.total)
        conditions = GaugeMetricFamily(
            "kokuchi_terminals_by_condition", "Terminals with a condition; one can have several.", labels=["condition"]
        )
        conditions.add_metric(["well"], health.well)
        for condition, number in health.of.items():
            conditions.add_metric([condition.value], number)
        yield conditions

    def _of_centre(self, assessment: Assessment) -> Iterator[Metric]:
        seen = assessment.seen
        yield GaugeMetricFamily(
            "kokuchi_broker_connected", "Whether the broker is connected.", value=bool(seen.broker_connected)
        )
        if seen.backup_at:
            yield GaugeMetricFamily(
                "kokuchi_backup_age_seconds", "Age of the newest backup.", value=self._age(seen.backup_at)
            )
        if seen.disk_free is not None:
            yield GaugeMetricFamily(
                "kokuchi_ledger_disk_free_bytes", "Free space of the ledger's disk.", value=seen.disk_free
            )
        certificates = GaugeMetricFamily(
            "kokuchi_certificate_left_seconds", "Until a certificate ends; negative afterwards.", labels=["file"]
        )
        for file, end in seen.certificates.items():
            certificates.add_metric([file], (end - self._clock()).total_seconds())
        yield certificates
        incidents = GaugeMetricFamily("kokuchi_incidents", "What is wrong now.", labels=["kind", "urgency"])
        for kind, urgency in sorted({(one.kind, one.urgency) for one in assessment.incidents}):
            number = sum(one.kind is kind and one.urgency is urgency for one in assessment.incidents)
            incidents.add_metric([kind.value, urgency.value], number)
        yield incidents
        info = GaugeMetricFamily("kokuchi_build_info", "Always 1; the label has the version.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info

    def _age(self, moment: datetime | None) -> float:
        return max(0.0, (self._clock() - moment).total_seconds()) if moment else 0.0
