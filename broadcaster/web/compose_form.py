"""The form in which an alert is written, as it stands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from broadcaster.domain.advice import ADVISED_BODY, ADVISED_SECONDS, advise
from broadcaster.domain.draft import Problem, contact_of, new_identifier
from broadcaster.domain.town import Category
from broadcaster.domain.validity import SHORTER_HOURS, validity
from broadcaster.domain.written import Written
from broadcaster.ledger.submissions import State
from broadcaster.web.drafting import Moved
from broadcaster.web.forms import identifier_of, translation_fields, version_of
from broadcaster.web.pages import page
from broadcaster.web.reach import MOST_FOUND, chosen, members, reached, search
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import AUDIENCES, LEVEL_EFFECTS, LEVELS, validity_in_words
from kokuchi.wire import Contact, Level
from kokuchi.wire.alert import MAXIMUM_BODY, MAXIMUM_HEADLINE


@dataclass(frozen=True)
class Editing:
    """What is being edited: its identifier, and the version of the stored draft that was seen, 0 without one.

    `saved` says when it was kept, `copied` from when the alert is that it was begun with; `words` is what was searched
    for among the terminals.
    """

    identifier: str
    version: int = 0
    saved: str = ""
    copied: str = ""
    words: str = ""


def new_editing(site: Site) -> Editing:
    """Return what is begun now."""
    return Editing(new_identifier(site.clock()))


def editing_of(site: Site, form: FormData) -> Editing:
    """Return what a form edits."""
    identifier = identifier_of(form)
    return Editing(identifier, version_of(form)) if identifier else new_editing(site)


def form_page(
    request: Request,
    written: Written,
    editing: Editing,
    problems: Sequence[Problem] = (),
    moved: Moved | None = None,
    carried: Sequence[tuple[str, str]] = (),
) -> Response:
    """Return the form with what was written, what is wrong with it, and who was faster.

    `carried` are fields of the last page, which it has when one comes back to it.
    """
    site = site_of(request)
    roster = site.ledger.terminals.all()
    contact = contact_for(site, written)
    found = search(site, editing.words)
    return page(
        request,
        "compose.html",
        status=409 if moved else 422 if problems else 200,
        written=written,
        editing=editing,
        sent_back=_sent_back(site, editing),
        carried=carried,
        moved=moved,
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        advice=advise(written.headline, written.body, written.category, contact, site.town),
        levels=[(level.value, LEVELS[level], LEVEL_EFFECTS[level]) for level in Level],
        level_of={category.id: Level.of(category.severity).value for category in site.town.categories},
        contact_of={category.id: contact_of(category, site.town) for category in site.town.categories},
        contact=contact,
        usual_validity={category.id: validity_in_words(validity(category, None)) for category in site.town.categories},
        validities=[(str(hours), validity_in_words(timedelta(hours=hours))) for hours in SHORTER_HOURS],
        chosen=site.town.category(written.category),
        translations_json=_translations_json,
        audiences=[(kind.value, word) for kind, word in AUDIENCES.items()],
        has_roster=bool(roster),
        counts=members(roster),
        reach=reached(site, written),
        chosen_terminals=chosen(site, written.terminals),
        found=found[:MOST_FOUND],
        found_more=len(found) > MOST_FOUND,
        maximum_headline=MAXIMUM_HEADLINE,
        maximum_body=MAXIMUM_BODY,
        **translation_fields(written.translations),
        advised=ADVISED_BODY,
        advised_seconds=ADVISED_SECONDS,
    )


def _sent_back(site: Site, editing: Editing) -> str:
    """Return what whoever sent it back wants to have changed; empty if nobody has."""
    submission = site.ledger.submissions.get(editing.identifier)
    return submission.note if submission and submission.state is State.RETURNED else ""


def contact_for(site: Site, written: Written) -> Contact:
    """Return whom to call about what is being written."""
    category = site.town.category(written.category)
    return contact_of(category, site.town) if category else site.town.desk


def _translations_json(category: Category) -> str:
    """Return the templates in other languages, for the script that fills them in."""
    wordings = {code: [text.headline.strip(), text.body.strip()] for code, text in category.translations.items()}
    return json.dumps(wordings, ensure_ascii=False)
