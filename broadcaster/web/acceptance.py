"""Handing an alert to the ledger, whichever page it comes from."""

from collections.abc import Sequence

from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.errors import storing
from broadcaster.web.site import Site
from kokuchi.wire import Alert, Topics


def accept(site: Site, alert: Alert, recipients: Sequence[str], account: Account) -> None:
    """Commit an alert for these terminals, or raise AlertExists, or NotStored if the ledger cannot be written."""
    with storing():
        site.ledger.alerts.accept(alert, Topics(site.town.id).of_audience(alert.audience), recipients, account.name)


def accept_revision(site: Site, before: Accepted, after: Alert, account: Account) -> None:
    """Commit a later revision of an alert for the terminals that it was sent to; raises as `accept` does."""
    recipients = [line.terminal.id for line in site.ledger.deliveries.of_alert(before.row)]
    accept(site, after, recipients, account)
