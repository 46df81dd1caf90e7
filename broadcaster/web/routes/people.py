"""The accounts: who has one, and a new one."""

import re
import unicodedata
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.draft import Problem
from broadcaster.ledger.accounts import Account, AccountError, Person
from broadcaster.web.errors import changing
from broadcaster.web.handing_over import hand_over
from broadcaster.web.pages import page
from broadcaster.web.roles import ROLE_MEANINGS, ROLES, role_of
from broadcaster.web.sessions import CheckedForm, Manager, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import day_and_clock

router = APIRouter()

LONGEST_DISPLAY_NAME = 40
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


@dataclass(frozen=True)
class PersonRow:
    """An account in the list."""

    name: str
    display_name: str
    role: str
    state: str
    state_word: str
    has_second_step: bool
    last_login: str


@router.get("/people")
def show_people(request: Request, _: Manager) -> Response:
    """Show all accounts, those in use first."""
    site = site_of(request)
    rows = [person_row(site, person) for person in site.ledger.accounts.people()]
    return page(request, "people.html", rows=rows, roles=role_words())


@router.get("/people/new")
def show_form(request: Request, _: Manager) -> Response:
    """Show the form of a new account."""
    return _form(request, {"name": "", "display_name": "", "role": ""}, [])


@router.post("/people/new")
def make(request: Request, account: Manager, form: CheckedForm) -> Response:
    """Make an account, and show the link with which its owner chooses a password."""
    site = site_of(request)
    fields = {field: text_of(form, field).strip() for field in ("name", "display_name", "role")}
    problems = _problems(site, fields)
    role = role_of(fields["role"])
    if problems or role is None:
        return _form(request, fields, problems)
    made = Account(fields["name"], fields["display_name"], role)
    now = site.clock()
    try:
        with changing():
            site.ledger.accounts.add(made, None, account.name, now)
            link = site.ledger.password_links.make(made.name, account.name, now)
    except AccountError as error:
        return _form(request, fields, [Problem(error.field, error.japanese, str(error))])
    return hand_over(request, made, link, is_new=True)


def person_row(site: Site, person: Person) -> PersonRow:
    """Return an account as the pages show it."""
    account = person.account
    state, word = (
        ("suspended", "停止中")
        if account.suspended
        else ("active", "使用中")
        if person.has_password
        else ("new", "パスワードがまだ決まっていません")
    )
    return PersonRow(
        name=account.name,
        display_name=account.display_name,
        role=ROLES[account.role],
        state=state,
        state_word=word,
        has_second_step=person.has_second_step,
        last_login=day_and_clock(person.last_login, site.town.time_zone) if person.last_login else "",
    )


def role_words() -> list[tuple[str, str, str]]:
    """Return each role's value, its name and what it may do, in plain words."""
    return [(role.value, ROLES[role], ROLE_MEANINGS[role]) for role in ROLES]


def display_name_problem(site: Site, text: str, name: str) -> Problem | None:
    """Return what is wrong with a name that others are to see of the account `name`; a suspended one keeps its own."""
    if not text:
        return Problem("display_name", "名前を入力してください。", "the display name is missing")
    if len(text) > LONGEST_DISPLAY_NAME:
        return Problem(
            "display_name", f"名前は{LONGEST_DISPLAY_NAME}文字以内にしてください。", "the display name is too long"
        )
    for person in site.ledger.accounts.people():
        if person.account.name != name and _bare(person.account.display_name) == _bare(text):
            return Problem(
                "display_name",
                f"「{text}」は、アカウント「{person.account.name}」の名前です。"
                "だれがしたのかを記録で見分けられるように、ちがう名前にしてください。",
                "another account has this display name",
            )
    return None


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _problems(site: Site, fields: dict[str, str]) -> list[Problem]:
    problems = []
    if problem := display_name_problem(site, fields["display_name"], fields["name"]):
        problems.append(problem)
    if not _NAME.fullmatch(fields["name"]):
        problems.append(
            Problem(
                "name",
                "アカウント名は、半角の小文字と数字で、2文字から32文字までにしてください（例: tanaka）。",
                "the name is malformed",
            )
        )
    if role_of(fields["role"]) is None:
        problems.append(Problem("role", "役割を選んでください。", "the role is missing"))
    return problems


def _form(request: Request, fields: dict[str, str], problems: list[Problem]) -> Response:
    return page(
        request,
        "person_new.html",
        status=422 if problems else 200,
        fields=fields,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        roles=role_words(),
    )
