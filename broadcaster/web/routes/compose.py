"""Writing an alert, looking at it once more, sending it."""

import asyncio
import logging
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from broadcaster.domain.audience import recipients
from broadcaster.domain.draft import ADVISED_BODY, DraftError, compose, new_identifier
from broadcaster.domain.written import Correction, Written
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.sending import Submission
from broadcaster.web.compose_form import Editing, form_page
from broadcaster.web.drafting import keep, moved
from broadcaster.web.errors import NotStored, storing
from broadcaster.web.forms import identifier_of, version_of, written_of
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import find_alert, to_alert
from broadcaster.web.sessions import CheckedForm, Sender, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import LEVEL_EFFECTS, LEVELS, moment, plan

router = APIRouter()
log = logging.getLogger(__name__)


@router.get("/alerts/new")
def new_alert(
    request: Request, _: Sender, category: str = "", source: Annotated[str, Query(alias="from")] = ""
) -> Response:
    """Show the form, with a category's template if one is named, or with what an earlier alert said."""
    site = site_of(request)
    editing = _new(site)
    if not source:
        return form_page(request, Written.from_template(site.town.category(category)), editing)
    earlier = find_alert(site, source).alert
    copied = replace(editing, copied=moment(earlier.sent, site.town.time_zone))
    return form_page(request, Written.from_alert(earlier, Correction.from_alert(earlier)), copied)


@router.post("/alerts/new")
def rewrite_alert(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Show the form with what was written, and without a script: with a terminal more, or one less."""
    written = written_of(form)
    added, removed = text_of(form, "add"), text_of(form, "remove")
    terminals = dict.fromkeys([*written.terminals, *([added] if added else [])])
    written = replace(written, terminals=tuple(terminal for terminal in terminals if terminal != removed))
    return form_page(request, written, replace(_editing(site_of(request), form), words=text_of(form, "words")))


@router.post("/alerts/check")
def check_alert(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Keep what was written and show what sending would do, or the form with what is wrong."""
    site, written = site_of(request), written_of(form)
    try:
        editing = _kept(site, _editing(site, form), written, account)
    except DraftMoved as error:
        told = moved(site, identifier_of(form), error.now)
        return form_page(request, written, _new(site), moved=told)
    roster = site.ledger.terminals.all()
    try:
        alert = compose(written.draft(site.town), site.town, roster, site.clock(), identifier=editing.identifier)
    except DraftError as error:
        return form_page(request, written, editing, error.problems)
    reached = recipients(alert.audience, roster)
    presences = site.ledger.presences.all()
    online = [terminal for terminal in reached if terminal.id in presences and presences[terminal.id].online]
    return page(
        request,
        "check.html",
        alert=alert,
        written=written,
        version=editing.version,
        plan=plan(alert, site.town, len(reached)),
        effect=LEVEL_EFFECTS[alert.level],
        level_word=LEVELS[alert.level],
        reached=len(reached),
        away=len(reached) - len(online),
        expires=moment(alert.expires, site.town.time_zone),
        advised=ADVISED_BODY,
    )


@router.post("/alerts")
async def send_alert(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Accept the alert, once however often the form is sent, or show the form with what is wrong."""
    site, written = site_of(request), written_of(form)
    identifier = identifier_of(form)
    if not identifier:
        return await asyncio.to_thread(check_alert, request, account, form)
    try:
        with storing():
            await site.sending.submit(Submission(identifier, written), account)
    except DraftError as error:
        editing = _editing(site, form)
        return await asyncio.to_thread(form_page, request, written, editing, error.problems)
    return to_alert(identifier)


def _new(site: Site) -> Editing:
    return Editing(new_identifier(site.clock()))


def _editing(site: Site, form: FormData) -> Editing:
    identifier = identifier_of(form)
    return Editing(identifier, version_of(form)) if identifier else _new(site)


def _kept(site: Site, editing: Editing, written: Written, account: Account) -> Editing:
    """Return what is edited once it is kept. That it cannot be kept is no reason not to warn."""
    try:
        return replace(editing, version=keep(site, editing.identifier, editing.version, written, account).version)
    except NotStored as error:
        log.warning("draft not kept", extra={"reason": error.advice})
        return editing
