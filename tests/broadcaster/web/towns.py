"""Towns in several states, served for a real browser."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from broadcaster.dictionary import Editor
from broadcaster.domain.dictionary import Sentence
from broadcaster.domain.policy import Approval
from broadcaster.domain.town import QuietHours
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending
from broadcaster.settings import CategoriesFile, HardWordsFile
from broadcaster.web import create_app
from kokuchi.configuration import load
from kokuchi.wire import Level
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.town import TOWN, Clock, FakeBroker, FakeTrial, FakeVoice, grant

SESSION_SECRET = "s" * 32
CONFIG = Path(__file__).parents[3] / "config"
FULL_TOWN = TOWN.model_copy(
    update={
        "categories": load(CategoriesFile, CONFIG / "categories.toml", {}).categories,
        "hard_words": load(HardWordsFile, CONFIG / "hard_words.toml", {}).words,
        "approval": Approval(levels=frozenset({Level.EMERGENCY})),
        "quiet_hours": QuietHours.model_validate({"start": "21:00", "end": "07:00"}),
    }
)
"""The kinds of message that ship, and a second person for an emergency."""


def make_app(ledger: Ledger, clock: Clock) -> FastAPI:
    """Return the application over a ledger, with everything else at its simplest."""
    voice = FakeVoice()
    return create_app(
        ledger=ledger,
        town=FULL_TOWN,
        voice=voice,
        editor=Editor(ledger, FakeTrial(), [Sentence("月形町です。", "ツキガタチョウデス。")], TOWN.id, clock),
        enrolment=Enrolment(ledger, SESSION_SECRET, grant, FakeBroker().renew, clock),
        sending=Sending(ledger, FULL_TOWN, voice, clock),
        session_secret=SESSION_SECRET,
        secure_cookies=False,
        clock=clock,
    )


@contextmanager
def town_with(made_ledger: Path, folder: Path, fill: Callable[[Ledger], None]) -> Iterator[str]:
    """Serve a town whose ledger was filled by a function."""
    path = folder / "ledger.sqlite"
    shutil.copy(made_ledger, path)
    ledger = Ledger(path)
    fill(ledger)
    with served(make_app(ledger, Clock())) as address:
        yield address
    ledger.close()
