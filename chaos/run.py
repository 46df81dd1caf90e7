"""A run: the schedule is carried out, the town settles, and the judge looks at what it has kept."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from broadcaster.ledger import Ledger
from chaos.events import CENTRE, Broadcast, Fault, FaultKind, Schedule
from chaos.evidence import Evidence, gather
from chaos.intruder import Intruder
from chaos.journal import What
from chaos.judge import Verdict, is_settled, judge
from chaos.light import GARBAGE_SIGNAL
from chaos.nursery import Nursery
from chaos.places import ChaosPlaces
from chaos.proxy import Direction, Proxy
from chaos.schedule import plan
from chaos.staff import Staff
from chaos.town import BROKER, RunningTown, prepare_town
from demo.places import HOST
from demo.preparation import open_ledger
from demo.processes import DemoError, Processes
from kokuchi.wire import SigningKey, Topics

log = logging.getLogger(__name__)

ALL_CONNECTED_SECONDS = 60.0
SETTLE_SECONDS = 900.0
"""The whole programs have hundreds of alerts to say, and their real voices share this machine's processors."""

QUIET_SECONDS = 5.0
"""After everything has settled, this long nothing more may happen."""

_LOOK_SECONDS = 2.0


@dataclass(frozen=True)
class Result:
    """What came of a run. `settle_seconds` is None if the town had not settled when the patience was over."""

    schedule: Schedule
    terminals: int
    alerts: int
    deliveries: int
    verdict: Verdict
    evidence: Evidence
    settle_seconds: float | None
    memory: tuple[int, int]
    failures: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.verdict.offences and not self.failures and self.settle_seconds is not None


class Run:
    """Carries out one schedule."""

    def __init__(self, schedule: Schedule, town: RunningTown, proxy: Proxy, intruder: Intruder, staff: Staff) -> None:
        self._schedule = schedule
        self._town = town
        self._proxy = proxy
        self._intruder = intruder
        self._staff = staff
        self._outages: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def disturb(self) -> None:
        """Do everything at its time, and return once everything runs again."""
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for fault in self._schedule.faults:
                group.create_task(_at(started + fault.at, partial(self._fault, fault)))
            group.create_task(self._broadcast(started))
            group.create_task(self._tell_progress(started))
        self._proxy.heal()

    async def settle(self, since: datetime) -> float | None:
        """Return after how many seconds both ends said the same and nothing was waiting."""
        started = time.monotonic()
        while (spent := time.monotonic() - started) < SETTLE_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS)
            if await asyncio.to_thread(self._is_settled, since):
                return spent
        return None

    def evidence(self) -> Evidence:
        """Read what each end has kept."""
        town = self._town
        return gather(town.ledger, town.places, town.light, town.cast.whole)

    def _is_settled(self, since: datetime) -> bool:
        if self._town.ledger.outbox.backlog().waiting:
            return False
        return is_settled(self.evidence(), since)

    async def _broadcast(self, started: float) -> None:
        # One after another: a correction must not be faster than its alert.
        for broadcast in self._schedule.broadcasts:
            await _at(started + broadcast.at, partial(self._accept, broadcast))

    async def _accept(self, broadcast: Broadcast) -> None:
        await asyncio.to_thread(self._staff.carry_out, broadcast)

    async def _tell_progress(self, started: float) -> None:
        for number in range(1, int(self._schedule.seconds // 30) + 1):
            await _at(started + number * 30, _nothing)
            log.info("disturbing", extra={"seconds": number * 30, "of": round(self._schedule.seconds)})

    async def _fault(self, fault: Fault) -> None:
        log.debug("fault", extra={"kind": fault.kind, "whom": fault.whom, "seconds": round(fault.seconds, 1)})
        town, proxy = self._town, self._proxy
        match fault.kind:
            case FaultKind.BROKER_KILLED:
                await self._outage(BROKER, fault.seconds)
            case FaultKind.BROKER_FORGOT:
                await self._outage(BROKER, fault.seconds, town.forget_sessions)
            case FaultKind.CENTRE_KILLED:
                await self._outage(CENTRE, fault.seconds)
            case FaultKind.TERMINAL_KILLED:
                await self._outage(fault.whom, fault.seconds)
            case FaultKind.CLOCKLESS_START:
                await self._outage(fault.whom, fault.seconds, lambda: town.turn_clock(fault.whom, fault.amount))
            case FaultKind.CLOCK_TURNED:
                town.turn_clock(fault.whom, fault.amount)
            case FaultKind.CONNECTION_CUT:
                proxy.cut(fault.whom)
            case FaultKind.CONNECTION_STALLED:
                proxy.stall(fault.whom, fault.seconds)
            case FaultKind.CONNECTION_DELAYED:
                proxy.delay(fault.whom, fault.seconds, fault.amount)
            case FaultKind.CONNECTION_SWALLOWED:
                proxy.swallow(fault.whom, Direction(fault.manner))
                await asyncio.sleep(fault.seconds)
                proxy.cut(fault.whom)
            case FaultKind.GARBAGE_REPORTED:
                await town.nursery.signal(fault.whom, GARBAGE_SIGNAL)
            case _:
                await self._intruder.carry_out(fault)

    async def _outage(self, name: str, seconds: float, while_away: Callable[[], None] = lambda: None) -> None:
        # On a busy machine a start may take longer than planned; what is away cannot be taken away.
        async with self._outages[name]:
            await self._town.kill(name)
            while_away()
            await asyncio.sleep(seconds)
            await self._town.start_again(name)


async def run(seed: int, seconds: float, terminals: int, places: ChaosPlaces) -> Result:
    """Make a town, disturb it as the seed says, and judge. Nothing of it outlives this call; raises DemoError."""
    settings, described, cast = prepare_town(places, terminals)
    schedule = plan(seed, seconds, cast)
    places.schedule.write_text("\n".join(map(repr, sorted([*schedule.broadcasts, *schedule.faults], key=_moment))))
    topics, key = Topics(described.id), SigningKey.load(settings.signing_key)
    proxy = Proxy(HOST, places.proxy_port, places.broker_port)
    await proxy.start()
    try:
        with Processes(places.logs) as processes, open_ledger(places) as ledger:
            async with Nursery(places) as nursery:
                town = RunningTown(places, processes, nursery, ledger, cast)
                intruder = Intruder(HOST, places.broker_port, topics, key, ledger)
                await town.start()
                running = Run(schedule, town, proxy, intruder, Staff(ledger, described))
                async with intruder.at_work():
                    await _until(lambda: _everybody_is_online(ledger, terminals), ALL_CONNECTED_SECONDS)
                    memory = nursery.memory()
                    log.info("everybody is online", extra={"terminals": terminals})
                    await running.disturb()
                calm_since = datetime.now(UTC)
                log.info("the last fault is over; settling")
                settle_seconds = await running.settle(calm_since)
                await asyncio.sleep(QUIET_SECONDS)
            for terminal in cast.whole:
                await town.kill(terminal)
            evidence = running.evidence()
            return Result(
                schedule=schedule,
                terminals=terminals,
                alerts=len(evidence.published),
                deliveries=len(evidence.deliveries),
                verdict=judge(evidence, calm_since),
                evidence=evidence,
                settle_seconds=settle_seconds,
                memory=memory,
                failures=(*town.tracebacks(), *_crashes(evidence)),
            )
    finally:
        await proxy.close()


def _crashes(evidence: Evidence) -> list[str]:
    return [
        f"{name} crashed: {line.detail}"
        for name, home in evidence.homes.items()
        for line in home.journal or ()
        if line.what is What.CRASHED
    ]


def _everybody_is_online(ledger: Ledger, terminals: int) -> bool:
    return sum(presence.online for presence in ledger.presences.all().values()) == terminals


def _moment(entry: Broadcast | Fault) -> float:
    return entry.at


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(condition):
        if time.monotonic() > deadline:
            raise DemoError(f"not every terminal was online within {seconds:.0f} s")
        await asyncio.sleep(0.2)


async def _nothing() -> None:
    return


async def _at(moment: float, act: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
    await act()
