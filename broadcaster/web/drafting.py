"""Keeping what is being written, and telling who comes second."""

from dataclasses import dataclass
from datetime import timedelta

from broadcaster.domain.audience import describe
from broadcaster.domain.town import Town
from broadcaster.domain.written import Written
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.drafts import DraftMoved, StoredDraft
from broadcaster.sending.sender import level_of
from broadcaster.web.authors import author_name
from broadcaster.web.errors import storing
from broadcaster.web.site import Site
from broadcaster.web.words import LEVELS, moment, validity_in_words
from kokuchi.wire import Audience, AudienceKind


@dataclass(frozen=True)
class Difference:
    """What two have chosen differently: its name on the form, and each choice in words."""

    name: str
    theirs: str
    mine: str


@dataclass(frozen=True)
class Moved:
    """What has become of a draft behind its writer's back: sent, submitted, changed or thrown away.

    `chosen` is what differs besides the text.
    """

    identifier: str
    sent: bool = False
    submitted: bool = False
    by: str = ""
    at: str = ""
    written: Written | None = None
    chosen: tuple[Difference, ...] = ()


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


def moved(site: Site, identifier: str, stands: StoredDraft | None, mine: Written) -> Moved:
    """Return what to tell somebody who comes second and has written `mine`."""
    sent = site.ledger.alerts.get(identifier)
    if sent is not None:
        at = moment(sent.alert.sent, site.town.time_zone)
        return Moved(identifier, sent=True, by=author_name(site, sent.accepted_by), at=at)
    if site.ledger.drafts.is_locked(identifier):
        return Moved(identifier, submitted=True)
    if stands is None:
        return Moved(identifier)
    at = moment(stands.changed_at, site.town.time_zone)
    return Moved(
        identifier,
        by=author_name(site, stands.changed_by),
        at=at,
        written=stands.written,
        chosen=_differences(site.town, stands.written, mine),
    )


def _differences(town: Town, theirs: Written, mine: Written) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, their_words, my_words)
        for (name, their_words), (_, my_words) in zip(_choices(town, theirs), _choices(town, mine), strict=True)
        if their_words != my_words
    )


def _choices(town: Town, written: Written) -> list[tuple[str, str]]:
    draft, category = written.draft(town), town.category(written.category)
    hours = draft.valid_hours
    return [
        ("種別", category.name if category else "まだ選んでいません"),
        ("緊急度", LEVELS[level_of(written, town)]),
        ("宛先", _audience_in_words(draft.audience, town)),
        ("いつまで届けるか", validity_in_words(timedelta(hours=hours)) if hours else "種別のとおり"),
        ("訓練", "訓練として放送する" if draft.drill else "訓練ではない"),
    ]


def _audience_in_words(audience: Audience | None, town: Town) -> str:
    if audience is None:
        return "まだ選んでいません"
    if audience.kind is AudienceKind.TERMINALS:
        # Their number alone would hide that two have chosen others.
        return f"端末 {'・'.join(sorted(audience.members))}"
    return describe(audience, town)
