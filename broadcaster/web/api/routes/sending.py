"""Sending, correcting and withdrawing: the same acts as on the pages, through the same functions."""

import asyncio

from fastapi import Request
from fastapi.responses import Response

from broadcaster.domain.draft import can_be_corrected, withdraw
from broadcaster.domain.timing import NOW
from broadcaster.domain.tokens import Scope, Token
from broadcaster.domain.written import Written
from broadcaster.ledger.alerts import AlertExists
from broadcaster.ledger.answers import Answer, Begun
from broadcaster.sending import Submission, Submitted
from broadcaster.sending.readings import furigana_or_none, reading_or_none
from broadcaster.web.acceptance import accept_correction, accept_revision, corrected, is_sent
from broadcaster.web.api import problems
from broadcaster.web.api.contract import operations
from broadcaster.web.api.models.alerts import AlertAnswer, SubmittedAnswer
from broadcaster.web.api.models.content import CorrectionContent, WithdrawalContent
from broadcaster.web.api.models.submissions import NewAlert, SubmissionContent
from broadcaster.web.api.once import ONCE, IdempotencyKey, once
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.api.rights import Bearer, account_of, writing
from broadcaster.web.api.routes.alerts import answers, find_alert
from broadcaster.web.errors import storing
from broadcaster.web.site import Site, site_of
from kokuchi.wire import Furigana, Reading

router = operations("sending")


@router.post(
    "/alerts",
    status_code=201,
    response_model=SubmittedAnswer,
    **writing(Scope.ALERTS_SEND, errors=(*ONCE, problems.NOT_SENDABLE)),
)
async def send_alert(request: Request, token: Bearer, key: IdempotencyKey, content: NewAlert) -> Response:
    """Send an alert, now or at a time, once however often this is asked with the same key."""

    async def act(begun: Begun) -> Answer:
        return await submit(site_of(request), submission_of(begun.identifier, content.written(), 0, content), token)

    return await once(request, token, key, act)


@router.post(
    "/alerts/{identifier}/corrections",
    status_code=201,
    response_model=AlertAnswer,
    **writing(Scope.ALERTS_SEND, errors=(*ONCE, problems.NOT_FOUND, problems.OVERTAKEN, problems.NOT_SENDABLE)),
)
async def correct_alert(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, content: CorrectionContent
) -> Response:
    """Send another text in place of an alert's: terminals stop the old one, and tell those who had heard it."""
    site, written = site_of(request), content.correction()

    async def act(_: Begun) -> Answer:
        accepted = await asyncio.to_thread(find_alert, site, identifier)
        headline, body = written.headline.strip(), written.body.strip()
        reading = await reading_or_none(site.voice, headline, body, accepted.alert.contact)
        furigana = await furigana_or_none(site.voice, headline, body)
        return await asyncio.to_thread(_correct, site, identifier, content, token, reading, furigana)

    return await once(request, token, key, act)


@router.post(
    "/alerts/{identifier}/withdrawal",
    status_code=201,
    response_model=AlertAnswer,
    **writing(Scope.ALERTS_SEND, errors=(*ONCE, problems.NOT_FOUND, problems.OVERTAKEN)),
)
async def withdraw_alert(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, content: WithdrawalContent
) -> Response:
    """Take an alert back: terminals stop it, and tell those who had heard it. One that is withdrawn stays so."""

    async def act(_: Begun) -> Answer:
        return await asyncio.to_thread(_withdraw, site_of(request), identifier, content.revision, token)

    return await once(request, token, key, act)


def submission_of(identifier: str, written: Written, version: int, content: SubmissionContent) -> Submission:
    """Return what is to be submitted."""
    timing = content.timing.timing() if content.timing else NOW
    return Submission(identifier, written, version, timing, content.reason)


async def submit(site: Site, submission: Submission, token: Token) -> Answer:
    """Hand a text to the one way out; raises DraftError, DraftMoved or NotStored."""
    with storing():
        submitted = await site.sending.submit(submission, account_of(token))
    answer = SubmittedAnswer(identifier=submission.identifier, submitted=submitted)
    room = "alerts" if submitted is Submitted.SENT else "submissions"
    return Answer(201, answer.model_dump_json(), location=f"/api/v1/{room}/{submission.identifier}")


def _correct(
    site: Site,
    identifier: str,
    content: CorrectionContent,
    token: Token,
    reading: Reading | None,
    furigana: Furigana | None,
) -> Answer:
    written = content.correction()
    accepted = find_alert(site, identifier)
    # Looked at afterwards: else the same, sent twice in one moment, would be told that somebody else was faster.
    if not is_sent(site, identifier, written):
        if can_be_corrected(accepted.alert, site.clock()) and accepted.alert.revision != written.revision:
            raise _overtaken(accepted.alert.revision)
        try:
            after = corrected(site, accepted, written, reading, furigana)
            accept_correction(site, accepted, after, account_of(token), written.reason)
        except AlertExists:
            # Somebody else was faster in this very moment; now the ledger has what they did.
            return _correct(site, identifier, content, token, reading, furigana)
    later = site.ledger.alerts.after(identifier, written.revision)
    return _revision(site, identifier, later.alert.revision if later else written.revision)


def _withdraw(site: Site, identifier: str, revision: int, token: Token) -> Answer:
    accepted = find_alert(site, identifier)
    if not accepted.alert.is_cancel:
        if accepted.alert.revision != revision:
            raise _overtaken(accepted.alert.revision)
        try:
            accept_revision(site, withdraw(accepted.alert, site.clock()), account_of(token))
        except AlertExists:
            # Somebody else was faster in this very moment; now the ledger has what they did.
            return _withdraw(site, identifier, revision, token)
    return _revision(site, identifier, find_alert(site, identifier).alert.revision)


def _revision(site: Site, identifier: str, revision: int) -> Answer:
    answer = answers(site, [find_alert(site, identifier, revision)])[0]
    return Answer(201, answer.model_dump_json(), location=f"/api/v1/alerts/{identifier}?revision={revision}")


def _overtaken(newest: int) -> ProblemRaised:
    return ProblemRaised(problems.OVERTAKEN, f"its newest revision is {newest}")
