"""Kana over the kanji, as long as the letters below them stay large."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from kokuchi.voice import PhraseSource
from kokuchi.wire import Alert, Furigana, Ruby, Severity, Status
from terminal_client.household import Key
from terminal_client.preferences import Preferences, TextSize
from terminal_client.view import Card, View
from tests.terminal.screen.accessibility import faults_in_sight
from tests.terminal.screen.examples import HEADLINE, alert_of, body_of
from tests.terminal.screen.site import Site
from tests.terminal.screen.test_alert_page import open_page, text_size

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZES = [(800, 480), (1024, 600), (1920, 1080)]
KANA = {
    "月形町": "つきがたちょう",
    "市役所": "しやくしょ",
    "職員": "しょくいん",
    "不審": "ふしん",
    "電話": "でんわ",
    "注意": "ちゅうい",
    "詐欺": "さぎ",
    "知": "し",
    "取": "と",
    "消": "け",
    "続": "つづ",
    "役場": "やくば",
    "操作": "そうさ",
    "家族": "かぞく",
    "相談": "そうだん",
    "188": "いちはちはち",
}
SHORT = "月形町で詐欺の電話がありました。\n188に相談してください。"


def rubies(text: str) -> tuple[Ruby, ...]:
    spans = [
        (start, start + len(word), kana)
        for word, kana in KANA.items()
        for start in range(len(text))
        if text.startswith(word, start)
    ]
    return tuple(Ruby(start=start, end=end, kana=kana) for start, end, kana in sorted(spans))


def with_furigana(identifier: str = "scam-1", body: str = SHORT, **changes: Any) -> Alert:
    alert = alert_of(identifier, body=body, **changes)
    furigana = Furigana(headline=rubies(alert.headline), body=rubies(alert.body))
    return alert.model_copy(update={"furigana": furigana})


async def shown_ruby(page: Page, container: str) -> list[list[str]]:
    """Return what is written and what is seen above it."""
    pairs: list[list[str]] = await page.locator(f"{container} ruby").evaluate_all(
        "(all) => all.filter((ruby) => ruby.lastChild.getClientRects().length)"
        ".map((ruby) => [ruby.firstChild.textContent, ruby.lastChild.textContent])"
    )
    return pairs


async def is_paged(page: Page) -> bool:
    return await page.locator("#text-pager").is_visible()


async def is_all_in_sight(page: Page) -> bool:
    return bool(
        await page.evaluate(
            """() => [document.getElementById("alert"), document.getElementById("pages")].every(
              (box) => box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth)"""
        )
    )


async def test_kana_stand_over_the_kanji_of_headline_and_body(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(with_furigana())))
    assert await shown_ruby(page, "#headline") == [
        [word, KANA[word]] for word in ("市役所", "職員", "不審", "電話", "注意")
    ]
    assert await shown_ruby(page, "#text") == [[word, KANA[word]] for word in ("月形町", "詐欺", "電話", "188", "相談")]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    "changes",
    [{}, {"status": Status.EXERCISE, "headline": "不審な電話に注意"}, {"severity": Severity.EXTREME}],
    ids=str,
)
async def test_kana_are_half_as_large_as_large_letters_and_nothing_is_cut_off(
    page: Page, site: Site, size: tuple[int, int], changes: dict[str, Any]
) -> None:
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    await open_page(page, site, View(current=Card(with_furigana(**changes))))
    letters = await text_size(page)
    assert letters >= 54 * min(width / 1024, height / 600)
    kana = page.locator("#text rt").first
    assert await kana.evaluate("(kana) => parseFloat(getComputedStyle(kana).fontSize)") == pytest.approx(
        letters / 2, rel=0.001
    )
    assert await faults_in_sight(page) == []
    tops = await page.locator("#pages rt").evaluate_all(
        "(all) => all.map((kana) => kana.getBoundingClientRect().top - pages.getBoundingClientRect().top)"
    )
    assert min(tops) >= 0


async def broken_words(page: Page, words: list[str]) -> list[str]:
    """Return which of these words of the headline, that are its whole text, stand on more than one line."""
    broken: list[str] = await page.locator("#headline").evaluate(
        """(headline, words) => {
          const walker = document.createTreeWalker(headline, NodeFilter.SHOW_TEXT);
          const letters = [];
          while (walker.nextNode()) {
            const node = walker.currentNode;
            if (node.parentElement.tagName === "RT") continue;
            for (let index = 0; index < node.length; index += 1) letters.push([node, index]);
          }
          const range = document.createRange();
          const bottoms = letters.map(([node, index]) => {
            range.setStart(node, index);
            range.setEnd(node, index + 1);
            return Math.round(range.getBoundingClientRect().bottom);
          });
          return words.filter((word) => new Set(bottoms.splice(0, word.length)).size > 1);
        }""",
        words,
    )
    return broken


@pytest.mark.parametrize("size", [(600, 1024), (800, 1280), *SIZES], ids=str)
@pytest.mark.parametrize(
    "words",
    [
        ["市役所職員を", "かたる", "不審な", "電話に", "注意してください"],
        ["お知らせを", "取り消します"],
        ["詐欺の", "電話が", "続いています"],
    ],
    ids="".join,
)
async def test_a_word_with_kana_is_never_broken(
    page: Page, site: Site, words: list[str], size: tuple[int, int]
) -> None:
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    await open_page(page, site, View(current=Card(with_furigana(headline="".join(words), body="切ってください。"))))
    assert width > height or await shown_ruby(page, "#headline") != []
    assert await broken_words(page, words) == []


@pytest.mark.parametrize("chosen", list(TextSize))
async def test_letters_do_not_grow_until_a_word_with_kana_is_broken(page: Page, site: Site, chosen: TextSize) -> None:
    await page.set_viewport_size({"width": 600, "height": 1024})
    site.live_by(Preferences(text_size=chosen))
    first = "本日午前10時ごろ、町内で市役所の職員を名乗る不審な電話がありました。"
    body = f"{first}\n電話を切って、家族に相談してください。"
    await open_page(page, site, View(current=Card(with_furigana(body=body))))
    await expect(page.locator("body")).to_have_attribute("data-text-size", chosen)
    assert await broken_words(page, ["市役所職員を", "かたる", "不審な", "電話に"]) == []


async def test_what_is_withdrawn_is_struck_through_under_its_kana_too(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(with_furigana(headline="不審な電話に注意"), withdrawn=True)))
    await expect(page.locator("#headline rt").first).to_be_visible()
    for phrase in await page.locator("#pages .phrase").all():
        await expect(phrase).to_have_css("text-decoration-line", "line-through")


async def test_a_phrase_that_no_line_has_room_for_is_broken_and_not_cut_off(page: Page, site: Site) -> None:
    await page.set_viewport_size({"width": 600, "height": 1024})
    await open_page(page, site, View(current=Card(with_furigana(body="役場の多目的研修センターコンピューターで。"))))
    assert await is_all_in_sight(page)
    await expect(page.locator("#text > span")).to_be_in_viewport(ratio=1)


async def test_lines_with_kana_are_as_high_as_lines_without(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(with_furigana(body="月形町の役場です。\nひらがなだけです。\n" * 2))))
    heights = await page.locator("#text > span").evaluate_all("(all) => all.map((span) => span.offsetHeight)")
    assert len(heights) == 4
    assert len(set(heights)) == 1


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_kana_never_cost_a_page(page: Page, site: Site, size: tuple[int, int]) -> None:
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    await open_page(page, site, View(current=Card(alert_of())))
    for characters in (20, 60, 120, 180, 300):
        pages = []
        for identifier, alert in (("plain", alert_of), ("kana", with_furigana)):
            current = alert(f"{identifier}-{characters}", body=body_of(characters))
            site.screen.show(View(current=Card(current)))
            await site.done("displayed", Key(current.identifier, 1))
            pages.append(await page.locator("#text-pager .page").inner_text() if await is_paged(page) else "1/1")
        assert pages[0] == pages[1]
        assert await text_size(page) >= 54 * min(width / 1024, height / 600) - 0.01


async def test_kana_that_would_cost_a_page_are_left_out_and_come_back_when_the_next_alert_is_short(
    page: Page, site: Site
) -> None:
    await open_page(page, site, View(current=Card(with_furigana(body=body_of(40)))))
    assert await shown_ruby(page, "#alert") == []
    site.screen.show(View(current=Card(with_furigana("scam-2"))))
    await expect(page.locator("#text rt").first).to_be_visible()


async def test_kana_too_long_for_the_screen_are_left_out(page: Page, site: Site) -> None:
    alert = alert_of(body="町です。").model_copy(
        update={"furigana": Furigana(body=(Ruby(start=0, end=1, kana="か" * 40), Ruby(start=2, end=900, kana="か")))}
    )
    await open_page(page, site, View(current=Card(alert)))
    assert await is_all_in_sight(page)
    await expect(page.locator("#text > span")).to_be_in_viewport(ratio=1)


async def test_the_spoken_sentence_is_marked_with_its_kana(page: Page, site: Site) -> None:
    alert = with_furigana()
    await open_page(page, site, View(current=Card(alert, speaking=True, source=PhraseSource.BODY, sentence=1)))
    marked = page.locator("[data-spoken]")
    await expect(marked).to_have_count(1)
    assert await shown_ruby(page, "[data-spoken]") == [["188", "いちはちはち"], ["相談", "そうだん"]]
    site.screen.show(View(current=Card(alert, speaking=True, source=PhraseSource.HEADLINE, sentence=0)))
    await expect(page.locator("#headline [data-spoken]")).to_have_count(1)
    await expect(marked).to_have_count(1)


async def test_a_screen_reader_says_each_sentence_once(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(with_furigana())))
    await expect(page.get_by_role("heading", name=HEADLINE, exact=True)).to_be_visible()
    tree = await page.locator("#text").aria_snapshot()
    assert "電話" in tree
    assert "でんわ" not in tree


async def test_a_past_alert_that_is_opened_again_has_its_kana_and_its_card_has_none(page: Page, site: Site) -> None:
    site.screen.show(View(recent=[Card(with_furigana())]))
    await page.goto(site.url)
    card = page.locator(".card")
    await expect(card.locator(".card-headline")).to_have_text(HEADLINE)
    await card.click()
    await expect(page.locator("#text rt").first).to_be_visible()


async def test_markup_in_kana_is_shown_as_text(page: Page, site: Site) -> None:
    kana = "<img src=x onerror=alert(1)>"
    furigana = Furigana(body=(Ruby(start=0, end=2, kana=kana),))
    await open_page(page, site, View(current=Card(alert_of().model_copy(update={"furigana": furigana}))))
    await expect(page.locator("#text rt")).to_have_text(kana)
    await expect(page.locator("#text img")).to_have_count(0)
