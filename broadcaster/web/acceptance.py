"""Handing a later revision to the ledger, whichever page or program it comes from."""

from broadcaster.domain.draft import DraftError, Problem, correct
from broadcaster.domain.texts import said, translations_of
from broadcaster.domain.written import Correction
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.alerts import Accepted
from broadcaster.web.errors import storing
from broadcaster.web.site import Site
from kokuchi.wire import Alert, Furigana, MessageType, Reading, Topics

_NO_REASON = Problem(
    "reason",
    "承認を待たずに訂正する理由を書いてください。",
    "is missing; the alert needs a second person, and a correction does not wait for one",
)


def accept_revision(site: Site, after: Alert, account: Account, why_alone: str = "") -> None:
    """Commit a later revision of an alert for the terminals that it was sent to.

    Raises AlertExists, or NotStored if the ledger cannot be written.
    """
    with storing():
        site.ledger.alerts.accept(
            after, Topics(site.town.id).of_audience(after.audience), None, account.name, why_alone
        )


def accept_correction(site: Site, before: Accepted, after: Alert, account: Account, reason: str) -> None:
    """Commit a correction as `accept_revision` does, with its reason if the alert needs a second person.

    A wrong text is being spoken meanwhile, and so it never waits for one. Raises DraftError without the reason.
    """
    if not site.sending.needs_reason(before.alert):
        accept_revision(site, after, account)
    elif why_alone := said(reason):
        accept_revision(site, after, account, why_alone)
    else:
        raise DraftError([_NO_REASON])


def corrected(
    site: Site,
    accepted: Accepted,
    written: Correction,
    reading: Reading | None = None,
    furigana: Furigana | None = None,
) -> Alert:
    """Return the Update that is meant, or raise DraftError."""
    return correct(
        accepted.alert,
        written.headline,
        written.body,
        site.town,
        site.clock(),
        translations=written.translations,
        reading=reading,
        furigana=furigana,
    )


def is_sent(site: Site, identifier: str, written: Correction) -> bool:
    """Tell whether this very correction is there: it was sent twice."""
    later = site.ledger.alerts.after(identifier, written.revision)
    return (
        later is not None
        and later.alert.message_type is MessageType.UPDATE
        and (later.alert.headline, later.alert.body) == (written.headline.strip(), written.body.strip())
        and later.alert.translations == translations_of(written.translations)
    )
