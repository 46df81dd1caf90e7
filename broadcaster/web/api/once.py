"""Doing what a program asks for once, however often it asks (draft-ietf-httpapi-idempotency-key-header)."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Header, Request
from fastapi.responses import Response

from broadcaster.domain.tokens import Token
from broadcaster.ledger.answers import Answer, Begun, KeyReused
from broadcaster.web.api import problems
from broadcaster.web.api.problems import Kind, ProblemRaised
from broadcaster.web.errors import storing
from broadcaster.web.site import site_of
from kokuchi.storage import UNWRITABLE

log = logging.getLogger(__name__)

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="A name for what is to happen, such as a UUID: new for each thing, the same to ask again. "
        "It is kept for 24 hours.",
        pattern=r"^[\x21-\x7e]{1,100}$",
        examples=["8e03978e-40d5-43e6-bc93-6894a57f9324"],
    ),
]
"""The header without which nothing is sent or made."""

ONCE: tuple[Kind, ...] = (problems.RUNNING, problems.KEY_REUSED)
"""What can go wrong with a key."""


async def once(request: Request, token: Token, key: str, act: Callable[[Begun], Awaitable[Answer]]) -> Response:
    """Answer what `act` answers, or what it has answered when the same was asked before.

    A refusal has changed nothing and is not kept: whoever asks again is looked at anew. `act` has to lead to the same
    when it is begun a second time, since the centre may have ended between the act and its answer.
    """
    site = site_of(request)
    asked = (token.row, key)
    if asked in site.answering:
        raise ProblemRaised(problems.RUNNING, headers={"Retry-After": "1"})
    site.answering.add(asked)
    try:
        with storing():
            begun = await asyncio.to_thread(
                site.ledger.answers.begin, token.row, key, await _fingerprint(request), site.clock()
            )
        answer = begun.answer
        if answer is None:
            answer = await act(begun)
            await _keep(request, begun, answer)
    except KeyReused as error:
        raise ProblemRaised(problems.KEY_REUSED) from error
    finally:
        site.answering.discard(asked)
    headers = {"Location": answer.location} if answer.location else {}
    headers |= {"ETag": answer.etag} if answer.etag else {}
    return Response(answer.body, answer.status, headers, media_type="application/json")


async def _keep(request: Request, begun: Begun, answer: Answer) -> None:
    try:
        await asyncio.to_thread(site_of(request).ledger.answers.finish, begun, answer)
    except UNWRITABLE as error:
        # It is done, and asking again leads to the same: better the answer now than an error.
        log.warning("answer not kept", extra={"reason": str(error)})


async def _fingerprint(request: Request) -> str:
    asked = [request.method, request.url.path, request.headers.get("if-match", "")]
    return hashlib.sha256("\n".join(asked).encode() + b"\n" + await request.body()).hexdigest()
