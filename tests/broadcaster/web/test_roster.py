"""The roster on the staff's pages: terminals are added, changed, taken out of service, imported and exported."""

import html
import re

import pytest
from fastapi import FastAPI

from broadcaster.domain.audience import Terminal
from broadcaster.domain.audit import Deed
from broadcaster.domain.service import Service, Step
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.web.deeds import deed_line
from tests.broadcaster.web.browser import Browser
from tests.broadcaster.web.test_enrolment import code_of, enrol, why
from tests.broadcaster.web.town import NOW, ROSTER, FakeBroker, accept

NEW = {"terminal": "t-4", "household": "新しい 世帯", "kind": "household", "area": "kita", "groups": "elderly"}
HEAD = "端末,世帯名,種別,行政区,グループ\r\n"
FILE = HEAD + "t-1,佐藤 一郎,世帯,南地区,\r\nt-2,鈴木 ハナ,世帯,北地区,\r\nt-9,新しい世帯,事業所,南地区,\r\n"


def service(ledger: Ledger, terminal: str) -> Service | None:
    found = ledger.terminals.get(terminal)
    return found.service if found else None


def preview(page: str) -> dict[str, str]:
    """Return the fields of the page that shows what a file would change."""
    seen, content = (
        re.search(r'name="seen" value="([^"]+)"', page),
        re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.S),
    )
    assert seen
    assert content
    return {"seen": seen[1], "content": html.unescape(content[1])}


async def test_a_terminal_is_added_with_the_next_number_and_the_broker_is_told(
    author: Browser, ledger: Ledger, broker: FakeBroker
) -> None:
    assert 'value="t-4"' in (await author.get("/terminals/new")).text
    added = await author.post("/terminals/new", NEW)
    assert (added.status_code, added.headers["location"]) == (303, "/terminals/t-4?done=added")
    assert ledger.terminals.get("t-4") == Terminal("t-4", "新しい 世帯", "household", "kita", frozenset({"elderly"}))
    assert broker.told == 1
    assert "端末を追加しました" in (await author.get("/terminals/t-4?done=added")).text
    [entry] = [
        entry for entry in ledger.audit.newest(5) if entry.deed is Deed.TERMINALS_ADDED and entry.actor == "hanako"
    ]
    assert entry.at == NOW


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"terminal": "t-1"}, "端末の番号「t-1」は、もう使われています。"),
        ({"terminal": "T-1"}, "大文字と小文字だけがちがう端末の番号「t-1」が、もうあります。"),
        ({"terminal": "t/4"}, "端末の番号「t/4」は使えません。"),
        ({"terminal": "centre"}, "システムが使う名前です"),
        ({"household": " "}, "世帯名がありません。"),
        ({"area": ""}, "行政区がありません。"),
        ({"kind": "castle"}, "種別「castle」が分かりません。"),
        ({"groups": "nobody"}, "グループ「nobody」は登録されていません。"),
    ],
)
async def test_a_terminal_that_cannot_be_is_told_and_nothing_is_stored(
    author: Browser, ledger: Ledger, broker: FakeBroker, wrong: dict[str, str], told: str
) -> None:
    await author.get("/terminals/new")
    answer = await author.post("/terminals/new", {**NEW, **wrong})
    assert answer.status_code == 422
    assert told in answer.text
    assert list(ledger.terminals.everybody()) == list(ROSTER)
    assert broker.told == 0


async def test_a_terminal_is_changed_and_its_page_and_the_record_say_so(
    author: Browser, ledger: Ledger, broker: FakeBroker, app: FastAPI
) -> None:
    assert "佐藤 一郎" in (await author.get("/terminals/t-1/change")).text
    fields = {"household": "佐藤 二郎", "kind": "household", "area": "minami"}
    changed = await author.post("/terminals/t-1/change", fields)
    assert changed.headers["location"] == "/terminals/t-1?done=changed"
    page = (await author.get("/terminals/t-1?done=changed")).text
    assert "佐藤 二郎の端末" in page
    assert "南地区" in page
    assert broker.told == 1
    line = deed_line(app.state.site, ledger.audit.newest(1)[0])
    assert (line.deed, line.subject, line.detail) == ("端末の登録を変えた", "t-1", "世帯名、行政区、グループ")
    again = await author.post("/terminals/t-1/change", fields)
    assert again.headers["location"] == "/terminals/t-1?done=unchanged"
    assert broker.told == 1


async def test_whoever_changes_a_terminal_second_is_shown_what_the_first_made_of_it(
    author: Browser, ledger: Ledger
) -> None:
    seen = re.search(r'name="seen" value="([^"]+)"', (await author.get("/terminals/t-1/change")).text)
    assert seen
    ledger.terminals.change(Terminal("t-1", "佐藤 三郎", "household", "minami"), "jiro", NOW)
    fields = {"household": "佐藤 二郎", "kind": "household", "area": "kita", "seen": seen[1]}
    overtaken = await author.post("/terminals/t-1/change", fields)
    assert overtaken.status_code == 409
    assert "ほかの人が、この端末の登録を先に変えました" in overtaken.text
    assert "佐藤 三郎" in overtaken.text
    assert ledger.terminals.get("t-1") == Terminal("t-1", "佐藤 三郎", "household", "minami")


@pytest.mark.parametrize("step", ["suspend", "retire"])
async def test_who_is_asked_to_take_one_out_of_service_is_told_how_an_alert_that_was_sent_counts_it(
    author: Browser, ledger: Ledger, step: str
) -> None:
    alert = accept(ledger)
    asked = (await author.get(f"/terminals/t-1/service/{step}")).text
    assert "まだ届いていないお知らせは、「届いていない」ではなく「停止・廃止」に数えます" in asked
    assert "停止・廃止 1台" not in (await author.get("/log")).text
    await author.post(f"/terminals/t-1/service/{step}")
    assert "停止・廃止 1台" in (await author.get("/log")).text
    troubled = re.search(r'condition=troubled">.*?<strong>(\d+)</strong>', (await author.get("/terminals")).text)
    assert troubled
    assert troubled[1] == "2"
    assert "3台のうち0台に届き" in (await author.get(f"/alerts/{alert.identifier}")).text


async def test_a_terminal_is_suspended_and_resumed(
    author: Browser, browser: Browser, ledger: Ledger, broker: FakeBroker, enrolment: Enrolment
) -> None:
    code = code_of(enrolment)
    asked = (await author.get("/terminals/t-1/service/suspend")).text
    assert "すぐに通信から切りはなされ" in asked
    assert service(ledger, "t-1") is Service.IN_SERVICE
    done = await author.post("/terminals/t-1/service/suspend")
    assert done.headers["location"] == "/terminals/t-1?done=suspend"
    assert service(ledger, "t-1") is Service.SUSPENDED
    assert broker.told == 1
    page = (await author.get("/terminals/t-1?done=suspend")).text
    assert "一時停止しました。" in page
    assert "再開する" in page
    assert "登録コードを作る" not in page
    assert why(await enrol(browser, code)) == (410, "out_of_service")
    assert (await author.get("/terminals/t-1/code")).status_code == 409
    assert (await author.post("/terminals/t-1/code")).status_code == 409
    listed = (await author.get("/terminals")).text
    assert "佐藤 一郎" not in listed
    assert "佐藤 一郎" in (await author.get("/terminals?service=suspended&group=elderly")).text
    await author.post("/terminals/t-1/service/resume")
    assert service(ledger, "t-1") is Service.IN_SERVICE
    assert broker.told == 2


async def test_a_retired_terminal_offers_nothing_and_stays_in_what_was(author: Browser, ledger: Ledger) -> None:
    alert = accept(ledger)
    await author.get("/terminals/t-2/service/retire")
    await author.post("/terminals/t-2/service/retire")
    assert service(ledger, "t-2") is Service.RETIRED
    second = await author.post("/terminals/t-2/service/retire")
    assert second.status_code == 303, "whoever comes second finds it done"
    page = (await author.get("/terminals/t-2")).text
    assert "この端末は廃止されています" in page
    assert "/terminals/t-2/change" not in page
    for path in ("change", "service/resume", "service/suspend"):
        assert (await author.get(f"/terminals/t-2/{path}")).status_code == 409, path
        assert (await author.post(f"/terminals/t-2/{path}", NEW)).status_code == 409, path
    log = (await author.get(f"/alerts/{alert.identifier}?who=out_of_service")).text
    row = next(row for row in log.split("<tr") if "鈴木 ハナ" in row)
    assert "廃止の端末" in row


async def test_an_operator_sees_and_changes_nothing(operator: Browser, ledger: Ledger) -> None:
    page = (await operator.get("/terminals/t-1")).text
    assert "廃止する" not in page
    assert "端末を追加" not in (await operator.get("/terminals")).text
    assert (await operator.post("/terminals/t-1/service/retire")).status_code == 403
    assert (await operator.get("/terminals/roster.csv")).status_code == 403
    assert list(ledger.terminals.all()) == list(ROSTER)


async def test_a_terminal_that_is_not_there_is_not_found(author: Browser) -> None:
    for path in ("change", "service/suspend", "service/resume", "service/retire"):
        assert (await author.get(f"/terminals/t-99/{path}")).status_code == 404
        assert (await author.post(f"/terminals/t-99/{path}", NEW)).status_code == 404


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
async def test_a_file_is_shown_before_it_is_taken(
    author: Browser, ledger: Ledger, broker: FakeBroker, app: FastAPI, encoding: str
) -> None:
    await author.get("/terminals/import")
    page = (await author.upload("/terminals/import", "台帳.csv", FILE.encode(encoding))).text
    assert "追加1台、変更1台です。" in page
    assert "同じ内容の端末は1台です。ファイルにない1台は、そのまま残ります。" in page
    assert "行政区: 北地区 → <strong>南地区</strong>" in page
    assert list(ledger.terminals.everybody()) == list(ROSTER)
    taken = (await author.post("/terminals/import/take", preview(page))).text
    assert "台帳を取り込みました" in taken
    assert list(ledger.terminals.everybody()) == [
        Terminal("t-1", "佐藤 一郎", "household", "minami"),
        *ROSTER[1:],
        Terminal("t-9", "新しい世帯", "business", "minami"),
    ]
    assert broker.told == 1
    assert deed_line(app.state.site, ledger.audit.newest(1)[0]).detail == "追加1台、変更1台"


async def test_a_stale_preview_is_refused_and_shows_what_would_change_now(author: Browser, ledger: Ledger) -> None:
    await author.get("/terminals/import")
    page = (await author.upload("/terminals/import", "roster.csv", FILE.encode())).text
    ledger.terminals.change(Terminal("t-1", "佐藤 一郎", "household", "minami"), "jiro", NOW)
    refused = await author.post("/terminals/import/take", preview(page))
    assert refused.status_code == 409
    assert "ほかの人が台帳を変えました" in refused.text
    assert "追加1台、変更0台です。" in refused.text
    assert ledger.terminals.get("t-9") is None
    assert "台帳を取り込みました" in (await author.post("/terminals/import/take", preview(refused.text))).text
    again = await author.post("/terminals/import/take", preview(refused.text))
    assert again.status_code == 409, "pressed twice"


async def test_a_terminal_that_is_retired_while_a_file_is_checked_is_told(author: Browser, ledger: Ledger) -> None:
    await author.get("/terminals/import")
    page = (await author.upload("/terminals/import", "roster.csv", FILE.encode())).text
    ledger.service.step(Step.RETIRE, ["t-1"], "jiro", NOW)
    refused = await author.post("/terminals/import/take", preview(page))
    assert refused.status_code == 422
    assert "2行目: 端末「t-1」は廃止されていて" in refused.text
    assert ledger.terminals.get("t-9") is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "「端末」の列がありません"),
        (HEAD.encode(), "ファイルに端末がありません。"),
        (HEAD.encode("utf-16"), "文字を読みとれません"),
        ("端末,世帯名,種別,行政区\r\n".encode("cp932"), "「グループ」の列がありません"),
        (
            (HEAD + "t-5,<b>例</b>,世帯,西地区,\r\n").encode(),
            "2行目: 行政区「西地区」は登録されていません。使えるのは、北地区、南地区です。",
        ),
        ((HEAD + "t-5,例,お城,北地区,若者\r\n").encode(), "2行目: 種別「お城」が分かりません"),
        (
            (HEAD + "t-5,例,世帯,北地区,\r\nt-5,例,世帯,北地区,\r\n").encode(),
            "3行目: 端末の番号「t-5」が、2回出てきます。",
        ),
        (
            (HEAD + "T-1,佐藤 一郎,世帯,北地区,\r\n").encode(),
            "2行目: 大文字と小文字だけがちがう端末の番号「t-1」が、もうあります。",
        ),
        (
            (HEAD + "t-5,例,世帯,北地区,\r\nT-5,例,世帯,北地区,\r\n").encode(),
            "3行目: 大文字と小文字だけがちがう端末の番号「t-5」が、もうあります。",
        ),
    ],
)
async def test_a_wrong_file_is_told_by_line_and_nothing_is_imported(
    author: Browser, ledger: Ledger, content: bytes, told: str
) -> None:
    await author.get("/terminals/import")
    answer = await author.upload("/terminals/import", "roster.csv", content)
    assert answer.status_code == 422
    assert told in answer.text
    assert "1台も取り込んでいません" in answer.text
    assert list(ledger.terminals.everybody()) == list(ROSTER)


async def test_the_exported_roster_changes_nothing_when_it_is_imported(author: Browser, ledger: Ledger) -> None:
    ledger.terminals.add([(Terminal("t-4", "=HYPERLINK(1)", "household", "former"), "hash")])
    ledger.service.step(Step.SUSPEND, ["t-2"], "jiro", NOW)
    exported = await author.get("/terminals/roster.csv")
    assert exported.headers["content-disposition"] == 'attachment; filename="terminals-20261124.csv"'
    assert exported.content.startswith("\ufeff端末,世帯名".encode())
    assert "t-4,'=HYPERLINK(1)" in exported.text
    assert ledger.audit.newest(1)[0].deed is Deed.ROSTER_EXPORTED
    await author.get("/terminals/import")
    page = (await author.upload("/terminals/import", "roster.csv", exported.content)).text
    assert "変わるところはありません" in page


async def test_cards_are_made_for_the_chosen_terminals_alone(
    author: Browser, browser: Browser, enrolment: Enrolment
) -> None:
    handed_out = code_of(enrolment, "t-2")
    page = (await author.get("/terminals/cards?area=kita")).text
    assert re.search(r'value="t-1" checked', page)
    assert re.search(r'value="t-2">', page), "what was handed out is not voided unless somebody wants it"
    assert "使える登録コードがあります" in page
    assert "t-3" not in page
    sheet = (await author.post("/terminals/cards", {"terminals": ["t-1", "t-3"]})).text
    codes = re.findall(r'class="card-code">(\d{4}-\d{4})<', sheet)
    assert len(codes) == sheet.count("<svg") == 2
    assert "12月1日(火)10時00分まで" in sheet
    for code in (handed_out, codes[0].replace("-", "")):
        assert (await enrol(browser, code)).status_code == 200
    assert 'value="t-1"' not in (await author.get("/terminals/cards")).text, "it has a device now"
    assert "今の機器は使えなくなります" in (await author.get("/terminals/cards?which=all")).text


async def test_no_cards_are_made_for_nobody_or_for_who_is_out_of_service(author: Browser, ledger: Ledger) -> None:
    await author.get("/terminals/cards")
    assert (await author.post("/terminals/cards")).status_code == 422
    ledger.service.step(Step.RETIRE, ["t-1"], "jiro", NOW)
    assert (await author.post("/terminals/cards", {"terminals": ["t-1"]})).status_code == 409


async def test_what_the_broker_could_not_be_told_is_on_every_page(author: Browser, broker: FakeBroker) -> None:
    broker.fault = "no Mosquitto"
    await author.get("/terminals/t-1/service/retire")
    page = await author.post("/terminals/t-1/service/retire")
    assert page.status_code == 303
    assert "端末 t-1の変更が、放送の通信に伝わっていません" in (await author.get("/")).text
