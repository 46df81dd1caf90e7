"""The days on which what is planned repeatedly goes out: one may be left out, and put back."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from broadcaster.domain.audit import Deed, Entry
from broadcaster.domain.draft import DraftError, Problem
from broadcaster.domain.timing import Timing, leave_out, left_out_after, next_after, put_back
from broadcaster.ledger import Ledger
from broadcaster.ledger.accounts import Account
from broadcaster.ledger.drafts import DraftMoved
from broadcaster.ledger.submissions import State, StoredSubmission
from kokuchi.wire.fields import iso

_LAST = Problem(
    "recall",
    "このあとに放送する日がないので、この回だけ休むことはできません。放送しないときは、予約を取りやめてください。",
    "no day is left after it; recall it instead",
)


class Series:
    """What is planned, with its days in the town's time zone. Every method raises what those of Sending do."""

    def __init__(self, ledger: Ledger, time_zone: ZoneInfo, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._time_zone = time_zone
        self._clock = clock

    async def leave_out(self, identifier: str, version: int, day: date, account: Account) -> None:
        """Let what is planned repeatedly not go out on its next day.

        Raises DraftMoved too if `day` is not the next one or its time has come, and DraftError if it is the last.
        """
        await asyncio.to_thread(self._leave_out, identifier, version, day, account)

    async def put_back(self, identifier: str, version: int, day: date, account: Account) -> None:
        """Let it go out on a day that was left out. Raises DraftMoved too if `day` is none or its time has come."""
        await asyncio.to_thread(self._put_back, identifier, version, day, account)

    def _leave_out(self, identifier: str, version: int, day: date, account: Account) -> None:
        now, zone = self._clock(), self._time_zone
        seen, next_at = self._planned(identifier, version)
        if next_at <= now or next_at.astimezone(zone).date() != day:
            raise DraftMoved(self._ledger.drafts.get(identifier))
        shorter = leave_out(seen.timing, day)
        following = next_after(shorter, next_at, zone)
        if following is None:
            raise DraftError([_LAST])
        self._rearrange(seen, shorter, following, Entry(account.name, Deed.LEFT_OUT, identifier, now, iso(next_at)))

    def _put_back(self, identifier: str, version: int, day: date, account: Account) -> None:
        now, zone = self._clock(), self._time_zone
        seen, next_at = self._planned(identifier, version)
        for at in left_out_after(seen.timing, now, zone):
            if at.astimezone(zone).date() == day:
                entry = Entry(account.name, Deed.PUT_BACK, identifier, now, iso(at))
                self._rearrange(seen, put_back(seen.timing, day), min(at, next_at), entry)
                return
        raise DraftMoved(self._ledger.drafts.get(identifier))

    def _planned(self, identifier: str, version: int) -> tuple[StoredSubmission, datetime]:
        stands = self._ledger.submissions.get(identifier)
        if stands is None or stands.state is not State.PLANNED or stands.next_at is None or stands.version != version:
            raise DraftMoved(self._ledger.drafts.get(identifier))
        return stands, stands.next_at

    def _rearrange(self, seen: StoredSubmission, timing: Timing, next_at: datetime, entry: Entry) -> None:
        if not self._ledger.timetable.leave_out(seen, timing.left_out, next_at, entry):
            raise DraftMoved(self._ledger.drafts.get(seen.identifier))
