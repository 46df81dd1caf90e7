"""Texts in other languages: checked as the Japanese one is, and never there when nobody wrote them."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from broadcaster.domain.draft import (
    Draft,
    DraftError,
    check,
    compose,
    correct,
    stale_languages,
    translations_in,
    withdraw,
)
from broadcaster.domain.texts import Translated
from broadcaster.domain.town import Category, Town, Wording
from kokuchi.wire import Severity
from kokuchi.wire.alert import MAXIMUM_TRANSLATED_BODY, MAXIMUM_TRANSLATED_HEADLINE
from tests.broadcaster.examples import NOW, ROSTER, TOWN

VIETNAMESE = Translated("vi", "Coi chừng lừa đảo", "Hãy cúp máy.")
ENGLISH = Translated("en", "Beware of fraud", "Hang up.")


def test_a_text_in_another_language_goes_along(draft: Draft) -> None:
    alert = compose(replace(draft, translations=(VIETNAMESE, Translated("en", " ", ""))), TOWN, ROSTER, NOW)
    assert [(text.language, text.headline) for text in alert.translations or ()] == [("vi", "Coi chừng lừa đảo")]
    assert compose(draft, TOWN, ROSTER, NOW).translations is None


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (replace(VIETNAMESE, headline=""), "headline-vi", "ベトナム語の見出しを入力してください。"),
        (replace(VIETNAMESE, body=" "), "body-vi", "ベトナム語の本文を入力してください。"),
        (replace(VIETNAMESE, body="Lúc 〔午後2時〕."), "body-vi", "ベトナム語の本文に、ひな形の〔 〕が残っています"),
        (replace(VIETNAMESE, headline="a" * (MAXIMUM_TRANSLATED_HEADLINE + 1)), "headline-vi", "150文字以内"),
        (replace(VIETNAMESE, body="a" * (MAXIMUM_TRANSLATED_BODY + 1)), "body-vi", "2000文字以内"),
        (replace(VIETNAMESE, body="a\x07"), "body-vi", "制御文字"),
        (replace(VIETNAMESE, language="fr"), "translations", "「fr」の文面は送れません"),
    ],
)
def test_what_keeps_it_from_being_sent_is_said_field_by_field(
    draft: Draft, text: Translated, field: str, words: str
) -> None:
    [problem] = check(replace(draft, translations=(text, ENGLISH)), TOWN, ROSTER)
    assert problem.field == field
    assert words in problem.japanese


def test_a_language_cannot_be_given_twice(draft: Draft) -> None:
    [problem] = check(replace(draft, translations=(VIETNAMESE, VIETNAMESE)), TOWN, ROSTER)
    assert problem.english == "a language is given twice"


def test_a_correction_has_the_texts_that_it_is_given_and_no_old_one(draft: Draft) -> None:
    alert = compose(replace(draft, translations=(VIETNAMESE, ENGLISH)), TOWN, ROSTER, NOW)
    changed = replace(VIETNAMESE, body="Hãy gọi cảnh sát.")
    update = correct(alert, alert.headline, "新しい文です。", TOWN, NOW, translations=(changed, ENGLISH))
    assert translations_in(update) == (changed, ENGLISH)
    assert stale_languages(alert, update) == ("en",)
    assert correct(alert, alert.headline, "新しい文です。", TOWN, NOW).translations is None


def test_a_translation_alone_can_be_corrected(draft: Draft) -> None:
    alert = compose(replace(draft, translations=(VIETNAMESE,)), TOWN, ROSTER, NOW)
    update = correct(alert, alert.headline, alert.body, TOWN, NOW, translations=(VIETNAMESE, ENGLISH))
    assert len(update.translations or ()) == 2
    assert stale_languages(alert, update) == ()
    with pytest.raises(DraftError, match="nothing was changed"):
        correct(alert, alert.headline, alert.body, TOWN, NOW, translations=(VIETNAMESE,))


def test_a_withdrawal_keeps_the_translations_so_that_all_know_what_is_withdrawn(draft: Draft) -> None:
    alert = compose(replace(draft, translations=(VIETNAMESE,)), TOWN, ROSTER, NOW)
    assert withdraw(alert, NOW).translations == alert.translations


def test_a_category_cannot_have_a_template_in_an_unknown_language() -> None:
    category = Category(
        id="scam", name="詐欺事案情報", severity=Severity.SEVERE, translations={"fr": Wording(headline="Attention")}
    )
    with pytest.raises(ValidationError, match="category scam: no language 'fr'; there are vi, en"):
        Town.model_validate({**TOWN.model_dump(), "categories": [category.model_dump()]})
