"""A centre that takes codes over real HTTP, with a real ledger; and whoever else may answer at an address."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from broadcaster.dictionary import Editor
from broadcaster.ledger import Ledger
from broadcaster.provisioning.enrolment import Enrolment
from broadcaster.sending import Sending
from broadcaster.web import create_app
from kokuchi.serving import listen, serve
from tests.broadcaster.web.town import ROSTER, TOWN, FakeBroker, FakeTrial, FakeVoice, grant

HOST = "127.0.0.1"


@dataclass
class Centre:
    """A centre that is being served."""

    port: int
    ledger: Ledger
    enrolment: Enrolment
    now: datetime | None = None

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def code(self, terminal: str = "t-1") -> str:
        return self.enrolment.make_code(terminal, "shell").digits

    def clock(self) -> datetime:
        return self.now or datetime.now(UTC)


@asynccontextmanager
async def serving_centre(folder: Path, tls: ssl.SSLContext | None = None) -> AsyncIterator[Centre]:
    """Serve a small town's centre for the length of a block."""
    ledger = Ledger(folder / "ledger.sqlite")
    ledger.terminals.add((terminal, "hash") for terminal in ROSTER)
    listener = listen(HOST, 0)
    enrolment = Enrolment(ledger, "s" * 32, grant, FakeBroker().renew, lambda: centre.clock())
    centre = Centre(listener.getsockname()[1], ledger, enrolment)
    voice = FakeVoice()
    app = create_app(
        ledger=ledger,
        town=TOWN,
        voice=voice,
        sending=Sending(ledger, TOWN, voice, centre.clock),
        editor=Editor(ledger, FakeTrial(), [], TOWN.id, centre.clock),
        enrolment=enrolment,
        session_secret="s" * 32,
        secure_cookies=False,
        clock=centre.clock,
    )
    pages = asyncio.create_task(serve(app, listener, tls))
    try:
        yield centre
    finally:
        pages.cancel()
        with suppress(asyncio.CancelledError):
            await pages
        ledger.close()


@asynccontextmanager
async def stranger(answer: bytes) -> AsyncIterator[str]:
    """Answer every connection with these bytes and hang up; yields the address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk, HOST, 0) as server:
        yield f"{HOST}:{server.sockets[0].getsockname()[1]}"
