"""One terminal, and the code with which a device becomes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.domain.enrolment import CodeState
from broadcaster.domain.roles import Act, may
from broadcaster.domain.roster import KIND_WORDS
from broadcaster.domain.service import Service
from broadcaster.ledger.terminals import TerminalOutOfService, TerminalUnknown
from broadcaster.web.absence import absence
from broadcaster.web.authors import author_name
from broadcaster.web.errors import PageError, storing
from broadcaster.web.pages import page
from broadcaster.web.roster import RosterRow, roster_rows
from broadcaster.web.sessions import CheckedForm, Installer, Reader
from broadcaster.web.site import Site, site_of
from broadcaster.web.terminal_history import terminal_history
from broadcaster.web.words import moment
from kokuchi.enrolment import written

router = APIRouter()

_DONE = {
    "added": "端末を追加しました。次に、登録コードを作って、取りつける人に渡してください。",
    "changed": "変更しました。",
    "unchanged": "変わったところはありません。",
    "suspend": "一時停止しました。",
    "resume": "再開しました。",
    "retire": "廃止しました。",
}
"""What is said of what was done just now, by the word in the address."""


@dataclass(frozen=True)
class CodeFacts:
    """What staff are told of a terminal's newest code."""

    state: CodeState
    made: str
    made_by: str
    until: str
    used: str


@router.get("/terminals/{terminal}")
def show_terminal(
    request: Request, terminal: str, account: Reader, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show how a terminal is, and whether a code of it stands."""
    site = site_of(request)
    row = _find(site, terminal)
    found, code = site.ledger.terminals.get(terminal), _facts(site, terminal)
    state = site.ledger.erasure.state(terminal)
    groups = {group.id: group.name for group in site.town.groups}
    return page(
        request,
        "terminal.html",
        row=row,
        groups=[groups.get(group, group) for group in sorted(found.groups)] if found else [],
        code=code,
        has_device=_has_device(row, code),
        absence=absence(site, terminal, row.state, enrolled=code is not None and code.state is CodeState.USED),
        kind=KIND_WORDS[found.kind] if found else "",
        may_enrol=may(account.role, Act.ENROL),
        done=_DONE.get(done, ""),
        history=terminal_history(site, terminal),
        erased=state == (Service.RETIRED, True),
        may_erase=may(account.role, Act.MANAGE) and state == (Service.RETIRED, False),
    )


@router.get("/terminals/{terminal}/code")
def ask(request: Request, terminal: str, _: Installer) -> Response:
    """Ask before a code is made, above all for a terminal that is in service."""
    site = site_of(request)
    code = _facts(site, terminal)
    row = _find(site, terminal)
    _require_service(row)
    return page(request, "code_ask.html", row=row, code=code, in_service=_has_device(row, code))


@router.post("/terminals/{terminal}/code")
def make(request: Request, terminal: str, account: Installer, _: CheckedForm) -> Response:
    """Make a code and show it, this once, as a card that can be printed."""
    site = site_of(request)
    try:
        with storing():
            code = site.enrolment.make_code(terminal, account.name)
    except TerminalUnknown as error:
        raise _not_found() from error
    except TerminalOutOfService as error:
        raise _out_of_service() from error
    return page(
        request,
        "code.html",
        row=_find(site, terminal),
        digits=written(code.digits),
        until=_until(code.expires_at, site),
        address=typed_address(request),
    )


def typed_address(request: Request) -> str:
    """Return what is typed at a device to reach the centre."""
    address = site_of(request).public_address or request.url.netloc
    return f"https://{address}" if request.url.scheme == "https" and "://" not in address else address


def _find(site: Site, terminal: str) -> RosterRow:
    rows = roster_rows(site, [terminal])
    if not rows:
        raise _not_found()
    return rows[0]


def _has_device(row: RosterRow, code: CodeFacts | None) -> bool:
    """Tell whether a device is this terminal already, which a new code would shut out."""
    return row.state != "never" or (code is not None and code.state is CodeState.USED)


def _require_service(row: RosterRow) -> None:
    if row.service is not Service.IN_SERVICE:
        raise _out_of_service()


def _out_of_service() -> PageError:
    return PageError(
        409,
        "登録コードを作れません",
        "この端末は、一時停止中か廃止されています。一時停止中なら、端末の画面で再開してから作ってください。",
    )


def _not_found() -> PageError:
    return PageError(404, "端末が見つかりません", "「端末」から選びなおしてください。")


def _facts(site: Site, terminal: str) -> CodeFacts | None:
    code = site.ledger.enrolment.newest(terminal)
    if code is None:
        return None
    zone = site.town.time_zone
    return CodeFacts(
        state=code.state(site.clock()),
        made=moment(code.made_at, zone),
        made_by=author_name(site, code.made_by),
        until=_until(code.expires_at, site),
        used=moment(code.used_at, zone) if code.used_at else "",
    )


def _until(expires_at: datetime, site: Site) -> str:
    return moment(expires_at, site.town.time_zone)
