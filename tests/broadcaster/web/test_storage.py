"""What staff see when the ledger's disk fails, with SQLite's own faults."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from broadcaster.ledger import Ledger
from broadcaster.web import banner
from kokuchi.database import Database, sqlite_of
from kokuchi.storage import Hindrance, StorageUnwritable
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.town import NOW, ROSTER, accept

# Four bytes a character: it does not fit into one page of the database, so that it needs room.
LONG_BODY = "𠮷" * 1000
FULL = "サーバーのディスクがいっぱいです。保守の担当者に連絡してください。"


class Disk:
    """The disk under a ledger. A PRAGMA holds for one connection, so every thread's gets it before it is used."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        connections = sqlite_of(ledger.connections)
        self._read = connections.read
        self._pragma = ""
        connections.read = self._limited  # type: ignore[method-assign]

    def is_full(self) -> None:
        # What is free within the file would still be written.
        sqlite_of(self._ledger.connections).give_space_back(lambda: None)
        self._pragma = "max_page_count=1"

    def is_read_only(self) -> None:
        self._pragma = "query_only=ON"

    def is_impatient(self) -> None:
        self._pragma = "busy_timeout=20"

    def is_well_again(self) -> None:
        self._pragma = "max_page_count=1000000; PRAGMA query_only=OFF"

    def _limited(self) -> Database:
        database = self._read()
        for pragma in filter(None, self._pragma.split("; PRAGMA ")):
            database.conn.execute(f"PRAGMA {pragma}")
        return database


@pytest.fixture
def disk(ledger: Ledger) -> Disk:
    return Disk(ledger)


@pytest.fixture
def other_program(ledger: Ledger, disk: Disk) -> Iterator[sqlite3.Connection]:
    """Somebody who writes to the same file and does not come to an end."""
    disk.is_impatient()
    with closing(
        sqlite3.connect(sqlite_of(ledger.connections).path, isolation_level=None, check_same_thread=False)
    ) as connection:
        yield connection


@pytest.mark.parametrize(
    ("fault", "words"), [(Disk.is_full, FULL), (Disk.is_read_only, "書きこめない状態になっています")]
)
async def test_an_alert_that_cannot_be_stored_is_kept_on_the_page_and_sent_once_with_one_press(
    author: Browser, ledger: Ledger, disk: Disk, fault: Callable[[Disk], None], words: str
) -> None:
    checked = await author.post("/alerts/check", {**ALERT, "body": LONG_BODY, "audience": "areas", "areas": ["kita"]})
    fault(disk)
    told = await author.post("/alerts", hidden_fields(checked.text))
    assert told.status_code == 503
    assert words in told.text
    assert "何も送信されていません" in told.text
    assert f"{LONG_BODY}</p>" in told.text
    assert 'action="/alerts"' in told.text
    assert hidden_fields(told.text) == {**hidden_fields(checked.text), "csrf": author.token}
    assert ledger.alerts.newest(1) == []
    assert (await author.post("/alerts", hidden_fields(told.text))).status_code == 503

    disk.is_well_again()
    answers = [await author.post("/alerts", hidden_fields(told.text)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    (accepted,) = ledger.alerts.newest(10)
    assert accepted.alert.body == LONG_BODY
    assert [line.terminal.id for line in ledger.deliveries.of_alert(accepted.row)] == ["t-1", "t-2"]


async def test_a_ledger_that_another_program_holds_is_told_as_such(
    author: Browser, ledger: Ledger, other_program: sqlite3.Connection
) -> None:
    checked = await author.post("/alerts/check", ALERT)
    other_program.execute("BEGIN IMMEDIATE")
    told = await author.post("/alerts", hidden_fields(checked.text))
    assert told.status_code == 503
    assert "少し待って、もう一度送信してください" in told.text
    other_program.execute("ROLLBACK")
    assert (await author.post("/alerts", hidden_fields(told.text))).status_code == 303
    assert len(ledger.alerts.newest(10)) == 1


async def test_a_correction_that_cannot_be_stored_can_be_sent_again(
    author: Browser, ledger: Ledger, disk: Disk
) -> None:
    alert = accept(ledger)
    fields = {"revision": "1", "headline": "見出し", "body": LONG_BODY}
    disk.is_full()
    told = await author.post(f"/alerts/{alert.identifier}/correct", fields)
    assert told.status_code == 503
    assert FULL in told.text
    assert LONG_BODY in told.text
    disk.is_well_again()
    await author.post(f"/alerts/{alert.identifier}/correct", hidden_fields(told.text))
    assert [accepted.alert.body for accepted in ledger.alerts.newest(1)] == [LONG_BODY]


async def test_a_withdrawal_that_cannot_be_stored_can_be_sent_again(
    author: Browser, ledger: Ledger, disk: Disk
) -> None:
    alert = accept(ledger)
    disk.is_read_only()
    told = await author.post(f"/alerts/{alert.identifier}/withdraw", {"revision": "1"})
    assert told.status_code == 503
    assert "書いた文" not in told.text
    disk.is_well_again()
    await author.post(f"/alerts/{alert.identifier}/withdraw", hidden_fields(told.text))
    assert ledger.alerts.newest(1)[0].alert.is_cancel


async def test_pages_can_be_read_while_nothing_can_be_written(author: Browser, ledger: Ledger, disk: Disk) -> None:
    alert = accept(ledger)
    disk.is_read_only()
    paths = ["/", "/log", "/terminals", "/alerts/new", f"/alerts/{alert.identifier}"]
    for path in [*paths, f"/alerts/{alert.identifier}/correct", f"/alerts/{alert.identifier}/withdraw"]:
        assert (await author.get(path)).status_code == 200
    await author.post("/logout")
    assert (await author.log_in("hanako")).status_code == 303


async def test_another_failure_of_the_ledger_is_no_fault_of_its_disk(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/alerts/check", ALERT)
    with ledger.connections.write() as db:
        db.execute("DROP TABLE outbox")
        db.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY, alert_id, state)")
    told = await author.post("/alerts", hidden_fields(checked.text))
    assert told.status_code == 500
    assert ledger.alerts.newest(1) == []


async def test_every_page_says_in_time_that_the_disk_fills_up(
    author: Browser, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "サーバーのディスクの空きが残りわずかです"
    assert words not in (await author.get("/")).text
    monkeypatch.setattr(banner, "LITTLE_SPACE_BYTES", 10**18)
    ledger.broker.record(False, "", NOW)
    for path in ["/", "/log", "/alerts/new", "/nothing"]:
        page = (await author.get(path)).text
        assert words in page
        assert "保守の担当者に連絡してください" in page
        assert "放送の通信が止まっています" in page
    async with author.events("/events") as stream:
        assert words in (await stream.parts_after_start())["banner"]


async def test_no_file_of_the_log_leaves_that_cannot_be_recorded(operator: Browser, ledger: Ledger, disk: Disk) -> None:
    accept(ledger)
    assert ROSTER[0].household in (await operator.get("/log/deliveries.csv")).text
    disk.is_read_only()
    response = await operator.get("/log/deliveries.csv")
    assert response.status_code == 503
    assert ROSTER[0].household not in response.text


class Server:
    """The server of a ledger: a file can be read while it cannot be written, of a server that is away nothing can."""

    def __init__(self, ledger: Ledger) -> None:
        self._connections = sqlite_of(ledger.connections)
        self._read = self._connections.read

    def goes_away(self) -> None:
        self._connections.read = self._away  # type: ignore[method-assign]

    def is_back(self) -> None:
        self._connections.read = self._read  # type: ignore[method-assign]

    def _away(self) -> Database:
        raise StorageUnwritable("PostgreSQL: connection refused", Hindrance.AWAY)


@pytest.fixture
def server(ledger: Ledger) -> Iterator[Server]:
    server = Server(ledger)
    yield server
    server.is_back()


AWAY = "記録を保存するサーバーにつながりません"


@pytest.mark.parametrize("path", ["/", "/log"])
async def test_while_the_server_of_the_ledger_is_away_a_page_says_what_to_do(
    author: Browser, server: Server, path: str
) -> None:
    server.goes_away()
    told = await author.get(path)
    assert told.status_code == 503
    assert AWAY in told.text
    assert "connection refused" not in told.text


@pytest.mark.parametrize("path", ["/alerts/check", "/alerts"])
async def test_what_was_written_is_kept_on_the_page_while_the_server_is_away_and_sent_once(
    author: Browser, ledger: Ledger, server: Server, path: str
) -> None:
    fields = {**ALERT, "body": LONG_BODY}
    if path == "/alerts":
        fields = hidden_fields((await author.post("/alerts/check", fields)).text)
    server.goes_away()
    told = await author.post(path, fields)
    assert told.status_code == 503
    assert AWAY in told.text
    assert f"{LONG_BODY}</p>" in told.text
    assert f'action="{path}"' in told.text
    assert hidden_fields(told.text) == {**fields, "csrf": author.token}

    server.is_back()
    answers = [await author.post(path, hidden_fields(told.text)) for _ in range(2)]
    if path == "/alerts/check":
        answers = [await author.post("/alerts", hidden_fields(answers[0].text)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    (accepted,) = ledger.alerts.newest(10)
    assert accepted.alert.body == LONG_BODY


async def test_while_the_server_is_away_a_form_from_elsewhere_is_not_shown_again(
    author: Browser, server: Server
) -> None:
    server.goes_away()
    told = await author.post("/alerts", {**ALERT, "body": LONG_BODY, "csrf": "not ours"})
    assert told.status_code == 403
    assert LONG_BODY not in told.text


async def test_while_the_server_is_away_no_password_comes_back(author: Browser, server: Server) -> None:
    server.goes_away()
    told = await author.post("/login", {"name": "hanako", "password": "a secret of hers"})
    assert told.status_code == 503
    assert "a secret of hers" not in told.text
