"""What does not fit on one page is read in pages, in step with the voice and by large buttons."""

import random
from dataclasses import replace
from itertools import count

import pytest
from playwright.async_api import Page, expect

from kokuchi.voice import PhraseSource
from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire import Alert, Severity, Status
from terminal_client.household import Key
from terminal_client.view import Card, View
from tests.terminal.screen.accessibility import faults_in_sight
from tests.terminal.screen.examples import alert_of, body_of
from tests.terminal.screen.site import Site, running_site
from tests.terminal.screen.test_alert_page import open_page, text_size
from tests.terminal.screen.test_furigana import with_furigana
from tests.terminal.screen.test_second_language import card as card_in

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZES = [(800, 480), (1024, 600), (1920, 1080)]
LONG = alert_of(body=body_of(300))

LINES = """() => {
  const sight = pages.getBoundingClientRect();
  const isIn = ({ left, right, top, bottom }) =>
    left >= sight.left - 1 && right <= sight.right + 1 && top >= sight.top - 1 && bottom <= sight.bottom + 1;
  const lines = [...document.querySelectorAll("#headline > span, #text > span")].flatMap((sentence, index) => {
    const range = document.createRange();
    range.selectNodeContents(sentence);
    const boxes = [...range.getClientRects()];
    return boxes.map((box, line) => ({ name: `${index}.${line}`, isSeen: isIn(box), isWhole: boxes.every(isIn) }));
  });
  return {
    all: lines.map(({ name }) => name),
    seen: lines.filter(({ isSeen }) => isSeen).map(({ name }) => name),
    whole: lines.filter(({ isWhole }) => isWhole).map(({ name }) => name),
  };
}"""


def speaking(alert: Alert, source: PhraseSource, sentence: int | None = None) -> View:
    return View(current=Card(alert, speaking=True, source=source, sentence=sentence))


async def leaf_through(page: Page) -> tuple[int, set[str], set[str], set[str]]:
    """Go to the last page; return how many there are, all lines, those seen, and those of sentences seen whole."""
    down = page.locator("#text-pager .down")
    seen: set[str] = set()
    whole: set[str] = set()
    for pages in count(1):
        assert await faults_in_sight(page) == []
        lines = await page.evaluate(LINES)
        seen |= set(lines["seen"])
        whole |= set(lines["whole"])
        if not await down.is_visible() or await down.is_disabled():
            return pages, set(lines["all"]), seen, whole
        await down.click()
    raise AssertionError("unreachable")


async def place(page: Page) -> str:
    return await page.locator("#text-pager .page").inner_text()


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_no_line_is_cut_and_every_sentence_is_reached_whatever_the_length(
    page: Page, site: Site, size: tuple[int, int]
) -> None:
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    await open_page(page, site, View(current=Card(alert_of())))
    chance = random.Random(width)  # noqa: S311 - examples, not secrets
    for characters in (50, 140, 300, 1000):
        sentences: list[str] = []
        while len("".join(sentences)) < characters:
            sentences.append(body_of(chance.randint(8, 60)))
        alert = chance.choice((alert_of, with_furigana))(
            f"long-{characters}",
            body="\n".join(sentences)[:1000],
            severity=chance.choice((Severity.EXTREME, Severity.SEVERE)),
            status=chance.choice((Status.ACTUAL, Status.EXERCISE)),
        )
        site.screen.show(View(current=Card(alert), waiting=chance.randint(0, 2)))
        await site.done("displayed", Key(alert.identifier, 1))
        _, lines, seen, whole = await leaf_through(page)
        assert lines == seen == whole
        assert await text_size(page) >= 54 * min(width / 1024, height / 600) - 0.01
        for region in ("#alert", "#pages"):
            assert await page.locator(region).evaluate("(region) => region.scrollHeight <= region.clientHeight")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_pages_follow_the_voice_from_the_headline_to_whom_to_call_and_back(
    page: Page, site: Site, size: tuple[int, int]
) -> None:
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    await open_page(page, site, View(current=Card(LONG)))
    first = await place(page)
    for sentence in range(len(Card(LONG).to_json()["body_sentences"])):
        site.screen.show(speaking(LONG, PhraseSource.BODY, sentence))
        await expect(page.locator("#text > span").nth(sentence)).to_have_attribute("data-spoken", "")
        await expect(page.locator("#text > [data-spoken]")).to_be_in_viewport(ratio=0.99)
    site.screen.show(speaking(LONG, PhraseSource.CONTACT))
    await expect(page.locator("#call-telephone")).to_be_in_viewport(ratio=0.99)
    await expect(page.locator("#call-telephone")).to_have_text("0126-53-2321")
    site.screen.show(speaking(LONG, PhraseSource.HEADLINE, 0))
    await expect(page.locator("#headline")).to_be_in_viewport(ratio=0.99)
    site.screen.show(speaking(LONG, PhraseSource.CONTACT))
    await expect(page.locator("#call-telephone")).to_be_in_viewport(ratio=0.99)
    site.screen.show(View(current=Card(LONG)))
    await expect(page.locator("#text-pager .page")).to_have_text(first)


async def test_household_leafs_as_it_likes_until_the_voice_goes_on(page: Page, site: Site) -> None:
    await open_page(page, site, speaking(LONG, PhraseSource.BODY, 0))
    await page.locator("#text-pager .down").click()
    await page.locator("#text-pager .down").click()
    left = await place(page)
    site.screen.show(replace(speaking(LONG, PhraseSource.BODY, 0), waiting=1))
    await expect(page.locator("#waiting")).to_be_visible()
    assert await place(page) == left
    site.screen.show(speaking(LONG, PhraseSource.BODY, 1))
    await expect(page.locator("#text > span").nth(1)).to_be_in_viewport(ratio=0.99)


async def test_pages_stay_where_they_are_while_nobody_speaks(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(LONG)))
    await page.locator("#text-pager .down").click()
    left = await place(page)
    assert left.startswith("2/")
    site.screen.show(View(current=Card(LONG), waiting=3))
    await expect(page.locator("#waiting")).to_have_text("ほかに3件")
    assert await place(page) == left


async def test_keys_turn_the_pages(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(LONG)))
    shown = page.locator("#text-pager .page")
    for key, expected in (
        ("ArrowRight", "2/"),
        ("PageDown", "3/"),
        ("ArrowLeft", "2/"),
        ("PageUp", "1/"),
        ("PageUp", "1/"),
    ):
        await page.keyboard.press(key)
        await expect(shown).to_contain_text(expected)
    await expect(page.locator("#text-pager .up")).to_be_disabled()
    await expect(page.locator("#confirm")).to_be_focused()
    await page.keyboard.press("Enter")
    await site.done("confirm", Key("scam-1", 1))


async def test_sentence_that_is_longer_than_a_page_flows_on_and_is_followed(page: Page, site: Site) -> None:
    alert = alert_of(
        body="役場の職員を名乗る不審な電話がありましたので、家族や役場にすぐに相談し、" * 2 + "ご注意ください。"
    )
    await page.clock.install()
    await open_page(page, site, View(current=Card(alert)))
    await page.evaluate("() => { document.body.dataset.textSize = 'largest'; }")
    await page.wait_for_function("parseFloat(getComputedStyle(text).fontSize) >= 76")
    pages, lines, seen, whole = await leaf_through(page)
    assert lines == seen
    assert whole < lines
    site.screen.show(speaking(alert, PhraseSource.BODY, 0))
    await expect(page.locator("#text-pager .page")).to_have_text(f"2/{pages}")
    parts = await page.locator("#text > span").first.evaluate("(sentence) => sentence.getClientRects().length")
    assert parts > 1
    await page.clock.run_for(60_000)
    await expect(page.locator("#text-pager .page")).to_have_text(f"{1 + parts}/{pages}")
    site.screen.show(View(current=Card(alert)))
    await expect(page.locator("#text-pager .page")).to_have_text(f"1/{pages}")


async def test_larger_letters_take_more_pages_and_lose_nothing(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(alert_of(body=body_of(150)))))
    taken = []
    for size, smallest in (("normal", 60), ("large", 64), ("largest", 76)):
        await page.evaluate("(size) => { document.body.dataset.textSize = size; }", size)
        await page.wait_for_function("(size) => parseFloat(getComputedStyle(text).fontSize) >= size", arg=smallest)
        while await page.locator("#text-pager .up").is_enabled():
            await page.keyboard.press("PageUp")
        pages, lines, seen, _ = await leaf_through(page)
        assert lines == seen
        taken.append(pages)
    assert taken == sorted(taken)
    assert taken[0] < taken[2]


async def test_the_second_language_comes_after_all_of_the_japanese(page: Page) -> None:
    vietnamese = LANGUAGES["vi"]
    async with running_site(second_language=vietnamese) as site:
        await open_page(page, site, View(current=card_in(vietnamese, body=body_of(200))))
        _, lines, seen, whole = await leaf_through(page)
        assert lines == seen == whole
        await expect(page.locator(".second-body > span").last).to_be_in_viewport(ratio=0.99)
        await expect(page.locator("#call-telephone")).not_to_be_in_viewport()
        await page.keyboard.press("PageUp")
        await expect(page.locator(".second-body > span").last).not_to_be_in_viewport()
