"""Writing with a real browser: nothing typed is lost, two people do not overwrite each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from broadcaster.ledger.drafts import StoredDraft
from tests.broadcaster.web.town import PASSWORD, make_ledger, presence
from tests.browser.office import Office, enter, office, page_of
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "ledger.sqlite"
    make_ledger(path)
    return path


@pytest.fixture
def town_office(tmp_path: Path, made: Path) -> Iterator[Office]:
    with office(tmp_path, made) as running:
        yield running


@pytest.fixture
def page(browser: Browser, town_office: Office) -> Iterator[Page]:
    page = page_of(browser)
    enter(page, town_office.address, path="/alerts/new")
    yield page
    page.context.close()


@pytest.fixture
def colleague(browser: Browser, town_office: Office) -> Iterator[Page]:
    page = page_of(browser)
    enter(page, town_office.address, "<b>kanri</b>")
    yield page
    page.context.close()


def drafts(office: Office) -> list[StoredDraft]:
    return office.ledger.drafts.unsent()


def write(page: Page, headline: str) -> None:
    page.get_by_label("見出し", exact=True).fill(headline)


def saved(page: Page, headline: str, office: Office) -> None:
    write(page, headline)
    wait_until(lambda: headline in [draft.written.headline for draft in drafts(office)])
    expect(page.locator("#draft-status")).to_have_text("下書きを保存しました 10:00")


def test_the_cursor_goes_from_gap_to_gap_and_back(page: Page) -> None:
    selection = (
        "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    page.get_by_role("radio", name="詐欺事案情報").click()
    expect(page.get_by_label("見出し", exact=True)).to_be_focused()
    assert page.evaluate(selection) == "〔市役所職員〕"
    page.keyboard.press("Enter")
    expect(page.get_by_label("本文", exact=True)).to_be_focused()
    assert page.evaluate(selection) == "〔本日午前10時ごろ〕"
    page.keyboard.press("Tab")
    assert page.evaluate(selection) == "〔町内〕"
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(selection) == "〔町内〕"
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate(selection) == "〔医療費が戻る〕"
    page.keyboard.press("Tab")
    expect(page.get_by_label("本文", exact=True)).not_to_be_focused()


def test_the_arrow_keys_pass_through_the_kinds_and_tab_leads_to_the_first_gap(page: Page) -> None:
    page.get_by_role("radio", name="詐欺事案情報").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="消費者被害情報")).to_be_checked()
    expect(page.get_by_role("radio", name="消費者被害情報")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("見出し", exact=True)).to_be_focused()
    expect(page.get_by_label("見出し", exact=True)).to_have_value("〔屋根の点検〕を口実にした訪問販売に注意")


def test_what_is_written_into_the_headline_s_gap_goes_into_the_same_gap_of_the_text(page: Page) -> None:
    page.get_by_role("radio", name="消費者啓発開催情報").click()
    expect(page.get_by_label("見出し", exact=True)).to_be_focused()
    page.keyboard.insert_text("スマホ教室")
    page.keyboard.press("Tab")
    expect(page.get_by_label("本文", exact=True)).to_be_focused()
    assert "でスマホ教室を開きます" in page.get_by_label("本文", exact=True).input_value()


def test_screen_kana_length_and_advice_follow_what_is_typed(page: Page) -> None:
    write(page, "不審な電話")
    page.get_by_label("本文", exact=True).fill("町内で不審な架電がありました。役場に相談してください。")
    expect(page.locator("#screen-headline ruby")).to_have_text("不審かな")
    expect(page.locator("#sound-reading-headline")).to_be_visible()
    expect(page.locator("#sound-reading-headline")).to_have_text("カナ5")
    expect(page.locator("#length-characters")).to_have_text("32")
    expect(page.locator("#length-seconds")).to_contain_text("放送 約")
    expect(page.locator("#advice li")).to_have_text(
        [
            "いつのことかを書いてください（例: 本日午前10時ごろ）。",
            "「架電」は、「電話」のような、やさしい言葉にかえてください。",
        ]
    )
    page.get_by_label("本文", exact=True).fill("昨夜、町内で不審な電話がありました。役場に相談してください。")
    expect(page.locator("#advice")).to_be_empty()


def test_who_is_reached_and_who_is_away_is_told_while_choosing(page: Page, town_office: Office) -> None:
    town_office.ledger.presences.record([presence("t-1"), presence("t-2", online=False)])
    page.get_by_role("radio", name="行政区を選ぶ").check()
    expect(page.locator("#reach")).to_have_text("届く端末: 0台")
    page.get_by_role("checkbox", name="北地区").check()
    expect(page.locator("#reach")).to_have_text("届く端末: 2台　うち1台は、いまつながっていません。")
    page.get_by_role("radio", name="端末を選ぶ").check()
    page.get_by_label("世帯名・行政区・端末番号でさがす").fill("佐藤")
    page.get_by_role("button", name="佐藤 一郎を選ぶ").click()
    expect(page.locator("#reach")).to_have_text("届く端末: 1台")
    page.get_by_label("世帯名・行政区・端末番号でさがす").fill("商店")
    page.get_by_role("button", name="高橋 商店を選ぶ").click()
    expect(page.locator("#reach-count")).to_have_text("2")
    wait_until(lambda: [draft.written.terminals for draft in drafts(town_office)] == [("t-1", "t-3")])
    page.get_by_role("button", name="佐藤 一郎を外す").click()
    expect(page.locator("#reach-count")).to_have_text("1")
    wait_until(lambda: [draft.written.terminals for draft in drafts(town_office)] == [("t-3",)])


def test_a_look_at_the_form_keeps_nothing_and_a_change_is_kept_by_itself(page: Page, town_office: Office) -> None:
    expect(page.locator("#reach")).to_be_visible()
    page.reload()
    assert drafts(town_office) == []
    saved(page, "電話に注意", town_office)
    page.reload()
    expect(page.get_by_label("見出し", exact=True)).to_have_value("電話に注意")
    expect(page.locator("#draft-status")).to_have_text("下書きを保存しました 10:00")
    saved(page, "電話にとても注意", town_office)
    assert [draft.version for draft in drafts(town_office)] == [2]


def test_the_validity_follows_the_kind_and_only_fewer_hours_can_be_chosen(page: Page, town_office: Office) -> None:
    validity = page.get_by_label("いつまで届けるか")
    offered = "select => [...select.options].filter(option => !option.disabled).map(option => option.text)"
    assert validity.evaluate(offered)[0] == "種別のとおり"
    page.get_by_role("radio", name="消費者啓発開催情報").click()
    assert validity.evaluate(offered) == [
        "種別のとおり（7日間）",
        "1時間",
        "3時間",
        "6時間",
        "12時間",
        "24時間",
        "3日間",
    ]
    validity.select_option("3日間")
    page.get_by_role("radio", name="消費者被害情報").click()
    expect(validity).to_have_value("")
    assert validity.evaluate(offered) == ["種別のとおり（3日間）", "1時間", "3時間", "6時間", "12時間", "24時間"]
    validity.select_option("3時間")
    page.get_by_role("radio", name="不審者情報").click()
    expect(validity).to_have_value("3")
    saved(page, "いまだけのこと", town_office)
    page.reload()
    expect(validity).to_have_value("3")
    assert validity.evaluate(offered) == ["種別のとおり（24時間）", "1時間", "3時間", "6時間", "12時間"]
    saved(page, "いまだけのことだ", town_office)
    assert [(draft.written.valid_hours, draft.version) for draft in drafts(town_office)] == [("3", 2)]


def test_a_page_that_is_left_at_once_loses_nothing(page: Page, town_office: Office) -> None:
    write(page, "すぐに閉じる")
    page.goto(f"{town_office.address}/log")
    wait_until(lambda: [draft.written.headline for draft in drafts(town_office)] == ["すぐに閉じる"])
    page.go_back()
    page.goto(f"{town_office.address}/drafts")
    page.get_by_role("link", name="すぐに閉じる", exact=True).click()
    saved(page, "続きを書く", town_office)
    assert len(drafts(town_office)) == 1


def test_going_back_from_the_check_page_leads_to_the_draft(page: Page, town_office: Office) -> None:
    page.get_by_role("radio", name="詐欺事案情報").click()
    write(page, "もどってくる")
    page.get_by_label("本文", exact=True).fill("昨夜、町内で電話がありました。役場に相談してください。")
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_role("heading", name="送信前の確認")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("見出し", exact=True)).to_have_value("もどってくる")
    saved(page, "なおしたもの", town_office)
    assert len(drafts(town_office)) == 1


def test_a_centre_that_cannot_be_reached_loses_nothing(page: Page, town_office: Office) -> None:
    saved(page, "はじめの文", town_office)
    page.context.set_offline(True)
    write(page, "切れているときの文")
    expect(page.locator("#draft-status")).to_contain_text("もう一度ためします")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#draft-status")).not_to_be_in_viewport()
    page.get_by_role("button", name="確認へ進む").click()
    # The press has been answered: the page shows why it stays.
    expect(page.locator("#draft-status")).to_be_in_viewport()
    expect(page.get_by_label("見出し", exact=True)).to_have_value("切れているときの文")
    page.context.set_offline(False)
    expect(page.locator("#draft-status")).to_have_text("下書きを保存しました 10:00")
    assert [draft.written.headline for draft in drafts(town_office)] == ["切れているときの文"]


def test_who_was_logged_out_logs_in_elsewhere_and_the_page_goes_on(page: Page, town_office: Office) -> None:
    saved(page, "はじめの文", town_office)
    page.context.clear_cookies()
    write(page, "時間が切れたあとの文")
    expect(page.locator("#draft-status")).to_contain_text("ログインの時間が切れました")
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_label("見出し", exact=True)).to_have_value("時間が切れたあとの文")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="別の画面でログイン").click()
    other = opened.value
    other.get_by_label("アカウント名").fill("hanako")
    other.get_by_label("パスワード").fill(PASSWORD)
    other.get_by_role("button", name="ログイン").click()
    expect(other.get_by_label("見出し", exact=True)).to_have_value("はじめの文")
    other.close()
    expect(page.locator("#draft-status")).to_have_text("下書きを保存しました 10:00")
    assert [draft.written.headline for draft in drafts(town_office)] == ["時間が切れたあとの文"]
    page.get_by_role("radio", name="詐欺事案情報").click()
    page.get_by_label("本文", exact=True).fill("昨夜、町内で電話がありました。役場に相談してください。")
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.get_by_role("heading", name="送信前の確認")).to_be_visible()


@pytest.mark.parametrize("choice", ["自分の文を新しい下書きにする", "<i>管理</i>さんの文にする"])
def test_the_second_of_two_writers_is_told_and_chooses(
    page: Page, colleague: Page, town_office: Office, choice: str
) -> None:
    saved(page, "わたしの文", town_office)
    colleague.goto(f"{town_office.address}/drafts")
    colleague.get_by_role("link", name="わたしの文", exact=True).click()
    saved(colleague, "同僚の文", town_office)
    write(page, "わたしの続き")
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("<i>管理</i>さんが、11月24日(火)10時00分にこの下書きを変えました")
    expect(notice).to_contain_text("同僚の文")
    assert [draft.written.headline for draft in drafts(town_office)] == ["同僚の文"]
    notice.get_by_text(choice).click()
    if choice.startswith("自分"):
        wait_until(lambda: {draft.written.headline for draft in drafts(town_office)} == {"同僚の文", "わたしの続き"})
        expect(page.locator("#moved-notice")).to_have_count(0)
    else:
        expect(page.get_by_label("見出し", exact=True)).to_have_value("同僚の文")
        assert [draft.written.headline for draft in drafts(town_office)] == ["同僚の文"]
