"""Drafts: the same ones as on the pages. Each change names the version that its writer has seen."""

import asyncio

from fastapi import Request
from fastapi.responses import Response

from broadcaster.domain.tokens import Scope
from broadcaster.ledger.answers import Answer, Begun
from broadcaster.ledger.drafts import DraftMoved, StoredDraft
from broadcaster.web.api import problems
from broadcaster.web.api.contract import operations
from broadcaster.web.api.models.alerts import SubmittedAnswer
from broadcaster.web.api.models.content import DraftContent
from broadcaster.web.api.models.drafts import DraftAnswer, DraftList
from broadcaster.web.api.models.submissions import SubmissionContent
from broadcaster.web.api.once import ONCE, IdempotencyKey, once
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.api.rights import Bearer, reading, writing
from broadcaster.web.api.routes.sending import submission_of, submit
from broadcaster.web.api.versions import CHANGES, IfMatch, etag, version_in
from broadcaster.web.errors import storing
from broadcaster.web.site import Site, site_of

router = operations("drafts")


@router.get("/drafts", **reading(Scope.DRAFTS_WRITE))
def list_drafts(request: Request) -> DraftList:
    """List the drafts from which no alert has been made, the latest change first."""
    return DraftList.model_construct(
        drafts=[DraftAnswer.of(draft) for draft in site_of(request).ledger.drafts.unsent()]
    )


@router.post(
    "/drafts",
    status_code=201,
    response_model=DraftAnswer,
    **writing(Scope.DRAFTS_WRITE, errors=ONCE),
)
async def make_draft(request: Request, token: Bearer, key: IdempotencyKey, content: DraftContent) -> Response:
    """Keep what is written, however unfinished, for the staff to go on with."""
    site = site_of(request)

    def make(begun: Begun) -> Answer:
        try:
            with storing():
                draft = site.ledger.drafts.save(begun.identifier, 0, content.written(), token.actor, site.clock())
        except DraftMoved as moved:
            # It was kept before the centre ended without an answer, and somebody may have gone on with it.
            draft = moved.now or _find(site, begun.identifier)
        body = DraftAnswer.of(draft).model_dump_json()
        return Answer(201, body, f"/api/v1/drafts/{draft.identifier}", etag(draft.version))

    async def act(begun: Begun) -> Answer:
        return await asyncio.to_thread(make, begun)

    return await once(request, token, key, act)


@router.get("/drafts/{identifier}", **reading(Scope.DRAFTS_WRITE, errors=(problems.NOT_FOUND,)))
def get_draft(request: Request, identifier: str, response: Response) -> DraftAnswer:
    """Return one draft."""
    draft = _find(site_of(request), identifier)
    response.headers["ETag"] = etag(draft.version)
    return DraftAnswer.of(draft)


@router.put("/drafts/{identifier}", **writing(Scope.DRAFTS_WRITE, errors=CHANGES))
def change_draft(
    request: Request, identifier: str, token: Bearer, if_match: IfMatch, content: DraftContent, response: Response
) -> DraftAnswer:
    """Write a draft anew, unless somebody else has changed it since it was read."""
    site = site_of(request)
    seen = _seen(site, identifier, if_match)
    with storing():
        draft = site.ledger.drafts.save(identifier, seen, content.written(), token.actor, site.clock())
    response.headers["ETag"] = etag(draft.version)
    return DraftAnswer.of(draft)


@router.delete("/drafts/{identifier}", status_code=204, **writing(Scope.DRAFTS_WRITE, errors=CHANGES))
def discard_draft(request: Request, identifier: str, token: Bearer, if_match: IfMatch) -> None:
    """Throw a draft away, unless somebody else has changed it since it was read."""
    site = site_of(request)
    seen = _seen(site, identifier, if_match)
    with storing():
        site.ledger.drafts.discard(identifier, seen, token.actor, site.clock())


@router.post(
    "/drafts/{identifier}/submission",
    status_code=201,
    response_model=SubmittedAnswer,
    **writing(Scope.ALERTS_SEND, errors=(*ONCE, *CHANGES, problems.NOT_SENDABLE)),
)
async def submit_draft(
    request: Request, identifier: str, token: Bearer, key: IdempotencyKey, if_match: IfMatch, content: SubmissionContent
) -> Response:
    """Send a draft as it was seen, now or at a time. The alert has its identifier: it is sent once whoever asks."""
    site = site_of(request)

    async def act(_: Begun) -> Answer:
        draft = await asyncio.to_thread(_find, site, identifier)
        return await submit(site, submission_of(identifier, draft.written, version_in(if_match), content), token)

    return await once(request, token, key, act)


def _find(site: Site, identifier: str) -> StoredDraft:
    draft = site.ledger.drafts.get(identifier)
    if draft is None:
        raise ProblemRaised(problems.NOT_FOUND, "there is no such draft")
    return draft


def _seen(site: Site, identifier: str, if_match: str) -> int:
    """Return the version that was seen if it stands; raises DraftMoved."""
    draft = _find(site, identifier)
    if version_in(if_match) != draft.version:
        raise DraftMoved(draft)
    return draft.version
