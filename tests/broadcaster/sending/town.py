"""A town whose important alerts need a second person, and who works there."""

from datetime import UTC, date, datetime, timedelta

from broadcaster.domain.policy import Approval
from broadcaster.domain.roles import Role
from broadcaster.domain.timing import NOW, Timing
from broadcaster.domain.written import Written
from broadcaster.ledger.accounts import Account
from broadcaster.sending import Submission
from kokuchi.wire import Level
from tests.broadcaster.examples import TOWN

STRICT = TOWN.model_copy(update={"approval": Approval(levels=frozenset({Level.IMPORTANT, Level.EMERGENCY}))})
HANAKO = Account("hanako", "田中 花子", Role.AUTHOR)
JIRO = Account("jiro", "山田 次郎", Role.APPROVER)
SABURO = Account("saburo", "佐々木 三郎", Role.APPROVER)

NAME = "20261124T010000Z-0a1b2c3d"
NOTICE = Written(category="awareness_event", headline="講座のご案内", body="公民館で講座があります。")
IMPORTANT = Written(category="scam", headline="不審な電話に注意", body="町内で不審な電話がありました。")
EMERGENCY = Written(category="scam", headline="逃走中", body="家から出ないでください。", level="emergency")

TEN = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
"""Ten o'clock of the next day in the town; now is ten o'clock of a Tuesday."""

AT_TEN = Timing(TEN)
EVERY_DAY_AT_TEN = Timing(TEN, frozenset(range(7)), date(2026, 11, 28))
DAY = timedelta(days=1)


def notice(timing: Timing = AT_TEN, written: Written = NOTICE) -> Submission:
    """Something that one person may send, at a time."""
    return Submission(NAME, written, timing=timing)


def important(timing: Timing = NOW) -> Submission:
    """Something that needs a second person."""
    return Submission(NAME, IMPORTANT, timing=timing)
