"""From an alert to what is heard of it, in order. Pure; design.md, "Levels", is its source."""

from itertools import dropwhile, takewhile

from kokuchi.voice.cues import Chime, Cue, Phrase, PhraseSource
from kokuchi.voice.languages import Language
from kokuchi.voice.second_language import words_in
from kokuchi.voice.sentences import sentences, whole_sentences
from kokuchi.voice.telephone import spoken_telephone
from kokuchi.wire import Alert, Contact, Level, MessageType

__all__ = ["DRILL", "contact_text", "greeting", "headline_of", "resumed", "script_of", "sentences"]

DRILL = Phrase("これは訓練です。", "コレワクンレンデス。", PhraseSource.DRILL)
_PAST = Phrase("これは過去のお知らせです。", "コレワカコノオシラセデス。", PhraseSource.PAST)
_CORRECTION = Phrase("先ほどのお知らせを訂正します。", "サキホドノオシラセヲテーセーシマス。", PhraseSource.CORRECTION)
_WITHDRAWAL = Phrase(
    "先ほどのお知らせは取り消されました。", "サキホドノオシラセワトリケサレマシタ。", PhraseSource.WITHDRAWAL
)
_WITHDRAWN = Phrase("このお知らせは、取り消されました。", "コノオシラセワ、トリケサレマシタ。", PhraseSource.WITHDRAWAL)
_REPEAT = Phrase("繰り返します。", "クリカエシマス。", PhraseSource.REPEAT)
_LONGEST_SHORT_NUMBER = 3


def script_of(
    alert: Alert,
    town_name: str,
    town_kana: str,
    *,
    after_hearing: bool = True,
    is_past: bool = False,
    second_language: Language | None = None,
) -> tuple[Cue, ...]:
    """Return the cues of an alert: chime, words, for emergency and important the words again, chime.

    A drill says so at the beginning, and again before the repeat; so does one that `is_past`, expired when somebody
    wants to hear it once more. `town_kana` is the reading of `town_name`.
    An Update is called a correction only `after_hearing`: to those who heard an earlier revision. Of a Cancel, which
    keeps the text of what it withdraws, the headline alone is said, between two sentences that take it back. In the
    household's `second_language`, everything is said once, after all of the Japanese.
    """
    words = _words(alert, town_name, town_kana, after_hearing, is_past)
    again = () if alert.level is Level.NOTICE else (_REPEAT, *words)
    second = words_in(alert, second_language, after_hearing=after_hearing, is_past=is_past) if second_language else ()
    return Chime(alert.level, opening=True), *words, *again, *second, Chime(alert.level, opening=False)


def resumed(script: tuple[Cue, ...], place: int) -> tuple[Cue, ...]:
    """Return what is to be heard of a script that was cut while its cue at `place` sounded.

    The opening chime comes first again, and that it is a drill or past; then the cut sentence and all that follows it.
    Of a script that was cut in its closing chime, only that is left.
    """
    rest = script[place:]
    if not isinstance(script[place], Phrase):
        return rest
    return script[:1] + tuple(takewhile(_is_caveat, script[1:])) + tuple(dropwhile(_is_caveat, rest))


def greeting(town_name: str, town_kana: str) -> Phrase:
    """Return how the town says who is speaking."""
    return Phrase(f"こちらは{town_name}です。", f"コチラワ{town_kana}デス。", PhraseSource.GREETING)


def headline_of(alert: Alert) -> list[Phrase]:
    """Return what is said of an alert's headline."""
    return _phrases(alert.headline, alert.reading.headline if alert.reading else "", PhraseSource.HEADLINE)


def contact_text(contact: Contact) -> str:
    """Return how a contact is said. The kana of this text is what belongs into Reading.contact."""
    number = spoken_telephone(contact.telephone)
    unit = "番" if len(contact.telephone) <= _LONGEST_SHORT_NUMBER else ""
    return f"連絡先は、{contact.name}です。電話番号は、{number}{unit}です。"


def _is_caveat(cue: Cue) -> bool:
    return isinstance(cue, Phrase) and cue.source in (PhraseSource.DRILL, PhraseSource.PAST)


def _words(alert: Alert, town_name: str, town_kana: str, after_hearing: bool, is_past: bool) -> tuple[Phrase, ...]:
    reading = alert.reading
    words = [*([DRILL] if alert.is_drill else []), *([_PAST] if is_past else [])]
    words.append(greeting(town_name, town_kana))
    if alert.message_type is MessageType.UPDATE and after_hearing:
        words.append(_CORRECTION)
    if alert.is_cancel and _WITHDRAWAL.text.rstrip("。") not in alert.headline + alert.body:
        # Who hears badly, or comes late, would take the old text for a warning and do what it says.
        words += [_WITHDRAWAL, *headline_of(alert), _WITHDRAWN]
    else:
        words += headline_of(alert)
        words += _phrases(alert.body, reading.body if reading else "", PhraseSource.BODY)
    if alert.contact:
        words += _phrases(contact_text(alert.contact), reading.contact if reading else "", PhraseSource.CONTACT)
    return tuple(words)


def _phrases(text: str, kana: str, source: PhraseSource) -> list[Phrase]:
    spoken = sentences(text)
    # The kana of a sentence is longer than the sentence, so it must not be cut by its own length.
    known = whole_sentences(kana)
    readings: tuple[str | None, ...] = known if len(known) == len(spoken) else (None,) * len(spoken)
    marked = source in (PhraseSource.HEADLINE, PhraseSource.BODY)
    return [
        Phrase(sentence, reading, source, sentence=index if marked else None)
        for index, (sentence, reading) in enumerate(zip(spoken, readings, strict=True))
    ]
