"""The delivery log: searched by its address, a terminal's past, files."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import Deed, Wanted
from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from broadcaster.web.exports import as_csv, as_json, deliveries
from kokuchi.wire import Alert, Outcome, Severity, Speaker
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.states import NORTH, send
from tests.broadcaster.web.town import NOW, ROSTER, TOWN, Clock, presence, report

WELL = {"received_at": NOW, "displayed_at": NOW, "voice_started_at": NOW, "voiced_at": NOW, "confirmed_at": NOW}
FORMULA = '=HYPERLINK("http://evil")'


@pytest.fixture
def sent(ledger: Ledger) -> dict[str, Alert]:
    """An alert that was heard, one of yesterday without sound in the north, and one with a headline that attacks."""
    found = {
        "old": send(ledger, "scam", "古いお知らせ", days_ago=40),
        "silent": send(
            ledger, "suspicious_person", "北の不審者", days_ago=1, severity=Severity.EXTREME, audience=NORTH
        ),
        "attack": send(ledger, "scam", f"{FORMULA}<script>alert"),
    }
    ledger.deliveries.record(report(found["old"], terminal.id, **WELL) for terminal in ROSTER)
    silent = {"received_at": NOW, "displayed_at": NOW, "outcome": Outcome.VOICE_FAILED, "reason": "@no device"}
    ledger.deliveries.record([report(found["silent"], "t-1", **silent)])
    return found


def shown(page: str, sent: dict[str, Alert]) -> str:
    return " ".join(name for name, alert in sent.items() if f'id="alert-{alert.identifier}"' in page)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "old silent attack"),
        ("?since=2026-11-23", "silent attack"),
        ("?since=2026-11-23&until=2026-11-23", "silent"),
        ("?since=yesterday&level=loud&result=maybe&drill=perhaps&area=nowhere", "old silent attack"),
        ("?category=suspicious_person", "silent"),
        ("?category=gone", ""),
        ("?level=emergency", "silent"),
        ("?drill=yes", ""),
        ("?drill=no&words=" + quote("お知らせ"), "old"),
        ("?area=minami", "old attack"),
        ("?who=" + quote(ROSTER[1].household) + "&result=heard", "old"),
        ("?result=silent", "silent"),
        ("?result=unreached", "silent attack"),
        ("?words=%25", ""),
        ("?words=" + quote("<script>"), "attack"),
    ],
)
async def test_an_address_is_a_search(operator: Browser, sent: dict[str, Alert], query: str, names: str) -> None:
    response = await operator.get(f"/log{query}")
    assert (response.status_code, shown(response.text, sent)) == (200, names)
    assert f'id="found">{len(names.split())}件' in response.text
    assert ("この条件にあてはまるお知らせはありません" in response.text) is (not names)
    assert "<script>alert" not in response.text


async def test_what_was_chosen_stands_in_the_form_on_each_page_and_in_the_files(
    operator: Browser, ledger: Ledger
) -> None:
    for number in range(31):
        send(ledger, "scam", f"{number}番目の&電話", days_ago=number / 100)
    query = "category=scam&words=" + quote("番目の&電話", safe="")
    page = (await operator.get(f"/log?{query}")).text
    escaped = query.replace("&", "&amp;")
    for address in ("/log?{}&amp;page=2", "/log/deliveries.csv?{}", "/log/events?{}&amp;page=1"):
        assert f'"{address.format(escaped)}"' in page
    assert 'value="番目の&amp;電話"' in page
    assert '<option value="scam" selected>' in page
    assert page.count('<tr role="row" id="alert-') == 30
    second = (await operator.get(f"/log?{query}&page=2")).text
    assert ("2 / 2ページ" in second, second.count('<tr role="row" id="alert-')) == (True, 1)
    assert "2 / 2ページ" in (await operator.get(f"/log?{query}&page=999")).text


async def test_a_search_that_is_looked_at_moves_by_itself(
    operator: Browser, sent: dict[str, Alert], ledger: Ledger
) -> None:
    async with operator.events("/log/events?result=silent") as stream:
        parts = await stream.parts_after_start()
        assert f"alert-{sent['silent'].identifier}" in parts
        silent = {"received_at": NOW, "outcome": Outcome.VOICE_FAILED}
        ledger.deliveries.record([report(sent["attack"], "t-2", **silent)])
        while f"alert-{sent['attack'].identifier}" not in parts:
            parts = await stream.parts()
        assert "2件" in parts["found"]


def table(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "Excel knows UTF-8 by it"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_a_search_leaves_as_a_table_that_excel_opens_and_runs_nothing_of(
    operator: Browser, sent: dict[str, Alert], ledger: Ledger, clock: Clock
) -> None:
    response = await operator.get("/log/deliveries.csv?since=2026-11-23")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="deliveries-20261124.csv"'
    rows = table(response.content)
    assert [(row["お知らせ"], row["端末"]) for row in rows] == [
        *((sent["attack"].identifier, terminal.id) for terminal in ROSTER),
        *((sent["silent"].identifier, terminal.id) for terminal in ROSTER if terminal.area == "kita"),
    ]
    assert rows[0]["見出し"].startswith("'=HYPERLINK")
    silent = next(row for row in rows if row["理由"].endswith("@no device"))
    assert (silent["世帯名"], silent["行政区"], silent["受信"], silent["放送"]) == (
        ROSTER[0].household,
        "北地区",
        "2026-11-24 10:00:00",
        "",
    )
    assert (silent["状態"], silent["緊急度"]) == ("音が出ません", "緊急")
    [entry] = ledger.audit.wanted(Wanted(deed=Deed.LOG_EXPORTED), 9)
    assert (entry.actor, entry.subject, entry.detail, entry.at) == ("ops", "", f"csv {len(rows)}", clock())


async def test_a_file_has_the_chosen_terminals_only(operator: Browser, sent: dict[str, Alert]) -> None:
    found = (await operator.get("/log/deliveries.json?area=minami")).json()
    assert {(each["alert"], each["area"]) for each in found} == {
        (sent[name].identifier, "minami") for name in ("attack", "old")
    }
    assert (await operator.get("/log/deliveries.json?words=nothing")).json() == []
    assert table((await operator.get("/log/deliveries.csv?words=nothing")).content) == []


async def test_an_alert_and_a_terminal_leave_as_files_and_each_is_in_the_record(
    operator: Browser, sent: dict[str, Alert], ledger: Ledger
) -> None:
    name = sent["silent"].identifier
    listed = (await operator.get(f"/alerts/{name}?who=voice_failed")).text
    assert f'href="/alerts/{name}/deliveries.json?who=voice_failed&amp;revision=1"' in listed
    [one] = (await operator.get(f"/alerts/{name}/deliveries.json?who=voice_failed&revision=1")).json()
    assert (one["terminal"], one["standing"], one["reason"]) == ("t-1", "voice_failed", "@no device")
    assert (one["household"], one["drill"], one["level"]) == (ROSTER[0].household, False, "emergency")
    rows = table((await operator.get("/terminals/t-1/deliveries.csv")).content)
    assert [row["お知らせ"] for row in rows] == [sent[key].identifier for key in ("attack", "silent", "old")]
    entries = ledger.audit.wanted(Wanted(deed=Deed.LOG_EXPORTED), 9)
    assert [(entry.subject, entry.detail) for entry in entries] == [("t-1", "csv 3"), (name, "json 1")]
    await operator.log_in("<b>kanri</b>")
    record = (await operator.get("/audit?deed=log_exported")).text
    assert f'<a href="/alerts/{name}">北の不審者</a> <span class="quiet">JSON、1行</span>' in record


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/alerts/nothing/deliveries.csv", 404),
        ("/terminals/t-99/deliveries.json", 404),
        ("/terminals/t-1/deliveries.exe", 422),
        ("/log/deliveries.csv/../../etc/passwd", 404),
    ],
)
async def test_a_file_of_what_is_not_there_is_an_error_page_and_no_deed(
    operator: Browser, ledger: Ledger, path: str, status: int
) -> None:
    assert (await operator.get(path)).status_code == status
    assert ledger.audit.wanted(Wanted(deed=Deed.LOG_EXPORTED), 9) == []


def test_a_file_is_made_a_piece_at_a_time(ledger: Ledger) -> None:
    """Of a year, no more than one alert's deliveries are in memory at once."""
    alerts = [send(ledger, "scam", f"{number}番目", days_ago=number) for number in range(5)]
    rows = [accepted.row for alert in alerts if (accepted := ledger.alerts.get(alert.identifier))]
    read: list[int] = []

    def watched() -> Iterator[list[object]]:
        for piece in deliveries(ledger, rows, None, NOW):
            read.append(len(piece))
            yield list(piece)

    for write in (as_csv(watched(), TOWN), as_json(watched())):  # type: ignore[arg-type] # what is in the pieces
        read.clear()
        for number, piece in enumerate(write):
            assert piece
            assert len(read) <= number + 1
        assert read == [len(ROSTER)] * 5


async def test_a_terminal_s_page_tells_of_its_last_hundred_alerts(operator: Browser, ledger: Ledger) -> None:
    ledger.terminals.add([(Terminal("t-9", "<i>新しい</i>", "household", "kita"), "hash")])
    empty = (await operator.get("/terminals/t-9")).text
    assert "この端末に送ったお知らせは、まだありません" in empty
    assert "接続の記録は、まだありません" in empty
    for number in range(101):
        send(ledger, "scam", f"<u>{number}番目</u>", days_ago=100 - number)
    last = ledger.alerts.newest(1)[0].alert
    held = {"received_at": NOW, "displayed_at": NOW, "outcome": Outcome.VOICE_FAILED, "reason": "<b>no device</b>"}
    ledger.deliveries.record([report(last, "t-1", **held)])
    page = (await operator.get("/terminals/t-1")).text
    assert "新しいものから100件です（全部で101件）" in page
    assert page.count('class="headline-cell"') == 100
    assert "&lt;u&gt;0番目" not in page
    assert page.index("&lt;u&gt;100番目") < page.index("&lt;u&gt;1番目")
    assert "端末の記録: &lt;b&gt;no device&lt;/b&gt;" in page
    assert "届く前に期限切れ" in page
    assert 'href="/terminals/t-1/deliveries.csv"' in page


async def test_a_terminal_s_page_shows_how_it_was_connected(operator: Browser, ledger: Ledger) -> None:
    """Connected for a day, away for six hours of the next, without sound since."""
    for hours, said in (
        (-48, presence("t-1")),
        (-24, presence("t-1", online=False)),
        (-18, presence("t-1", speaker=Speaker.FAILED)),
    ):
        ledger.presences.record([said], NOW + timedelta(hours=hours))
    page = (await operator.get("/terminals/t-1")).text
    assert "記録のある48時間のうち、87.5%の時間つながっていました。切れたのは1回です。" in page
    for state in ("online", "faulty", "offline"):
        assert f'<path class="presence-{state}" d="M' in page
    row = page[page.index("11/23(月)</th>") :]
    assert row[: row.index("</tr>")].count("時間") == 2
    assert ("18時間<" in row, "6時間<" in row, "1回<" in row, "音が出ない<" in row) == (True,) * 4


async def test_the_log_counts_who_was_not_reached_as_the_first_page_does(
    operator: Browser, ledger: Ledger, clock: Clock
) -> None:
    alert = send(ledger, "scam", "いまのお知らせ")
    ledger.deliveries.record(
        [report(alert, "t-1", received_at=NOW, displayed_at=NOW, outcome=Outcome.VOICE_FAILED, reason="@no device")]
    )
    clock.move(minutes=5)
    assert '3台</span><span class="sub">うち届いていない 2台</span>' in (await operator.get("/log")).text
    assert "届いていない 2台" in (await operator.get("/")).text
    for left, listed in (
        (["t-2"], '2台</span><span class="sub">うち届いていない 1台</span>'),
        (["t-3"], '1台</span><span class="sub">ほかに停止・廃止 2台</span>'),
    ):
        ledger.service.step(Step.SUSPEND, left, "hanako", clock())
        assert listed in (await operator.get("/log")).text
    home = (await operator.get("/")).text
    assert "届いていない" not in home
    assert "ほかに停止・廃止 2台" in home


async def test_a_file_says_which_terminals_had_left_service_before_it_reached_them(
    operator: Browser, ledger: Ledger
) -> None:
    alert = send(ledger, "scam", "いまのお知らせ")
    ledger.service.step(Step.RETIRE, ["t-1"], "hanako", NOW)
    for path in (f"/alerts/{alert.identifier}", "/log"):
        assert [row["状態"] for row in table((await operator.get(f"{path}/deliveries.csv")).content)].count(
            "停止・廃止"
        ) == 1
        file = (await operator.get(f"{path}/deliveries.json")).json()
        assert [each["terminal"] for each in file if each["standing"] == "out_of_service"] == ["t-1"]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, "まだ一度もつながっていません。登録コードで機器を登録すると、つながります。"),
        (0, "11月24日(火)10時00分から、3時間つながっていません。電源が切れたのか、通信が止まったのかは"),
        (90, "11月24日(火)11時30分から、1時間30分つながっていません。"),
    ],
    ids=["never", "at once", "after a while"],
)
async def test_a_terminal_s_page_says_since_when_it_is_away_and_what_is_known_of_why(
    operator: Browser, ledger: Ledger, clock: Clock, minutes: int | None, words: str
) -> None:
    if minutes is not None:
        ledger.presences.record([presence("t-1")], NOW - timedelta(days=1))
        ledger.presences.record([presence("t-1", online=False)], NOW + timedelta(minutes=minutes))
    clock.move(hours=3)
    await operator.log_in("ops")
    assert words in (await operator.get("/terminals/t-1")).text


async def test_a_log_without_alerts_has_a_place_for_all_that_its_stream_sends(operator: Browser) -> None:
    """A part that has no place on an empty page loads it again, so that the first alert is seen."""
    page = (await operator.get("/log")).text
    assert "data-live-empty" in page
    async with operator.events("/log/events") as stream:
        parts = await stream.parts_after_start()
    assert [name for name in parts if f'id="{name}"' not in page] == []
