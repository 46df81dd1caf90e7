"""Turning the code after the password on and off, for one's own account. Each asks for the password once more."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from broadcaster.access.second_step import CodeRefused
from broadcaster.web.errors import PageError, changing
from broadcaster.web.pages import page
from broadcaster.web.routes.account import account_page, password_problem
from broadcaster.web.sessions import CheckedForm, Reader, text_of
from broadcaster.web.site import site_of

router = APIRouter()


@router.get("/account/second-step")
def show_setup(request: Request, account: Reader) -> Response:
    """Show a new secret as a picture for the app, and ask for the first code."""
    return _setup(request, account, {})


@router.post("/account/second-step")
async def turn_on(request: Request, account: Reader, form: CheckedForm) -> Response:
    """Ask for codes from now on, once the app has shown a right one; show the recovery codes, this once."""
    site = site_of(request)
    sealed = text_of(form, "sealed")
    if problem := await password_problem(request, account, text_of(form, "current")):
        return await asyncio.to_thread(_setup, request, account, {"current": problem}, sealed)
    try:
        with changing():
            codes = await asyncio.to_thread(
                site.access.second_step.turn_on, account.name, sealed, text_of(form, "code")
            )
    except CodeRefused:
        problem = "コードがちがいます。アプリに出ている、新しいコードを入力してください。"
        return await asyncio.to_thread(_setup, request, account, {"code": problem}, sealed)
    return page(request, "recovery_codes.html", codes=codes, is_new=True)


@router.post("/account/second-step/off")
async def turn_off(request: Request, account: Reader, form: CheckedForm) -> Response:
    """Ask for the password alone from now on."""
    site = site_of(request)
    if problem := await password_problem(request, account, text_of(form, "current")):
        return await asyncio.to_thread(account_page, request, account, {"current-step": problem})
    with changing():
        await asyncio.to_thread(site.access.second_step.turn_off, account.name, account.name)
    return RedirectResponse("/account?done=second-step-off", status_code=303)


@router.post("/account/second-step/codes")
async def renew_codes(request: Request, account: Reader, form: CheckedForm) -> Response:
    """Make new recovery codes, which void the earlier ones, and show them, this once."""
    site = site_of(request)
    if not site.access.second_step.is_on(account.name):
        raise PageError(409, "確認コードを使っていません", "「自分のアカウント」から、使いはじめてください。")
    if problem := await password_problem(request, account, text_of(form, "current")):
        return await asyncio.to_thread(account_page, request, account, {"current-step": problem})
    with changing():
        codes = await asyncio.to_thread(site.access.second_step.renew_recovery_codes, account.name)
    return page(request, "recovery_codes.html", codes=codes, is_new=False)


def _setup(request: Request, account: Reader, problem_of: dict[str, str], sealed: str = "") -> Response:
    site = site_of(request)
    issuer = f"{site.town.name} 告知放送"
    second_step = site.access.second_step
    try:
        secret = (
            second_step.shown_again(account.name, issuer, sealed)
            if sealed
            else second_step.new_secret(account.name, issuer)
        )
    except CodeRefused as error:
        raise PageError(
            400, "送られた内容を読みとれませんでした", "「自分のアカウント」から、やりなおしてください。"
        ) from error
    return page(
        request,
        "second_step.html",
        status=422 if problem_of else 200,
        # The library's own drawing of random text; nothing of it was typed by anybody.
        picture=Markup(secret.picture),  # noqa: S704
        clear=" ".join(secret.clear[start : start + 4] for start in range(0, len(secret.clear), 4)),
        sealed=secret.sealed,
        problem_of=problem_of,
    )
