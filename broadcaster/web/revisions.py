"""The earlier revisions of an alert, and who had heard them."""

from dataclasses import dataclass

from broadcaster.ledger.alerts import Accepted
from broadcaster.ledger.progress import Selection
from broadcaster.web.authors import author_name
from broadcaster.web.prospect import Prospect, circumstances_of
from broadcaster.web.site import Site
from broadcaster.web.words import MESSAGE_TYPES, moment

NAMED = 50
"""So many households that had heard an earlier text are named; the list of that revision has all of them."""


@dataclass(frozen=True)
class Earlier:
    """One earlier revision; it was voiced or confirmed by `heard` terminals, of which a few are named."""

    revision: int
    kind: str
    headline: str
    sent: str
    author: str
    why_alone: str
    addressed: int
    heard: int
    households: tuple[str, ...]


def earlier_revisions(site: Site, accepted: Accepted) -> tuple[Earlier, ...]:
    """Return the revisions before this one, the newest first."""
    numbers = range(accepted.alert.revision - 1, 0, -1)
    found = (site.ledger.alerts.revision(accepted.alert.identifier, number) for number in numbers)
    return tuple(_earlier(site, revision) for revision in found if revision)


def _earlier(site: Site, accepted: Accepted) -> Earlier:
    heard = Selection("heard")
    waiting = circumstances_of(accepted, Prospect.SUPERSEDED, site.clock())
    first = site.ledger.progress.lines(accepted.row, waiting, heard, limit=NAMED)
    return Earlier(
        revision=accepted.alert.revision,
        kind=MESSAGE_TYPES[accepted.alert.message_type],
        headline=accepted.alert.headline,
        sent=moment(accepted.alert.sent, site.town.time_zone),
        author=author_name(site, accepted.accepted_by),
        why_alone=accepted.why_alone,
        addressed=site.ledger.progress.count(accepted.row, waiting, Selection()),
        heard=site.ledger.progress.count(accepted.row, waiting, heard),
        households=tuple(found.line.terminal.household for found in first),
    )
