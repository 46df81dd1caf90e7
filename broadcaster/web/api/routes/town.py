"""The town, looking at a text without sending it, and whether what is accepted goes out."""

from collections import Counter

from fastapi import Request

from broadcaster.domain.audience import recipients
from broadcaster.domain.draft import DraftError, compose, contact_of
from broadcaster.domain.timing import NOW
from broadcaster.domain.tokens import Scope
from broadcaster.domain.town import Category, Place, Town
from broadcaster.sending import Need
from broadcaster.web.api.contract import operations
from broadcaster.web.api.failures import errors_of
from broadcaster.web.api.models.content import DraftContent
from broadcaster.web.api.models.town import (
    CategoryAnswer,
    Check,
    Health,
    LanguageAnswer,
    PlaceAnswer,
    QuietHoursAnswer,
    TownAnswer,
)
from broadcaster.web.api.rights import Bearer, reading, writing
from broadcaster.web.outlook import sentence
from broadcaster.web.site import site_of
from kokuchi.wire import Level

router = operations("town")


@router.get("/town", **reading())
def get_town(request: Request) -> TownAnswer:
    """Return the town with its areas, groups, kinds of alert and quiet hours."""
    site = site_of(request)
    town, roster = site.town, site.ledger.terminals.all()
    areas = Counter(terminal.area for terminal in roster)
    groups = Counter(group for terminal in roster for group in terminal.groups)
    hours = town.quiet_hours
    return TownAnswer(
        id=town.id,
        name=town.name,
        office=town.office,
        time_zone=town.time_zone.key,
        desk=town.desk,
        terminals=len(roster),
        areas=[_place(area, areas) for area in town.areas],
        groups=[_place(group, groups) for group in town.groups],
        languages=[LanguageAnswer(code=language.code, name=language.name) for language in town.languages],
        categories=[_category(category, town) for category in town.categories],
        quiet_hours=QuietHoursAnswer(start=hours.start, end=hours.end) if hours else None,
    )


@router.post("/checks", **writing(Scope.ALERTS_SEND, Scope.DRAFTS_WRITE))
def check_text(request: Request, token: Bearer, content: DraftContent) -> Check:
    """Tell what is wrong with a text, and whom it would reach. Nothing is sent or kept."""
    site, roster = site_of(request), site_of(request).ledger.terminals.everybody()
    try:
        written = content.written()
        alert = compose(written.draft(site.town), site.town, roster, site.clock())
    except DraftError as error:
        return Check(
            sendable=False,
            errors=errors_of(error),
            sentence=None,
            level=None,
            expires=None,
            addressed=None,
            away=None,
        )
    reached = recipients(alert.audience, roster)
    presences = site.ledger.presences.all()
    online = [terminal for terminal in reached if terminal.id in presences and presences[terminal.id].online]
    return Check(
        sendable=True,
        errors=[],
        sentence=sentence(
            site.town,
            alert.audience,
            reached,
            alert.level,
            NOW,
            drill=alert.is_drill,
            asked=site.sending.need(written) is not Need.NOTHING,
            cut_off=not site.ledger.broker.is_connected(),
        ),
        level=alert.level,
        expires=alert.expires,
        addressed=len(reached),
        away=len(reached) - len(online) if Scope.TERMINALS_READ in token.scopes else None,
    )


@router.get("/health", **reading())
def get_health(request: Request) -> Health:
    """Tell whether what is accepted goes out."""
    ledger = site_of(request).ledger
    broker, backlog = ledger.broker.state(), ledger.outbox.backlog()
    return Health(
        broker_connected=broker is not None and broker.connected,
        broker_since=broker.since if broker else None,
        broker_detail=broker.detail if broker else "",
        waiting=backlog.waiting,
        last_failure=backlog.last_failure,
    )


def _place(place: Place, counts: Counter[str]) -> PlaceAnswer:
    return PlaceAnswer(id=place.id, name=place.name, terminals=counts[place.id])


def _category(category: Category, town: Town) -> CategoryAnswer:
    return CategoryAnswer(
        id=category.id,
        name=category.name,
        description=category.description,
        level=Level.of(category.severity),
        valid_hours=category.valid_hours,
        headline=category.headline,
        body=category.body,
        contact=contact_of(category, town),
    )
