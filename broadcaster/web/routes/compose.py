"""Writing an alert, looking at it once more, sending it."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.audience import Terminal, recipients
from broadcaster.domain.draft import ADVISED_BODY, DraftError, Problem, compose, contact_of, new_identifier
from broadcaster.domain.town import Category
from broadcaster.domain.written import Written
from broadcaster.sending import Submission
from broadcaster.web.errors import storing
from broadcaster.web.forms import translation_fields, written_of
from broadcaster.web.pages import page
from broadcaster.web.routes.alerts import to_alert
from broadcaster.web.sessions import CheckedForm, Sender, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import AUDIENCES, LEVEL_EFFECTS, LEVELS, moment, plan
from kokuchi.wire import Contact, Level
from kokuchi.wire.alert import MAXIMUM_BODY, MAXIMUM_HEADLINE

router = APIRouter()

_IDENTIFIER = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


@router.get("/alerts/new")
def new_alert(request: Request, _: Sender, category: str = "") -> Response:
    """Show the form, with a category's template if one is named."""
    written = Written.from_template(site_of(request).town.category(category))
    return _form_page(request, written, [])


@router.post("/alerts/new")
def rewrite_alert(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Show the form with what was written."""
    return _form_page(request, written_of(form), [])


@router.post("/alerts/check")
def check_alert(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Show what sending would do, or the form with what is wrong."""
    site, written = site_of(request), written_of(form)
    roster = site.ledger.terminals.all()
    now = site.clock()
    try:
        alert = compose(written.draft(site.town), site.town, roster, now, identifier=new_identifier(now))
    except DraftError as error:
        return _form_page(request, written, error.problems)
    reached = recipients(alert.audience, roster)
    presences = site.ledger.presences.all()
    online = [terminal for terminal in reached if terminal.id in presences and presences[terminal.id].online]
    return page(
        request,
        "check.html",
        alert=alert,
        written=written,
        plan=plan(alert, site.town, len(reached)),
        effect=LEVEL_EFFECTS[alert.level],
        level_word=LEVELS[alert.level],
        reached=len(reached),
        away=len(reached) - len(online),
        expires=moment(alert.expires, site.town.time_zone),
        advised=ADVISED_BODY,
    )


@router.post("/alerts")
async def send_alert(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Accept the alert, once however often the form is sent, or show the form with what is wrong."""
    site, written = site_of(request), written_of(form)
    identifier = text_of(form, "identifier")
    if not _IDENTIFIER.fullmatch(identifier):
        return await asyncio.to_thread(check_alert, request, account, form)
    try:
        with storing():
            await site.sending.submit(Submission(identifier, written), account)
    except DraftError as error:
        return await asyncio.to_thread(_form_page, request, written, error.problems)
    return to_alert(identifier)


def _form_page(request: Request, written: Written, problems: Sequence[Problem]) -> Response:
    site = site_of(request)
    roster = site.ledger.terminals.all()
    chosen = site.town.category(written.category)
    return page(
        request,
        "compose.html",
        status=422 if problems else 200,
        written=written,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        levels=[(level.value, LEVELS[level], LEVEL_EFFECTS[level]) for level in Level],
        level_of={category.id: Level.of(category.severity).value for category in site.town.categories},
        contact_of={category.id: contact_of(category, site.town) for category in site.town.categories},
        contact=_contact(site, written),
        chosen=chosen,
        translations_json=_translations_json,
        audiences=[(kind.value, word) for kind, word in AUDIENCES.items()],
        roster=roster,
        counts=_counts(roster),
        area_names={area.id: area.name for area in site.town.areas},
        maximum_headline=MAXIMUM_HEADLINE,
        maximum_body=MAXIMUM_BODY,
        **translation_fields(written.translations),
        advised=ADVISED_BODY,
    )


def _translations_json(category: Category) -> str:
    """Return the templates in other languages, for the script that fills them in."""
    wordings = {code: [text.headline.strip(), text.body.strip()] for code, text in category.translations.items()}
    return json.dumps(wordings, ensure_ascii=False)


def _contact(site: Site, written: Written) -> Contact:
    category = site.town.category(written.category)
    return contact_of(category, site.town) if category else site.town.desk


def _counts(roster: Sequence[Terminal]) -> Counter[str]:
    areas = Counter(f"areas-{terminal.area}" for terminal in roster)
    groups = Counter(f"groups-{group}" for terminal in roster for group in terminal.groups)
    return areas + groups
