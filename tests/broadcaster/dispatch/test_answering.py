"""A whole town asks within a second (promises 1 and 3)."""

import sqlite3
from collections.abc import AsyncIterator

import pytest

from broadcaster.dispatch.answering import Answering
from broadcaster.dispatch.sealing import Sealer
from broadcaster.dispatch.signer import Signer
from kokuchi.link.memory import MemoryLink
from kokuchi.wire import SyncRequest
from tests.broadcaster.dispatch.town import Town, accept_now, fresh
from tests.broadcaster.examples import NOW, TOPICS
from tests.waiting import until


@pytest.fixture
async def answering(town: Town) -> AsyncIterator[Answering]:
    link = MemoryLink(town.broker, client_id="centre", subscriptions=[])
    await link.start()
    signer = Signer(lambda: town.keychain)
    yield Answering(town.ledger, link, Sealer(town.ledger, signer), signer, TOPICS)
    await link.close()


def question(terminal: str, identifier: str) -> SyncRequest:
    return SyncRequest(terminal=terminal, identifier=identifier, sent=NOW)


async def test_terminals_that_ask_together_each_get_what_they_lack(town: Town, answering: Answering) -> None:
    await accept_now(town, fresh())
    await answering.answer([question("t-1", "s-1"), question("t-2", "s-2"), question("t-9", "s-9")])
    await until(lambda: all(map(town.replies, ("t-1", "t-2", "t-9"))))
    assert [len(town.replies(terminal)[0].alerts) for terminal in ("t-1", "t-2", "t-9")] == [1, 1, 0]


async def test_of_a_terminal_that_has_asked_again_the_newest_question_is_answered(
    town: Town, answering: Answering
) -> None:
    await answering.answer([question("t-1", "s-1"), question("t-1", "s-2"), question("t-2", "s-3")])
    await until(lambda: town.replies("t-2"))
    assert [reply.identifier for reply in town.replies("t-1")] == ["s-2"]


async def test_a_ledger_that_cannot_be_read_answers_nobody_and_ends_nothing(
    town: Town, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(town.ledger.alerts, "active_rows", fail)
        await answering.answer([question("t-1", "s-1")])
    await answering.answer([question("t-1", "s-2")])
    await until(lambda: town.replies("t-1"))
    assert [reply.identifier for reply in town.replies("t-1")] == ["s-2"]
