"""Looking at an alert once more, and sending it, planning it or asking for approval."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from broadcaster.domain.audience import recipients
from broadcaster.domain.draft import ADVISED_BODY, DraftError, Problem, compose
from broadcaster.domain.timing import next_after
from broadcaster.domain.written import Written
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.sending import Need, Submission, Submitted
from broadcaster.web.approvers import approvers_in_words
from broadcaster.web.compose_form import Editing, editing_of, form_page, new_editing
from broadcaster.web.drafting import keep, moved
from broadcaster.web.errors import NotStored, storing
from broadcaster.web.forms import MAXIMUM_REASON, identifier_of, reason_of, version_of, written_of
from broadcaster.web.moved import moved_page
from broadcaster.web.outlook import (
    button,
    day_warning,
    gone_warning,
    quiet_warning,
    sentence,
    spoken_at,
    until_when,
    when_again,
)
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import to_alert
from broadcaster.web.sessions import CheckedForm, Sender, SenderLater, SentForm, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.timing_form import TimingForm
from broadcaster.web.words import LEVEL_EFFECTS, LEVELS

router = APIRouter()
log = logging.getLogger(__name__)


@router.post("/alerts/check")
async def check_alert(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Keep what was written and show what sending would do, or the form with what is wrong."""
    shown = await asyncio.to_thread(_check_page, request, form, account, [])
    if shown.status_code == 200:
        site_of(request).sending.prepare(written_of(form))
    return shown


@dataclass(frozen=True)
class _Taken:
    """What somebody has submitted, and what has become of it; None: the voice has to read it first."""

    submission: Submission
    account: Account
    submitted: Submitted | None


@router.post("/alerts")
async def send_alert(request: Request, sender: SenderLater, form: SentForm) -> Response:
    """Take the alert as the page said, once however often the form is sent, or show what is wrong.

    The form says of which time its page spoke: whoever has chosen another one without looking is asked once more.
    """
    site = site_of(request)
    try:
        with storing():
            taken = await asyncio.to_thread(_take, request, sender, form)
            if isinstance(taken, Response):
                return taken
            submitted = taken.submitted or await site.sending.submit(taken.submission, taken.account)
    except DraftError as error:
        chosen, written = TimingForm.of(form), written_of(form)
        again = partial(form_page, request, written, editing_of(site, form), error.problems, carried=chosen.pairs())
        return await asyncio.to_thread(again)
    except DraftMoved:
        return await asyncio.to_thread(moved_page, request, identifier_of(form), written_of(form))
    identifier = taken.submission.identifier
    if submitted is Submitted.SENT:
        await site.sending.wait_until_out()
        return to_alert(identifier)
    return RedirectResponse(f"/planned/{identifier}", status_code=303)


def _take(request: Request, sender: Callable[[], Account], form: FormData) -> Response | _Taken:
    """Ask who it is, and submit or show what is wrong: in one turn of a thread, since whoever has clicked waits."""
    account = sender()
    site, chosen = site_of(request), TimingForm.of(form)
    timing, problems = chosen.timing(site.clock(), site.town.time_zone)
    is_alone = bool(text_of(form, "alone"))
    reason = reason_of(form) if is_alone else ""
    if is_alone and not reason:
        problems = [*problems, Problem("reason", "承認を待てない理由を書いてください。", "is missing")]
    identifier = identifier_of(form)
    if problems or not identifier or text_of(form, "told") != chosen.key:
        return _check_page(request, form, account, problems)
    submission = Submission(identifier, written_of(form), version_of(form), timing, reason)
    return _Taken(submission, account, site.sending.submit_known(submission, account))


def _check_page(request: Request, form: FormData, account: Account, problems: Sequence[Problem]) -> Response:
    site, written = site_of(request), written_of(form)
    now, zone = site.clock(), site.town.time_zone
    try:
        editing = _kept(site, editing_of(site, form), written, account)
    except DraftMoved as error:
        identifier = identifier_of(form)
        return form_page(request, written, new_editing(site), moved=moved(site, identifier, error.now, written))
    roster = site.ledger.terminals.everybody()
    chosen = TimingForm.of(form)
    timing, wrong = chosen.timing(now, zone)
    problems = list({problem.field: problem for problem in [*wrong, *problems]}.values())
    goes_at = next_after(timing, now, zone) or now
    try:
        alert = compose(written.draft(site.town), site.town, roster, goes_at, identifier=editing.identifier)
    except DraftError as error:
        return form_page(request, written, editing, error.problems, carried=chosen.pairs())
    reached = recipients(alert.audience, roster)
    presences = site.ledger.presences.all()
    seen = [presences[terminal.id] for terminal in reached if terminal.id in presences]
    need = site.sending.need(written)
    asked, cut_off = need is not Need.NOTHING, not site.ledger.broker.is_connected()
    proposed = chosen.with_proposals(now, zone)
    return page(
        request,
        "check.html",
        status=422 if problems else 200,
        alert=alert,
        written=written,
        version=editing.version,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        is_timing_wrong=bool(wrong),
        plan=sentence(
            site.town,
            alert.audience,
            reached,
            alert.level,
            timing,
            drill=alert.is_drill,
            asked=asked,
            cut_off=cut_off,
        ),
        when=when_again(site.town, timing),
        cut_off=cut_off,
        button=button(timing, drill=alert.is_drill, asked=asked, cut_off=cut_off),
        timing=timing,
        chosen=proposed,
        told=chosen.key,
        asked=asked,
        approvers=approvers_in_words(site, account.name) if asked else "",
        alone=need is Need.APPROVAL_OR_REASON and timing.is_now,
        reason=text_of(form, "reason"),
        maximum_reason=MAXIMUM_REASON,
        quiet=""
        if asked and timing.is_now
        else quiet_warning(site.town, alert.level, goes_at, alert.expires, repeated=timing.is_repeated),
        days=day_warning(
            site.town,
            written,
            timing,
            now.astimezone(zone).date(),
            spoken_at(site.town, alert.level, goes_at, alert.expires),
        ),
        gone=gone_warning(alert.audience, roster),
        effect=LEVEL_EFFECTS[alert.level],
        level_word=LEVELS[alert.level],
        reached=len(reached),
        away=sum(not presence.online for presence in seen),
        never=len(reached) - len(seen),
        until=until_when(site.town, alert.expires - alert.sent, None if asked or timing.is_repeated else alert.sent),
        advised=ADVISED_BODY,
    )


def _kept(site: Site, editing: Editing, written: Written, account: Account) -> Editing:
    """Return what is edited once it is kept. That it cannot be kept is no reason not to warn.

    Of a form on which nothing was written yet, no draft is begun.
    """
    if not (editing.version or written.headline.strip() or written.body.strip()):
        return editing
    try:
        return replace(editing, version=keep(site, editing.identifier, editing.version, written, account).version)
    except NotStored as error:
        log.warning("draft not kept", extra={"reason": error.advice})
        return editing
