"""`broadcaster requests`: households that want to be called back."""

from datetime import UTC, datetime

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table
from broadcaster.domain.callback import SHOWN_FOR
from broadcaster.ledger.requests import Request
from kokuchi.wire.fields import iso


@click.command(name="requests")
@json_option
@pass_context
def list_requests(context: Context, as_json: bool) -> None:
    """List the households that want to be called back, and what was done or withdrawn in the last 30 days."""
    with context.ledger() as (_settings, _town, ledger):
        found = [*ledger.requests.open(), *ledger.requests.closed(datetime.now(UTC) - SHOWN_FOR)]
    if as_json:
        print_json([_facts(request) for request in found])
        return
    headings = ["asked", "state", "terminal", "alert", "done by", "household"]
    print_table(headings, [_line(request) for request in found])


def _facts(request: Request) -> dict[str, str | int | None]:
    callback = request.callback
    return {
        "terminal": request.terminal.id,
        "household": request.terminal.household,
        "area": request.terminal.area,
        "asked_at": iso(callback.asked_at),
        "received_at": iso(request.received_at),
        "alert": callback.alert,
        "revision": callback.revision,
        "withdrawn_at": iso(callback.withdrawn_at) if callback.withdrawn_at else None,
        "done_at": iso(request.done_at) if request.done_at else None,
        "done_by": request.done_by or None,
    }


def _line(request: Request) -> list[str]:
    callback = request.callback
    state = "done" if request.done_at else "withdrawn" if callback.withdrawn_at else "waiting"
    return [
        iso(callback.asked_at),
        state,
        request.terminal.id,
        callback.alert or "-",
        request.done_by or "-",
        request.terminal.household,
    ]
