"""Households that want to be called back, and that somebody has called them."""

from typing import Annotated, Literal

from fastapi import Path, Query, Request

from broadcaster.domain.callback import SHOWN_FOR
from broadcaster.domain.tokens import Scope, Token
from broadcaster.ledger.requests import Request as Wish
from broadcaster.web.api import problems
from broadcaster.web.api.contract import operations
from broadcaster.web.api.models.requests import RequestAnswer, RequestList
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.api.rights import Bearer, names_of, reading, writing
from broadcaster.web.errors import storing
from broadcaster.web.site import Site, site_of

router = operations("requests")

Row = Annotated[int, Path(alias="id", ge=1, le=2**63 - 1)]


@router.get("/requests", **reading(Scope.REQUESTS_READ))
def list_requests(
    request: Request,
    token: Bearer,
    state: Annotated[Literal["open", "closed"], Query(description="Who waits, or what is over.")] = "open",
) -> RequestList:
    """List who waits for a call, the longest first, or what was over in the last 30 days, the newest first."""
    site = site_of(request)
    known = site.ledger.requests
    found = known.open() if state == "open" else known.closed(site.clock() - SHOWN_FOR)
    return RequestList(requests=[_answer(token, wish) for wish in found])


@router.post("/requests/{id}/take", **writing(Scope.REQUESTS_WRITE, errors=(problems.NOT_FOUND, problems.OVERTAKEN)))
def take_request(request: Request, row: Row, token: Bearer) -> RequestAnswer:
    """Say that this household will be called; refused if somebody else has said so, or the wish is over."""
    site = site_of(request)
    _find(site, row)
    with storing():
        is_taken = site.ledger.requests.take(row, token.actor, site.clock())
    if not is_taken:
        raise ProblemRaised(problems.OVERTAKEN, "somebody else calls this household, or nobody has to any more")
    return _answer(token, _find(site, row))


@router.post("/requests/{id}/done", **writing(Scope.REQUESTS_WRITE, errors=(problems.NOT_FOUND,)))
def finish_request(request: Request, row: Row, token: Bearer) -> RequestAnswer:
    """Say that somebody has called this household; whoever said so first stays."""
    site = site_of(request)
    _find(site, row)
    with storing():
        site.ledger.requests.finish(row, token.actor, site.clock())
    return _answer(token, _find(site, row))


@router.post("/requests/{id}/reopen", **writing(Scope.REQUESTS_WRITE, errors=(problems.NOT_FOUND,)))
def reopen_request(request: Request, row: Row, token: Bearer) -> RequestAnswer:
    """Say that nobody has called this household after all."""
    site = site_of(request)
    _find(site, row)
    with storing():
        site.ledger.requests.reopen(row, token.actor, site.clock())
    return _answer(token, _find(site, row))


def _find(site: Site, row: int) -> Wish:
    found = site.ledger.requests.get(row)
    if found is None:
        raise ProblemRaised(problems.NOT_FOUND, "there is no such request")
    return found


def _answer(token: Token, wish: Wish) -> RequestAnswer:
    return RequestAnswer.of(wish, names_of(token, wish.terminal.household))
