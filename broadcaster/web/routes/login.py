"""Logging in and out."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.web import sessions
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, text_of
from broadcaster.web.site import site_of

router = APIRouter()

_LONGEST_NAME = 100


@router.get("/login")
def show_login(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Show the form, or lead on who is logged in already."""
    if sessions.visitor(request):
        return RedirectResponse(sessions.local_path(next), status_code=303)
    return page(request, "login.html", name="", next=sessions.local_path(next), problem=None)


@router.post("/login")
async def log_in(request: Request, form: CheckedForm) -> Response:
    """Start a session if the password is right; after repeated failures of a name its attempts have to wait."""
    site = site_of(request)
    name = text_of(form, "name").strip()[:_LONGEST_NAME]
    path = sessions.local_path(text_of(form, "next"))
    async with site.password_checks:
        wait = site.throttle.seconds_to_wait(name, site.clock())
        if wait:
            problem = f"まちがいが続いたため、ログインを止めています。{wait}秒たってから、もう一度入力してください。"
            refused = page(request, "login.html", status=429, name=name, next=path, problem=problem)
            refused.headers["Retry-After"] = str(wait)
            return refused
        account = await asyncio.to_thread(site.ledger.accounts.log_in, name, text_of(form, "password"))
        if account is None:
            site.throttle.failed(name, site.clock())
            problem = "アカウント名かパスワードがちがいます。もう一度入力してください。"
            return page(request, "login.html", status=401, name=name, next=path, problem=problem)
    site.throttle.succeeded(name)
    sessions.begin(request, account)
    return RedirectResponse(path, status_code=303)


@router.post("/logout")
def log_out(request: Request, _: CheckedForm) -> Response:
    """End the session."""
    sessions.end(request)
    return RedirectResponse("/login", status_code=303)
