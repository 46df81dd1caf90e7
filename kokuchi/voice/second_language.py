"""What a household with a second language reads and hears in it. Pure. Nothing is ever translated by a machine."""

from dataclasses import dataclass

from kokuchi.voice.cues import Phrase, PhraseSource
from kokuchi.voice.foreign import foreign_sentences
from kokuchi.voice.languages import Language
from kokuchi.wire import Alert, MessageType


@dataclass(frozen=True)
class Rendering:
    """The sentences that stand for an alert in a language: its translation, or that there is one in Japanese only."""

    headline: tuple[str, ...]
    body: tuple[str, ...]
    is_translated: bool


def rendering_of(alert: Alert, language: Language) -> Rendering:
    """Return what the screen shows of an alert in a language."""
    for translation in alert.translations or ():
        if translation.language == language.code:
            return Rendering(foreign_sentences(translation.headline), foreign_sentences(translation.body), True)
    whom_to_call = (language.call(alert.contact.telephone),) if alert.contact else ()
    return Rendering((language.only_japanese,), whom_to_call, False)


def headline_in(alert: Alert, language: Language) -> tuple[Phrase, ...]:
    """Return what is said of an alert in a language where it is one of several: a drill as such, and its headline."""
    drill = [(language.drill, PhraseSource.DRILL)] if alert.is_drill else []
    headline = [(text, PhraseSource.TRANSLATED_HEADLINE) for text in rendering_of(alert, language).headline]
    return tuple(Phrase(text, None, source, language=language.code) for text, source in (*drill, *headline))


def words_in(alert: Alert, language: Language, *, after_hearing: bool, is_past: bool = False) -> tuple[Phrase, ...]:
    """Return what is said of an alert in a language, once; what is a drill, past, a correction or withdrawn says so."""
    rendering = rendering_of(alert, language)

    def fixed(text: str, source: PhraseSource, sentence: int | None = None) -> Phrase:
        return Phrase(text, None, source, sentence=sentence, language=language.code)

    words = [fixed(language.drill, PhraseSource.DRILL)] if alert.is_drill else []
    if is_past:
        words.append(fixed(language.past, PhraseSource.PAST))
    if rendering.is_translated:
        words.append(fixed(language.greeting, PhraseSource.GREETING))
    if alert.message_type is MessageType.UPDATE and after_hearing:
        words.append(fixed(language.correction, PhraseSource.CORRECTION))
    withdrawal = [fixed(language.withdrawal, PhraseSource.WITHDRAWAL)] if alert.is_cancel else []
    words += withdrawal
    words += [fixed(text, PhraseSource.TRANSLATED_HEADLINE, index) for index, text in enumerate(rendering.headline)]
    if rendering.is_translated and alert.is_cancel:
        words += withdrawal
    elif rendering.is_translated:
        words += [fixed(text, PhraseSource.TRANSLATED_BODY, index) for index, text in enumerate(rendering.body)]
    if alert.contact:
        source, place = (PhraseSource.CONTACT, None) if rendering.is_translated else (PhraseSource.TRANSLATED_BODY, 0)
        words.append(fixed(language.spoken_call(alert.contact.telephone), source, place))
    return tuple(words)
