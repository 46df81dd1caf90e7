"""What sending will do, in the words of the last page."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from broadcaster.domain.advice import named_days, relative_days, relative_months, relative_weeks
from broadcaster.domain.audience import Terminal, describe
from broadcaster.domain.service import Service
from broadcaster.domain.timing import (
    Timing,
    day_in_words,
    in_words,
    left_out_in_words,
    next_after,
    quiet_until,
    span_in_words,
    time_in_words,
)
from broadcaster.domain.town import Town
from broadcaster.domain.written import Written
from broadcaster.web.words import LEVELS, moment, validity_in_words
from kokuchi.wire import Audience, AudienceKind, Level

_MOST_NAMED = 5
_AS_LEVEL = {level: f"{word}で" for level, word in LEVELS.items()} | {Level.NOTICE: "お知らせとして"}


def sentence(
    town: Town,
    audience: Audience,
    reached: Sequence[Terminal],
    level: Level,
    timing: Timing,
    *,
    drill: bool,
    asked: bool = False,
    cut_off: bool = False,
) -> str:
    """Return in one sentence what will happen.

    `asked` means that somebody has to approve of it before, `cut_off` that the broker is away.
    """
    when = f"{_soonest(cut_off=cut_off) if timing.is_now else f'{in_words(timing, town.time_zone)}に'}、"
    if asked:
        when = "承認を待ってから、" if timing.is_now else f"承認を待ってから、{when}"
    span = span_in_words(timing, town.time_zone)
    days = left_out_in_words(timing)
    span = f"{span}（{days}は休み）" if days else span
    when = f"{span}、{when}" if span else when
    return f"{whom(town, audience, reached)}に、{when}{_as_what(level, drill=drill)}放送します"


def correction_sentence(
    town: Town, audience: Audience, reached: Sequence[Terminal], level: Level, *, drill: bool, cut_off: bool
) -> str:
    """Return the same about a correction, which always goes out now."""
    when = _soonest(cut_off=cut_off)
    return f"{whom(town, audience, reached)}に、{when}、訂正を{_as_what(level, drill=drill)}放送します"


def _soonest(*, cut_off: bool) -> str:
    return "通信がもどりしだい" if cut_off else "いますぐ"


def _as_what(level: Level, *, drill: bool) -> str:
    if drill and level is Level.NOTICE:
        return "訓練のお知らせとして"
    return f"{'訓練として、' if drill else ''}{_AS_LEVEL[level]}"


def whom(town: Town, audience: Audience, reached: Sequence[Terminal]) -> str:
    """Return 「月形町 全域 600世帯・12事業所」."""
    place = "選んだ" if audience.kind is AudienceKind.TERMINALS else describe(audience, town)
    return f"{place} {count(reached)}"


def count(reached: Sequence[Terminal]) -> str:
    """Return 「600世帯・12事業所」."""
    businesses = sum(terminal.kind == "business" for terminal in reached)
    households = len(reached) - businesses
    parts = [f"{number}{word}" for number, word in ((households, "世帯"), (businesses, "事業所")) if number]
    return "・".join(parts) or "0世帯"


def gone_warning(audience: Audience, roster: Sequence[Terminal]) -> str:
    """Return which of the terminals that were chosen one by one have left service; empty if none has.

    `roster` has everybody.
    """
    if audience.kind is not AudienceKind.TERMINALS:
        return ""
    chosen = set(audience.members)
    gone = [each.household for each in roster if each.id in chosen and each.service is not Service.IN_SERVICE]
    if not gone:
        return ""
    more = f"ほか{len(gone) - _MOST_NAMED}台" if len(gone) > _MOST_NAMED else ""
    return f"{'、'.join(gone[:_MOST_NAMED])}{more}には届きません。選んだあとに、端末が一時停止か廃止になりました。"


def button(timing: Timing, *, drill: bool, asked: bool, cut_off: bool) -> str:
    """Return what the one button says."""
    if asked:
        return "訓練の承認を頼む" if drill else "承認を頼む"
    if timing.is_now:
        words = "通信がもどりしだい放送する" if cut_off else "いますぐ放送する"
        return f"訓練を{words}" if drill else words
    return "訓練を予約する" if drill else "予約する"


def when_again(town: Town, timing: Timing) -> str:
    """Return the time once more, to stand beside the button, since it may be far from the sentence; empty if now."""
    if timing.is_now:
        return ""
    span = span_in_words(timing, town.time_zone)
    return f"{f'{span}、' if span else ''}{in_words(timing, town.time_zone)}に放送します"


def until_when(town: Town, valid_for: timedelta, at: datetime | None) -> str:
    """Return until when an alert is told that goes out `at`; without it, since that is not known yet, for how long."""
    if at is None:
        return f"放送から{validity_in_words(valid_for)}有効です。"
    return f"有効期限は{moment(at + valid_for, town.time_zone)}です。"


def quiet_warning(town: Town, level: Level, at: datetime, expires: datetime, *, repeated: bool) -> str:
    """Return what the quiet hours change about an alert that is sent `at`; empty if nothing."""
    end = quiet_until(town.quiet_hours, at, town.time_zone)
    hours = town.quiet_hours
    if end is None or hours is None or level is Level.EMERGENCY:
        return ""
    night = f"{time_in_words(hours.start)}から{time_in_words(hours.end)}までは、おやすみ時間です。"
    own = "世帯が自分で決めた時間は、これと違うことがあります。"
    if end >= expires:
        return f"{night}画面にはすぐに出ますが、朝までに有効期限が過ぎるので、読み上げません。{own}"
    day = "" if repeated else day_in_words(end.date())
    return f"{night}画面にはすぐに出ますが、読み上げるのは{day}{time_in_words(end.time())}です。{own}"


def spoken_at(town: Town, level: Level, at: datetime, expires: datetime) -> datetime:
    """Return when an alert that is sent `at` is spoken: in the quiet hours that is at their end, if it still may be."""
    end = quiet_until(town.quiet_hours, at, town.time_zone)
    return at if end is None or end >= expires or level is Level.EMERGENCY else end


def day_warning(town: Town, written: Written, timing: Timing, written_on: date, spoken: datetime) -> str:
    """Return what will not be true of a text when it is spoken; empty if everything will be.

    Words such as 「本日」 will mean another day then, and a day that it names will be over.
    """
    another = _will_mean_another(town, written, timing, written_on, spoken)
    return another + _will_be_over(town, written, timing, written_on, spoken)


def _will_be_over(town: Town, written: Written, timing: Timing, written_on: date, spoken: datetime) -> str:
    named = named_days(written.headline, written.body, written_on)
    # What was over when it was written is what the text tells of.
    ahead = {day: word for word, day in named.items() if day >= written_on}
    if not ahead:
        return ""
    end = datetime.combine(max(ahead), time.max, town.time_zone)
    late = next_after(timing, end, town.time_zone) if timing.is_repeated else spoken
    if late is None or late <= end:
        return ""
    day = day_in_words(late.astimezone(town.time_zone).date())
    asked = "その前の日までの放送にするか、" if timing.is_repeated else "放送する日か、"
    return f"「{ahead[max(ahead)]}」は、{day}に放送するときには過ぎています。{asked}文の日付を確かめてください。"


def _will_mean_another(town: Town, written: Written, timing: Timing, written_on: date, spoken: datetime) -> str:
    day = spoken.astimezone(town.time_zone).date()
    meant = _meant(written, day)
    if timing.is_repeated and meant:
        quoted = "".join(f"「{word}」" for word in meant)
        often = in_words(timing, town.time_zone)
        return f"{often}に放送するたびに、{quoted}の指すときが変わるので、日付か曜日で書いてください。"
    before = _meant(written, written_on)
    changed = {word: when for word, when in meant.items() if before[word] != when}
    if not changed:
        return ""
    heard = "、".join(f"「{word}」は{when}" for word, when in changed.items())
    return f"{day_in_words(day)}に放送すると、{heard}のことに聞こえるので、日付で書いてください。"


def _meant(written: Written, day: date) -> dict[str, str]:
    """Return the words of a text whose meaning depends on the day, with what they mean on this one.

    A week begins on Monday, as it does for offices.
    """
    text = (written.headline, written.body)
    monday = day - timedelta(days=day.weekday())
    weeks = {
        word: f"{day_in_words(monday + timedelta(weeks=weeks))}からの週"
        for word, weeks in relative_weeks(*text).items()
    }
    months = {word: _month_in_words(day, months) for word, months in relative_months(*text).items()}
    days = {word: day_in_words(day + timedelta(days=days)) for word, days in relative_days(*text).items()}
    return {**days, **weeks, **months}


def _month_in_words(day: date, months: int) -> str:
    years, month = divmod(day.month - 1 + months, 12)
    return f"{day.year + years}年{month + 1}月" if years else f"{month + 1}月"
