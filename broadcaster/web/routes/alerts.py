"""One alert and its way to the households."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.audience import describe
from broadcaster.domain.draft import can_be_corrected
from broadcaster.domain.monthly_test import is_monthly_test
from broadcaster.domain.standing import Standing
from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.progress import WHO, Selection
from broadcaster.web import standings
from broadcaster.web.authors import author_name
from broadcaster.web.delivery_log import delivery_log
from broadcaster.web.delivery_rows import count_selected, delivery_rows, selected_terminals
from broadcaster.web.errors import PageError
from broadcaster.web.live import Part, render
from broadcaster.web.pages import page
from broadcaster.web.revisions import earlier_revisions
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import LEVELS, MESSAGE_TYPES, moment

router = APIRouter()

PAGE_SIZE = 50

Revision = Annotated[int | None, Query(ge=1, le=10_000)]


@dataclass(frozen=True)
class ListPage:
    """Which page of which deliveries somebody looks at."""

    selection: Selection
    number: int

    def query(self, **other: object) -> str:
        """Return it as an address has it, without what is empty; `other` takes the place of what it has."""
        chosen = self.selection
        names = {"who": chosen.who, "area": chosen.area, "search": chosen.search}
        fields: dict[str, object] = {**names, "page": self.number, **other}
        if fields["page"] == 1:
            del fields["page"]
        return urlencode({name: value for name, value in fields.items() if value not in ("", None)})


def _list_page(
    who: Annotated[str, Query(max_length=20)] = "",
    area: Annotated[str, Query(max_length=100)] = "",
    search: Annotated[str, Query(max_length=100)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> ListPage:
    known = who if who in WHO or who in set(Standing) else ""
    return ListPage(Selection(known, area, search.strip()), number)


ListPageDependency = Annotated[ListPage, Depends(_list_page)]


def find_alert(site: Site, identifier: str, revision: int | None = None) -> Accepted:
    """Return a revision of an alert, the newest if none is named, or raise the page that says there is none."""
    alerts = site.ledger.alerts
    accepted = alerts.get(identifier) if revision is None else alerts.revision(identifier, revision)
    if accepted is None:
        raise PageError(
            404,
            "このお知らせは見つかりません",
            "アドレスがまちがっているか、まだ送信されていません。「放送記録」から選びなおしてください。",
        )
    return accepted


def to_alert(identifier: str) -> Response:
    """Lead to an alert's page."""
    return RedirectResponse(f"/alerts/{identifier}", status_code=303)


def terminals_on(site: Site, accepted: Accepted, listed: ListPage) -> list[str]:
    """Return the terminals of a page of the list. They stay there while it is read, whatever becomes of them."""
    return selected_terminals(site, accepted, listed.selection, PAGE_SIZE, (listed.number - 1) * PAGE_SIZE)


def parts(site: Site, accepted: Accepted, listed: ListPage, terminals: Sequence[str]) -> list[Part]:
    """Return what moves on an alert's page."""
    log = delivery_log(site, accepted)
    alert = accepted.alert
    here = {"identifier": alert.identifier, "revision": alert.revision}
    state = {
        "sentence": log.sentence,
        "tone": log.tone,
        "newer": f"/alerts/{alert.identifier}" if log.superseded else "",
        "silences": log.silences,
        "resends": log.resends,
    }
    found = {"found": count_selected(site, accepted, listed.selection), "addressed": log.reach.addressed}
    return [
        Part("state", "parts/alert_state.html", state),
        Part("counts", "parts/stage_counts.html", {"counts": log.counts, "addressed": log.reach.addressed}),
        Part("curve", "parts/curve.html", {"curve": log.curve}),
        Part("areas", "parts/area_bars.html", {"areas": log.areas}),
        Part("troubles", "parts/troubles.html", {"troubled": log.troubled, **here}),
        Part("reasons", "parts/reasons.html", {"reasons": log.reasons, "confirmed": log.reach.confirmed, **here}),
        Part("earlier", "parts/earlier.html", {**here, "revisions": earlier_revisions(site, accepted)}),
        Part("found", "parts/found.html", found),
        *(
            Part(f"line-{row.terminal}", "parts/delivery_row.html", {"row": row})
            for row in delivery_rows(site, accepted, terminals)
        ),
    ]


def facts(site: Site, accepted: Accepted) -> dict[str, Any]:
    """Return what the templates say of an alert itself."""
    alert = accepted.alert
    return {
        "alert": alert,
        "level_word": LEVELS[alert.level],
        "audience": describe(alert.audience, site.town),
        "sent": moment(alert.sent, site.town.time_zone),
        "expires": moment(alert.expires, site.town.time_zone),
        "author": author_name(site, accepted.accepted_by),
        "kind": MESSAGE_TYPES[alert.message_type],
    }


@router.get("/alerts/{identifier}")
def show_alert(
    request: Request, identifier: str, _: Reader, listed: ListPageDependency, revision: Revision = None
) -> Response:
    """Show an alert with its delivery log."""
    site = site_of(request)
    accepted = find_alert(site, identifier, revision)
    newest = find_alert(site, identifier).alert
    moving = parts(site, accepted, listed, terminals_on(site, accepted, listed))
    named = {part.id: part for part in moving if not part.id.startswith("line-")}
    number = accepted.alert.revision
    found = count_selected(site, accepted, listed.selection)
    return page(
        request,
        "alert.html",
        named=named,
        show=lambda part: render(site, part),
        rows=[part for part in moving if part.id.startswith("line-")],
        listed=listed,
        found=found,
        pages=math.ceil(found / PAGE_SIZE),
        who_words=standings.WHO,
        standing_words={standing.value: standings.advice(standing).short for standing in Standing},
        withdrawn=newest.is_cancel,
        correctable=can_be_corrected(newest, site.clock()),
        monthly=is_monthly_test(accepted.alert),
        resendable=newest.revision == number and newest.expires > site.clock(),
        query=lambda **other: listed.query(revision=number if number != newest.revision else None, **other),
        writer=_writer(site, identifier),
        why_alone=accepted.why_alone,
        **facts(site, accepted),
    )


def _writer(site: Site, identifier: str) -> str:
    """Return who wrote an alert of which another one approved; else nothing."""
    submission = site.ledger.submissions.get(identifier)
    return author_name(site, submission.submitted_by) if submission and submission.approved_by else ""
