"""Logging in, with a code after the password for those who want it, and logging out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.access.second_step import CodeRefused
from broadcaster.domain.passwords import MAXIMUM_PASSWORD
from broadcaster.ledger.accounts import Account
from broadcaster.web import sessions
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, text_of
from broadcaster.web.site import Site, site_of

router = APIRouter()

_LONGEST_NAME = 100
_WRITING = ("/alerts", "/drafts")


@dataclass(frozen=True)
class Tried:
    """What became of an attempt: who it was, or for how many seconds none is looked at."""

    account: Account | None = None
    wait: int = 0


def held_up(wait: int) -> str:
    """Return what somebody is told who has to wait."""
    minutes, seconds = divmod(wait, 60)
    time = f"{minutes}分{seconds}秒" if minutes and seconds else f"{minutes}分" if minutes else f"{seconds}秒"
    return f"まちがいが続いたため、ログインを止めています。{time}たってから、もう一度入力してください。"


async def attempt(site: Site, name: str, address: str, prove: Callable[[], Account | None]) -> Tried:
    """Let somebody prove who it is, one of a few at a time, unless too much went wrong before.

    What went wrong is counted; it is forgotten once somebody is let in.
    """
    async with site.password_checks:
        return await asyncio.to_thread(_try, site, name, address, prove)


def _try(site: Site, name: str, address: str, prove: Callable[[], Account | None]) -> Tried:
    door = site.access.door
    if wait := door.seconds_to_wait(name, address):
        return Tried(wait=wait)
    account = prove()
    if account is None:
        door.failed(name, address)
    return Tried(account)


@router.get("/login")
def show_login(request: Request, next: str = "/", ended: bool = False, chosen: bool = False) -> Response:  # noqa: A002 - the name in the address
    """Show the form, or lead on who is logged in already."""
    path = sessions.local_path(next)
    if sessions.visitor(request):
        return RedirectResponse(path, status_code=303)
    return page(
        request,
        "login.html",
        name="",
        next=path,
        problem=None,
        ended=ended,
        was_writing=path.startswith(_WRITING),
        chosen=chosen,
    )


@router.post("/login")
async def log_in(request: Request, form: CheckedForm) -> Response:
    """Start a session if the password is right, or ask for a code; after failures further attempts have to wait."""
    site = site_of(request)
    name = text_of(form, "name").strip()[:_LONGEST_NAME]
    password = text_of(form, "password")[:MAXIMUM_PASSWORD]
    path = sessions.local_path(text_of(form, "next"))
    address = sessions.address_of(request)
    tried = await attempt(site, name, address, lambda: site.ledger.accounts.log_in(name, password))
    if tried.account is None:
        problem = "アカウント名かパスワードがちがいます。もう一度入力してください。"
        refused = page(
            request,
            "login.html",
            status=429 if tried.wait else 401,
            name=name,
            next=path,
            problem=held_up(tried.wait) if tried.wait else problem,
            ended=False,
            was_writing=False,
            chosen=False,
        )
        return _waiting(refused, tried.wait)
    if site.access.second_step.is_on(name):
        await asyncio.to_thread(sessions.begin, request, tried.account, waits_for_code=True)
        return RedirectResponse(f"/login/code?{urlencode({'next': path})}", status_code=303)
    await asyncio.to_thread(_let_in, request, tried.account)
    return RedirectResponse(path, status_code=303)


@router.get("/login/code")
def ask_for_code(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Ask for the code, if the password was right a moment ago."""
    if sessions.waiting_for_code(request) is None:
        return RedirectResponse("/login", status_code=303)
    return page(request, "login_code.html", next=sessions.local_path(next), problem=None)


@router.post("/login/code")
async def take_code(request: Request, form: CheckedForm) -> Response:
    """Start the session if the code is right."""
    site = site_of(request)
    account = sessions.waiting_for_code(request)
    path = sessions.local_path(text_of(form, "next"))
    if account is None:
        return RedirectResponse("/login", status_code=303)

    def prove() -> Account | None:
        try:
            site.access.second_step.take(account.name, text_of(form, "code"))
        except CodeRefused:
            return None
        return account

    tried = await attempt(site, account.name, sessions.address_of(request), prove)
    if tried.account is None:
        problem = "コードがちがうか、もう使われています。アプリに出ている、新しいコードを入力してください。"
        refused = page(
            request,
            "login_code.html",
            status=429 if tried.wait else 401,
            next=path,
            problem=held_up(tried.wait) if tried.wait else problem,
        )
        return _waiting(refused, tried.wait)
    await asyncio.to_thread(_let_in, request, account)
    return RedirectResponse(path, status_code=303)


@router.post("/logout")
def log_out(request: Request, _: CheckedForm) -> Response:
    """End the session."""
    sessions.end(request)
    return RedirectResponse("/login", status_code=303)


def _let_in(request: Request, account: Account) -> None:
    site_of(request).access.door.succeeded(account.name, sessions.address_of(request))
    sessions.begin(request, account)


def _waiting(response: Response, wait: int) -> Response:
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response
