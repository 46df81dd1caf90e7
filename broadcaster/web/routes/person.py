"""One account, and what an administrator may do with it. Its name comes in the query: it may hold any character."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.draft import Problem
from broadcaster.ledger.accounts import Account, AccountError
from broadcaster.web.errors import PageError, changing
from broadcaster.web.handing_over import hand_over
from broadcaster.web.pages import page
from broadcaster.web.roles import role_of
from broadcaster.web.routes.people import display_name_problem, person_row, role_words
from broadcaster.web.sessions import CheckedForm, Manager, session_token, text_of
from broadcaster.web.site import Site, site_of

router = APIRouter()

_DONE = {
    "changed": "変更しました。",
    "suspended": "停止しました。開いていたログインも終わりました。",
    "reactivated": "再開しました。前のパスワードで、またログインできます。",
    "unlocked": "ログインの待ち時間をなくしました。",
    "sessions": "この人のログインを、すべて終わらせました。",
    "second-step": "確認コードをやめました。パスワードだけでログインできます。",
}


@router.get("/people/account")
def show_person(request: Request, _: Manager, name: str, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show an account."""
    return _show(request, _find(site_of(request), name), [], _DONE.get(done, ""))


@router.post("/people/account")
def change(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Give an account another name for others to see, and another role."""
    site = site_of(request)
    person = _find(site, text_of(form, "name"))
    display_name, role = text_of(form, "display_name").strip(), role_of(text_of(form, "role"))
    if problem := display_name_problem(site, display_name, person.name):
        return _show(request, person, [problem])
    if role is None:
        return _show(request, person, [Problem("role", "役割を選んでください。", "the role is missing")])
    try:
        with changing():
            site.ledger.accounts.change(person.name, display_name, role, account.name, site.clock())
    except AccountError as error:
        return _show(request, person, [Problem(error.field, error.japanese, str(error))])
    if person.name == account.name and role is not account.role:
        # Who is no administrator any more may not see this page.
        return RedirectResponse("/", status_code=303)
    return _done(person, "changed")


@router.post("/people/suspend")
def suspend(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Let nobody log in with an account, from this moment on."""
    site = site_of(request)
    person = _find(site, text_of(form, "name"))
    try:
        with changing():
            site.ledger.accounts.suspend(person.name, account.name, site.clock())
    except AccountError as error:
        return _show(request, person, [Problem("suspend", error.japanese, str(error))])
    return _done(person, "suspended")


@router.post("/people/reactivate")
def reactivate(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Let an account's owner log in again."""
    site = site_of(request)
    person = _find(site, text_of(form, "name"))
    with changing():
        site.ledger.accounts.reactivate(person.name, account.name, site.clock())
    return _done(person, "reactivated")


@router.post("/people/link")
def make_link(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Make the link with which an account's owner chooses a password, and show it, this once."""
    site = site_of(request)
    person = _find(site, text_of(form, "name"))
    try:
        with changing():
            link = site.ledger.password_links.make(person.name, account.name, site.clock())
    except AccountError as error:
        return _show(request, person, [Problem("link", error.japanese, str(error))])
    return hand_over(request, person, link, is_new=False)


@router.post("/people/unlock")
def unlock(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Forget the failed log-ins of an account."""
    site = site_of(request)
    person = _find(site, text_of(form, "name"))
    with changing():
        site.access.door.unlock(person.name, account.name)
    return _done(person, "unlocked")


@router.post("/people/sessions")
def end_sessions(request: Request, account: Manager, form: CheckedForm) -> Response:
    """End all sessions of an account; an administrator's own one stays."""
    site = site_of(request)
    person = _find(site, text_of(form, "name"))
    with changing():
        site.ledger.sessions.end_others(person.name, session_token(request), account.name, site.clock())
    return _done(person, "sessions")


@router.post("/people/second-step")
def turn_second_step_off(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Let somebody who has lost the telephone log in with the password alone."""
    site = site_of(request)
    person = _find(site, text_of(form, "name"))
    with changing():
        site.access.second_step.turn_off(person.name, account.name)
    return _done(person, "second-step")


def _show(request: Request, account: Account, problems: list[Problem], done: str = "") -> Response:
    site = site_of(request)
    person = next(person for person in site.ledger.accounts.people() if person.account.name == account.name)
    return page(
        request,
        "person.html",
        status=409 if problems else 200,
        row=person_row(site, person),
        role=account.role.value,
        sessions=len(site.ledger.sessions.of_account(account.name, site.clock())),
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        roles=role_words(),
        done=done,
    )


def _find(site: Site, name: str) -> Account:
    account = site.ledger.accounts.get(name)
    if account is None:
        raise PageError(404, "アカウントが見つかりません", "「アカウント」の一覧から選びなおしてください。")
    return account


def _done(account: Account, what: str) -> Response:
    return RedirectResponse(f"/people/account?{urlencode({'name': account.name, 'done': what})}", status_code=303)
