"""Towns in several states, served for a real browser."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from broadcaster.dictionary import Editor
from broadcaster.domain.dictionary import Sentence
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending
from broadcaster.web import create_app
from tests.broadcaster.web.serving import served
from tests.broadcaster.web.town import TOWN, Clock, FakeBroker, FakeTrial, FakeVoice, grant


def make_app(ledger: Ledger, clock: Clock) -> FastAPI:
    """Return the application over a ledger, with everything else at its simplest."""
    voice = FakeVoice()
    return create_app(
        ledger=ledger,
        town=TOWN,
        voice=voice,
        editor=Editor(ledger, FakeTrial(), [Sentence("月形町です。", "ツキガタチョウデス。")], TOWN.id, clock),
        enrolment=Enrolment(ledger, "s" * 32, grant, FakeBroker().renew, clock),
        sending=Sending(ledger, TOWN, voice, clock),
        session_secret="s" * 32,
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
