"""What waits for approval or for its time, as the staff see it."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from broadcaster.domain.audience import recipients
from broadcaster.domain.draft import check
from broadcaster.domain.roles import Act, may
from broadcaster.domain.timing import (
    day_in_words,
    in_words,
    left_out_after,
    moment_in_words,
    next_after,
    span_in_words,
)
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.submissions import State, StoredSubmission
from broadcaster.ledger.timetable import Outcome
from broadcaster.sending.sender import level_of
from broadcaster.web.authors import author_name
from broadcaster.web.outlook import whom
from broadcaster.web.site import Site
from broadcaster.web.words import LEVELS, moment
from kokuchi.wire import Level

_UPON_APPROVAL = "承認されしだい"


@dataclass(frozen=True)
class Occasion:
    """One broadcast of a series: its day in the town's time, the same in words, and its moment."""

    date: date
    day: str
    moment: str


@dataclass(frozen=True)
class PlannedRow:
    """One submission. `when` says at what time it goes out, `fault` why it cannot any more; both may be empty.

    Of a series there are the `next` broadcast and the one `after` it, if any, and those to come that are `left_out`.
    """

    identifier: str
    version: int
    headline: str
    level: Level
    level_word: str
    drill: bool
    whom: str
    when: str
    span: str
    next: Occasion | None
    after: Occasion | None
    left_out: tuple[Occasion, ...]
    overdue: bool
    submitter: str
    submitted: str
    approver: str
    noter: str
    note: str
    own: bool
    fault: str = ""


@dataclass(frozen=True)
class LapseRow:
    """Times of one submission that were not kept: when, why, and with which fields it is written anew."""

    row: PlannedRow
    times: str
    missed: bool
    why: str
    fields: tuple[tuple[str, str], ...]


def waiting_for(site: Site, account: Account) -> int:
    """Return how many submissions wait for this account's approval."""
    if not may(account.role, Act.APPROVE):
        return 0
    return site.ledger.submissions.count_waiting(account.name)


def rows(site: Site, account: Account, state: State) -> tuple[PlannedRow, ...]:
    """Return the submissions in a state, what goes out first first."""
    return tuple(planned_row(site, submission, account) for submission in site.ledger.submissions.in_state(state))


def lapses(site: Site, account: Account) -> tuple[LapseRow, ...]:
    """Return what did not go out at its time and nobody has seen to, one row for each submission."""
    found: dict[str, LapseRow] = {}
    zone = site.town.time_zone
    for lapse in site.ledger.timetable.lapses():
        before = found.get(lapse.submission.identifier)
        at = moment(lapse.at, zone)
        found[lapse.submission.identifier] = LapseRow(
            row=planned_row(site, lapse.submission, account),
            times=f"{before.times}、{at}" if before else at,
            missed=lapse.outcome is Outcome.MISSED,
            why=lapse.detail,
            fields=tuple(lapse.submission.written.pairs()),
        )
    return tuple(found.values())


def planned_row(site: Site, submission: StoredSubmission, account: Account) -> PlannedRow:
    """Return a submission as `account` sees it."""
    town, zone, written = site.town, site.town.time_zone, submission.written
    draft = written.draft(town)
    roster = site.ledger.terminals.everybody()
    level, timing = level_of(written, town), submission.timing
    next_at = submission.next_at or next_after(timing, site.clock(), zone)
    after = next_after(timing, next_at, zone) if next_at else None
    is_open = submission.state in (State.WAITING, State.PLANNED)
    problems = check(draft, town, roster) if is_open else []
    return PlannedRow(
        identifier=submission.identifier,
        version=submission.version,
        headline=written.headline.strip(),
        level=level,
        level_word=LEVELS[level],
        drill=bool(written.drill),
        whom=whom(town, draft.audience, recipients(draft.audience, roster)) if draft.audience else "",
        when=_UPON_APPROVAL if timing.is_now and submission.state is State.WAITING else in_words(timing, zone),
        span=span_in_words(timing, zone),
        next=_occasion(next_at, zone) if next_at and timing.is_repeated else None,
        after=_occasion(after, zone) if after else None,
        left_out=tuple(_occasion(at, zone) for at in left_out_after(timing, site.clock(), zone)),
        overdue=submission.state is State.WAITING and not timing.is_now and next_at is None,
        submitter=author_name(site, submission.submitted_by),
        submitted=moment(submission.submitted_at, zone),
        approver=author_name(site, submission.approved_by) if submission.approved_by else "",
        noter=author_name(site, submission.noted_by) if submission.noted_by else "",
        note=submission.note,
        own=submission.submitted_by == account.name,
        fault="".join(problem.japanese for problem in problems),
    )


def _occasion(at: datetime, zone: ZoneInfo) -> Occasion:
    day = at.astimezone(zone).date()
    return Occasion(day, day_in_words(day), moment_in_words(at, zone))
