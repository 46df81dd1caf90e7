"""Households that want to be called back: who will call, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.requests import Request as Wish
from broadcaster.web import sessions
from broadcaster.web.authors import author_name
from broadcaster.web.callbacks import MAXIMUM_NOTE, Show, callback_row, callbacks
from broadcaster.web.errors import PageError, storing
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, Reader, Sender, text_of
from broadcaster.web.site import Site, site_of

router = APIRouter()

Row = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""SQLite's own bound: a larger number names nothing."""


def parts(request: Request, account: Account, show: Show) -> list[Part]:
    """Return the list and the numbers above it."""
    site = site_of(request)
    waiting = callbacks(site, Show.OPEN, account.name)
    rows = waiting if show is Show.OPEN else callbacks(site, show, account.name)
    mine = sum(1 for row in waiting if row.taken_by == account.name)
    return [
        Part("request-tabs", "parts/request_tabs.html", {"show": show, "waiting": len(waiting), "mine": mine}),
        Part("request-list", "parts/request_list.html", {"show": show, "rows": rows, **_acts(request, account)}),
    ]


def state(request: Request, account: Account, row: Row) -> Part:
    """Return how one wish stands now, and what can be done about it."""
    return Part(
        "request-state",
        "parts/request_state.html",
        {"row": callback_row(site_of(request), _find(site_of(request), row)), **_acts(request, account)},
    )


@router.get("/requests")
def show_requests(request: Request, account: Reader, show: Show = Show.OPEN) -> Response:
    """Show who waits for a call, those who wait longest first."""
    tabs, rows = parts(request, account, show)
    return page(request, "requests.html", show=show, tabs=tabs, rows=rows)


@router.get("/requests/{row}")
def show_request(request: Request, row: Row, account: Reader) -> Response:
    """Show one wish, with a place for what is talked about."""
    return _request_page(request, account, row)


@router.post("/requests/{row}/take")
def take(request: Request, row: Row, account: Sender, form: CheckedForm) -> Response:
    """Note that this account will call; if a colleague was faster, that stands."""
    site = site_of(request)
    with storing():
        if site.ledger.requests.take(row, account.name, site.clock(), text_of(form, "instead_of")):
            return _to(f"/requests/{row}")
    return _request_page(request, account, row, problem=_what_stands(site, row))


@router.post("/requests/{row}/release")
def release(request: Request, row: Row, account: Sender, _: CheckedForm) -> Response:
    """Note that this account will not call after all."""
    site = site_of(request)
    with storing():
        site.ledger.requests.release(row, account.name, site.clock())
    return _to("/requests")


@router.post("/requests/{row}/note")
def annotate(request: Request, row: Row, account: Sender, form: CheckedForm) -> Response:
    """Keep what was talked about, or that nobody answered; the household still waits."""
    site, note = site_of(request), _note(form)
    if len(note) > MAXIMUM_NOTE:
        return _too_long(request, account, row, note)
    with storing():
        if site.ledger.requests.annotate(row, note, _note(form, "seen"), account.name, site.clock()):
            return _to(f"/requests/{row}")
    return _not_kept(request, account, row, note)


@router.post("/requests/{row}/done")
def finish(request: Request, row: Row, account: Sender, form: CheckedForm) -> Response:
    """Note that this household has been called, and what was talked about; if a colleague was faster, that stands."""
    site, note = site_of(request), _note(form)
    if len(note) > MAXIMUM_NOTE:
        return _too_long(request, account, row, note)
    with storing():
        if site.ledger.requests.finish(row, account.name, site.clock(), note if "note" in form else None):
            return _to("/requests")
    return _not_kept(request, account, row, note)


@router.post("/requests/{row}/reopen")
def reopen(request: Request, row: Row, account: Sender, _: CheckedForm) -> Response:
    """Note that this household has not been called after all."""
    site = site_of(request)
    with storing():
        site.ledger.requests.reopen(row, account.name, site.clock())
    return _to("/requests")


def _request_page(
    request: Request, account: Account, row: Row, *, problem: str = "", unkept: str = "", status: int = 409
) -> Response:
    part = state(request, account, row)
    return page(
        request,
        "request.html",
        status=status if problem else 200,
        row=part.context["row"],
        part=part,
        problem=problem,
        unkept=unkept,
        maximum=MAXIMUM_NOTE,
    )


def _not_kept(request: Request, account: Account, row: Row, note: str) -> Response:
    problem = _what_stands(site_of(request), row)
    return _request_page(request, account, row, problem=problem, unkept=note)


def _too_long(request: Request, account: Account, row: Row, note: str) -> Response:
    problem = f"{MAXIMUM_NOTE}文字までです。{len(note) - MAXIMUM_NOTE}文字短くしてください。まだ保存されていません。"
    return _request_page(request, account, row, problem=problem, unkept=note, status=422)


def _what_stands(site: Site, row: Row) -> str:
    """Return why nothing was changed, for the one who was slower."""
    found = _find(site, row)
    if found.done_at:
        return f"この相談は、先に{author_name(site, found.done_by)}さんが「電話しました」と記録しました。"
    if found.callback.withdrawn_at:
        return "この相談は、世帯が取り消しました。"
    if found.taken_by:
        return f"この相談は、先に{author_name(site, found.taken_by)}さんが引き受けました。声をかけてください。"
    return "この相談は、ほかの人が先に変えました。いまの状態を見て、もう一度操作してください。"


def _find(site: Site, row: Row) -> Wish:
    found = site.ledger.requests.get(row)
    if found is None:
        raise PageError(404, "相談が見つかりません", "「相談の希望」から選びなおしてください。")
    return found


def _note(form: FormData, field: str = "note") -> str:
    return text_of(form, field).replace("\r\n", "\n").strip()


def _acts(request: Request, account: Account) -> dict[str, object]:
    return {
        "may_send": may(account.role, Act.SEND),
        "csrf": sessions.token_of(request),
        "me": account.name,
    }


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
