"""What holds at a terminal: what it was granted, and without a restart what the centre tells it since."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kokuchi.wire import (
    Audience,
    AudienceKind,
    KeyRing,
    Membership,
    SigningKey,
    TerminalSettings,
    seal,
)
from terminal_client.inbox import Inbox
from terminal_client.terms import Standing, Terms
from tests.terminal.alerts import TOWN
from tests.terminal.test_courier import KEY, TERMS, TOPICS, Town, fresh
from tests.waiting import until
from tests.wire.golden_messages import TEST_AUTHORITY

NEXT = SigningKey.generate()
TOPIC = TOPICS.settings("t-1")


def settings(revision: int = 1, keys: tuple[SigningKey, ...] = (KEY, NEXT), **changes: object) -> TerminalSettings:
    now = datetime.now(UTC)
    return TerminalSettings.model_validate(
        {
            "town": TOWN,
            "terminal": "t-1",
            "revision": revision,
            "sent": now,
            "expires": now + timedelta(days=400),
            "areas": ["kita"],
            "kinds": {"scam": "詐欺"},
            "public_keys": [key.public_pem().decode() for key in keys],
            **changes,
        }
    )


def to_area(area: str) -> Audience:
    return Audience(kind=AudienceKind.AREAS, members=(area,))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(tmp_path)
    tasks = [asyncio.create_task(town.listen()), asyncio.create_task(town.courier.run())]
    await until(lambda: town.connected and town.syncs and town.presences)
    yield town
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    town.inbox.close()


async def tell(town: Town, told: TerminalSettings, key: SigningKey = KEY) -> None:
    """Publish settings, retained, and wait until the terminal has dealt with them."""
    await town.centre.publish(TOPIC, seal(told, key), retain=True)
    await until(lambda: town.unacknowledged == 0)


async def test_a_terminal_takes_another_area_s_alerts_at_once_and_those_of_the_former_one_no_more(town: Town) -> None:
    await town.send(seal(fresh("a-1", audience=to_area("kita")), KEY), f"{TOPICS.root}/alert/area/kita")
    await until(lambda: town.taken)
    await tell(town, settings(areas=["minami"], groups=["elderly"]))
    await town.send(seal(fresh("a-2", audience=to_area("kita")), KEY), f"{TOPICS.root}/alert/area/kita")
    await town.send(seal(fresh("a-3", audience=to_area("minami")), KEY), f"{TOPICS.root}/alert/area/minami")
    await until(lambda: len(town.taken) == 2)
    assert [taken.identifier for taken in town.taken] == ["a-1", "a-3"]
    assert [alert.identifier for alert, _ in town.inbox.taken()] == ["a-1", "a-3"], "what came before stays"
    assert town.standing.membership == Membership(
        terminal="t-1", areas=frozenset({"minami"}), groups=frozenset({"elderly"})
    )


async def test_keys_come_and_go_and_what_was_missed_meanwhile_is_asked_for(town: Town) -> None:
    await town.send(seal(fresh("a-1"), NEXT))
    await until(lambda: town.presences[-1].refused == 1)
    asked = len(town.syncs)
    await tell(town, settings(1))
    await until(lambda: len(town.syncs) > asked)
    await town.answer(town.syncs[-1], seal(fresh("a-1"), NEXT), key=NEXT)
    await until(lambda: town.taken)
    await tell(town, settings(2, (NEXT,)), NEXT)
    assert town.standing.keys.kids == (NEXT.kid,)
    await town.send(seal(fresh("a-2"), KEY))
    await until(lambda: town.presences[-1].last_refusal and "unknown_key" in town.presences[-1].last_refusal)
    assert len(town.taken) == 1


@pytest.mark.parametrize(
    ("told", "key", "refusal"),
    [
        (settings(2, (KEY,)), KEY, "keys_refused"),
        (settings(2, (KEY, NEXT, SigningKey.generate())), KEY, "keys_refused"),
        (settings(2, (NEXT, SigningKey.generate())), SigningKey.generate(), "unknown_key"),
        (settings(2, terminal="t-2"), KEY, "invalid"),
        (settings(2_000_000), KEY, "invalid"),
        (settings(2, town="elsewhere"), KEY, "foreign_town"),
        (settings(2, expires=datetime(2026, 1, 1, tzinfo=UTC)), KEY, "expired"),
    ],
)
async def test_what_must_not_hold_is_refused_told_and_changes_nothing(
    town: Town, told: TerminalSettings, key: SigningKey, refusal: str
) -> None:
    await tell(town, settings(1))
    before = town.standing.terms
    await tell(town, told, key)
    await until(lambda: town.presences[-1].last_refusal and refusal in town.presences[-1].last_refusal)
    assert town.standing.terms is before


async def test_an_older_revision_and_a_message_that_was_taken_back_change_nothing(town: Town) -> None:
    await tell(town, settings(3, areas=["minami"]))
    before = town.standing.terms
    await tell(town, settings(2))
    await tell(town, settings(2, (KEY,)))
    await town.centre.publish(TOPIC, b"", retain=True)
    await until(lambda: town.unacknowledged == 0)
    assert town.standing.terms is before
    assert town.inbox.refused() == (0, None)


async def test_it_stands_after_a_restart_until_the_device_is_granted_something_else(town: Town, tmp_path: Path) -> None:
    await tell(town, settings(5, areas=["minami"], authorities=[TEST_AUTHORITY]))
    inbox = Inbox(tmp_path / "inbox.sqlite", "t-1")

    def started_with(granted: Terms) -> Terms:
        return Standing(granted, inbox, tmp_path / "authority.pem", TOWN, town.time, town.committer).terms

    (tmp_path / "authority.pem").unlink()
    assert started_with(TERMS) == town.standing.terms
    assert (tmp_path / "authority.pem").read_text() == TEST_AUTHORITY, "a power cut before it was written"
    for granted in (replace(TERMS, keys=KeyRing.of(NEXT.private.public_key())), replace(TERMS, grant="another one")):
        assert started_with(granted) == granted
    inbox.close()


async def test_the_broker_s_authorities_are_there_for_the_next_connection(town: Town, tmp_path: Path) -> None:
    await tell(town, settings(1, authorities=[TEST_AUTHORITY, TEST_AUTHORITY]))
    await tell(town, settings(2))
    assert (tmp_path / "authority.pem").read_text() == TEST_AUTHORITY * 2, "none are told: those that are there stay"


async def test_a_device_that_cannot_write_the_authorities_goes_on(town: Town, tmp_path: Path) -> None:
    (tmp_path / "authority.pem").mkdir()
    await tell(town, settings(1, areas=["minami"], authorities=[TEST_AUTHORITY]))
    assert town.standing.terms.revision == 1
