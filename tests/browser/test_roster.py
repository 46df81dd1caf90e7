"""An official brings the town's list from Excel: file, check, stored, printed cards, and a device that takes one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from broadcaster.domain.service import Service
from tests.browser.office import Office, enter, office, page_of
from tests.passwords import quick_passwords

HOUSEHOLDS = [f"t-{number:04},見本 {number}番,世帯,北地区,高齢者のみの世帯" for number in range(1, 9)]
ROSTER = "\r\n".join(["端末,世帯名,種別,行政区,グループ", "t-1,佐藤 一郎,世帯,南地区,", *HOUSEHOLDS, ""])


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Office]:
    with quick_passwords(), office(tmp_path) as served:
        yield served


@pytest.fixture
def page(browser: Browser, town: Office) -> Iterator[Page]:
    page = page_of(browser)
    enter(page, town.address, path="/terminals")
    yield page
    page.context.close()


def test_from_a_file_over_the_check_to_cards_and_a_device(page: Page, town: Office, tmp_path: Path) -> None:
    file = tmp_path / "台帳.csv"
    file.write_bytes(ROSTER.replace("北地区", "西地区", 1).encode("cp932"))
    page.get_by_role("link", name="台帳を取り込む").click()
    page.get_by_label("CSVファイル").set_input_files(file)
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_text("3行目: 行政区「西地区」は登録されていません")).to_be_visible()
    assert len(town.ledger.terminals.everybody()) == 3

    file.write_bytes(ROSTER.encode("cp932"))
    page.get_by_label("CSVファイル").set_input_files(file)
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_text("追加8台、変更1台です。")).to_be_visible()
    expect(page.get_by_text("ファイルにない2台は、そのまま残ります。")).to_be_visible()
    assert len(town.ledger.terminals.everybody()) == 3
    page.get_by_role("button", name="このとおりに取り込む").click()
    expect(page.get_by_role("heading", name="台帳を取り込みました")).to_be_visible()
    assert len(town.ledger.terminals.all()) == 11
    changed = town.ledger.terminals.get("t-1")
    assert changed
    assert (changed.area, changed.groups) == ("minami", frozenset())

    page.get_by_role("link", name="登録カードを印刷する").click()
    page.get_by_label("グループ").select_option("高齢者のみの世帯")
    page.get_by_role("button", name="しぼりこむ").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(8)
    page.get_by_role("button", name="登録コードを作って、カードを出す").click()
    expect(page.locator(".card")).to_have_count(8)
    expect(page.locator(".card svg").first).to_be_visible()
    assert pages_of(page) == 1, "eight cards are on one sheet"

    code = page.locator(".card-code").first.inner_text().replace("-", "")
    asked = {"code": code, "attempt": "d" * 32, "software": "1.0.0"}
    answer = page.request.post(f"{town.address}/enrol", data=asked)
    assert answer.ok
    assert answer.json()["terminal"] == "t-0001"
    assert "見本" not in answer.text()


def test_a_stolen_terminal_is_retired_with_two_presses_and_the_export_leaves_it_out(page: Page, town: Office) -> None:
    page.get_by_role("link", name="鈴木 ハナ").click()
    page.get_by_role("link", name="廃止する").click()
    expect(page.get_by_text("元にはもどせません")).to_be_visible()
    page.get_by_role("button", name="廃止する").click()
    expect(page.get_by_role("status").get_by_text("廃止しました。")).to_be_visible()
    gone = town.ledger.terminals.get("t-2")
    assert gone
    assert gone.service is Service.RETIRED

    page.goto(f"{town.address}/terminals")
    expect(page.get_by_role("link", name="佐藤 一郎")).to_be_visible()
    expect(page.get_by_role("link", name="鈴木 ハナ")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="台帳を書き出す").click()
    exported = download.value.path().read_text(encoding="utf-8-sig")
    assert re.findall(r"(?m)^t-\d", exported) == ["t-1", "t-3"]
    page.get_by_label("登録").select_option("廃止")
    page.get_by_role("button", name="さがす").click()
    expect(page.get_by_role("link", name="鈴木 ハナ")).to_be_visible()


def pages_of(page: Page) -> int:
    """Return on how many sheets of A4 a page is printed."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
