"""The texts in other languages on the staff's pages."""

import html
import re

from broadcaster.ledger import Ledger
from tests.broadcaster.web.browser import ALERT, Browser, hidden_fields
from tests.broadcaster.web.town import FakeVoice

VIETNAMESE = {"headline-vi": "Coi chừng lừa đảo", "body-vi": "Hãy cúp máy.\r\nXin cảm ơn."}


async def test_the_form_offers_every_language_closed_and_says_that_no_machine_translates(author: Browser) -> None:
    form = (await author.get("/alerts/new")).text
    assert re.search(r'<details class="translations" id="translations">', form)
    assert "機械翻訳はしません。文面のない言語の端末には、日本語の放送があることだけを伝えます。" in form
    for code, name in [("en", "英語"), ("zh-Hans", "中国語（簡体字）"), ("vi", "ベトナム語"), ("ko", "韓国・朝鮮語")]:
        assert f'name="headline-{code}"' in form
        assert f'<textarea class="input" id="body-{code}" name="body-{code}" rows="5" lang="{code}"' in form
        assert f"{name}の見出し" in form


async def test_the_template_of_a_category_is_there_without_javascript(author: Browser) -> None:
    form = html.unescape((await author.get("/alerts/new?category=scam")).text)
    assert 'value="Thông báo"' in form
    assert "Lúc 〔いつ〕, tại 〔どこ〕." in form


async def test_a_wrong_translation_opens_its_fields_and_keeps_what_was_written(author: Browser) -> None:
    refused = await author.post("/alerts/check", {**ALERT, **VIETNAMESE, "headline-vi": "〔いつ〕"})
    assert refused.status_code == 422
    assert "ベトナム語の見出しに、ひな形の〔 〕が残っています" in refused.text
    assert '<a href="#headline-vi">' in refused.text
    assert re.search(r'<details class="translations" id="translations" open>', refused.text)
    assert "Hãy cúp máy." in refused.text


async def test_the_check_shows_each_language_and_sending_keeps_it(author: Browser, ledger: Ledger) -> None:
    checked = await author.post("/alerts/check", {**ALERT, **VIETNAMESE})
    assert '<p class="big" lang="vi">Coi chừng lừa đảo</p>' in checked.text
    assert "英語・中国語（簡体字）・韓国・朝鮮語の端末には、日本語の放送があることだけを伝えます。" in checked.text
    sent = await author.post("/alerts", hidden_fields(checked.text))
    [accepted] = ledger.alerts.newest(1)
    [translation] = accepted.alert.translations or ()
    assert (translation.language, translation.body) == ("vi", "Hãy cúp máy.\nXin cảm ơn.")
    assert "ベトナム語の文面" in (await author.get(sent.headers["location"])).text


async def test_each_language_can_be_heard_alone(author: Browser, voice: FakeVoice) -> None:
    heard = await author.post("/alerts/preview-sound", {**ALERT, **VIETNAMESE, "language": "vi"})
    assert heard.content.startswith(b"RIFFvi")
    assert [text.language for text in voice.rendered[-1].translations or ()] == ["vi"]
    japanese = await author.post("/alerts/preview-sound", {**ALERT, **VIETNAMESE, "language": "xx"})
    assert not japanese.content.startswith(b"RIFFxx")


async def test_a_correction_begins_with_the_translations_and_warns_of_those_that_stayed(
    author: Browser, ledger: Ledger
) -> None:
    location = (await author.send(**VIETNAMESE)).headers["location"]
    form = await author.get(f"{location}/correct")
    assert 'value="Coi chừng lừa đảo"' in form.text
    fields = {**ALERT, **VIETNAMESE, "revision": "1", "body": "別の本文です。"}
    checked = await author.post(f"{location}/correct/check", fields)
    assert "<strong>ベトナム語</strong>の文面は前のままです" in checked.text
    fresh = await author.post(f"{location}/correct/check", {**fields, "body-vi": "Nội dung mới."})
    assert "前のままです" not in fresh.text
    await author.post(f"{location}/correct", hidden_fields(fresh.text))
    [accepted] = ledger.alerts.newest(1)
    assert [text.body for text in accepted.alert.translations or ()] == ["Nội dung mới."]
