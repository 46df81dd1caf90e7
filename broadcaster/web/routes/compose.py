"""Writing an alert."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.domain.written import Correction, Written
from broadcaster.web.compose_form import editing_of, form_page, new_editing
from broadcaster.web.forms import written_of
from broadcaster.web.routes.alerts import find_alert
from broadcaster.web.sessions import CheckedForm, Sender, text_of
from broadcaster.web.site import site_of
from broadcaster.web.timing_form import TimingForm
from broadcaster.web.words import moment

router = APIRouter()


@router.get("/alerts/new")
def new_alert(
    request: Request, _: Sender, category: str = "", source: Annotated[str, Query(alias="from")] = ""
) -> Response:
    """Show the form, with a category's template if one is named, or with what an earlier alert said."""
    site = site_of(request)
    editing = new_editing(site)
    if not source:
        return form_page(request, Written.from_template(site.town.category(category)), editing)
    earlier = find_alert(site, source).alert
    copied = replace(editing, copied=moment(earlier.sent, site.town.time_zone))
    return form_page(request, Written.from_alert(earlier, Correction.from_alert(earlier)), copied)


@router.post("/alerts/new")
def rewrite_alert(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Show the form with what was written, and without a script: with a terminal more, or one less."""
    written = written_of(form)
    added, removed = text_of(form, "add"), text_of(form, "remove")
    terminals = dict.fromkeys([*written.terminals, *([added] if added else [])])
    written = replace(written, terminals=tuple(terminal for terminal in terminals if terminal != removed))
    editing = replace(editing_of(site_of(request), form), words=text_of(form, "words"))
    return form_page(request, written, editing, carried=TimingForm.of(form).pairs())
