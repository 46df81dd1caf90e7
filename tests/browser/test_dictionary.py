"""The page 「読みの辞書」 as staff use it: the keyboard, the voice, and terminals that read otherwise afterwards."""

from playwright.sync_api import Page, expect

from demo.places import TERMINALS
from tests.browser.conftest import log_in
from tests.town import Town
from tests.waiting import wait_until

SWITCHED_ON = TERMINALS[:2]


def fill(page: Page, town: Town, word: str, reading: str, example: str) -> None:
    page.goto(f"{town.places.centre_url}/dictionary")
    page.get_by_role("link", name="言葉を登録する").click()
    page.get_by_label("言葉", exact=True).fill(word)
    page.get_by_label("読み", exact=True).fill(reading)
    page.get_by_label("例文", exact=True).fill(example)


def test_a_word_is_heard_checked_registered_and_every_terminal_has_it(town: Town, staff: Page) -> None:
    fill(staff, town, "架空", "かくれざと", "架空で訓練です。")
    staff.get_by_role("button", name="聞いてみる").click()
    expect(staff.locator("#sound-player")).to_be_visible()
    assert 1 < staff.locator("#sound-player").evaluate("player => player.duration") < 10
    staff.get_by_text("読み方（カナ）").click()
    expect(staff.locator("#sound-reading-body")).to_have_text("カクレザトデクンレンデス。")

    staff.get_by_role("button", name="確認へ進む").click()
    expect(staff.get_by_text("「架空」を「カクレザト」と読みます。")).to_be_visible()
    expect(staff.locator("main")).to_contain_text("カクレザトデクンレンデス。")
    staff.get_by_role("button", name="登録する").click()

    expect(staff.locator(".note")).to_contain_text("「架空」の読み「カクレザト」を登録しました。")
    expect(staff.locator("#reach")).to_contain_text(f"接続中の端末{len(SWITCHED_ON)}台すべてが、この版で読み上げます")
    expect(staff.get_by_role("row").filter(has_text="カクレザト")).to_have_count(1)
    staff.goto(f"{town.places.centre_url}/terminals")
    revision = town.ledger.dictionary.revision()
    expect(staff.locator(f"#terminal-{SWITCHED_ON[0]}")).to_contain_text(f"辞書 第{revision}版")


def test_a_word_that_breaks_others_says_which_and_can_be_written_anew(town: Town, staff: Page) -> None:
    before = town.ledger.dictionary.revision()
    fill(staff, town, "月形町役場から", "げっけいまちやくばから", "月形町役場からのお願いです。")
    staff.get_by_role("button", name="確認へ進む").click()

    expect(staff.get_by_role("heading", name="この言葉は登録できません")).to_be_visible()
    expect(staff.get_by_role("table")).to_contain_text("月形町役場からお知らせします。")
    expect(staff.get_by_role("table")).to_contain_text("ゲッケーマチヤクバカラ")
    expect(staff.get_by_role("button", name="登録する")).to_have_count(0)
    staff.get_by_role("button", name="書きなおす").click()
    expect(staff.get_by_label("言葉", exact=True)).to_have_value("月形町役場から")
    assert town.ledger.dictionary.revision() == before


def test_a_word_is_removed_and_brought_back(town: Town, staff: Page) -> None:
    fill(staff, town, "知来別", "ちらいべつ", "知来別です。")
    staff.get_by_role("button", name="確認へ進む").click()
    staff.get_by_role("button", name="登録する").click()
    row = staff.get_by_role("row").filter(has_text="チライベツ")
    row.get_by_role("link", name="消す").click()
    expect(staff.get_by_role("heading", name="この言葉を消しますか")).to_be_visible()
    staff.get_by_role("button", name="消す").click()
    expect(staff.locator(".note")).to_contain_text("「知来別」（チライベツ）を消しました。")

    staff.locator(".note").get_by_role("button", name="元に戻す").click()

    expect(staff.get_by_role("row").filter(has_text="チライベツ")).to_have_count(1)
    wait_until(lambda: town.ledger.dictionary.book().staff_word("知来別"))


def test_words_are_found_with_the_keyboard_alone(town: Town, staff: Page) -> None:
    staff.goto(f"{town.places.centre_url}/dictionary")
    staff.get_by_label("言葉・読み・例文でさがす").press_sequentially("さっぴない")
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("rowheader", name="札比内", exact=True)).to_have_count(1)
    expect(staff.get_by_role("row").filter(has_text="札幌市")).to_have_count(0)


def test_an_operator_reads_the_dictionary_but_cannot_change_it(town: Town, new_page: Page) -> None:
    """Promise 10."""
    log_in(new_page, town, "operator", "kokuchi-operator")
    new_page.locator("summary:visible", has_text="その他").click()
    new_page.get_by_role("link", name="読みの辞書").click()
    expect(new_page.get_by_role("heading", name="読みの辞書")).to_be_visible()
    expect(new_page.get_by_role("link", name="言葉を登録する")).to_have_count(0)
