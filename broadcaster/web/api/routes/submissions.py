"""What waits for a second person or for its time: letting it go out, sending it back, recalling it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Literal

from fastapi import Request
from fastapi.responses import Response

from broadcaster.domain.draft import DraftError, Problem
from broadcaster.domain.tokens import Scope, Token
from broadcaster.ledger.answers import Answer, Begun
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.ledger.submissions import State, StoredSubmission
from broadcaster.web.api import problems
from broadcaster.web.api.contract import operations
from broadcaster.web.api.models.submissions import DayContent, SentBackContent, SubmissionAnswer, SubmissionList
from broadcaster.web.api.once import ONCE, IdempotencyKey, once
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.api.rights import Bearer, account_of, reading, writing
from broadcaster.web.api.versions import CHANGES, IfMatch, etag, version_in
from broadcaster.web.errors import storing
from broadcaster.web.site import Site, site_of

router = operations("submissions")

_READERS = (Scope.ALERTS_READ, Scope.ALERTS_APPROVE)
_DECIDERS = (Scope.ALERTS_APPROVE,)


@router.get("/submissions", **reading(*_READERS))
def list_submissions(request: Request, state: Literal["waiting", "planned"] = "waiting") -> SubmissionList:
    """List what waits for approval, or what is planned, the one that is to go out first first."""
    found = site_of(request).ledger.submissions.in_state(State(state))
    return SubmissionList(submissions=[SubmissionAnswer.of(each) for each in found])


@router.get("/submissions/{identifier}", **reading(*_READERS, errors=(problems.NOT_FOUND,)))
def get_submission(request: Request, identifier: str, response: Response) -> SubmissionAnswer:
    """Return one submission, whatever became of it."""
    found = _find(site_of(request), identifier)
    response.headers["ETag"] = etag(found.version)
    return SubmissionAnswer.of(found)


@router.post(
    "/submissions/{identifier}/approval",
    response_model=SubmissionAnswer,
    **writing(*_DECIDERS, errors=(*ONCE, *CHANGES, problems.NOT_SENDABLE)),
)
async def approve_submission(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Let go out what another one has submitted: now, or at its time."""

    async def decide(site: Site) -> None:
        await site.sending.approve(identifier, version_in(if_match), account_of(token))

    def is_done(found: StoredSubmission) -> bool:
        return found.approved_by == token.actor and found.state in (State.PLANNED, State.CLOSED)

    return await _decide(request, identifier, token, key, decide, is_done)


@router.post(
    "/submissions/{identifier}/return",
    response_model=SubmissionAnswer,
    **writing(*_DECIDERS, errors=(*ONCE, *CHANGES, problems.NOT_SENDABLE)),
)
async def send_back_submission(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, if_match: IfMatch, content: SentBackContent
) -> Response:
    """Make what waits a draft again, with a note for its author."""

    async def decide(site: Site) -> None:
        await site.sending.send_back(identifier, version_in(if_match), content.note, account_of(token))

    def is_done(found: StoredSubmission) -> bool:
        return _is_returned(found, token, content.note.strip())

    return await _decide(request, identifier, token, key, decide, is_done)


@router.post(
    "/submissions/{identifier}/recall",
    response_model=SubmissionAnswer,
    **writing(Scope.ALERTS_SEND, errors=(*ONCE, *CHANGES)),
)
async def recall_submission(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, if_match: IfMatch
) -> Response:
    """Make what waits or is planned a draft again."""

    async def decide(site: Site) -> None:
        await site.sending.recall(identifier, version_in(if_match), account_of(token))

    def is_done(found: StoredSubmission) -> bool:
        return _is_returned(found, token, "")

    return await _decide(request, identifier, token, key, decide, is_done)


@router.post(
    "/submissions/{identifier}/leave-out",
    response_model=SubmissionAnswer,
    **writing(Scope.ALERTS_SEND, errors=(*ONCE, *CHANGES, problems.NOT_SENDABLE)),
)
async def leave_out_day(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, if_match: IfMatch, content: DayContent
) -> Response:
    """Let a repeated one not go out on its next day, and go on after it. Its last day cannot be left out."""
    return await _change_days(request, identifier, token, key, if_match, content.day, is_left_out=True)


@router.post(
    "/submissions/{identifier}/put-back",
    response_model=SubmissionAnswer,
    **writing(Scope.ALERTS_SEND, errors=(*ONCE, *CHANGES, problems.NOT_SENDABLE)),
)
async def put_back_day(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, if_match: IfMatch, content: DayContent
) -> Response:
    """Let a repeated one go out after all on a day that was left out."""
    return await _change_days(request, identifier, token, key, if_match, content.day, is_left_out=False)


async def _change_days(
    request: Request, identifier: str, token: Token, key: str, if_match: str, day: date, *, is_left_out: bool
) -> Response:
    version, wrong = version_in(if_match), _NOT_NEXT if is_left_out else _NOT_LEFT_OUT

    async def decide(site: Site) -> None:
        change = site.sending.series.leave_out if is_left_out else site.sending.series.put_back
        try:
            await change(identifier, version, day, account_of(token))
        except DraftMoved as error:
            stands = await asyncio.to_thread(_find, site, identifier)
            if stands.state is State.PLANNED and stands.version == version:
                # It is as the program saw it: what does not fit is the day.
                raise DraftError([wrong]) from error
            raise

    def is_done(found: StoredSubmission) -> bool:
        return found.left_out_by == token.actor and (day in found.timing.left_out) is is_left_out

    return await _decide(request, identifier, token, key, decide, is_done)


async def _decide(
    request: Request,
    identifier: str,
    token: Token,
    key: str,
    decide: Callable[[Site], Awaitable[None]],
    is_done: Callable[[StoredSubmission], bool],
) -> Response:
    """Decide once; `is_done` tells that this token had decided so, and its answer was lost."""
    site = site_of(request)

    async def act(_: Begun) -> Answer:
        await asyncio.to_thread(_find, site, identifier)
        try:
            with storing():
                await decide(site)
        except DraftMoved:
            if not is_done(await asyncio.to_thread(_find, site, identifier)):
                raise
        found = await asyncio.to_thread(_find, site, identifier)
        return Answer(200, SubmissionAnswer.of(found).model_dump_json(), etag=etag(found.version))

    return await once(request, token, key, act)


_NOT_NEXT = Problem(
    "day",
    "この日は、つぎに放送する日ではありません。休みにできるのは、つぎの1回だけです。",
    "is not the day of `next_at`, or its time has come",
)
_NOT_LEFT_OUT = Problem(
    "day",
    "この日は、休みにした日ではないか、その回の時刻を過ぎています。",
    "is not one of `left_out`, or its time has come",
)


def _is_returned(found: StoredSubmission, token: Token, note: str) -> bool:
    return found.state is State.RETURNED and found.noted_by == token.actor and found.note == note


def _find(site: Site, identifier: str) -> StoredSubmission:
    found = site.ledger.submissions.get(identifier)
    if found is None:
        raise ProblemRaised(problems.NOT_FOUND, "there is no such submission")
    return found
