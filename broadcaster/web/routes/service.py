"""One terminal of the roster: changed, suspended, resumed, retired. Each is asked before and told to the broker."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.audience import Terminal
from broadcaster.domain.roster import Line, read_lines
from broadcaster.domain.service import STEPS, Service, Step
from broadcaster.ledger.terminals import RosterMoved, TerminalOutOfService
from broadcaster.web.errors import PageError, storing
from broadcaster.web.pages import page
from broadcaster.web.roster_words import names, problem_of
from broadcaster.web.routes.roster import form_page, line_of
from broadcaster.web.sessions import CheckedForm, Installer, text_of
from broadcaster.web.site import Site, site_of

router = APIRouter()


@dataclass(frozen=True)
class Words:
    """What a step is called, and what it means."""

    ask: str
    button: str
    meanings: tuple[str, ...]


_COUNTED = "すでに送って、まだ届いていないお知らせは、「届いていない」ではなく「停止・廃止」に数えます。"
_WORDS = {
    Step.SUSPEND: Words(
        "端末を一時停止しますか",
        "一時停止する",
        (
            "この世帯には、お知らせが届かなくなります。いまの機器は、すぐに通信から切りはなされます。",
            "新しいお知らせの宛先からも、「端末」の「確かめが必要」の数からも、はずれます。",
            _COUNTED,
            "あとで再開すると、同じ機器をそのまま使えます。",
            "使っていない登録コードは、使えなくなります。",
        ),
    ),
    Step.RESUME: Words(
        "端末を再開しますか",
        "再開する",
        (
            "いまの機器が、また通信につながります。",
            "いま有効なお知らせと、これからのお知らせが届きます。",
        ),
    ),
    Step.RETIRE: Words(
        "端末を廃止しますか",
        "廃止する",
        (
            "この世帯には、お知らせが届かなくなります。いまの機器は、すぐに通信から切りはなされます。",
            "盗まれたり、なくしたりした機器も、もう使えません。",
            "元にはもどせません。同じ世帯でまた使うときは、新しい番号の端末を追加します。",
            _COUNTED,
            "これまでの放送の記録は、そのまま残ります。",
        ),
    ),
}


@router.get("/terminals/{terminal}/change")
def show_form(request: Request, terminal: str, _: Installer) -> Response:
    """Show the form of a terminal as it is."""
    return _form_as_it_is(request, _changeable(site_of(request), terminal))


@router.post("/terminals/{terminal}/change")
def change(request: Request, terminal: str, account: Installer, form: CheckedForm) -> Response:
    """Change a terminal's household, kind, area and groups."""
    site = site_of(request)
    known = _changeable(site, terminal)
    line = line_of(form, terminal)
    [wanted], mistakes = read_lines([line], site.town, {known.id: known}, site.enrolment.centre)
    if mistakes:
        return form_page(request, line, [problem_of(mistake, site.town) for mistake in mistakes], known)
    try:
        with storing():
            changed = site.ledger.terminals.change(wanted, account.name, site.clock(), text_of(form, "seen"))
    except RosterMoved:
        return _form_as_it_is(request, _changeable(site, terminal), overtaken=True)
    except TerminalOutOfService as error:
        raise _retired() from error
    site.enrolment.broker.tell()
    return _to_terminal(terminal, "changed" if changed else "unchanged")


@router.get("/terminals/{terminal}/service/{step}")
def ask(request: Request, terminal: str, step: Step, _: Installer) -> Response:
    """Ask before a step, and say what it means."""
    site = site_of(request)
    known = _changeable(site, terminal)
    if known.service is STEPS[step]:
        return _to_terminal(terminal, step)
    area = names([known.area], site.town.areas)
    return page(request, "terminal_step.html", terminal=known, area=area, step=step, words=_WORDS[step])


@router.post("/terminals/{terminal}/service/{step}")
def take(
    request: Request,
    terminal: str,
    step: Step,
    account: Installer,
    _: CheckedForm,
) -> Response:
    """Take a step; whoever comes second finds it taken."""
    site = site_of(request)
    known = _find(site, terminal)
    if not (known.service is Service.RETIRED and step is Step.RETIRE):
        _changeable(site, terminal)
    try:
        with storing():
            site.ledger.service.step(step, [terminal], account.name, site.clock())
    except TerminalOutOfService as error:
        raise _retired() from error
    site.enrolment.broker.tell()
    return _to_terminal(terminal, step)


def _form_as_it_is(request: Request, known: Terminal, *, overtaken: bool = False) -> Response:
    line = Line(known.id, known.household, known.kind, known.area, " ".join(sorted(known.groups)))
    return form_page(request, line, (), known, overtaken=overtaken)


def _find(site: Site, terminal: str) -> Terminal:
    known = site.ledger.terminals.get(terminal)
    if known is None:
        raise PageError(404, "端末が見つかりません", "「端末」から選びなおしてください。")
    return known


def _changeable(site: Site, terminal: str) -> Terminal:
    known = _find(site, terminal)
    if known.service is Service.RETIRED:
        raise _retired()
    return known


def _retired() -> PageError:
    return PageError(
        409,
        "この端末は廃止されています",
        "廃止した端末は、変更も再開もできません。また使うときは、「端末」から新しい端末を追加してください。",
    )


def _to_terminal(terminal: str, done: str) -> Response:
    return RedirectResponse(f"/terminals/{terminal}?done={done}", status_code=303)
