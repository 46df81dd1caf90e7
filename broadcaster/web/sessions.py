"""Who is asking, and whether a form came from our own page. The cookie holds two random tokens only."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from broadcaster.domain.roles import Act, may
from broadcaster.ledger.accounts import Account
from broadcaster.web.errors import NotLoggedIn, PageError
from broadcaster.web.site import site_of

CSRF_FIELD = "csrf"

_SESSION = "session"
_FORM_TOKEN = "token"  # noqa: S105 - the name of a field
_WRITING = ("/alerts", "/drafts")

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
_WHO_HELPS = {
    Act.READ_LOG: "管理者",
    Act.SEND: "担当者",
    Act.APPROVE: "承認者",
    Act.ENROL: "担当者",
    Act.READ_AUDIT: "管理者",
    Act.MANAGE: "管理者",
}


def begin(request: Request, account: Account, *, waits_for_code: bool = False) -> None:
    """Start a new session for an account; whatever an earlier one held is gone."""
    end(request)
    site = site_of(request)
    token = secrets.token_urlsafe(32)
    request.session.update({_SESSION: token, _FORM_TOKEN: secrets.token_urlsafe(32)})
    site.ledger.sessions.begin(token, account.name, address_of(request), site.clock(), waits_for_code=waits_for_code)


def end(request: Request) -> None:
    """End the session here, and wherever else its cookie has been copied to."""
    site = site_of(request)
    site.ledger.sessions.end(session_token(request), site.clock())
    request.session.clear()


def session_token(request: Request) -> str:
    """Return the token by which the ledger knows the session; empty for a visitor without one."""
    token = request.session.get(_SESSION, "")
    return token if isinstance(token, str) else ""


def address_of(request: Request) -> str:
    """Return from where a request came."""
    return request.client.host if request.client else ""


def token_of(request: Request) -> str:
    """Return the session's token, which every form carries; a visitor gets one too."""
    if _FORM_TOKEN not in request.session:
        request.session[_FORM_TOKEN] = secrets.token_urlsafe(32)
    token: str = request.session[_FORM_TOKEN]
    return token


def visitor(request: Request) -> Account | None:
    """Return the account that is logged in, as the ledger has it now."""
    site = site_of(request)
    token = session_token(request)
    return site.ledger.sessions.who(token, site.clock()) if token else None


def waiting_for_code(request: Request) -> Account | None:
    """Return the account whose password was right a moment ago and that is now asked for a code."""
    site = site_of(request)
    token = session_token(request)
    return site.ledger.sessions.who_waits(token, site.clock()) if token else None


def local_path(path: str) -> str:
    """Return the path if it leads to one of our own pages, else the first page."""
    return path if _LOCAL_PATH.fullmatch(path) else "/"


def _account_for(request: Request, act: Act) -> Account:
    """Return who is logged in and may do something; raises NotLoggedIn, or PageError."""
    account = visitor(request)
    if account is None:
        raise NotLoggedIn(_way_back(request), ended=bool(session_token(request)))
    # A page that moves by itself is no sign that somebody is there.
    if "text/event-stream" not in request.headers.get("accept", ""):
        site = site_of(request)
        site.ledger.sessions.seen(session_token(request), site.clock())
    if not may(account.role, act):
        raise PageError(
            403,
            "この操作はできません",
            f"このアカウントには、{_ACTS[act]}権限がありません。必要なときは、{_WHO_HELPS[act]}に頼んでください。",
        )
    return account


def _way_back(request: Request) -> str:
    """Return where to go after logging in. What was being written is among the drafts, which save themselves."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/drafts" if session_token(request) and request.url.path.startswith(_WRITING) else "/"


async def _reader(request: Request) -> Account:
    return await _allowed(request, Act.READ_LOG)


async def _sender(request: Request) -> Account:
    return await _allowed(request, Act.SEND)


async def _sender_later(request: Request) -> Callable[[], Account]:
    return partial(_account_for, request, Act.SEND)


async def _installer(request: Request) -> Account:
    return await _allowed(request, Act.ENROL)


async def _approver(request: Request) -> Account:
    return await _allowed(request, Act.APPROVE)


async def _auditor(request: Request) -> Account:
    return await _allowed(request, Act.READ_AUDIT)


async def _manager(request: Request) -> Account:
    return await _allowed(request, Act.MANAGE)


async def _allowed(request: Request, act: Act) -> Account:
    # In the threads in which the deed is done then, whose connections to the ledger are warm; FastAPI has its own.
    return await asyncio.to_thread(_account_for, request, act)


async def _checked_form(request: Request) -> FormData:
    return await _checked(request, max_files=0)


async def _checked_upload(request: Request) -> AsyncIterator[FormData]:
    form = await _checked(request, max_files=1)
    yield form
    await form.close()


async def _sent_form(request: Request) -> FormData:
    try:
        return await _checked_form(request)
    except PageError:
        # Whoever is not logged in any more is led there first, as from every other page.
        await _sender(request)
        raise


async def written_form(request: Request) -> FormData | None:
    """Return the form of one of our own pages in which somebody was writing, None if the request brings none.

    Nothing is asked of the ledger; raises PageError as every form does that is not from our pages.
    """
    if request.method != "POST" or not request.url.path.startswith(_WRITING):
        return None
    return await _checked_form(request)


async def _checked(request: Request, max_files: int) -> FormData:
    form = await request.form(max_fields=_MAXIMUM_FIELDS, max_files=max_files)
    sent = form.get(CSRF_FIELD)
    known = request.session.get(_FORM_TOKEN, "")
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

SenderLater = Annotated[Callable[[], Account], Depends(_sender_later)]
"""Returns the same, or raises what ends the request, when it is asked: in the thread that then sends."""

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

SentForm = Annotated[FormData, Depends(_sent_form)]
"""The same, for a route with a SenderLater."""

CheckedUpload = Annotated[FormData, Depends(_checked_upload)]
"""The same, with a file."""


def text_of(form: FormData, field: str) -> str:
    """Return a field's text, empty if it is missing."""
    value = form.get(field, "")
    return value if isinstance(value, str) else ""


def file_of(form: FormData, field: str) -> UploadFile | None:
    """Return the file that somebody chose, None if nobody chose one."""
    file = form.get(field)
    return file if isinstance(file, UploadFile) and file.filename else None


def texts_of(form: FormData, field: str) -> tuple[str, ...]:
    """Return the texts of a field that may be there several times, each once."""
    return tuple(dict.fromkeys(value for value in form.getlist(field) if isinstance(value, str)))
