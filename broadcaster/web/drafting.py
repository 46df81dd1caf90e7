"""Keeping what is being written, and telling who comes second."""

from dataclasses import dataclass

from broadcaster.domain.written import Written
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.drafts import DraftMoved, StoredDraft
from broadcaster.web.authors import author_name
from broadcaster.web.errors import storing
from broadcaster.web.site import Site
from broadcaster.web.words import moment


@dataclass(frozen=True)
class Moved:
    """What has become of a draft behind its writer's back: sent, submitted, changed or thrown away."""

    identifier: str
    sent: bool = False
    submitted: bool = False
    by: str = ""
    at: str = ""
    written: Written | None = None


def keep(site: Site, identifier: str, version: int, written: Written, account: Account) -> StoredDraft:
    """Keep what was written, unless it is kept already, and return the draft as it stands.

    Raises DraftMoved if somebody else has changed or sent it, NotStored if the ledger cannot be written.
    """
    stands = site.ledger.drafts.get(identifier)
    if site.ledger.alerts.get(identifier) is not None:
        raise DraftMoved(stands)
    # The same text may come twice: the answer to the first time was lost on its way.
    if stands is not None and stands.written == written:
        return stands
    with storing():
        return site.ledger.drafts.save(identifier, version, written, account.name, site.clock())


def moved(site: Site, identifier: str, stands: StoredDraft | None) -> Moved:
    """Return what to tell somebody who comes second."""
    sent = site.ledger.alerts.get(identifier)
    if sent is not None:
        at = moment(sent.alert.sent, site.town.time_zone)
        return Moved(identifier, sent=True, by=author_name(site, sent.accepted_by), at=at)
    if site.ledger.drafts.is_locked(identifier):
        return Moved(identifier, submitted=True)
    if stands is None:
        return Moved(identifier)
    at = moment(stands.changed_at, site.town.time_zone)
    return Moved(identifier, by=author_name(site, stands.changed_by), at=at, written=stands.written)
