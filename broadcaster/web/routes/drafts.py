"""Drafts: kept while they are written, found again, thrown away."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.draft import new_identifier
from broadcaster.ledger.drafts import DraftMoved, StoredDraft
from broadcaster.ledger.submissions import State
from broadcaster.web import sessions
from broadcaster.web.authors import author_name
from broadcaster.web.compose_form import Editing, form_page
from broadcaster.web.drafting import keep, moved
from broadcaster.web.errors import NotStored, PageError, storing
from broadcaster.web.forms import is_identifier, version_of, written_of
from broadcaster.web.moved import moved_page
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import to_alert
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import day_and_clock, moment

router = APIRouter()


@dataclass(frozen=True)
class Row:
    """One draft in the list. `note` is why it was sent back, empty if it was not."""

    identifier: str
    headline: str
    body: str
    kind: str
    drill: bool
    changed_by: str
    changed_at: str
    note: str


@router.get("/drafts")
def list_drafts(request: Request, _: Sender) -> Response:
    """Show what was begun and not sent."""
    return _list_page(request)


@router.get("/drafts/token")
def session_token(request: Request, _: Sender) -> Response:
    """Answer with the token of the session, for a page that outlived the one in which it was made."""
    return JSONResponse({"csrf": sessions.token_of(request)})


@router.get("/drafts/{identifier}")
def open_draft(request: Request, identifier: str, _: Sender) -> Response:
    """Show a draft in the form, or what it has become."""
    site = site_of(request)
    if site.ledger.alerts.get(identifier) is not None:
        return to_alert(identifier)
    if site.ledger.drafts.is_locked(identifier):
        return RedirectResponse(f"/planned/{identifier}", status_code=303)
    draft = _find(site, identifier)
    return form_page(request, draft.written, Editing(identifier, draft.version, saved=_saved(site, draft)))


@router.post("/drafts/{identifier}")
def save_draft(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Keep what the form holds, for its script: answers with the new version, or with why it is not kept."""
    site = site_of(request)
    if not is_identifier(identifier):
        raise _missing()
    written = written_of(form)
    try:
        draft = keep(site, identifier, version_of(form), written, account)
    except DraftMoved as error:
        told = moved(site, identifier, error.now, written)
        notice = site.templates.get_template("parts/draft_moved.html").render(moved=told, scripted=True)
        return JSONResponse({"notice": notice, "fresh": new_identifier(site.clock())}, status_code=409)
    except NotStored as error:
        return JSONResponse({"message": error.advice}, status_code=503)
    return JSONResponse({"version": draft.version, "saved": _saved(site, draft)})


@router.get("/drafts/{identifier}/discard")
def ask_to_discard(request: Request, identifier: str, _: Sender) -> Response:
    """Show what would be thrown away, or what the draft has become."""
    site = site_of(request)
    if site.ledger.drafts.is_locked(identifier):
        return RedirectResponse(f"/drafts/{identifier}", status_code=303)
    return _discard_page(request, _find(site, identifier))


@router.post("/drafts/{identifier}/discard")
def discard_draft(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Throw a draft away, as it was seen, and offer to bring it back."""
    site = site_of(request)
    draft = site.ledger.drafts.get(identifier)
    if draft is None:
        return RedirectResponse("/drafts", status_code=303)
    try:
        with storing():
            site.ledger.drafts.discard(identifier, version_of(form), account.name, site.clock())
    except DraftMoved as error:
        if error.now is None or site.ledger.drafts.is_locked(identifier):
            return moved_page(request, identifier)
        return _discard_page(request, error.now, changed=True)
    return _list_page(request, discarded=draft)


@router.post("/drafts/{identifier}/restore")
def restore_draft(request: Request, identifier: str, account: Sender, form: CheckedForm) -> Response:
    """Bring back what was thrown away just now; what has taken its place stays."""
    site = site_of(request)
    if not is_identifier(identifier):
        raise _missing()
    try:
        draft = keep(site, identifier, 0, written_of(form), account)
    except DraftMoved:
        return RedirectResponse(f"/drafts/{identifier}", status_code=303)
    with storing():
        site.ledger.audit.add(
            Entry(account.name, Deed.DRAFT_RESTORED, identifier, site.clock(), draft.written.headline)
        )
    return RedirectResponse("/drafts", status_code=303)


def _list_page(request: Request, discarded: StoredDraft | None = None) -> Response:
    site = site_of(request)
    notes = {one.identifier: one.note for one in site.ledger.submissions.in_state(State.RETURNED)}
    rows = [_row(site, draft, notes.get(draft.identifier, "")) for draft in site.ledger.drafts.unsent()]
    return page(request, "drafts.html", rows=rows, discarded=discarded, thrown=discarded and _row(site, discarded))


def _discard_page(request: Request, draft: StoredDraft, *, changed: bool = False) -> Response:
    site = site_of(request)
    status = 409 if changed else 200
    row = _row(site, draft)
    return page(request, "discard_draft.html", status=status, row=row, version=draft.version, changed=changed)


def _row(site: Site, draft: StoredDraft, note: str = "") -> Row:
    category = site.town.category(draft.written.category)
    return Row(
        identifier=draft.identifier,
        headline=draft.written.headline.strip() or "（見出しなし）",
        body=draft.written.body.strip(),
        kind=category.name if category else "種別なし",
        drill=bool(draft.written.drill),
        changed_by=author_name(site, draft.changed_by),
        changed_at=day_and_clock(draft.changed_at, site.town.time_zone),
        note=note,
    )


def _saved(site: Site, draft: StoredDraft) -> str:
    """Return when a draft was kept: the time, and the day if it is not today."""
    zone = site.town.time_zone
    local = draft.changed_at.astimezone(zone)
    is_today = local.date() == site.clock().astimezone(zone).date()
    return f"{local:%H:%M}" if is_today else moment(draft.changed_at, zone)


def _find(site: Site, identifier: str) -> StoredDraft:
    draft = site.ledger.drafts.get(identifier)
    if draft is None:
        raise _missing()
    return draft


def _missing() -> PageError:
    return PageError(
        404, "この下書きは見つかりません", "捨てられたか、もう送信されています。「下書き」から選びなおしてください。"
    )
