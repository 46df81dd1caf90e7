"""The terminals' page: those in trouble first, in pages, and found without a script."""

import re
from datetime import timedelta

import pytest

from broadcaster.ledger import Ledger
from broadcaster.web.words import moment
from kokuchi.wire import Presence, Speaker
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.states import large
from tests.broadcaster.web.town import NOW, ROSTER, TOWN, presence


def rows(page: str) -> list[str]:
    return re.findall(r'<tr role="row" id="terminal-([^"]+)"', page)


async def test_a_large_roster_comes_in_pages_of_fifty_with_those_in_trouble_first(
    operator: Browser, ledger: Ledger
) -> None:
    large(ledger)
    first = (await operator.get("/terminals")).text
    assert len(rows(first)) == 50
    assert "<strong>1503台</strong>のうち" in first
    assert first.index("接続なし</span>") < first.index("31ページのうち1ページ")
    second = (await operator.get("/terminals?page=2")).text
    assert not set(rows(first)) & set(rows(second))
    assert rows((await operator.get("/terminals?page=99")).text) == rows(
        (await operator.get("/terminals?page=31")).text
    )
    assert len(rows((await operator.get("/terminals?page=31")).text)) == 3


async def test_a_filter_shows_its_terminals_alone_and_stays_while_turning_pages(
    operator: Browser, ledger: Ledger
) -> None:
    large(ledger)
    page = (await operator.get("/terminals?condition=offline&area=minami")).text
    assert '<option value="minami" selected>' in page
    assert '<input type="hidden" name="condition" value="offline">' in page
    assert "74台</strong>が見つかりました" in page
    assert "異常あり</span>" not in page
    assert '<a class="button button-secondary" href="/terminals?condition=offline&amp;area=minami&amp;page=2">' in page
    found = (await operator.get("/terminals?q=見本1234番")).text
    assert rows(found) == ["t-1234"]
    assert "あてはまる端末はありません" in (await operator.get("/terminals?q=だれでもない")).text
    assert 'value="&lt;b&gt;"' in (await operator.get("/terminals?q=<b>")).text


@pytest.mark.parametrize("query", ["condition=x", "page=0", "area=" + "x" * 65])
async def test_a_filter_that_is_none_is_told(operator: Browser, query: str) -> None:
    assert (await operator.get(f"/terminals?{query}")).status_code == 422


async def test_each_number_leads_to_its_terminals(operator: Browser, ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", speaker=Speaker.FAILED), presence("t-2")])
    page = (await operator.get("/terminals")).text
    for condition, count in [("troubled", 2), ("sound", 1), ("never", 1)]:
        link = re.search(rf'<a href="/terminals\?condition={condition}">.*?<strong>(\d+)</strong>', page)
        assert link
        assert int(link[1]) == count
        assert len(rows((await operator.get(f"/terminals?condition={condition}")).text)) == count
    assert "condition=heat" not in page, "what no terminal has is not offered"


async def test_rows_stay_where_they_are_and_the_page_says_that_others_would_come_first(
    operator: Browser, ledger: Ledger
) -> None:
    """A row that moves away under a finger opens the wrong household."""
    ledger.presences.record(presence(terminal.id) for terminal in ROSTER)
    page = (await operator.get("/terminals")).text
    address = re.search(r'data-live="([^"]*)"', page)
    assert address
    async with operator.events(address[1].replace("&amp;", "&")) as stream:
        parts = await stream.parts_after_start()
        assert "新しい並びで見る" not in parts["moved"]
        ledger.presences.record([presence("t-3", online=False)])
        parts = await stream.parts()
    assert "接続なし" in parts["terminal-t-3"]
    assert "terminal-t-1" not in parts
    assert "新しい並びで見る" in parts["moved"]


async def test_a_stream_sends_the_rows_of_its_page_alone(operator: Browser, ledger: Ledger) -> None:
    large(ledger)
    async with operator.events("/terminals/events?shown=t-0100,t-0007,nothing") as stream:
        parts = await stream.parts_after_start()
    assert {name for name in parts if name.startswith("terminal-")} == {"terminal-t-0100", "terminal-t-0007"}


async def test_a_terminal_that_is_away_was_heard_of_until_it_went_and_says_nothing_of_its_speaker(
    operator: Browser, ledger: Ledger
) -> None:
    """Its last will bears the time of its connection, and has no speaker: both would tell an operator a wrong story."""
    connected, went = NOW - timedelta(days=90), NOW - timedelta(minutes=5)
    ledger.presences.record([presence("t-1", speaker=Speaker.WORKING, unheard=2)], connected)
    ledger.presences.record([Presence(terminal="t-1", sent=connected, online=False)], went)
    page = (await operator.get("/terminals?q=t-1")).text
    row = dict(re.findall(r'<td role="cell" data-label="([^"]+)">([^<]*)', page))
    assert row["最後の連絡"] == moment(went, TOWN.time_zone)
    assert (row["スピーカー"], row["未聴取"]) == ("—", "—")
    facts = (await operator.get("/terminals/t-1")).text
    assert f"<dt>最後の連絡</dt><dd>{moment(went, TOWN.time_zone)}</dd>" in facts
