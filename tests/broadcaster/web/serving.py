"""The pages behind a real port, for a real browser: towns in several states, each with its accounts logged in."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from broadcaster.dictionary import Editor
from broadcaster.domain.dictionary import Sentence
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending
from broadcaster.web import create_app
from kokuchi.serving import listen
from tests.broadcaster.web.town import TOWN, Clock, FakeBroker, FakeTrial, FakeVoice, grant
from tests.waiting import wait_until


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
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port for the length of a block; its address is given."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


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
