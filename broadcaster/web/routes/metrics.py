"""Figures for Prometheus, for who has a token or, where the town says so, asks from this machine."""

import asyncio
from ipaddress import ip_address

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.tokens import Scope
from broadcaster.monitoring.figures import CONTENT_TYPE
from broadcaster.web.api import problems
from broadcaster.web.api.gate import standing_token
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.sessions import address_of
from broadcaster.web.site import site_of

router = APIRouter()

_HANDED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""What a reverse proxy adds. Behind one everybody seems to ask from this machine."""


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Answer with all figures."""
    site = site_of(request)
    if not (site.metrics_open_on_loopback and _is_from_here(request)):
        try:
            await _check_token(request)
        except ProblemRaised as problem:
            return problem.response()
    return Response(await asyncio.to_thread(site.figures.text), media_type=CONTENT_TYPE)


async def _check_token(request: Request) -> None:
    token = await standing_token(site_of(request), request.headers.get("authorization", ""), address_of(request))
    if Scope.METRICS_READ not in token.scopes:
        raise ProblemRaised(problems.FORBIDDEN, f"this needs {Scope.METRICS_READ}", scope=Scope.METRICS_READ)


def _is_from_here(request: Request) -> bool:
    try:
        here = ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
    return here and not any(name in request.headers for name in _HANDED_ON)
