"""Writing an alert."""

import json
from collections import Counter
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.domain.audience import Terminal
from broadcaster.domain.draft import ADVISED_BODY, Problem, contact_of
from broadcaster.domain.town import Category
from broadcaster.domain.written import Written
from broadcaster.web.forms import translation_fields, written_of
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, Sender
from broadcaster.web.site import Site, site_of
from broadcaster.web.timing_form import TimingForm
from broadcaster.web.words import AUDIENCES, LEVEL_EFFECTS, LEVELS
from kokuchi.wire import Contact, Level
from kokuchi.wire.alert import MAXIMUM_BODY, MAXIMUM_HEADLINE

router = APIRouter()


@router.get("/alerts/new")
def new_alert(request: Request, _: Sender, category: str = "") -> Response:
    """Show the form, with a category's template if one is named."""
    written = Written.from_template(site_of(request).town.category(category))
    return form_page(request, written, [])


@router.post("/alerts/new")
def rewrite_alert(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Show the form with what was written."""
    return form_page(request, written_of(form), [], carried=TimingForm.of(form).pairs())


def form_page(
    request: Request, written: Written, problems: Sequence[Problem], carried: Sequence[tuple[str, str]] = ()
) -> Response:
    """Return the form with what was written and what is wrong with it; `carried` are fields of the last page."""
    site = site_of(request)
    roster = site.ledger.terminals.all()
    chosen = site.town.category(written.category)
    return page(
        request,
        "compose.html",
        status=422 if problems else 200,
        written=written,
        carried=carried,
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
