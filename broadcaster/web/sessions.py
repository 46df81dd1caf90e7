"""Who is asking, and whether a form came from our own page. The cookie holds an account's name and a token only."""

import re
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.web.errors import NotLoggedIn, PageError
from broadcaster.web.site import site_of

MAXIMUM_AGE = timedelta(hours=12)
CSRF_FIELD = "csrf"

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
_MAXIMUM_FIELDS = 5000
_ACTS = {
    Act.READ_LOG: "見る",
    Act.SEND: "お知らせを作ったり取り消したりする",
    Act.APPROVE: "お知らせを承認する",
    Act.ENROL: "端末を登録する",
    Act.READ_AUDIT: "操作の記録を見る",
    Act.MANAGE: "アカウントを管理する",
}


def begin(request: Request, account: Account) -> None:
    """Start a new session for an account; whatever an earlier one held is gone."""
    request.session.clear()
    request.session.update(account=account.name, token=secrets.token_urlsafe(32))


def end(request: Request) -> None:
    """End the session here, and wherever else its cookie has been copied to."""
    site = site_of(request)
    now = site.clock()
    for token in [token for token, ended in site.ended_sessions.items() if now - ended > MAXIMUM_AGE]:
        del site.ended_sessions[token]
    site.ended_sessions[request.session.get("token", "")] = now
    request.session.clear()


def token_of(request: Request) -> str:
    """Return the session's token, which every form carries; a visitor gets one too."""
    if "token" not in request.session:
        request.session["token"] = secrets.token_urlsafe(32)
    token: str = request.session["token"]
    return token


def visitor(request: Request) -> Account | None:
    """Return the account that is logged in, as the ledger has it now."""
    site = site_of(request)
    name = request.session.get("account")
    if name is None or request.session.get("token") in site.ended_sessions:
        return None
    return site.ledger.accounts.get(name)


def local_path(path: str) -> str:
    """Return the path if it leads to one of our own pages, else the first page."""
    return path if _LOCAL_PATH.fullmatch(path) else "/"


def _require(request: Request, act: Act) -> Account:
    account = visitor(request)
    if account is None:
        query = f"?{request.url.query}" if request.url.query else ""
        raise NotLoggedIn(request.url.path + query if request.method == "GET" else "/")
    if not may(account.role, act):
        raise PageError(
            403,
            "この操作はできません",
            f"このアカウントには、{_ACTS[act]}権限がありません。必要なときは、担当者に頼んでください。",
        )
    return account


def _reader(request: Request) -> Account:
    return _require(request, Act.READ_LOG)


def _sender(request: Request) -> Account:
    return _require(request, Act.SEND)


def _installer(request: Request) -> Account:
    return _require(request, Act.ENROL)


def _approver(request: Request) -> Account:
    return _require(request, Act.APPROVE)


def _auditor(request: Request) -> Account:
    return _require(request, Act.READ_AUDIT)


def _manager(request: Request) -> Account:
    return _require(request, Act.MANAGE)


async def _checked_form(request: Request) -> FormData:
    return await _checked(request, max_files=0)


async def _checked_upload(request: Request) -> AsyncIterator[FormData]:
    form = await _checked(request, max_files=1)
    yield form
    await form.close()


async def _checked(request: Request, max_files: int) -> FormData:
    form = await request.form(max_fields=_MAXIMUM_FIELDS, max_files=max_files)
    sent = form.get(CSRF_FIELD)
    known = request.session.get("token", "")
    if not isinstance(sent, str) or not known or not secrets.compare_digest(sent.encode(), known.encode()):
        raise PageError(
            403,
            "画面の有効期限が切れています",
            "送信されていません。前の画面にもどり、読みこみなおしてから、もう一度操作してください。",
        )
    return form


Reader = Annotated[Account, Depends(_reader)]
"""An account that may read; without one the request ends at the login page."""

Sender = Annotated[Account, Depends(_sender)]
"""An account that may send and withdraw."""

Installer = Annotated[Account, Depends(_installer)]
"""An account that may make a device a terminal."""

Approver = Annotated[Account, Depends(_approver)]
"""An account that may let go out what another one wrote."""

Auditor = Annotated[Account, Depends(_auditor)]
"""An account that may read what everybody did."""

Manager = Annotated[Account, Depends(_manager)]
"""An account that may make and change accounts."""

CheckedForm = Annotated[FormData, Depends(_checked_form)]
"""The fields of a form that one of our own pages has sent."""

CheckedUpload = Annotated[FormData, Depends(_checked_upload)]
"""The same, with a file."""


def text_of(form: FormData, field: str) -> str:
    """Return a field's text, empty if it is missing."""
    value = form.get(field, "")
    return value if isinstance(value, str) else ""


def texts_of(form: FormData, field: str) -> tuple[str, ...]:
    """Return the texts of a field that may be there several times, each once."""
    return tuple(dict.fromkeys(value for value in form.getlist(field) if isinstance(value, str)))
