import pytest
from playwright.async_api import Page, Route, expect

from kokuchi.voice import PhraseSource
from kokuchi.wire import MessageType, Severity
from terminal_client.agenda import Item
from terminal_client.household import Key
from terminal_client.view import Card, Trouble, View, card_of
from tests.terminal.screen.examples import DRILL, HEADLINE, alert_of, body_of, revised
from tests.terminal.screen.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY = Key("scam-1", 1)
SIZES = [(800, 480), (1024, 600), (1366, 768), (1920, 1080)]


async def open_page(page: Page, site: Site, view: View) -> None:
    site.screen.show(view)
    await page.goto(site.url)
    await expect(page.locator("#alert")).to_be_visible()


async def text_size(page: Page) -> float:
    return float(await page.locator("#text").evaluate("(text) => parseFloat(getComputedStyle(text).fontSize)"))


async def test_alert_that_is_painted_is_reported_once_for_each_revision(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(alert_of())))
    await site.done("displayed", KEY)
    site.screen.show(View(current=Card(alert_of(), speaking=True, source=PhraseSource.HEADLINE, sentence=0)))
    await expect(page.locator("#headline [data-spoken]")).to_have_text(HEADLINE)
    site.screen.show(View(current=Card(revised(MessageType.UPDATE))))
    await site.done("displayed", Key("scam-1", 2))
    assert site.household.acts == [("displayed", KEY), ("displayed", Key("scam-1", 2))]


async def test_a_withdrawal_is_reported_as_displayed_like_anything_else(page: Page, site: Site) -> None:
    """The centre takes a screen that was not reported for a broken one, and the voice waits for it in vain."""
    withdrawn = Item(revised(MessageType.CANCEL), arrival=1)
    await open_page(page, site, View(current=card_of(withdrawn, expired=False, language=None)))
    await site.done("displayed", Key("scam-1", 2))


async def test_hidden_page_does_not_claim_to_have_displayed_anything(page: Page, site: Site) -> None:
    await page.add_init_script(
        "window.seen = 'hidden'; Object.defineProperty(document, 'visibilityState', { get: () => window.seen });"
    )
    await open_page(page, site, View(current=Card(alert_of())))
    await expect(page.locator("#confirm")).to_be_enabled()
    assert site.household.acts == []
    await page.evaluate("window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange'));")
    await site.done("displayed", KEY)


async def test_report_is_repeated_until_the_terminal_has_taken_it(page: Page, site: Site) -> None:
    answers = [503, 500]

    async def fail_first(route: Route) -> None:
        await (route.fulfill(status=answers.pop()) if answers else route.continue_())

    await page.route("**/displayed", fail_first)
    await open_page(page, site, View(current=Card(alert_of())))
    await site.done("displayed", KEY)
    assert answers == []


async def test_short_message_is_written_in_larger_letters_than_a_long_one(page: Page, site: Site) -> None:
    await open_page(
        page, site, View(current=Card(alert_of(headline="詐欺に注意", body="すぐに電話を切ってください。")))
    )
    short = await text_size(page)
    site.screen.show(View(current=Card(alert_of("scam-2", body=body_of(300)))))
    await site.done("displayed", Key("scam-2", 1))
    assert short >= 72 > await text_size(page) >= 54


async def test_letters_grow_with_the_screen(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(alert_of())))
    small = await text_size(page)
    await page.set_viewport_size({"width": 2 * 1024, "height": 2 * 600})
    await page.wait_for_function("(small) => parseFloat(getComputedStyle(text).fontSize) === 2 * small", arg=small)


async def test_drill_is_named_at_the_top(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(DRILL)))
    band = page.locator("#drill")
    await expect(band).to_have_text("訓練これは訓練です")
    await expect(band).to_be_in_viewport(ratio=1)
    box = await band.bounding_box()
    assert box is not None
    assert (box["y"], box["width"]) == (0, 1024)
    site.screen.show(View(current=Card(alert_of("scam-2"))))
    await expect(band).to_be_hidden()


@pytest.mark.parametrize(
    ("message_type", "band", "word"),
    [
        (MessageType.UPDATE, "#correction", "訂正前のお知らせを直しました"),
        (MessageType.CANCEL, "#withdrawal", "取り消し前のお知らせを取り消します"),
    ],
)
async def test_later_revision_says_what_it_is(
    page: Page, site: Site, message_type: MessageType, band: str, word: str
) -> None:
    await open_page(page, site, View(current=Card(revised(message_type))))
    await expect(page.locator(band)).to_have_text(word)
    await expect(page.locator(".band:visible")).to_have_count(1)


@pytest.mark.parametrize(
    ("severity", "level"), [(Severity.EXTREME, "緊急"), (Severity.SEVERE, "重要"), (Severity.MINOR, "お知らせ")]
)
async def test_alert_is_told_with_kind_level_sender_time_and_whom_to_call(
    page: Page, site: Site, severity: Severity, level: str
) -> None:
    await open_page(page, site, View(current=Card(alert_of(severity=severity), speaking=True), waiting=1))
    for expected in ("詐欺事案情報", level, "月形町役場", "11月24日(火) 17時35分", "月形町役場 産業課", "0126-53-2321"):
        await expect(page.get_by_text(expected, exact=True).first).to_be_visible()
    await expect(page.get_by_text("放送しています")).to_be_visible()
    await expect(page.get_by_text("ほかに1件")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_text(f"詐欺事案情報。{HEADLINE}")


async def test_sentence_that_is_spoken_is_marked_and_no_other(page: Page, site: Site) -> None:
    alert = alert_of()
    await open_page(page, site, View(current=Card(alert, speaking=True, source=PhraseSource.BODY, sentence=1)))
    marked = page.locator("[data-spoken]")
    await expect(marked).to_have_text("医療費が戻ると言って、ATMの操作を求めます。")
    site.screen.show(View(current=Card(alert, speaking=True, source=PhraseSource.HEADLINE, sentence=0)))
    await expect(marked).to_have_text(HEADLINE)
    site.screen.show(View(current=Card(alert, speaking=True, source=PhraseSource.CONTACT)))
    await expect(marked).to_contain_text("0126-53-2321")
    site.screen.show(View(current=Card(alert)))
    await expect(marked).to_have_count(0)


async def test_buttons_tell_the_terminal(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(alert_of())))
    await page.get_by_role("button", name="もう一度聞く").click()
    await site.done("replay", KEY)
    button = page.locator("#confirm")
    box = await button.bounding_box()
    assert box is not None
    assert box["height"] >= 96
    await button.click()
    await site.done("confirm", KEY)
    await expect(button).to_have_text("確認しました")
    await expect(page.locator("#thanks")).to_be_visible()


async def test_confirmed_alert_that_is_still_spoken_says_so_and_the_next_one_asks_again(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(alert_of(), speaking=True, confirmed=True)))
    await expect(page.locator("#confirm")).to_have_text("確認しました")
    site.screen.show(View(current=Card(alert_of("scam-2"))))
    await expect(page.locator("#confirm")).to_have_text("わかりました")


async def test_emergency_that_nobody_has_confirmed_says_that_it_will_come_again(page: Page, site: Site) -> None:
    emergency = alert_of(severity=Severity.EXTREME)
    await open_page(page, site, View(current=Card(emergency)))
    await expect(page.locator("#repeating")).to_have_text("確認されるまで、くり返しお知らせします")
    for card in (
        Card(emergency, speaking=True),
        Card(emergency, confirmed=True),
        Card(alert_of()),
        Card(revised(MessageType.CANCEL, severity=Severity.EXTREME)),
    ):
        site.screen.show(View(current=card))
        await expect(page.locator("#repeating")).to_be_hidden()
        site.screen.show(View(current=Card(emergency)))
        await expect(page.locator("#repeating")).to_be_visible()


@pytest.mark.parametrize(
    ("trouble", "words"),
    [(Trouble.NO_CONNECTION, "いま、役場との通信が切れています"), (Trouble.NO_SOUND, "いま、音が出ません")],
)
async def test_trouble_that_concerns_the_alert_is_told_above_it(
    page: Page, site: Site, trouble: Trouble, words: str
) -> None:
    await open_page(page, site, View(current=Card(alert_of()), troubles=(trouble,)))
    await expect(page.get_by_text(words)).to_be_visible()
    site.screen.show(View(current=Card(alert_of())))
    await expect(page.locator("#alert-trouble")).to_be_hidden()


async def test_keys_do_what_the_buttons_do(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(alert_of())))
    await expect(page.locator("#confirm")).to_be_focused()
    await page.keyboard.press("r")
    await site.done("replay", KEY)
    await page.keyboard.press("Enter")
    await site.done("confirm", KEY)


async def test_a_key_that_is_held_confirms_one_alert_and_not_the_next(page: Page, site: Site) -> None:
    """A USB button that a slow hand holds down repeats its key."""
    await open_page(page, site, View(current=Card(alert_of())))
    await expect(page.locator("#confirm")).to_be_focused()
    await page.keyboard.down("Enter")
    await site.done("confirm", KEY)
    site.screen.show(View(current=Card(alert_of("scam-2"))))
    await site.done("displayed", Key("scam-2", 1))
    await expect(page.locator("#confirm")).to_be_enabled()
    await expect(page.locator("#confirm")).to_be_focused()
    await page.keyboard.down("Enter")
    await page.keyboard.up("Enter")
    await page.locator("#replay").click()
    await site.done("replay", Key("scam-2", 1))
    assert [key for act, key in site.household.acts if act == "confirm"] == [KEY]


async def test_terminal_that_does_not_answer_is_not_taken_for_a_confirmation(page: Page, site: Site) -> None:
    await page.route("**/confirm", lambda route: route.abort())
    await open_page(page, site, View(current=Card(alert_of())))
    await page.locator("#confirm").click()
    await expect(page.locator("#confirm")).to_have_text("もう一度押してください")


async def test_markup_in_an_alert_is_shown_as_text(page: Page, site: Site) -> None:
    markup = '<img src=x onerror="document.title=1"><script>alert(1)</script>'
    alert = alert_of(headline=markup[:60], body=markup, event="<b>種別</b>", sender_name="<i>町</i>", category="a.b")
    await open_page(page, site, View(current=Card(alert)))
    await expect(page.locator("#headline")).to_have_text(markup[:60])
    await expect(page.locator("#text")).to_have_text(markup)
    await expect(page.locator("#event")).to_have_text("<b>種別</b>")
    await expect(page.locator("#sender")).to_have_text("<i>町</i>")
    await expect(page.locator("#alert :is(b, i, script, [onerror])")).to_have_count(0)
    await expect(page.locator("#pictogram")).to_have_attribute("src", "/static/pictograms/general.svg")
