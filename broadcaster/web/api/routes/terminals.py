"""The terminals and how they are."""

from typing import Annotated

from fastapi import Query, Request

from broadcaster.domain.audience import Terminal
from broadcaster.domain.service import Service
from broadcaster.domain.tokens import Scope, Token
from broadcaster.web.api import cursors, problems
from broadcaster.web.api.contract import operations
from broadcaster.web.api.cursors import Cursor, Limit
from broadcaster.web.api.models.terminals import State, TerminalAnswer, TerminalList, state_of
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.api.rights import Bearer, names_of, reading
from broadcaster.web.site import site_of
from kokuchi.wire import Presence

router = operations("terminals")


@router.get("/terminals", **reading(Scope.TERMINALS_READ))
def list_terminals(
    request: Request,
    token: Bearer,
    state: State | None = None,
    area: Annotated[str | None, Query(max_length=64)] = None,
    group: Annotated[str | None, Query(max_length=64)] = None,
    service: Service = Service.IN_SERVICE,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> TerminalList:
    """List terminals in the order of identifiers: those in service, unless others are asked for."""
    site = site_of(request)
    presences = site.ledger.presences.all()
    after = str(cursors.read(cursor, str)[0]) if cursor is not None else ""
    wanted = [
        terminal
        for terminal in site.ledger.terminals.everybody()
        if terminal.id > after
        and terminal.service is service
        and (area is None or terminal.area == area)
        and (group is None or group in terminal.groups)
        and (state is None or state_of(presences.get(terminal.id)) == state)
    ]
    shown = wanted[:limit]
    return TerminalList(
        terminals=[_answer(token, terminal, presences.get(terminal.id)) for terminal in shown],
        next=cursors.written(shown[-1].id) if len(wanted) > limit else None,
    )


@router.get("/terminals/{terminal}", **reading(Scope.TERMINALS_READ, errors=(problems.NOT_FOUND,)))
def get_terminal(request: Request, terminal: str, token: Bearer) -> TerminalAnswer:
    """Return one terminal with what it last said of itself."""
    ledger = site_of(request).ledger
    found = ledger.terminals.get(terminal)
    if found is None:
        raise ProblemRaised(problems.NOT_FOUND, "there is no such terminal")
    return _answer(token, found, ledger.presences.all().get(terminal))


def _answer(token: Token, terminal: Terminal, presence: Presence | None) -> TerminalAnswer:
    return TerminalAnswer.of(terminal, names_of(token, terminal.household), presence)
