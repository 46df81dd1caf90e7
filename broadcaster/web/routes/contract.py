"""What other programs can do here: the contract, and a page about it. Neither holds anything of the town's own."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from broadcaster.web.api.contract import SCOPES
from broadcaster.web.api.examples import operations
from broadcaster.web.api.problems import KINDS
from broadcaster.web.pages import page

router = APIRouter()


@router.get("/openapi.json")
def show_contract(request: Request) -> Response:
    """Return the contract; it is the same in every town, and open as kokuchi itself."""
    return JSONResponse(_contract(request))


@router.get("/api")
def show_operations(request: Request) -> Response:
    """Show each operation with a line for the shell, and each kind of problem."""
    return page(request, "api.html", operations=operations(_contract(request)), scopes=SCOPES, kinds=KINDS)


def _contract(request: Request) -> dict[str, Any]:
    contract: dict[str, Any] = request.app.state.api.openapi()
    return contract
