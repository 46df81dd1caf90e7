"""For how long an alert is told: as long as its category says, or shorter, since it will be over sooner."""

from datetime import timedelta
from typing import Literal, get_args

from broadcaster.domain.texts import Problem
from broadcaster.domain.town import Category

ShorterHours = Literal[1, 3, 6, 12, 24, 72]
"""The hours that may be chosen instead of the category's, as far as these are not fewer."""

SHORTER_HOURS: tuple[ShorterHours, ...] = get_args(ShorterHours)


def hours_of(text: str) -> ShorterHours | None:
    """Return the hours that a form names; None if nobody may choose them."""
    return next((hours for hours in SHORTER_HOURS if str(hours) == text), None)


def validity(category: Category, chosen: int | None) -> timedelta:
    """Return how long an alert of this category is told, from when it goes out; without a choice, the category's."""
    return timedelta(hours=category.valid_hours if chosen is None else chosen)


def check_validity(category: Category | None, chosen: int | None) -> list[Problem]:
    """Return what is wrong with a choice: hours that nobody may choose, or more of them than the category has."""
    if chosen is None:
        return []
    if chosen not in SHORTER_HOURS:
        known = ", ".join(str(hours) for hours in SHORTER_HOURS)
        return [_problem("いつまで届けるかを、選びなおしてください。", f"must be one of {known}")]
    if category is not None and chosen > category.valid_hours:
        most = category.valid_hours
        return [
            _problem(
                f"「{category.name}」は、放送してから{most}時間より長くは届けられません。選びなおしてください。",
                f"is more than the category's {most}",
            )
        ]
    return []


def _problem(japanese: str, english: str) -> Problem:
    return Problem("valid_hours", japanese, english)
