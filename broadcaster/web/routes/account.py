"""One's own account: the password and the open log-ins."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.passwords import MAXIMUM_PASSWORD
from broadcaster.ledger.accounts import AccountError
from broadcaster.ledger.sessions import hash_of
from broadcaster.web import sessions
from broadcaster.web.errors import changing
from broadcaster.web.pages import page
from broadcaster.web.roles import ROLE_MEANINGS, ROLES
from broadcaster.web.routes.login import attempt, held_up
from broadcaster.web.sessions import CheckedForm, Reader, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import day_and_clock

router = APIRouter()

WRONG_PASSWORD = "いまのパスワードがちがいます。"  # noqa: S105 - a sentence

_DONE = {
    "password": "パスワードを変えました。ほかの場所のログインは終わりました。",
    "sessions": "ほかのログインを終わらせました。",
    "second-step-off": "確認コードをやめました。",
}


@dataclass(frozen=True)
class OpenSession:
    """A log-in of one's own."""

    begun: str
    seen: str
    address: str
    is_this: bool


@router.get("/account")
def show_account(request: Request, account: Reader, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show who one is here, and where one is logged in."""
    return account_page(request, account, done=_DONE.get(done, ""))


@router.post("/account/password")
async def change_password(request: Request, account: Reader, form: CheckedForm) -> Response:
    """Set another password for who knows the old one; other log-ins of this account end."""
    site = site_of(request)
    new, again = text_of(form, "password"), text_of(form, "again")
    if problem := await password_problem(request, account, text_of(form, "current")):
        return await asyncio.to_thread(account_page, request, account, {"current": problem})
    if new != again:
        problem_of = {"again": "新しいパスワードとちがいます。もう一度入力してください。"}
        return await asyncio.to_thread(account_page, request, account, problem_of)
    keep = hash_of(sessions.session_token(request))
    try:
        async with site.password_checks:
            with changing():
                await asyncio.to_thread(
                    site.ledger.accounts.change_password,
                    account.name,
                    new,
                    account.name,
                    site.clock(),
                    keep,
                    town=site.town.id,
                )
    except AccountError as error:
        return await asyncio.to_thread(account_page, request, account, {"password": error.japanese})
    return RedirectResponse("/account?done=password", status_code=303)


@router.post("/account/sessions")
def end_others(request: Request, account: Reader, _: CheckedForm) -> Response:
    """End one's log-ins everywhere else."""
    site = site_of(request)
    with changing():
        site.ledger.sessions.end_others(account.name, sessions.session_token(request), account.name, site.clock())
    return RedirectResponse("/account?done=sessions", status_code=303)


async def password_problem(request: Request, account: Reader, password: str) -> str:
    """Return why a password does not prove that it is the account's owner who asks; empty if it does.

    It is counted like a failed log-in: whoever finds a screen that was left open cannot try for long.
    """
    site = site_of(request)
    address = sessions.address_of(request)
    tried = await attempt(
        site, account.name, address, lambda: site.ledger.accounts.log_in(account.name, password[:MAXIMUM_PASSWORD])
    )
    if tried.wait:
        return held_up(tried.wait)
    if tried.account is None:
        return WRONG_PASSWORD
    await asyncio.to_thread(site.access.door.succeeded, account.name, address)
    return ""


def account_page(
    request: Request, account: Reader, problem_of: dict[str, str] | None = None, done: str = ""
) -> Response:
    """Return the page of one's own account."""
    site = site_of(request)
    second_step = site.access.second_step
    return page(
        request,
        "account.html",
        status=422 if problem_of else 200,
        role=ROLES[account.role],
        role_meaning=ROLE_MEANINGS[account.role],
        sessions=_open_sessions(request, site, account.name),
        second_step=second_step.is_on(account.name),
        recovery_codes=second_step.recovery_codes_left(account.name),
        problem_of=problem_of or {},
        done=done,
    )


def _open_sessions(request: Request, site: Site, name: str) -> list[OpenSession]:
    this, zone = hash_of(sessions.session_token(request)), site.town.time_zone
    return [
        OpenSession(
            begun=day_and_clock(session.begun_at, zone),
            seen=day_and_clock(session.seen_at, zone),
            address=session.address,
            is_this=session.token_hash == this,
        )
        for session in site.ledger.sessions.of_account(name, site.clock())
    ]
