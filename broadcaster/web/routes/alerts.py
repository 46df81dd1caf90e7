"""One alert and its way to the households."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from broadcaster.domain.audience import describe
from broadcaster.domain.draft import can_be_corrected
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.authors import author_name
from broadcaster.web.delivery_log import delivery_log
from broadcaster.web.errors import PageError
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.revisions import earlier_revisions
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of
from broadcaster.web.words import LEVELS, MESSAGE_TYPES, moment

router = APIRouter()

Revision = Annotated[int | None, Query(ge=1, le=10_000)]


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


def parts(site: Site, accepted: Accepted) -> list[Part]:
    """Return what moves on an alert's page."""
    log = delivery_log(site, accepted)
    state = {
        "sentence": log.sentence,
        "tone": log.tone,
        "newer": f"/alerts/{accepted.alert.identifier}" if log.superseded else "",
        "silences": log.silences,
    }
    return [
        Part("state", "parts/alert_state.html", state),
        Part("counts", "parts/stage_counts.html", {"counts": log.counts, "addressed": log.addressed}),
        Part("troubles", "parts/troubles.html", {"troubled": log.troubled}),
        Part(
            "earlier",
            "parts/earlier.html",
            {"identifier": accepted.alert.identifier, "revisions": earlier_revisions(site, accepted)},
        ),
        *(Part(f"line-{row.terminal}", "parts/delivery_row.html", {"row": row}) for row in log.rows),
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
def show_alert(request: Request, identifier: str, _: Reader, revision: Revision = None) -> Response:
    """Show an alert with its delivery log."""
    site = site_of(request)
    accepted = find_alert(site, identifier, revision)
    newest = find_alert(site, identifier).alert
    state, counts, troubles, earlier, *rows = parts(site, accepted)
    return page(
        request,
        "alert.html",
        state=state,
        counts=counts,
        troubles=troubles,
        earlier=earlier,
        rows=rows,
        withdrawn=newest.is_cancel,
        correctable=can_be_corrected(newest, site.clock()),
        **facts(site, accepted),
    )
