"""The record of what people did."""

from datetime import UTC, datetime

import pytest

from broadcaster.domain.audit import Deed, Entry
from broadcaster.ledger import Ledger
from kokuchi.storage import CONFLICT

SENT = Entry("hanako", Deed.SENT, "20261124T010000Z-0a1b2c3d", datetime(2026, 11, 24, 1, 0, tzinfo=UTC), "見出し")


def test_what_somebody_did_can_be_read_later(ledger: Ledger) -> None:
    ledger.audit.add(SENT)
    assert ledger.audit.newest(1) == [SENT]


@pytest.mark.parametrize("sql", ["UPDATE audit SET actor = 'taro'", "DELETE FROM audit"])
def test_nobody_can_edit_the_record(ledger: Ledger, sql: str) -> None:
    ledger.audit.add(SENT)
    with (
        pytest.raises(CONFLICT, match="the record of deeds is"),
        ledger.connections.write() as db,
    ):
        db.execute(sql)
    assert ledger.audit.newest(1) == [SENT]
