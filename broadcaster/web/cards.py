"""The sheet of enrolment cards as a page of its own, for whoever prints it without the staff's pages."""

from collections.abc import Sequence

from broadcaster.domain.town import Town
from broadcaster.provisioning.cards import Card
from broadcaster.web.assets import FOLDER
from broadcaster.web.site import environment
from broadcaster.web.words import moment


def sheet_alone(town: Town, cards: Sequence[Card]) -> str:
    """Return an HTML page that needs nothing else."""
    style = "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("paper.css", "cards.css"))
    template = environment().get_template("cards_alone.html")
    return template.render(town=town, cards=cards, style=style, until=untils(town, cards))


def untils(town: Town, cards: Sequence[Card]) -> dict[str, str]:
    """Return until when each terminal's card can be used, in words."""
    return {card.terminal.id: moment(card.expires_at, town.time_zone) for card in cards}
