"""The tokens of other programs: making one, which is shown once, and ending one."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.texts import Problem
from broadcaster.domain.tokens import LONGEST_VALIDITY, MAXIMUM_NAME, Scope, Token, TokenState, check_token
from broadcaster.ledger.tokens import TokenExists
from broadcaster.web.authors import author_name
from broadcaster.web.errors import PageError, storing
from broadcaster.web.pages import page
from broadcaster.web.scopes import SCOPES
from broadcaster.web.sessions import CheckedForm, Manager, text_of, texts_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import day_and_clock

router = APIRouter()

_STATES = {
    TokenState.STANDING: "有効",
    TokenState.REVOKED: "停止済み",
    TokenState.EXPIRED: "期限切れ",
    TokenState.ORPHANED: "無効（作成者に権限がありません）",
}


@dataclass(frozen=True)
class TokenRow:
    """One token in the list."""

    row: int
    name: str
    state: str
    stands: bool
    scopes: tuple[str, ...]
    made: str
    expires: str
    last_used: str


@router.get("/tokens")
def show_tokens(request: Request, _: Manager) -> Response:
    """Show every token, and the form of a new one."""
    a_year = _today(site_of(request)) + timedelta(days=365)
    return _list_page(request, name="", chosen=(), expires=a_year.isoformat(), problems=[])


@router.post("/tokens")
def make_token(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Make a token and show its secret, this once, or the form with what is wrong."""
    site, now = site_of(request), site_of(request).clock()
    name, chosen, expires = text_of(form, "name").strip(), texts_of(form, "scopes"), text_of(form, "expires")
    scopes = {Scope(scope) for scope in chosen if scope in set(Scope)}
    end = _end_of_day(expires, site)
    problems = check_token(name, scopes, end, now)
    secret = ""
    if end is not None and not problems:
        try:
            with storing():
                secret = site.ledger.tokens.make(name, scopes, end, account.name, now)
        except TokenExists as error:
            words = "この名前は、前に使われています。ほかの名前にしてください。"
            problems.append(Problem("name", words, str(error)))
    if problems:
        return _list_page(request, name=name, chosen=chosen, expires=expires, problems=problems)
    token = site.ledger.tokens.named(name)
    return page(request, "token_made.html", secret=secret, row=_row(site, token) if token else None)


@router.get("/tokens/{row}/revoke")
def ask(request: Request, row: int, _: Manager) -> Response:
    """Ask before a token is ended."""
    return page(request, "token_revoke.html", row=_row(site_of(request), _find(site_of(request), row)))


@router.post("/tokens/{row}/revoke")
def revoke_token(request: Request, row: int, account: Manager, _: CheckedForm) -> Response:
    """End a token at once."""
    site = site_of(request)
    token = _find(site, row)
    with storing():
        site.ledger.tokens.revoke(token.name, account.name, site.clock())
    return RedirectResponse("/tokens", status_code=303)


def _list_page(
    request: Request, *, name: str, chosen: tuple[str, ...], expires: str, problems: list[Problem]
) -> Response:
    site = site_of(request)
    today = _today(site)
    return page(
        request,
        "tokens.html",
        status=422 if problems else 200,
        rows=[_row(site, token) for token in site.ledger.tokens.all()],
        scopes=[(scope.value, *words) for scope, words in SCOPES.items()],
        name=name,
        chosen=chosen,
        expires=expires,
        earliest=today.isoformat(),
        latest=(today + LONGEST_VALIDITY - timedelta(days=1)).isoformat(),
        maximum_name=MAXIMUM_NAME,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
    )


def _row(site: Site, token: Token) -> TokenRow:
    zone, state = site.town.time_zone, token.state(site.clock())
    return TokenRow(
        row=token.row,
        name=token.name,
        state=_STATES[state],
        stands=state is TokenState.STANDING,
        scopes=tuple(SCOPES[scope][0] for scope in Scope if scope in token.scopes),
        made=f"{day_and_clock(token.made_at, zone)} {author_name(site, token.made_by)}",
        expires=day_and_clock(token.expires_at, zone),
        last_used=day_and_clock(token.last_used_at, zone) if token.last_used_at else "まだ使われていません",
    )


def _find(site: Site, row: int) -> Token:
    token = next((token for token in site.ledger.tokens.all() if token.row == row), None)
    if token is None:
        raise PageError(404, "トークンが見つかりません", "「外部連携」から選びなおしてください。")
    return token


def _today(site: Site) -> date:
    return site.clock().astimezone(site.town.time_zone).date()


def _end_of_day(text: str, site: Site) -> datetime | None:
    """Return the last minute of a day as a browser sends it, None if it is no day."""
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59), site.town.time_zone)
    except ValueError:
        return None
