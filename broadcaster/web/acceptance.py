"""Handing a later revision to the ledger, whichever page it comes from."""

from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.errors import storing
from broadcaster.web.site import Site
from kokuchi.wire import Alert, Topics


def accept_revision(site: Site, before: Accepted, after: Alert, account: Account) -> None:
    """Commit a later revision of an alert for the terminals that it was sent to.

    Raises AlertExists, or NotStored if the ledger cannot be written.
    """
    recipients = [line.terminal.id for line in site.ledger.deliveries.of_alert(before.row)]
    with storing():
        site.ledger.alerts.accept(after, Topics(site.town.id).of_audience(after.audience), recipients, account.name)
