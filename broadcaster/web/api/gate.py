"""Who is asking: every request under /api/v1 has to name a token that stands before anything else is looked at."""

import asyncio
import logging
from contextlib import suppress

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from broadcaster.domain.tokens import Token, TokenState
from broadcaster.web.api import problems
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.site import Site
from kokuchi.storage import UNWRITABLE

log = logging.getLogger(__name__)

_WITH_BODY = ("POST", "PUT", "PATCH")


class Gate:
    """ASGI middleware that lets in who has a token, from its header alone: neither a cookie nor the address opens it.

    Wrong tokens are counted by address. A good one is always let in, so that nobody can shut a town's program out by
    guessing from beside it.
    """

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            token = await standing_token(self._site, headers.get("authorization", ""), _address(scope))
            _check_type(scope["method"], headers)
        except ProblemRaised as problem:
            await problem.response()(scope, receive, send)
            return
        scope.setdefault("state", {})["token"] = token
        await self._app(scope, receive, send)


async def standing_token(site: Site, authorization: str, address: str) -> Token:
    """Return the token in a header, which stands; raises ProblemRaised. Wrong ones are counted by address."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise _refusal("no token was sent in the header Authorization", 'Bearer realm="kokuchi"')
    now = site.clock()
    token = await asyncio.to_thread(site.ledger.tokens.find, secret.strip())
    if token is None or token.state(now) is not TokenState.STANDING:
        why = token.state(now).value if token else "unknown"
        log.warning("token refused", extra={"address": address, "token": token.name if token else None, "why": why})
        if wait := site.token_throttle.seconds_to_wait(address, now):
            raise ProblemRaised(problems.TOO_MANY, headers={"Retry-After": str(wait)})
        site.token_throttle.failed(address, now)
        raise _refusal(f"this token is {why}", 'Bearer realm="kokuchi", error="invalid_token"')
    # A ledger that cannot be written does not keep anybody from reading.
    with suppress(*UNWRITABLE):
        await asyncio.to_thread(site.ledger.tokens.note_use, token, now)
    return token


def token_of(request: Request) -> Token:
    """Return the token that was let in."""
    token: Token = request.state.token
    return token


def _refusal(detail: str, challenge: str) -> ProblemRaised:
    return ProblemRaised(problems.UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})


def _check_type(method: str, headers: Headers) -> None:
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if method in _WITH_BODY and has_body and kind != "application/json":
        raise ProblemRaised(problems.WRONG_TYPE)


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""
