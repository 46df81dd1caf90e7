"""`broadcaster requests`."""

from datetime import UTC, datetime, timedelta

from broadcaster.ledger import Ledger
from kokuchi.wire import CallbackRequest
from kokuchi.wire.fields import iso
from tests.broadcaster.commands.shell import Shell

NOW = datetime.now(UTC).replace(microsecond=0)


def wish(terminal: str, **more: object) -> CallbackRequest:
    fields = {"terminal": terminal, "identifier": f"r-{terminal}", "sent": NOW, "asked_at": NOW}
    return CallbackRequest.model_validate(fields | more)


def test_those_who_wait_and_what_is_over_are_listed_for_people_and_for_programs(shell: Shell) -> None:
    assert shell.quick("requests").out.split() == ["asked", "state", "terminal", "alert", "done", "by", "household"]
    assert shell.quick("requests", "--json").json == []
    ledger = Ledger(shell.folder / "var" / "ledger.sqlite")
    long_ago = NOW - timedelta(days=31)
    ledger.requests.record([wish("t-1", alert="a-1", revision=2), wish("t-2"), wish("t-3", withdrawn_at=long_ago)], NOW)
    ledger.requests.finish(ledger.requests.open()[1].row, "hanako", NOW)
    ledger.close()

    lines = shell.quick("requests").out.splitlines()[1:]

    assert [line.split()[1:5] for line in lines] == [["waiting", "t-1", "a-1", "-"], ["done", "t-2", "-", "hanako"]]
    waiting, done = shell.quick("requests", "--json").json
    assert waiting == {
        "terminal": "t-1",
        "household": "見本 花子",
        "area": "kita",
        "asked_at": iso(NOW),
        "received_at": iso(NOW),
        "alert": "a-1",
        "revision": 2,
        "withdrawn_at": None,
        "done_at": None,
        "done_by": None,
    }
    assert (done["terminal"], done["done_at"], done["done_by"]) == ("t-2", iso(NOW), "hanako")
