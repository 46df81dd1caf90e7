"""What the form shows while it is filled in."""

import pytest
from fastapi import FastAPI

from broadcaster.domain.audience import Terminal
from broadcaster.ledger import Ledger
from broadcaster.web.routes import preview
from broadcaster.web.site import HERE
from tests.broadcaster.web.browser import ALERT, Browser
from tests.broadcaster.web.town import FakeVoice, presence

LARGEST_PAGE = 100_000


def add_households(ledger: Ledger, number: int) -> None:
    rows = [Terminal(f"x-{count:04}", f"見本 {count}番地", "household", "kita") for count in range(number)]
    ledger.terminals.add((terminal, "hash") for terminal in rows)


async def test_the_text_comes_back_with_its_kana_its_furigana_its_length_and_advice(author: Browser) -> None:
    answer = (await author.post("/alerts/preview", ALERT)).json()
    assert (answer["headline"], answer["body"]) == ("カナ8", "カナ20")
    assert answer["furigana"] == {"headline": [[0, 2, "かな"]], "body": []}
    assert answer["seconds"] > 10
    assert answer["advice"] == [
        "いつのことかを書いてください（例: 本日午前10時ごろ）。",
        "どこのことかを書いてください（例: 町内、北地区の国道ぞい）。",
    ]


async def test_an_important_alert_takes_twice_as_long_as_a_notice(author: Browser) -> None:
    important, notice = [
        (await author.post("/alerts/preview", {**ALERT, "level": level})).json()["seconds"]
        for level in ("important", "notice")
    ]
    assert important > 1.7 * notice


@pytest.mark.parametrize("change", [{"headline": ""}, {"body": ""}, {"body": "あ" * 10_000}, {"headline": "あ\x00"}])
async def test_what_is_unfinished_has_no_length_yet(author: Browser, change: dict[str, str]) -> None:
    answer = await author.post("/alerts/preview", {**ALERT, **change})
    assert (answer.status_code, answer.json()["seconds"]) == (200, None)


async def test_an_empty_form_has_nothing_to_show(author: Browser) -> None:
    answer = (await author.post("/alerts/preview", {})).json()
    assert answer == {
        "headline": "",
        "body": "",
        "furigana": {"headline": [], "body": []},
        "seconds": None,
        "advice": [],
    }


async def test_without_a_voice_there_is_advice_nevertheless(
    author: Browser, voice: FakeVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice.broken = True
    answer = (await author.post("/alerts/preview", ALERT)).json()
    assert (answer["headline"], len(answer["advice"])) == ("", 2)
    assert answer["seconds"] > 10
    voice.broken = False
    voice.seconds = 60
    monkeypatch.setattr(preview, "PATIENCE_SECONDS", 0.05)
    assert len((await author.post("/alerts/preview", ALERT)).json()["advice"]) == 2


@pytest.mark.parametrize(
    ("fields", "terminals", "words"),
    [
        ({"audience": "all"}, 3, "（2世帯・1事業所）　うち2台は、いまつながっていません。"),
        ({"audience": "areas", "areas": ["kita"]}, 2, "　うち1台は、いまつながっていません。"),
        ({"audience": "groups", "groups": ["elderly"]}, 1, ""),
        ({"audience": "terminals", "terminals": ["t-1", "t-1"]}, 1, ""),
        ({"audience": "areas"}, 0, ""),
        ({"audience": "nobody"}, 0, ""),
    ],
)
async def test_it_is_told_whom_an_audience_reaches_and_who_is_away(
    author: Browser, ledger: Ledger, fields: dict[str, str | list[str]], terminals: int, words: str
) -> None:
    ledger.presences.record([presence("t-1"), presence("t-2", online=False)])
    assert (await author.post("/alerts/reach", fields)).json() == {"terminals": terminals, "words": words}


async def test_a_household_in_two_chosen_groups_counts_once(author: Browser, ledger: Ledger) -> None:
    ledger.terminals.add([(Terminal("t-4", "両方", "household", "kita", frozenset({"elderly", "x"})), "hash")])
    reach = (await author.post("/alerts/reach", {"audience": "groups", "groups": ["elderly", "x"]})).json()
    assert reach["terminals"] == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("佐藤", ["t-1"]),
        ("北地区 ハナ", ["t-2"]),
        ("Ｔ－３", ["t-3"]),
        ("t-", ["t-1", "t-2", "t-3"]),
        ("山田", []),
        (" ", []),
    ],
)
async def test_terminals_are_found_by_household_area_and_number(author: Browser, words: str, found: list[str]) -> None:
    answer = (await author.client.get("/alerts/terminals", params={"words": words})).json()
    assert [terminal["id"] for terminal in answer["terminals"]] == found
    assert answer["more"] is False


async def test_a_search_that_finds_many_shows_some(author: Browser, ledger: Ledger) -> None:
    add_households(ledger, 30)
    answer = (await author.client.get("/alerts/terminals", params={"words": "番地"})).json()
    assert (len(answer["terminals"]), answer["more"]) == (20, True)


async def test_only_who_may_send_searches_for_households(operator: Browser, app: FastAPI) -> None:
    assert (await operator.get("/alerts/terminals?words=佐藤")).status_code == 403
    assert (await Browser(app).get("/alerts/terminals?words=佐藤")).status_code == 303
    for path in ["/alerts/preview", "/alerts/reach"]:
        assert (await operator.post(path, ALERT)).status_code == 403
        assert (await Browser(app).post(path, ALERT)).status_code == 303


async def test_without_a_script_terminals_are_searched_chosen_and_taken_away_by_buttons(author: Browser) -> None:
    fields = {**ALERT, "audience": "terminals", "words": "佐藤"}
    found = (await author.post("/alerts/new", fields)).text
    assert 'name="add" value="t-1"' in found
    added = (await author.post("/alerts/new", {**fields, "add": "t-1"})).text
    assert 'name="terminals" value="t-1"' in added
    assert 'name="add" value="t-1"' not in added
    taken = (await author.post("/alerts/new", {**fields, "terminals": ["t-1", "t-2"], "remove": "t-1"})).text
    assert 'name="terminals" value="t-1"' not in taken
    assert 'name="terminals" value="t-2"' in taken
    assert "あてはまる端末がありません" in (await author.post("/alerts/new", {**fields, "words": "山田"})).text


async def test_the_form_of_a_town_with_1500_terminals_is_small(author: Browser, ledger: Ledger) -> None:
    add_households(ledger, 1500)
    page = (await author.get("/alerts/new")).text
    assert "見本 1番地" not in page
    assert '<strong id="reach-count">1503</strong>' in page
    used = [path for path in (HERE / "static").iterdir() if f'"/static/{path.name}?' in page]
    assert len(used) > 10
    assert len(page.encode()) + sum(path.stat().st_size for path in used) < LARGEST_PAGE
