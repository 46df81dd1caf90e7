"""Where somebody chooses a password with a link that an administrator has handed over. It works without logging in.

A link is 99 random bits: guesses are not counted, since nobody guesses them.
"""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.ledger.accounts import Account, AccountError
from broadcaster.ledger.links import LinkFault, LinkRefused
from broadcaster.web import sessions
from broadcaster.web.errors import PageError, changing
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, text_of
from broadcaster.web.site import site_of

router = APIRouter()

_ASK = "管理者に、新しいリンクを頼んでください。"
_FAULTS = {
    LinkFault.UNKNOWN: ("このリンクは使えません", f"アドレスがまちがっています。もう一度確かめるか、{_ASK}"),
    LinkFault.USED: ("このリンクは、もう使われています", f"パスワードを決めたのがあなたでないときは、すぐに、{_ASK}"),
    LinkFault.EXPIRED: ("このリンクは、期限が過ぎています", _ASK),
    LinkFault.SUPERSEDED: (
        "このリンクは、使えなくなりました",
        f"新しいリンクがあれば、そちらを開いてください。なければ、{_ASK}",
    ),
}


@router.get("/password/{token}")
def show(request: Request, token: str) -> Response:
    """Show the form; looking does not use the link up."""
    site = site_of(request)
    try:
        account = site.ledger.password_links.account(token, site.clock())
    except LinkRefused as refused:
        raise _refused(refused) from refused
    return _form(request, token, account, {})


@router.post("/password/{token}")
async def choose(request: Request, token: str, form: CheckedForm) -> Response:
    """Set the password and lead to the log-in page; whoever was logged in with the old one is not any more."""
    site = site_of(request)
    password, again = text_of(form, "password"), text_of(form, "again")
    try:
        account = await asyncio.to_thread(site.ledger.password_links.account, token, site.clock())
        if password != again:
            return _form(request, token, account, {"again": "上のパスワードとちがいます。もう一度入力してください。"})
        async with site.password_checks:
            with changing():
                await asyncio.to_thread(
                    site.ledger.password_links.use, token, password, site.clock(), town=site.town.id
                )
    except LinkRefused as refused:
        raise _refused(refused) from refused
    except AccountError as error:
        return _form(request, token, account, {"password": error.japanese})
    await asyncio.to_thread(sessions.end, request)
    return RedirectResponse("/login?chosen=1", status_code=303)


def _form(request: Request, token: str, account: Account, problem_of: dict[str, str]) -> Response:
    status = 422 if problem_of else 200
    return page(request, "password.html", status=status, person=account, problem_of=problem_of, token=token)


def _refused(refused: LinkRefused) -> PageError:
    title, advice = _FAULTS[refused.fault]
    return PageError(404 if refused.fault is LinkFault.UNKNOWN else 410, title, advice)
