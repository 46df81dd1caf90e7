"""As the three users would: staff write and send, the household reads and confirms, the operator watches."""

import re

import pytest
from playwright.sync_api import Page, expect

from terminal_client.agenda import DISPLAY_WAIT
from tests.browser.conftest import log_in, written
from tests.town import Town
from tests.waiting import wait_until

SWITCHED_ON = ("t-0001",)
KINDS = ["詐欺事案情報", "消費者被害情報", "不審者情報", "道からの注意喚起情報", "消費者啓発開催情報"]
BODY = "本日午前10時ごろ、町内で不審な電話がありました。電話を切って、役場に相談してください。"


def write(page: Page, town: Town, kind: str, headline: str, body: str = BODY) -> None:
    page.goto(f"{town.places.centre_url}/alerts/new")
    page.get_by_role("radio", name=kind).check()
    page.get_by_label("見出し", exact=True).fill(headline)
    page.get_by_label("本文", exact=True).fill(body)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_written_sent_read_confirmed_and_seen_to_be_confirmed(
    town: Town, staff: Page, household: Page, kind: str
) -> None:
    headline = f"{kind}のためし"
    write(staff, town, kind, headline)
    staff.get_by_role("button", name="確認へ進む").click()
    expect(staff.get_by_text("月形町 全域 12世帯・2事業所に、いますぐ")).to_be_visible()
    staff.get_by_role("button", name="いますぐ放送する").click()
    expect(staff.get_by_role("heading", name=headline)).to_be_visible()

    expect(household.get_by_role("heading", name=headline)).to_be_visible()
    identifier = staff.url.rsplit("/", 1)[1]
    row = staff.get_by_role("row").filter(has_text="t-0001")
    expect(row).to_contain_text(re.compile("放送中|放送済み"))
    wait_until(lambda: town.line(identifier).delivery.voiced_at, 60)
    household.get_by_role("button", name="わかりました").click()

    expect(row).to_contain_text("確認済み")
    expect(staff.locator("#counts")).to_contain_text(re.compile(r"確認\s*1\s*/ 14台"))
    delivery = town.line(identifier).delivery
    assert delivery.received_at is not None
    assert delivery.displayed_at is not None
    assert delivery.voice_started_at is not None
    # The text is there before the sound; for a screen that is slow the sound waits as long as the agenda says.
    assert delivery.voice_started_at >= min(delivery.displayed_at, delivery.received_at + DISPLAY_WAIT)


def test_the_kana_over_the_kanji_are_those_that_the_voice_says(town: Town, staff: Page, household: Page) -> None:
    write(staff, town, "詐欺事案情報", "月形町で詐欺が続く", "188番へ電話してください。")
    staff.get_by_role("button", name="聞いてみる").click()
    staff.get_by_text("読み方").click()
    expect(staff.locator("#sound-reading-headline")).to_contain_text("ツキガタチョーデサギガツズク")
    staff.get_by_role("button", name="確認へ進む").click()
    staff.get_by_role("button", name="いますぐ放送する").click()

    headline, body = household.locator("#headline"), household.locator("#text")
    expect(headline.locator("ruby")).to_have_text(["月形町つきがたちょう", "詐欺さぎ", "続つづ"])
    expect(body.locator("ruby")).to_have_text(["188いちはちはち", "番ばん", "電話でんわ"])
    expect(headline.locator("rt").first).to_be_visible()
    assert written(household, "#text") == "188番へ電話してください。"


def test_those_who_were_not_reached_stand_out(town: Town, staff: Page) -> None:
    write(staff, town, "詐欺事案情報", "届かない家のためし")
    staff.get_by_role("button", name="確認へ進む").click()
    staff.get_by_role("button", name="いますぐ放送する").click()

    troubles = staff.locator("#troubles")
    expect(troubles).to_contain_text("確かめてください（13台）")
    expect(troubles).to_contain_text("例示 一郎")
    expect(troubles).not_to_contain_text("見本 花子")


def test_staff_hear_what_they_wrote_with_the_terminals_voice(town: Town, staff: Page) -> None:
    write(staff, town, "詐欺事案情報", "聞いてみるためし")
    staff.get_by_role("button", name="聞いてみる").click()

    expect(staff.locator("#sound-player")).to_be_visible()
    seconds = staff.locator("#sound-player").evaluate("player => player.duration")
    assert 20 < seconds < 120
    staff.get_by_text("読み方").click()
    expect(staff.locator("#sound-reading-body")).to_contain_text("ホンジツゴゼンジュージゴロ")


def test_an_operator_reads_the_log_but_cannot_send(town: Town, new_page: Page) -> None:
    """Promise 10."""
    log_in(new_page, town, "operator", "kokuchi-operator")

    new_page.goto(f"{town.places.centre_url}/log")
    expect(new_page.get_by_role("heading", name="放送記録")).to_be_visible()
    expect(new_page.get_by_role("link", name="お知らせを作る")).to_have_count(0)
    answer = new_page.goto(f"{town.places.centre_url}/alerts/new")
    assert answer is not None
    assert answer.status == 403


def test_a_wrong_password_is_said_in_words(town: Town, new_page: Page) -> None:
    log_in(new_page, town, "staff", "wrong-password")

    expect(new_page.get_by_role("alert")).to_contain_text("パスワード")
    expect(new_page.get_by_label("アカウント名")).to_have_value("staff")


@pytest.mark.parametrize(
    ("headline", "body", "words"),
    [("", BODY, "見出しを入力してください"), ("長い", "あ" * 10_000, "1000文字以内")],
)
def test_what_cannot_be_sent_comes_back_with_the_reason_and_nothing_lost(
    town: Town, staff: Page, headline: str, body: str, words: str
) -> None:
    write(staff, town, "詐欺事案情報", headline, body)
    staff.locator("form").filter(has=staff.get_by_label("本文", exact=True)).evaluate("form => form.noValidate = true")
    for field in ("見出し", "本文"):
        staff.get_by_label(field, exact=True).evaluate("field => field.removeAttribute('maxlength')")
    staff.get_by_label("本文", exact=True).fill(body)
    staff.get_by_role("button", name="確認へ進む").click()

    expect(staff.get_by_role("alert")).to_contain_text(words)
    expect(staff.get_by_label("本文", exact=True)).to_have_value(body)


def test_a_withdrawn_alert_says_who_had_heard_it_and_leaves_the_screen(
    town: Town, staff: Page, household: Page
) -> None:
    """Promise 6."""
    write(staff, town, "詐欺事案情報", "取り消すためし")
    staff.get_by_role("button", name="確認へ進む").click()
    staff.get_by_role("button", name="いますぐ放送する").click()
    expect(household.get_by_role("heading", name="取り消すためし")).to_be_visible()
    identifier = staff.url.rsplit("/", 1)[1]
    wait_until(lambda: town.line(identifier).delivery.voice_started_at, 60)

    staff.get_by_role("link", name="取り消す").click()
    expect(staff.locator("main")).to_contain_text("すでに1台で放送されています")
    staff.get_by_role("button", name="取り消しを送信する").click()

    expect(staff.get_by_text("取り消し済み").first).to_be_visible()
    expect(household.locator("#withdrawal")).to_be_visible()


def test_with_the_broker_away_the_page_says_so_in_plain_words(town: Town, staff: Page) -> None:
    """Promise 8."""
    town.kill("mosquitto")
    staff.goto(f"{town.places.centre_url}/")
    expect(staff.get_by_text("放送の通信が止まっています")).to_be_visible()

    town.processes.start_again("mosquitto")

    expect(staff.get_by_text("放送の通信が止まっています")).to_be_hidden()
