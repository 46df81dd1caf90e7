"""A text in Vietnamese: written from the template, checked, heard, sent, and read at a terminal in Vietnamese."""

import re

from playwright.sync_api import Page, expect

from demo.processes import answers
from tests.town import Town
from tests.waiting import wait_until

TERMINAL = "t-0001"
SWITCHED_ON = (TERMINAL,)
HEADLINE = "市役所職員をかたる不審な電話に注意"


def choose_vietnamese(town: Town) -> None:
    settings = town.places.device_files(TERMINAL) / "terminal.toml"
    text = settings.read_text(encoding="utf-8")
    if "\nlanguage =" not in text:
        settings.write_text(re.sub(r'# language = "vi".*', 'language = "vi"', text), encoding="utf-8")
        town.kill(TERMINAL)
        town.processes.start_again(TERMINAL)
        wait_until(lambda: answers(town.places.terminal_port(TERMINAL)))


def compose(page: Page, town: Town, kind: str) -> None:
    page.goto(f"{town.places.centre_url}/alerts/new")
    page.get_by_role("radio", name=kind).check()


def fill_gaps(page: Page) -> None:
    """Take the template's own examples, as staff do who only take the brackets away."""
    for label in ("見出し", "本文"):
        field = page.get_by_label(label, exact=True)
        field.fill(re.sub("[〔〕]", "", field.input_value()))


def test_a_template_s_translation_goes_the_whole_way_to_a_screen_in_vietnamese(
    town: Town, staff: Page, household: Page
) -> None:
    choose_vietnamese(town)
    expect(household.locator("#preparing")).to_be_hidden()
    compose(staff, town, "詐欺事案情報")
    fill_gaps(staff)
    expect(staff.locator("#translations-state")).to_have_text("　英語・中国語（簡体字）・ベトナム語・韓国・朝鮮語")
    expect(staff.get_by_label("ベトナム語の本文")).to_be_hidden()
    staff.get_by_text("外国語の文面（任意）").click()
    expect(staff.get_by_text("機械翻訳はしません。")).to_be_visible()
    staff.get_by_label("ベトナム語の見出し").fill("Coi chừng lừa đảo")
    staff.get_by_role("button", name="韓国・朝鮮語の文面を消す").click()
    staff.get_by_role("button", name="確認へ進む").click()

    shown = staff.locator(".translation-shown")
    expect(shown).to_have_count(3)
    expect(shown.filter(has_text="ベトナム語").locator("[lang=vi]").first).to_have_text("Coi chừng lừa đảo")
    expect(staff.get_by_text("韓国・朝鮮語の端末には、日本語の放送があることだけを伝えます。")).to_be_visible()
    staff.get_by_role("button", name="ベトナム語を聞いてみる").click()
    expect(staff.locator("#sound-player")).to_be_visible()
    assert 10 < staff.locator("#sound-player").evaluate("player => player.duration") < 40
    staff.get_by_role("button", name="いますぐ放送する").click()
    expect(staff.get_by_text("ベトナム語の文面")).to_be_visible()

    expect(household.get_by_role("heading", name=HEADLINE, exact=True)).to_be_visible()
    expect(household.locator("#second-headline")).to_have_text("Coi chừng lừa đảo")
    expect(household.locator(".second-body")).to_contain_text("Hãy cúp máy và hỏi gia đình hoặc văn phòng thị trấn.")
    identifier = staff.url.rsplit("/", 1)[1]
    wait_until(lambda: town.line(identifier).delivery.voiced_at, 90)
    household.get_by_role("button", name="Tôi đã hiểu").click()
    wait_until(lambda: town.line(identifier).delivery.confirmed_at)


def test_a_number_goes_into_every_language_and_japanese_words_stay_marked(town: Town, staff: Page) -> None:
    compose(staff, town, "消費者啓発開催情報")
    body = staff.get_by_label("本文", exact=True)
    body.fill(body.input_value().replace("〔午後2時〕", "14:00").replace("〔多目的研修センター〕", "札比内会館"))
    staff.get_by_text("外国語の文面（任意）").click()
    vietnamese = staff.get_by_label("ベトナム語の本文")
    expect(vietnamese).to_have_value(re.compile("ngày 〔11月30日月曜日〕, lúc 14:00, tại 〔札比内会館〕"))
    fill_gaps(staff)
    staff.get_by_role("button", name="確認へ進む").click()

    expect(staff.get_by_role("alert")).to_contain_text("ベトナム語の本文に、ひな形の〔 〕が残っています")
    expect(staff.get_by_label("ベトナム語の本文")).to_be_visible()
    staff.get_by_role("button", name="外国語の文面をすべて消す").click()
    staff.get_by_role("button", name="確認へ進む").click()
    expect(staff.get_by_role("heading", name="送信前の確認")).to_be_visible()
    expect(staff.locator(".translation-shown")).to_have_count(0)


def test_what_is_no_translation_of_the_japanese_any_more_is_taken_away(town: Town, staff: Page) -> None:
    compose(staff, town, "詐欺事案情報")
    staff.get_by_text("外国語の文面（任意）").click()
    staff.get_by_label("英語の見出し").fill("Written by hand")
    staff.get_by_label("本文", exact=True).fill("水道の水がにごっています。飲まないでください。")

    expect(staff.get_by_label("ベトナム語の本文")).to_have_value("")
    expect(staff.get_by_label("英語の見出し")).to_have_value("Written by hand")
    expect(staff.locator("#translations-state")).to_have_text("　英語")
    staff.get_by_role("radio", name="消費者被害情報").check()
    expect(staff.get_by_label("英語の見出し")).to_have_value("Written by hand")


def test_a_correction_begins_with_the_translations_and_warns_of_those_that_stayed(town: Town, staff: Page) -> None:
    compose(staff, town, "不審者情報")
    fill_gaps(staff)
    staff.get_by_role("button", name="確認へ進む").click()
    staff.get_by_role("button", name="いますぐ放送する").click()
    staff.get_by_role("link", name="訂正する").click()
    body = staff.get_by_label("本文", exact=True)
    body.fill(body.input_value().replace("午後3時", "午後4時"))
    staff.get_by_text("外国語の文面（任意）").click()
    expect(staff.get_by_label("ベトナム語の見出し")).to_have_value("Có người khả nghi trong thị trấn")
    staff.get_by_label("英語の本文").fill("A suspicious person was seen at 4 p.m. today.")
    staff.get_by_role("button", name="確認へ進む").click()

    warning = staff.get_by_text("の文面は前のままです")
    expect(warning).to_contain_text("中国語（簡体字）・ベトナム語・韓国・朝鮮語の文面は前のままです")
    expect(warning).not_to_contain_text("英語")
    staff.get_by_role("button", name="訂正を送信する").click()
    expect(staff.get_by_text("訂正（第2版）の到達状況です")).to_be_visible()
    translations = town.accepted(staff.url.rsplit("/", 1)[1]).alert.translations or ()
    assert {text.language: text.body for text in translations}["en"].endswith("at 4 p.m. today.")
    assert len(translations) == 4
