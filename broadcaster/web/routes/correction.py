"""Correcting an alert: writing the new text, looking at both, sending it."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.draft import ADVISED_BODY, DraftError, Problem, can_be_corrected, stale_languages
from broadcaster.domain.written import Correction, Written
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import Accepted, AlertExists
from broadcaster.sending.readings import furigana_or_none, reading_or_none
from broadcaster.web.acceptance import accept_correction, corrected, is_sent
from broadcaster.web.differences import differences
from broadcaster.web.forms import MAXIMUM_REASON, correction_of, translation_fields
from broadcaster.web.outlook import correction_sentence
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import facts, find_alert, to_alert
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import moment
from kokuchi.wire import Alert, Furigana, Reading
from kokuchi.wire.alert import MAXIMUM_BODY, MAXIMUM_HEADLINE

router = APIRouter()


@router.get("/alerts/{identifier}/correct")
def start(request: Request, identifier: str, _: Sender) -> Response:
    """Show the form with the text as it is."""
    site = site_of(request)
    accepted = find_alert(site, identifier)
    if not can_be_corrected(accepted.alert, site.clock()):
        return to_alert(identifier)
    return _form_page(request, accepted, Correction.from_alert(accepted.alert))


@router.post("/alerts/{identifier}/correct/rewrite")
def rewrite_correction(request: Request, identifier: str, _: Sender, form: CheckedForm) -> Response:
    """Show the form with what was written."""
    written = correction_of(form)
    accepted = find_alert(site_of(request), identifier)
    return _obstacle(request, accepted, written) or _form_page(request, accepted, written)


@router.post("/alerts/{identifier}/correct/check")
def check_correction(request: Request, identifier: str, _: Sender, form: CheckedForm) -> Response:
    """Show the old text and the new one, and what sending would do, or the form with what is wrong."""
    site, written = site_of(request), correction_of(form)
    accepted = find_alert(site, identifier)
    obstacle = _obstacle(request, accepted, written)
    if obstacle:
        return obstacle
    try:
        alert = corrected(site, accepted, written)
    except DraftError as error:
        return _form_page(request, accepted, written, problems=error.problems)
    return _check_page(request, accepted, written, alert)


@router.post("/alerts/{identifier}/correct")
async def send_correction(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Accept the Update, once however often the form is sent, or show the form with what is in its way."""
    site, written = site_of(request), correction_of(form)
    accepted = await asyncio.to_thread(find_alert, site, identifier)
    headline, body = written.headline.strip(), written.body.strip()
    reading = await reading_or_none(site.voice, headline, body, accepted.alert.contact)
    furigana = await furigana_or_none(site.voice, headline, body)
    return await asyncio.to_thread(_send, request, identifier, account, written, reading, furigana)


def _send(
    request: Request,
    identifier: str,
    account: Account,
    written: Correction,
    reading: Reading | None,
    furigana: Furigana | None,
) -> Response:
    site = site_of(request)
    accepted = find_alert(site, identifier)
    # Looked at afterwards: else the same, sent twice in one moment, would be told that somebody else was faster.
    if is_sent(site, identifier, written):
        return to_alert(identifier)
    obstacle = _obstacle(request, accepted, written)
    if obstacle:
        return obstacle
    try:
        alert = corrected(site, accepted, written, reading, furigana)
    except DraftError as error:
        return _form_page(request, accepted, written, problems=error.problems)
    try:
        accept_correction(site, accepted, alert, account, written.reason)
    except DraftError as error:
        return _check_page(request, accepted, written, alert, problems=error.problems)
    except AlertExists:
        # Somebody else was faster in this very moment; now the ledger has what they did.
        return _send(request, identifier, account, written, reading, furigana)
    return to_alert(identifier)


def _check_page(
    request: Request, accepted: Accepted, written: Correction, alert: Alert, *, problems: Sequence[Problem] = ()
) -> Response:
    site = site_of(request)
    old_headline, new_headline = differences(accepted.alert.headline, alert.headline)
    old_body, new_body = differences(accepted.alert.body, alert.body)
    return page(
        request,
        "correct_check.html",
        status=422 if problems else 200,
        written=written,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        needs_reason=site.sending.needs_reason(accepted.alert),
        maximum_reason=MAXIMUM_REASON,
        texts=[("いままでの文", "old", old_headline, old_body), ("新しい文", "new", new_headline, new_body)],
        new=alert,
        stale=[
            language.name for language in site.town.languages if language.code in stale_languages(accepted.alert, alert)
        ],
        plan=correction_sentence(
            site.town,
            alert.audience,
            [line.terminal for line in site.ledger.deliveries.of_alert(accepted.row)],
            alert.level,
            drill=alert.is_drill,
            cut_off=not site.ledger.broker.is_connected(),
        ),
        new_expires=moment(alert.expires, site.town.time_zone),
        advised=ADVISED_BODY,
        **_hearers(site, accepted),
        **facts(site, accepted),
    )


def _obstacle(request: Request, accepted: Accepted, written: Correction) -> Response | None:
    """Return the page for a text that came too late, which keeps the text, or None."""
    site = site_of(request)
    if not can_be_corrected(accepted.alert, site.clock()):
        return page(
            request,
            "correct_refused.html",
            status=409,
            written=written,
            new_alert=Written.from_alert(accepted.alert, written),
            **facts(site, accepted),
        )
    if accepted.alert.revision != written.revision:
        return _form_page(request, accepted, written, overtaken=True)
    return None


def _form_page(
    request: Request,
    accepted: Accepted,
    written: Correction,
    *,
    problems: Sequence[Problem] = (),
    overtaken: bool = False,
) -> Response:
    site = site_of(request)
    return page(
        request,
        "correct.html",
        status=409 if overtaken else 422 if problems else 200,
        written=written,
        overtaken=overtaken,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        maximum_headline=MAXIMUM_HEADLINE,
        maximum_body=MAXIMUM_BODY,
        **translation_fields(written.translations),
        advised=ADVISED_BODY,
        **_hearers(site, accepted),
        **facts(site, accepted),
    )


def _hearers(site: Site, accepted: Accepted) -> dict[str, int]:
    """Return how many terminals will hear that this is a correction, and how many will hear the new text only."""
    heard = site.ledger.deliveries.heard(accepted.alert.identifier, accepted.alert.revision + 1)
    return {"heard": heard, "unheard": len(site.ledger.deliveries.of_alert(accepted.row)) - heard}
