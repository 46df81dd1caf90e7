"""The roster as staff keep it: a new terminal, and the whole of it to and from a spreadsheet."""

import asyncio
import re
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.draft import Problem
from broadcaster.domain.roster import KIND_WORDS, Line, Mistake, Plan, Wrong, plan, read_lines
from broadcaster.ledger.terminals import RosterMoved, TerminalExists, mark
from broadcaster.provisioning.mosquitto import password_hash
from broadcaster.provisioning.roster import RosterError, export_roster, parse_roster
from broadcaster.provisioning.secrets import new_password
from broadcaster.spreadsheets import text_of_csv
from broadcaster.web.errors import storing
from broadcaster.web.pages import page
from broadcaster.web.roster_words import changes_in_words, mistake_words, names, problem_of
from broadcaster.web.sessions import CheckedForm, CheckedUpload, Installer, file_of, text_of, texts_of
from broadcaster.web.site import Site, site_of

router = APIRouter()

MOST_SHOWN = 200
"""So many lines of each kind stand on the page of a check; the rest is counted."""

_NUMBERED = re.compile(r"(.*?)([0-9]+)")
_FIRST = "t-0001"


@router.get("/terminals/new")
def show_form(request: Request, _: Installer) -> Response:
    """Show the form of a new terminal, with the next number proposed."""
    line = Line(_next_number(site_of(request)), "", "household", "", "")
    return form_page(request, line)


@router.post("/terminals/new")
def add(request: Request, account: Installer, form: CheckedForm) -> Response:
    """Take a terminal into the roster; its device comes with a code."""
    site = site_of(request)
    line = line_of(form, text_of(form, "terminal"))
    standing = _standing(site)
    [terminal], mistakes = read_lines([line], site.town, standing, site.enrolment.centre)
    problems = [problem_of(mistake, site.town) for mistake in mistakes]
    if terminal.id in standing and not problems:
        problems = [_taken(terminal)]
    if not problems:
        try:
            with storing():
                site.ledger.terminals.add([(terminal, _no_ones_password())], account.name, site.clock())
        except TerminalExists:
            problems = [_taken(terminal)]
    if problems:
        return form_page(request, line, problems)
    site.enrolment.broker.tell()
    return RedirectResponse(f"/terminals/{terminal.id}?done=added", status_code=303)


@router.get("/terminals/roster.csv")
def export(request: Request, account: Installer) -> Response:
    """Answer with the roster as a file for Excel, which the import takes back. That it left is recorded."""
    site = site_of(request)
    now = site.clock()
    content = export_roster(site.ledger.terminals.everybody(), site.town)
    with storing():
        site.ledger.audit.add(Entry(account.name, Deed.ROSTER_EXPORTED, "", now))
    name = f"terminals-{now.astimezone(site.town.time_zone):%Y%m%d}.csv"
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/terminals/import")
def ask_for_file(request: Request, _: Installer) -> Response:
    """Show what the file must look like, and ask for it."""
    return _ask_page(request)


@router.post("/terminals/import")
async def check_file(request: Request, _: Installer, form: CheckedUpload) -> Response:
    """Show what the file would change, or everything that is wrong with it. Nothing is stored."""
    if (file := file_of(form, "file")) is None:
        return await asyncio.to_thread(_ask_page, request, ("ファイルを選んでください。",))
    return await asyncio.to_thread(_check_page, request, await file.read())


@router.post("/terminals/import/take")
def take_file(request: Request, account: Installer, form: CheckedForm) -> Response:
    """Import what was shown, all or nothing; if the roster has changed since, show what it would change now."""
    site = site_of(request)
    # What a browser sends of a hidden field has other line ends; the file's own are none of its content.
    content = text_of(form, "content").encode()
    try:
        found = _plan(site, content)
        added = [(terminal, _no_ones_password()) for terminal in found.added]
        with storing():
            site.ledger.terminals.take(
                added,
                [change.after for change in found.changed],
                text_of(form, "seen"),
                account.name,
                site.clock(),
            )
    except (RosterError, RosterMoved):
        return _check_page(request, content, overtaken=True)
    site.enrolment.broker.tell()
    return page(request, "roster_taken.html", plan=found)


def form_page(
    request: Request,
    line: Line,
    problems: Sequence[Problem] = (),
    known: Terminal | None = None,
    *,
    overtaken: bool = False,
) -> Response:
    """Return the form of a new terminal or of a `known` one, with what is wrong with it.

    `overtaken`: somebody else has changed the terminal since it was looked at; the line is what they made of it.
    """
    return page(
        request,
        "terminal_form.html",
        status=409 if overtaken else 422 if problems else 200,
        overtaken=overtaken,
        seen=mark(known) if known else "",
        line=line,
        groups=line.groups.split(),
        kinds=KIND_WORDS,
        is_new=known is None,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
    )


def line_of(form: FormData, terminal: str) -> Line:
    """Return what a form says of a terminal."""
    household = " ".join(text_of(form, "household").splitlines())
    return Line(terminal, household, text_of(form, "kind"), text_of(form, "area"), " ".join(texts_of(form, "groups")))


def _check_page(request: Request, content: bytes, *, overtaken: bool = False) -> Response:
    site = site_of(request)
    # Before the plan: what changes between the two makes the plan stale, and it is refused.
    seen = site.ledger.terminals.fingerprint()
    try:
        found = _plan(site, content)
    except RosterError as error:
        return _ask_page(request, tuple(mistake_words(mistake, site.town) for mistake in error.mistakes))
    return page(
        request,
        "roster_check.html",
        status=409 if overtaken else 200,
        overtaken=overtaken,
        plan=found,
        seen=seen,
        content=text_of_csv(content),
        kinds=KIND_WORDS,
        added=[
            (each, names([each.area], site.town.areas), names(each.groups, site.town.groups))
            for each in found.added[:MOST_SHOWN]
        ],
        changed=[(each.after, changes_in_words(each, site.town)) for each in found.changed[:MOST_SHOWN]],
    )


def _ask_page(request: Request, problems: tuple[str, ...] = ()) -> Response:
    return page(
        request,
        "roster_import.html",
        status=422 if problems else 200,
        problems=problems[:MOST_SHOWN],
        more=len(problems[MOST_SHOWN:]),
    )


def _plan(site: Site, content: bytes) -> Plan:
    standing = _standing(site)
    terminals = parse_roster(content, site.town, standing, site.enrolment.centre)
    if not terminals:
        raise RosterError([Mistake(Wrong.EMPTY)])
    return plan(terminals, standing)


def _standing(site: Site) -> dict[str, Terminal]:
    return {terminal.id: terminal for terminal in site.ledger.terminals.everybody()}


def _no_ones_password() -> str:
    """Return the hash of a password that nobody has; the terminal's device gets its own with a code."""
    return password_hash(new_password())


def _taken(terminal: Terminal) -> Problem:
    return Problem("terminal", f"端末の番号「{terminal.id}」は、もう使われています。", "the identifier is taken")


def _next_number(site: Site) -> str:
    """Return the identifier after the highest one that ends with a number; an official may write another."""
    numbered = [found for each in site.ledger.terminals.everybody() if (found := _NUMBERED.fullmatch(each.id))]
    if not numbered:
        return _FIRST
    last = max(numbered, key=lambda found: int(found[2]))
    return f"{last[1]}{int(last[2]) + 1:0{len(last[2])}d}"
