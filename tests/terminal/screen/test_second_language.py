"""The screen of a household that has chosen a second language."""

import pytest
from playwright.async_api import Page, expect

from kokuchi.voice import PhraseSource
from kokuchi.voice.languages import LANGUAGES, Language
from kokuchi.wire import MessageType, Status, Translation
from terminal_client.household import Key
from terminal_client.view import Card, Trouble, View
from tests.terminal.screen.examples import HEADLINE, alert_of, body_of, recent_cards, revised
from tests.terminal.screen.site import Site, running_site
from tests.terminal.screen.test_alert_page import SIZES, open_page, text_size
from tests.terminal.screen.test_rest_page import NOW

pytestmark = pytest.mark.asyncio(loop_scope="session")

VIETNAMESE = LANGUAGES["vi"]
TRANSLATIONS = (
    Translation(
        language="vi",
        headline="Cảnh giác với cuộc gọi đáng ngờ",
        body="Dù người gọi nói gì, xin đừng nói về tiền bạc. Hãy cúp máy và hỏi văn phòng thị trấn.",
    ),
    Translation(language="ko", headline="수상한 전화에 주의하십시오", body="전화를 끊고 관공서에 상의하십시오."),
)


def card(language: Language = VIETNAMESE, body: str | None = None, **state: object) -> Card:
    alert = alert_of(translations=TRANSLATIONS, **({"body": body} if body else {}))
    return Card(alert, second_language=language, **state)  # type: ignore[arg-type] # the same keywords


async def is_in_sight(page: Page, selector: str) -> bool:
    return bool(
        await page.locator(selector).evaluate(
            """(element) => {
              const place = element.getBoundingClientRect(), sight = pages.getBoundingClientRect();
              return ["left", "top"].every((side) => place[side] >= sight[side] - 1)
                && ["right", "bottom"].every((side) => place[side] <= sight[side] + 1);
            }"""
        )
    )


async def test_the_translation_stands_below_the_japanese_with_its_language(page: Page) -> None:
    async with running_site(second_language=VIETNAMESE) as site:
        await open_page(page, site, View(current=card()))
        for place in ("#second-headline", ".second-body"):
            await expect(page.locator(place)).to_have_attribute("lang", "vi")
        await expect(page.locator("#headline")).to_have_text(HEADLINE)
        await expect(page.locator("#second-headline")).to_have_text("Cảnh giác với cuộc gọi đáng ngờ")
        await expect(page.locator(".second-body > span")).to_have_text(
            ["Dù người gọi nói gì, xin đừng nói về tiền bạc.", "Hãy cúp máy và hỏi văn phòng thị trấn."]
        )
        await expect(page.locator("#confirm")).to_have_text("わかりましたTôi đã hiểu")
        await page.locator("#confirm").click()
        await site.done("confirm", Key("scam-1", 1))
        await expect(page.locator("#confirm")).to_have_text("確認しましたĐã xác nhận")


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("characters", [60, 150, 300])
async def test_the_japanese_stays_as_large_as_it_may_be_and_every_headline_is_in_sight(
    page: Page, size: tuple[int, int], characters: int
) -> None:
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    async with running_site(second_language=VIETNAMESE) as site:
        await open_page(page, site, View(current=card(body=body_of(characters))))
        assert await text_size(page) >= 54 * min(width / 1024, height / 600) - 0.01
        for headline in ("#headline", "#second-headline"):
            await expect(page.locator(headline)).to_be_in_viewport(ratio=1)
        assert await page.locator("#alert").evaluate("(page) => page.scrollHeight <= page.clientHeight")


async def test_what_does_not_fit_together_is_a_page_of_its_own_and_one_button_turns_to_it(page: Page) -> None:
    await page.emulate_media(reduced_motion="reduce")
    async with running_site(second_language=VIETNAMESE) as site:
        await open_page(page, site, View(current=card(body=body_of(200))))
        turn = page.locator("#second-jump")
        await expect(turn).to_have_text("Tiếng Việt")
        assert not await is_in_sight(page, ".second-body > span >> nth=0")
        await expect(turn).to_be_visible()
        await turn.click()
        await expect(turn).to_have_text("日本語")
        assert await is_in_sight(page, ".second-body > span >> nth=0")
        await turn.click()
        await expect(turn).to_have_text("Tiếng Việt")
        await expect(page.locator("#text-pager .page")).to_contain_text("1/")


async def test_the_page_follows_the_voice_into_the_second_language_and_comes_back(page: Page) -> None:
    await page.emulate_media(reduced_motion="reduce")
    async with running_site(second_language=VIETNAMESE) as site:
        body = body_of(300)
        await open_page(page, site, View(current=card(body=body)))
        marked = page.locator("[data-spoken]")
        for source, sentence, text in [
            (PhraseSource.TRANSLATED_HEADLINE, 0, "Cảnh giác với cuộc gọi đáng ngờ"),
            (PhraseSource.TRANSLATED_BODY, 1, "Hãy cúp máy và hỏi văn phòng thị trấn."),
        ]:
            site.screen.show(View(current=card(body=body, speaking=True, source=source, sentence=sentence)))
            await expect(marked).to_have_text(text)
        assert await is_in_sight(page, ".second-body > span >> nth=1")
        site.screen.show(View(current=card(body=body)))
        await expect(marked).to_have_count(0)
        await expect(page.locator("#text-pager .page")).to_contain_text("1/")


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
async def test_a_drill_and_a_correction_are_named_in_the_second_language(page: Page, language: Language) -> None:
    """Promise 7."""
    await page.set_viewport_size({"width": 800, "height": 480})
    async with running_site(second_language=language) as site:
        alert = revised(MessageType.UPDATE, status=Status.EXERCISE, translations=TRANSLATIONS)
        await open_page(page, site, View(current=Card(alert, second_language=language)))
        for band, words in (("#drill", language.drill), ("#correction", language.correction)):
            await expect(page.locator(f"{band} .second")).to_have_text(words)
            await expect(page.locator(f"{band} .second")).to_be_in_viewport(ratio=1)
            assert await page.locator(band).evaluate("(band) => band.scrollWidth <= band.clientWidth")


@pytest.mark.parametrize("size", SIZES[:2], ids=str)
@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
async def test_no_button_that_turns_pages_is_behind_another_one_when_every_band_is_there(
    page: Page, language: Language, size: tuple[int, int]
) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    async with running_site(second_language=language) as site:
        alert = revised(MessageType.UPDATE, status=Status.EXERCISE, translations=TRANSLATIONS, body=body_of(300))
        drill = Card(alert, second_language=language, expired=True)
        await open_page(page, site, View(current=drill, troubles=tuple(Trouble)))
        await expect(page.locator("#text-pager button")).to_have_count(3)
        acts = await page.locator(".acts").bounding_box()
        assert acts
        for button in await page.locator("#text-pager button").all():
            box = await button.bounding_box()
            assert box
            assert box["y"] + box["height"] <= acts["y"]
            assert min(box["width"], box["height"]) >= 64


async def test_without_a_translation_it_is_told_that_there_is_one_in_japanese_and_whom_to_call(page: Page) -> None:
    english = LANGUAGES["en"]
    async with running_site(second_language=english) as site:
        await open_page(page, site, View(current=card(english)))
        await expect(page.locator("#second-headline")).to_have_text(english.only_japanese)
        await expect(page.locator(".second-body")).to_have_text("For help, please call 0126-53-2321.")


async def test_a_page_that_stayed_open_while_the_language_was_chosen_takes_it_up(page: Page) -> None:
    async with running_site() as site:
        await open_page(page, site, View(current=Card(alert_of())))
    async with running_site(site.port, VIETNAMESE) as restarted:
        restarted.screen.show(View(current=card()))
        await expect(page.locator("#second-headline")).to_have_text("Cảnh giác với cuộc gọi đáng ngờ")


async def test_cards_at_rest_carry_the_second_headline(page: Page) -> None:
    async with running_site(second_language=VIETNAMESE) as site:
        await page.clock.install(time=NOW)
        recent = [Card(each.alert, second_language=VIETNAMESE) for each in recent_cards(NOW)]
        site.screen.show(View(recent=recent))
        await page.goto(site.url)
        await expect(page.locator(".card-second").first).to_have_text(VIETNAMESE.only_japanese)
        await expect(page.locator(".card-second").first).to_have_attribute("lang", "vi")


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
async def test_the_question_before_a_call_has_its_answers_in_the_second_language_too(
    page: Page, language: Language
) -> None:
    async with running_site(second_language=language) as site:
        await open_page(page, site, View(current=card(language)))
        await page.locator("#consult").click()
        await expect(page.locator("#consultation-yes")).to_have_text(f"はい、お願いします{language.screen.consult}")
        await expect(page.locator("#consultation-no")).to_have_text(f"いいえ{language.screen.back}")
        await page.locator("#consultation-yes").click()
        await expect(page.locator("#consultation")).to_be_hidden()
        assert site.desk.acts == [("ask", Key("scam-1", 1))]


@pytest.mark.parametrize("size", [(800, 480), (600, 1024)], ids=str)
async def test_a_card_at_rest_says_that_it_is_a_drill_however_long_its_headlines_are(
    page: Page, size: tuple[int, int]
) -> None:
    """Promise 7."""
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    async with running_site(second_language=VIETNAMESE) as site:
        translation = Translation(language="vi", headline="thị trấn " * 16 + "Nhật", body="Xin gọi.")
        drill = alert_of(status=Status.EXERCISE, headline=body_of(60), translations=(translation,))
        site.screen.show(View(recent=[Card(drill, second_language=VIETNAMESE, expired=True)], troubles=tuple(Trouble)))
        await page.goto(site.url)
        for mark in ("訓練", "期限は過ぎました", "まだ聞いていません"):
            await expect(page.locator(".mark", has_text=mark)).to_be_in_viewport(ratio=1)
        for headline in (".card-headline", ".card-second"):
            lines = await page.locator(headline).evaluate(
                "(each) => each.clientHeight / parseFloat(getComputedStyle(each).lineHeight)"
            )
            assert lines >= 1
            assert lines == pytest.approx(round(lines), abs=0.05)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
async def test_every_letter_of_the_fixed_sentences_is_drawn(page: Page, language: Language) -> None:
    """A letter that no font has is drawn as the box of U+FFFF, or in another width than its own font gives it."""
    words = [language.drill, language.only_japanese, language.greeting, *vars(language.screen).values()]
    async with running_site(second_language=language) as site:
        await open_page(page, site, View(current=card(language)))
        missing = await page.evaluate(
            """([code, words]) => {
              const probe = document.createElement("span");
              probe.lang = code;
              document.body.append(probe);
              const family = getComputedStyle(probe).fontFamily;
              const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
              const drawn = (letter) => {
                context.canvas.width = 60;
                context.font = `40px ${family}`;
                context.fillText(letter, 5, 45);
                return context.getImageData(0, 0, 60, 60).data.join();
              };
              const box = drawn("\\uFFFF");
              return [...new Set(words.join("").replace(/\\s/g, ""))].filter((letter) => drawn(letter) === box);
            }""",
            [language.code, words],
        )
        assert missing == []


async def test_a_household_without_a_second_language_sees_nothing_of_it(page: Page, site: Site) -> None:
    await open_page(page, site, View(current=Card(alert_of(translations=TRANSLATIONS))))
    await expect(page.locator(".second, #second-headline, .second-body, #second-jump, .act small")).to_have_count(0)
