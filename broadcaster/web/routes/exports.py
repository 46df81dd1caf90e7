"""Files of the delivery log: of what was found, of one alert, of one terminal. Each is in the record of deeds."""

from collections.abc import Iterator
from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from broadcaster.domain.audit import Deed, Entry
from broadcaster.ledger.accounts import Account
from broadcaster.web.delivery_rows import count_selected
from broadcaster.web.errors import PageError, storing
from broadcaster.web.exports import Exported, Pieces, as_csv, as_json, deliveries, resting
from broadcaster.web.log_search import LogSearchDependency
from broadcaster.web.prospect import circumstances_of, prospect_now
from broadcaster.web.routes.alerts import ListPageDependency, Revision, find_alert
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of

router = APIRouter()


class Form(StrEnum):
    """What a file is for: spreadsheets or programs."""

    CSV = "csv"
    JSON = "json"


_MEDIA = {Form.CSV: "text/csv; charset=utf-8", Form.JSON: "application/json"}


@router.get("/log/deliveries.{form}")
def export_search(request: Request, form: Form, account: Reader, search: LogSearchDependency) -> StreamingResponse:
    """Answer with the deliveries of all alerts that are found, at the terminals that are looked for."""
    site = site_of(request)
    found = site.ledger.alert_search.all(search.wanted(site.town.time_zone))
    pieces = deliveries(site.ledger, found.rows, found.terminals, site.clock())
    return _file(site, form, account, pieces, "", found.deliveries)


@router.get("/alerts/{identifier}/deliveries.{form}")
def export_alert(
    request: Request,
    identifier: str,
    form: Form,
    account: Reader,
    listed: ListPageDependency,
    revision: Revision = None,
) -> StreamingResponse:
    """Answer with the deliveries of one revision of an alert, narrowed down as its page's list is."""
    site = site_of(request)
    accepted = find_alert(site, identifier, revision)
    rows = count_selected(site, accepted, listed.selection)

    def pieces() -> Iterator[list[Exported]]:
        prospect = prospect_now(site, accepted)
        circumstances = circumstances_of(accepted, prospect, site.clock())
        lines = site.ledger.progress.lines(accepted.row, circumstances, listed.selection, limit=None)
        yield [Exported(accepted, line, prospect.is_over) for line in lines]

    return _file(site, form, account, pieces(), identifier, rows)


@router.get("/terminals/{terminal}/deliveries.{form}")
def export_terminal(request: Request, terminal: str, form: Form, account: Reader) -> StreamingResponse:
    """Answer with all that one terminal was sent, the newest first."""
    site = site_of(request)
    history = site.ledger.delivery_history
    row = history.row_of(terminal)
    if row is None:
        raise PageError(404, "端末が見つかりません", "「端末」から選びなおしてください。")
    alerts = history.alerts_of(terminal)
    return _file(site, form, account, deliveries(site.ledger, alerts, [row], site.clock()), terminal, len(alerts))


def _file(site: Site, form: Form, account: Account, pieces: Pieces, subject: str, rows: int) -> StreamingResponse:
    """Record the deed, then answer; a file of which there is no record does not leave."""
    with storing():
        site.ledger.audit.add(Entry(account.name, Deed.LOG_EXPORTED, subject, site.clock(), f"{form} {rows}"))
    day = site.clock().astimezone(site.town.time_zone)
    name = "-".join(filter(None, ("deliveries", subject, f"{day:%Y%m%d}")))
    return StreamingResponse(
        resting(as_csv(pieces, site.town) if form is Form.CSV else as_json(pieces)),
        media_type=_MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
