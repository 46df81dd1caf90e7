"""What happens in a run, and when: derived from the seed before it starts, so that a seed always means the same faults.

Pure.
"""

from random import Random

from chaos.events import (
    CENTRE,
    Broadcast,
    Cast,
    Correct,
    Corruption,
    Fault,
    FaultKind,
    Forgery,
    Replay,
    Schedule,
    Send,
    Withdraw,
)
from kokuchi.wire import AudienceKind, Severity

_TOWN = 60
"""In a town of more terminals lies are rarer."""


def plan(seed: int, seconds: float, cast: Cast) -> Schedule:
    """Return the schedule that a seed means."""
    chance = Random(seed)  # noqa: S311 - repeatable on purpose
    broadcasts = sorted(_broadcasts(chance, seconds, cast), key=lambda broadcast: broadcast.at)
    faults = [
        *_outages(chance, seconds),
        *_power_cuts(chance, seconds, cast),
        *_clocks(chance, seconds, cast),
        *_connections(chance, seconds, cast),
        *_lies(chance, seconds, cast, broadcasts),
    ]
    return Schedule(seed, seconds, tuple(broadcasts), tuple(sorted(faults, key=lambda fault: fault.at)))


def _broadcasts(chance: Random, seconds: float, cast: Cast) -> list[Broadcast]:
    broadcasts: list[Broadcast] = []
    at, number = 1.0, 0
    while at < seconds:
        number += 1
        kind, members = _audience(chance, cast)
        short = chance.random() < 0.25
        valid = chance.uniform(4, 30)
        send = Send(
            at=at,
            number=number,
            category=chance.choice(("scam", "consumer_harm", "suspicious_person", "prefecture_notice")),
            severity=chance.choice((Severity.EXTREME, Severity.SEVERE, Severity.MODERATE, Severity.MINOR)),
            audience=kind,
            members=members,
            drill=chance.random() < 0.2,
            valid_seconds=valid if short and at + valid < seconds else None,
        )
        broadcasts += [send, *(_follow_ups(chance, send, seconds) if send.valid_seconds is None else ())]
        at += chance.uniform(2, 8)
    return broadcasts


def _follow_ups(chance: Random, send: Send, seconds: float) -> list[Broadcast]:
    found: list[Broadcast] = []
    at = send.at
    for follow_up, likely in ((Correct, 0.35), (Correct, 0.15), (Withdraw, 0.35)):
        if chance.random() < likely:
            # Some while it is being said, some long after.
            at += chance.choice((chance.uniform(0.2, 3), chance.uniform(3, 40)))
            found += [follow_up(at, send.number)] if at < seconds else []
    return found


def _audience(chance: Random, cast: Cast) -> tuple[AudienceKind, tuple[str, ...]]:
    kind = chance.choice((AudienceKind.ALL, AudienceKind.ALL, *AudienceKind))
    match kind:
        case AudienceKind.AREAS:
            return kind, tuple(chance.sample(cast.areas, chance.randint(1, 2)))
        case AudienceKind.GROUPS:
            return kind, (chance.choice(cast.groups),)
        case AudienceKind.TERMINALS:
            return kind, tuple(sorted(chance.sample(cast.terminals, chance.randint(1, 8))))
        case _:
            return kind, ()


def _outages(chance: Random, seconds: float) -> list[Fault]:
    found = []
    forgot = False
    for kind, longest in ((FaultKind.BROKER_KILLED, 8.0), (FaultKind.CENTRE_KILLED, 6.0)):
        at = chance.uniform(0.2, 0.4) * min(seconds, 60)
        while at < seconds:
            away = min(chance.uniform(0.5, longest), seconds - at)
            if kind is FaultKind.BROKER_KILLED and (not forgot or chance.random() < 0.4):
                forgot = True
                found.append(Fault(at, FaultKind.BROKER_FORGOT, seconds=away))
            else:
                found.append(Fault(at, kind, seconds=away))
            at += away + chance.uniform(15, 50)
    return found


def _power_cuts(chance: Random, seconds: float, cast: Cast) -> list[Fault]:
    """Terminals lose their power, singly, and now and then a third of the town at once."""
    moments = [
        (chance.uniform(0, seconds), chance.choice(cast.terminals))
        for _ in range(max(4, round(len(cast.terminals) * seconds / 90)))
    ]
    for _ in range(max(1, round(seconds / 120))):
        at = chance.uniform(0, seconds)
        moments += [(at, terminal) for terminal in chance.sample(cast.terminals, len(cast.terminals) // 3)]
    found = []
    back = dict.fromkeys(cast.terminals, 0.0)
    for at, terminal in sorted(moments):
        away = min(chance.uniform(0.5, 12), seconds - at)
        offset = _offset(chance)
        clockless = terminal not in cast.whole and chance.random() < 0.3
        if at < back[terminal]:
            continue
        # A program that was started a moment ago may not have begun to live.
        back[terminal] = at + away + (6.0 if terminal in cast.whole else 1.0)
        kind = FaultKind.CLOCKLESS_START if clockless else FaultKind.TERMINAL_KILLED
        found.append(Fault(at, kind, terminal, away, offset if clockless else 0.0))
    return found


def _clocks(chance: Random, seconds: float, cast: Cast) -> list[Fault]:
    light = [terminal for terminal in cast.terminals if terminal not in cast.whole]
    found = []
    for _ in range(max(4, round(len(light) * seconds / 100))):
        offset = 0.0 if chance.random() < 0.3 else _offset(chance)
        found.append(
            Fault(chance.uniform(0, seconds), FaultKind.CLOCK_TURNED, chance.choice(light), 0.0, amount=offset)
        )
    return found


def _offset(chance: Random) -> float:
    """Return from minutes to thirty years, back or forth."""
    return chance.choice((-1, 1)) * float(10 ** chance.uniform(1.8, 9))


def _connections(chance: Random, seconds: float, cast: Cast) -> list[Fault]:
    kinds = (
        (FaultKind.CONNECTION_CUT, 60, (0.0, 0.0), (0.0, 0.0)),
        (FaultKind.CONNECTION_STALLED, 120, (1.0, 35.0), (0.0, 0.0)),
        (FaultKind.CONNECTION_DELAYED, 120, (3.0, 20.0), (0.05, 2.0)),
        (FaultKind.CONNECTION_SWALLOWED, 120, (0.3, 4.0), (0.0, 0.0)),
    )
    found = []
    for kind, every, lasting, by in kinds:
        for _ in range(max(3, round(len(cast.terminals) * seconds / every))):
            at = chance.uniform(0, seconds)
            whom = CENTRE if chance.random() < 0.05 else chance.choice(cast.terminals)
            upwards = "upwards" if chance.random() < 0.5 else "downwards"
            found.append(
                Fault(at, kind, whom, min(chance.uniform(*lasting), seconds - at), chance.uniform(*by), manner=upwards)
            )
    return found


def _lies(chance: Random, seconds: float, cast: Cast, broadcasts: list[Broadcast]) -> list[Fault]:
    found = []
    for kind, every, manners in (
        (FaultKind.REPLAYED, 1.5, list(Replay)),
        (FaultKind.CORRUPTED, 3.0, list(Corruption)),
        (FaultKind.FORGED, 3.0, list(Forgery)),
        (FaultKind.GARBAGE_PUBLISHED, 5.0, [""]),
        (FaultKind.GARBAGE_REPORTED, 3.0, [""]),
    ):
        # Everybody hears most of them, and all terminals share one machine.
        rarer = max(1.0, len(cast.terminals) / _TOWN)
        for number in range(max(4, round(seconds / every / rarer))):
            at = chance.uniform(min(5.0, seconds / 3), seconds)
            # By half a second it is surely in the ledger, even if the machine is slow.
            known = [broadcast for broadcast in broadcasts if broadcast.at < at - 0.5]
            alert = chance.choice(known).number if known else 0
            revisions = sum(1 for broadcast in known if broadcast.number == alert)
            whom = chance.choice([name for name in cast.terminals if name not in cast.whole])
            revision = chance.randint(1, max(1, revisions))
            if kind in (FaultKind.REPLAYED, FaultKind.CORRUPTED):
                found.append(Fault(at, kind, whom, number=alert, revision=revision, manner=chance.choice(manners)))
            else:
                found.append(Fault(at, kind, whom, number=number + 1, manner=chance.choice(manners)))
    return found
