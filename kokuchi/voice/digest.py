"""What is said that is not one alert: several that were missed in one sentence, and a sample of the voice. Pure."""

from collections.abc import Sequence

from kokuchi.voice.cues import Chime, Cue, Phrase, PhraseSource
from kokuchi.voice.languages import Language
from kokuchi.voice.script import DRILL, greeting, headline_of
from kokuchi.voice.second_language import headline_in
from kokuchi.wire import Alert, Level

SAMPLE: tuple[Cue, ...] = (
    Phrase("この大きさと速さでお話しします。", "コノオーキサトハヤサデオハナシシマス。", PhraseSource.SAMPLE),
)
"""By this a household hears how its terminal speaks."""

# An emergency is never one of several: it is said in its own words.
_NAMES = {
    Level.IMPORTANT: ("重要なお知らせ", "ジューヨーナオシラセ"),
    Level.NOTICE: ("お知らせ", "オシラセ"),
}
_UNITS = ("", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュー")
_CONTRACTED = {"イチ": "イッ", "ロク": "ロッ", "ジュー": "ジュッ"}
"""Before ケン, which is counted here."""


def digest_script(
    alerts: Sequence[Alert], town_name: str, town_kana: str, *, second_language: Language | None = None
) -> tuple[Cue, ...]:
    """Return the cues that tell of several alerts, the most urgent first; its headline is said.

    If all are drills it begins as one; if some are, it says how many, and the first is none. In the household's
    `second_language` the headline is said, or that there is one in Japanese.
    """
    first, level = alerts[0], min((alert.level for alert in alerts), key=lambda level: level.rank)
    drills = sum(alert.is_drill for alert in alerts)
    all_drills = drills == len(alerts)
    words = [
        *([DRILL] if all_drills else []),
        greeting(town_name, town_kana),
        _counts(alerts),
        *([_drills(drills)] if drills and not all_drills else []),
        _phrase("いちばん大切なお知らせは、次のとおりです。", "イチバンタイセツナオシラセワ、ツギノトーリデス。"),
        *headline_of(first),
        _phrase("すべて画面に出ています。", "スベテガメンニデテイマス。"),
        _phrase(
            "画面の「もう一度聞く」を押すと、声でお伝えします。",
            "ガメンノモーイチドキクヲオスト、コエデオツタエシマス。",
        ),
        *(headline_in(first, second_language) if second_language else ()),
    ]
    return Chime(level, opening=True), *words, Chime(level, opening=False)


def cases(number: int) -> str:
    """Return the kana of a number of 件, from 1 to 99.

    >>> cases(1), cases(3), cases(20), cases(36)
    ('イッケン', 'サンケン', 'ニジュッケン', 'サンジューロッケン')
    """
    tens, units = divmod(number, 10)
    ten = ("ジュー" if tens == 1 else f"{_UNITS[tens]}ジュー") if tens else ""
    last, before = (_UNITS[units], ten) if units else ("ジュー", ten.removesuffix("ジュー"))
    return f"{before}{_CONTRACTED.get(last, last)}ケン"


def _counts(alerts: Sequence[Alert]) -> Phrase:
    counted = {level: sum(alert.level is level for alert in alerts) for level in Level}
    there = [(name, kana, counted[level]) for level, (name, kana) in _NAMES.items() if counted[level]]
    text = "、".join(f"{name}が{number}件" for name, _, number in there)
    kana = "、".join(f"{kana}ガ{cases(number)}" for _, kana, number in there)
    return _phrase(f"まだお伝えしていない、{text}あります。", f"マダオツタエシテイナイ、{kana}アリマス。")


def _drills(number: int) -> Phrase:
    return _phrase(f"このうち{number}件は訓練です。", f"コノウチ{cases(number)}ワクンレンデス。")


def _phrase(text: str, kana: str) -> Phrase:
    return Phrase(text, kana, PhraseSource.DIGEST)
