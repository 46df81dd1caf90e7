"""What the centre answers a terminal that has said what it holds. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from broadcaster.dispatch.sealing import Sealed
from kokuchi.wire import Recorded, RequestState, SyncReply, SyncRequest

REPLY_VALID = timedelta(minutes=10)
REPLY_BYTES = 128 * 1024
"""A reply carries no more than this of alerts, or one that is larger; a terminal that was given some asks again."""


def missing(request: SyncRequest, active: Sequence[Sealed]) -> list[Sealed]:
    """Return the active alerts that the terminal lacks, or holds in an older revision."""
    held = {report.alert: report.revision for report in sorted(request.held, key=lambda report: report.revision)}
    return [sealed for sealed in active if held.get(sealed.alert.identifier, 0) < sealed.alert.revision]


def answer(
    town: str, request: SyncRequest, active: Sequence[Sealed], now: datetime, states: Sequence[RequestState] = ()
) -> SyncReply:
    """Return the answer to a request of which everything has been committed to the ledger.

    `states` is what the ledger holds of the household's requests that it names.
    """
    tokens: list[str] = []
    room = REPLY_BYTES
    for sealed in missing(request, active):
        token = sealed.token.decode()
        room -= len(token)
        if room < 0 and tokens:
            break
        tokens.append(token)
    # A reply with an alert that is larger than its room has none left for the rest; the next one confirms it.
    confirmed = request.held if sum(map(len, tokens)) <= REPLY_BYTES else ()
    return SyncReply(
        town=town,
        terminal=request.terminal,
        identifier=request.identifier,
        sent=now,
        expires=now + REPLY_VALID,
        alerts=tuple(tokens),
        recorded=tuple(Recorded(alert=report.alert, revision=report.revision) for report in confirmed),
        requests=tuple(states) or None,
    )
