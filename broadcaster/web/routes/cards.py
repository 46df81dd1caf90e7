"""Enrolment cards for many households at once: chosen, asked about, and shown once to be printed."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.domain.audience import Terminal
from broadcaster.ledger.terminals import TerminalOutOfService, TerminalUnknown
from broadcaster.provisioning.cards import make_cards
from broadcaster.web.cards import untils
from broadcaster.web.errors import PageError, storing
from broadcaster.web.pages import page
from broadcaster.web.roster_words import names
from broadcaster.web.routes.enrolment_codes import typed_address
from broadcaster.web.sessions import CheckedForm, Installer, texts_of
from broadcaster.web.site import Site, site_of

router = APIRouter()

MOST_CARDS = 40
"""So many cards are made at once: a handful of sheets."""

_CHOOSE = f"端末を1台から{MOST_CARDS}台まで選んでください。前の画面にもどると、選びなおせます。"
_CHOOSE_AGAIN = "選んだ端末の中に、いま使われていないものがあります。選びなおしてください。"


@dataclass(frozen=True)
class Candidate:
    """A terminal for which a card can be made. `has_code`: one stands already; `in_service`: a device is it."""

    terminal: Terminal
    area: str
    has_code: bool
    in_service: bool


@router.get("/terminals/cards")
def choose(
    request: Request,
    _: Installer,
    area: Annotated[str, Query(max_length=64)] = "",
    group: Annotated[str, Query(max_length=64)] = "",
    which: Literal["never", "all"] = "never",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Show the terminals for which cards may be made, and what a new code does to each."""
    site = site_of(request)
    never = site.ledger.terminals.never_enrolled()
    found = [
        terminal
        for terminal in site.ledger.terminals.all()
        if (not area or terminal.area == area)
        and (not group or group in terminal.groups)
        and (which == "all" or terminal.id in never)
    ]
    pages = max(1, -(-len(found) // MOST_CARDS))
    number = min(number, pages)
    shown = found[(number - 1) * MOST_CARDS : number * MOST_CARDS]
    standing = site.ledger.enrolment.standing(site.clock())
    query = urlencode({"area": area, "group": group, "which": which})
    return page(
        request,
        "cards.html",
        candidates=[
            Candidate(each, names([each.area], site.town.areas), each.id in standing, each.id not in never)
            for each in shown
        ],
        total=len(found),
        area=area,
        group=group,
        which=which,
        number=number,
        pages=pages,
        earlier=f"{query}&page={number - 1}",
        later=f"{query}&page={number + 1}",
    )


@router.post("/terminals/cards")
def make(request: Request, account: Installer, form: CheckedForm) -> Response:
    """Make a code for each chosen terminal and show the cards, this once."""
    site = site_of(request)
    chosen = _chosen(site, texts_of(form, "terminals"))
    try:
        with storing():
            cards = make_cards(site.enrolment, chosen, typed_address(request), account.name)
    except (TerminalUnknown, TerminalOutOfService) as error:
        raise PageError(409, "登録カードを作れません", _CHOOSE_AGAIN) from error
    return page(request, "cards_made.html", cards=cards, until=untils(site.town, cards))


def _chosen(site: Site, identifiers: tuple[str, ...]) -> list[Terminal]:
    if not 0 < len(identifiers) <= MOST_CARDS:
        raise PageError(
            422,
            "登録カードを作れません",
            _CHOOSE,
        )
    chosen = [site.ledger.terminals.get(identifier) for identifier in identifiers]
    return [terminal for terminal in chosen if terminal]
