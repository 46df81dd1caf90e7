"""The earlier revisions of an alert, and who had heard them."""

from dataclasses import dataclass

from broadcaster.ledger.alerts import Accepted
from broadcaster.web.authors import author_name
from broadcaster.web.site import Site
from broadcaster.web.words import MESSAGE_TYPES, moment


@dataclass(frozen=True)
class Earlier:
    """One earlier revision; `heard` names the households in which it was voiced or confirmed."""

    revision: int
    kind: str
    headline: str
    sent: str
    author: str
    addressed: int
    heard: tuple[str, ...]


def earlier_revisions(site: Site, accepted: Accepted) -> tuple[Earlier, ...]:
    """Return the revisions before this one, the newest first."""
    numbers = range(accepted.alert.revision - 1, 0, -1)
    found = (site.ledger.alerts.revision(accepted.alert.identifier, number) for number in numbers)
    return tuple(_earlier(site, revision) for revision in found if revision)


def _earlier(site: Site, accepted: Accepted) -> Earlier:
    lines = site.ledger.deliveries.of_alert(accepted.row)
    return Earlier(
        revision=accepted.alert.revision,
        kind=MESSAGE_TYPES[accepted.alert.message_type],
        headline=accepted.alert.headline,
        sent=moment(accepted.alert.sent, site.town.time_zone),
        author=author_name(site, accepted.accepted_by),
        addressed=len(lines),
        heard=tuple(
            line.terminal.household
            for line in lines
            if line.delivery.voice_started_at is not None or line.delivery.confirmed_at is not None
        ),
    )
