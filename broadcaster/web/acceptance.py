"""Handing an alert to the ledger, whichever page it comes from."""

import sqlite3
from collections.abc import Sequence

from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.errors import NotStored
from broadcaster.web.site import Site
from kokuchi.wire import Alert, Topics


def accept(site: Site, alert: Alert, recipients: Sequence[str], account: Account) -> None:
    """Commit an alert for these terminals, or raise AlertExists, or NotStored if the ledger cannot be written."""
    try:
        site.ledger.alerts.accept(alert, Topics(site.town.id).of_audience(alert.audience), recipients, account.name)
    except sqlite3.OperationalError as error:
        fault = NotStored.because_of(error)
        if fault is None:
            raise
        raise fault from error


def accept_revision(site: Site, before: Accepted, after: Alert, account: Account) -> None:
    """Commit a later revision of an alert for the terminals that it was sent to; raises as `accept` does."""
    recipients = [line.terminal.id for line in site.ledger.deliveries.of_alert(before.row)]
    accept(site, after, recipients, account)
