"""Reading alerts: the list, one, its revisions, and its way to the households."""

from typing import Annotated

from fastapi import Query, Request

from broadcaster.domain.tokens import Scope
from broadcaster.ledger.alert_search import Place, Wanted
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.api import cursors, problems
from broadcaster.web.api.contract import operations
from broadcaster.web.api.cursors import Cursor, Limit
from broadcaster.web.api.models.alerts import AlertAnswer, AlertList, Deliveries, DeliveryAnswer, Revisions
from broadcaster.web.api.problems import ProblemRaised
from broadcaster.web.api.rights import Bearer, names_of, reading
from broadcaster.web.prospect import prospect_of, trouble_of
from broadcaster.web.site import Site, site_of
from kokuchi.wire import Level, Severity
from kokuchi.wire.fields import Instant

router = operations("alerts")

Revision = Annotated[int | None, Query(description="Without it, the newest one.", ge=1, le=10_000)]


def find_alert(site: Site, identifier: str, revision: int | None = None) -> Accepted:
    """Return a revision of an alert, the newest if none is named; raises ProblemRaised."""
    alerts = site.ledger.alerts
    accepted = alerts.get(identifier) if revision is None else alerts.revision(identifier, revision)
    if accepted is None:
        raise ProblemRaised(problems.NOT_FOUND, "there is no such alert, or no such revision of it")
    return accepted


def answers(site: Site, alerts: list[Accepted]) -> list[AlertAnswer]:
    """Return alerts as programs read them, with a fixed number of queries for the counts."""
    reaches = site.ledger.deliveries.reach(accepted.row for accepted in alerts)
    waiting, now = site.ledger.outbox.waiting_alerts(), site.clock()
    return [
        AlertAnswer.of(
            accepted,
            reaches[accepted.row],
            prospect_of(accepted, waiting, now, superseded=_is_superseded(site, accepted)),
        )
        for accepted in alerts
    ]


@router.get("/alerts", **reading(Scope.ALERTS_READ))
def list_alerts(
    request: Request,
    cursor: Cursor = None,
    limit: Limit = 50,
    category: Annotated[str | None, Query(max_length=64)] = None,
    level: Level | None = None,
    drill: Annotated[bool | None, Query(description="Drills only, or none.")] = None,
    withdrawn: Annotated[bool | None, Query(description="Withdrawn ones only, or none.")] = None,
    since: Annotated[Instant | None, Query(description="Sent, or changed, at or after this time.")] = None,
    until: Annotated[Instant | None, Query(description="Sent, or changed, before this time.")] = None,
) -> AlertList:
    """List alerts by their newest revisions, the newest first."""
    site = site_of(request)
    severities = tuple(severity for severity in Severity if Level.of(severity) is level) if level else None
    after = None
    if cursor is not None:
        sent_at, row = cursors.read(cursor, str, int)
        after = Place(str(sent_at), int(row))
    wanted = Wanted(category, severities, drill, withdrawn, since, until)
    found = site.ledger.alert_search.page(wanted, after, limit + 1)
    shown = found[:limit]
    place = Place.of(shown[-1]) if len(found) > limit else None
    return AlertList(alerts=answers(site, shown), next=cursors.written(place.sent_at, place.row) if place else None)


@router.get("/alerts/{identifier}", **reading(Scope.ALERTS_READ, errors=(problems.NOT_FOUND,)))
def get_alert(request: Request, identifier: str, revision: Revision = None) -> AlertAnswer:
    """Return one alert with how far it has come."""
    site = site_of(request)
    return answers(site, [find_alert(site, identifier, revision)])[0]


@router.get("/alerts/{identifier}/revisions", **reading(Scope.ALERTS_READ, errors=(problems.NOT_FOUND,)))
def list_revisions(request: Request, identifier: str) -> Revisions:
    """List every revision of an alert, the newest first."""
    site = site_of(request)
    newest = find_alert(site, identifier)
    numbers = range(newest.alert.revision - 1, 0, -1)
    earlier = (site.ledger.alerts.revision(identifier, number) for number in numbers)
    return Revisions(revisions=answers(site, [newest, *filter(None, earlier)]))


@router.get("/alerts/{identifier}/deliveries", **reading(Scope.ALERTS_READ, errors=(problems.NOT_FOUND,)))
def list_deliveries(
    request: Request,
    identifier: str,
    token: Bearer,
    revision: Revision = None,
    troubled: Annotated[bool, Query(description="Only those that somebody should look at.")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Deliveries:
    """Tell how far an alert has come: the counts, and a page of its terminals."""
    site = site_of(request)
    accepted = find_alert(site, identifier, revision)
    answer = answers(site, [accepted])[0]
    presences, now = site.ledger.presences.all(), site.clock()
    after = str(cursors.read(cursor, str)[0]) if cursor is not None else ""
    lines = [
        (line, trouble_of(line, accepted, presences, answer.state, now))
        for line in site.ledger.deliveries.of_alert(accepted.row)
        if line.terminal.id > after
    ]
    wanted = [(line, found) for line, found in lines if found or not troubled]
    shown = wanted[:limit]
    return Deliveries(
        identifier=identifier,
        revision=accepted.alert.revision,
        state=answer.state,
        reach=answer.reach,
        deliveries=[DeliveryAnswer.of(line, names_of(token, line.terminal.household), found) for line, found in shown],
        next=cursors.written(shown[-1][0].terminal.id) if len(wanted) > limit else None,
    )


def _is_superseded(site: Site, accepted: Accepted) -> bool:
    newest = site.ledger.alerts.get(accepted.alert.identifier)
    return newest is not None and newest.row != accepted.row
