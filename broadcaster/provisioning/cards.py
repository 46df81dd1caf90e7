"""Cards with which installers go from house to house: a code, where the centre is, and both as a QR code."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import segno

from broadcaster.domain.audience import Terminal
from broadcaster.provisioning.enrolment import Enrolment
from kokuchi.enrolment import written


@dataclass(frozen=True)
class Card:
    """What stands on one card. The household's name is for the paper only."""

    terminal: Terminal
    digits: str
    address: str
    expires_at: datetime

    @property
    def code(self) -> str:
        """The code as people read it."""
        return written(self.digits)

    @property
    def qr_text(self) -> str:
        """What a phone shows and copies: the two lines that are typed at the device, and no household."""
        return f"{self.address}\n{self.digits}"

    @property
    def qr_picture(self) -> str:
        """The same as a picture (SVG) that stands in a page without styles of its own."""
        return segno.make(self.qr_text, error="m", micro=False).svg_inline(omitsize=True, border=2)


def make_cards(enrolment: Enrolment, terminals: Iterable[Terminal], address: str, made_by: str) -> list[Card]:
    """Make a new code for each terminal, which voids its earlier one.

    Raises TerminalUnknown or TerminalOutOfService.
    """
    cards = []
    for terminal in terminals:
        code = enrolment.make_code(terminal.id, made_by)
        cards.append(Card(terminal, code.digits, address, code.expires_at))
    return cards
