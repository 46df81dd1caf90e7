"""One submission: what a household would see, and what can be decided about it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from broadcaster.domain.audience import recipients
from broadcaster.domain.draft import DraftError, Problem, contact_of
from broadcaster.domain.roles import Act, may
from broadcaster.domain.timing import NOW, next_after
from broadcaster.domain.validity import validity
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.ledger.submissions import State, StoredSubmission
from broadcaster.sending import MayNotApprove, Submitted
from broadcaster.web.approvers import approvers_in_words
from broadcaster.web.errors import PageError, storing
from broadcaster.web.forms import day_of, version_of
from broadcaster.web.moved import moved_page
from broadcaster.web.outlook import day_warning, gone_warning, quiet_warning, sentence, spoken_at, until_when
from broadcaster.web.pages import page
from broadcaster.web.planned import planned_row
from broadcaster.web.routes.alerts import to_alert
from broadcaster.web.sessions import Approver, CheckedForm, Reader, Sender, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import LEVEL_EFFECTS

router = APIRouter()

MAXIMUM_NOTE = 300


@router.get("/planned/{identifier}")
def show_submission(request: Request, identifier: str, account: Reader) -> Response:
    """Show what was submitted, or lead to the alert that it has become."""
    submission = _find(site_of(request), identifier)
    if submission.state is State.CLOSED and site_of(request).ledger.alerts.get(identifier):
        return to_alert(identifier)
    return _page(request, submission, account)


@router.post("/planned/{identifier}/approve")
async def approve(request: Request, identifier: str, account: Approver, form: CheckedForm) -> Response:
    """Let it go out, once however often the form is sent, or tell who was faster."""
    site = site_of(request)
    try:
        with storing():
            submitted = await site.sending.approve(identifier, version_of(form), account)
    except MayNotApprove as error:
        raise PageError(
            403, "承認できません", "自分で承認を頼んだお知らせは、ほかの職員が承認します。何も送信されていません。"
        ) from error
    except DraftError as error:
        return await asyncio.to_thread(_again, request, identifier, account, error.problems)
    except DraftMoved:
        return await asyncio.to_thread(_late, request, identifier, account)
    if submitted is not Submitted.SENT:
        return _to_submission(identifier)
    await site.sending.wait_until_out()
    return to_alert(identifier)


@router.post("/planned/{identifier}/send-back")
async def send_back(request: Request, identifier: str, account: Approver, form: CheckedForm) -> Response:
    """Make it a draft again with a note for its author, or tell who was faster."""
    note = text_of(form, "note").strip()[:MAXIMUM_NOTE]
    try:
        with storing():
            await site_of(request).sending.send_back(identifier, version_of(form), note, account)
    except DraftError as error:
        return await asyncio.to_thread(_again, request, identifier, account, error.problems)
    except DraftMoved:
        return await asyncio.to_thread(_late_to_return, request, identifier, account)
    return _to_submission(identifier)


@router.post("/planned/{identifier}/recall")
async def recall(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Make it a draft again, or tell who was faster."""
    try:
        with storing():
            await site_of(request).sending.recall(identifier, version_of(form), account)
    except DraftMoved:
        return await asyncio.to_thread(_late_to_return, request, identifier, account)
    return _to_submission(identifier)


@router.post("/planned/{identifier}/leave-out")
async def leave_out(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Leave out the next broadcast of a series, or tell who was faster."""
    return await _change_days(request, identifier, account, form, is_left_out=True)


@router.post("/planned/{identifier}/put-back")
async def put_back(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Broadcast on a day that was left out, or tell who was faster."""
    return await _change_days(request, identifier, account, form, is_left_out=False)


async def _change_days(
    request: Request, identifier: str, account: Account, form: FormData, *, is_left_out: bool
) -> Response:
    sending, version, day = site_of(request).sending, version_of(form), day_of(form)
    change = sending.series.leave_out if is_left_out else sending.series.put_back
    try:
        with storing():
            await change(identifier, version, day, account)
    except DraftError as error:
        return await asyncio.to_thread(_again, request, identifier, account, error.problems)
    except DraftMoved:
        return await asyncio.to_thread(
            _late_for_day, request, identifier, account, version, day, is_left_out=is_left_out
        )
    return _to_submission(identifier)


def _find(site: Site, identifier: str) -> StoredSubmission:
    submission = site.ledger.submissions.get(identifier)
    if submission is None:
        raise PageError(
            404,
            "この予定は見つかりません",
            "消されたか、アドレスがまちがっています。「予定と承認」から選びなおしてください。",
        )
    return submission


def _late(request: Request, identifier: str, account: Account) -> Response:
    submission = site_of(request).ledger.submissions.get(identifier)
    if submission and submission.approved_by == account.name and submission.state in (State.PLANNED, State.CLOSED):
        # The same form came twice: what was wanted has happened.
        return _to_submission(identifier)
    return moved_page(request, identifier)


def _late_to_return(request: Request, identifier: str, account: Account) -> Response:
    submission = site_of(request).ledger.submissions.get(identifier)
    if submission and submission.state is State.RETURNED and submission.noted_by == account.name:
        # The same form came twice: what was wanted has happened.
        return _to_submission(identifier)
    return moved_page(request, identifier)


def _late_for_day(
    request: Request, identifier: str, account: Account, version: int, day: date, *, is_left_out: bool
) -> Response:
    submission = site_of(request).ledger.submissions.get(identifier)
    if submission is None or submission.state not in (State.PLANNED, State.CLOSED):
        return moved_page(request, identifier)
    if submission.version == version:
        raise PageError(
            409,
            "その回の時刻は、もう過ぎています",
            "予定は何も変わっていません。「予定と承認」から、つぎの放送を確かめてください。",
        )
    if submission.left_out_by == account.name and (day in submission.timing.left_out) is is_left_out:
        # The same form came twice: what was wanted has happened.
        return _to_submission(identifier)
    return moved_page(request, identifier)


def _again(request: Request, identifier: str, account: Account, problems: Sequence[Problem]) -> Response:
    return _page(request, _find(site_of(request), identifier), account, problems)


def _page(
    request: Request, submission: StoredSubmission, account: Account, problems: Sequence[Problem] = ()
) -> Response:
    site, written = site_of(request), submission.written
    row = planned_row(site, submission, account)
    category = site.town.category(written.category)
    waits, draft = submission.state is State.WAITING, written.draft(site.town)
    goes_now = submission.timing.is_now or row.overdue
    ahead = frozenset(occasion.date for occasion in row.left_out)
    timing = NOW if goes_now else replace(submission.timing, left_out=ahead)
    goes_at = next_after(timing, site.clock(), site.town.time_zone) or site.clock()
    valid_for = validity(category, draft.valid_hours) if category else timedelta()
    is_certain = submission.state is State.PLANNED and not timing.is_repeated
    decides = waits and not row.own and may(account.role, Act.APPROVE)
    roster = site.ledger.terminals.everybody()
    reached = recipients(draft.audience, roster) if draft.audience else []
    cut_off = not site.ledger.broker.is_connected()
    return page(
        request,
        "submission.html",
        status=422 if problems else 200,
        row=row,
        written=written,
        contact=contact_of(category, site.town) if category else site.town.desk,
        cut_off=cut_off,
        plan=sentence(
            site.town,
            draft.audience,
            reached,
            row.level,
            timing,
            drill=row.drill,
            asked=waits and not decides,
            cut_off=cut_off,
        )
        if draft.audience
        else "",
        gone=gone_warning(draft.audience, roster) if draft.audience else "",
        effect=LEVEL_EFFECTS[row.level],
        until=until_when(site.town, valid_for, goes_at if is_certain else None),
        quiet=quiet_warning(site.town, row.level, goes_at, goes_at + valid_for, repeated=timing.is_repeated),
        days=day_warning(
            site.town,
            written,
            timing,
            submission.submitted_at.astimezone(site.town.time_zone).date(),
            spoken_at(site.town, row.level, goes_at, goes_at + valid_for),
        ),
        waits=waits,
        approvers=approvers_in_words(site, submission.submitted_by) if waits and not decides else "",
        planned=submission.state is State.PLANNED,
        returned=submission.state is State.RETURNED,
        goes_now=goes_now,
        decides=decides,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        maximum_note=MAXIMUM_NOTE,
    )


def _to_submission(identifier: str) -> Response:
    return RedirectResponse(f"/planned/{identifier}", status_code=303)
