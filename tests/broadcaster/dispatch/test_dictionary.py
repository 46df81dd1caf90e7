"""The dictionary to the broker: signed, retained, whatever goes away in between."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.domain.dictionary import RENEWED_AFTER, Change, Word
from broadcaster.ledger import Ledger
from kokuchi.link import PublishRefused
from kokuchi.link.memory import MemoryLink
from kokuchi.wire import Dictionary, open_dictionary
from tests.broadcaster.dispatch.town import RING, Town
from tests.broadcaster.examples import TOPICS, TOWN
from tests.waiting import until

OWN = Word("札比内", "サッピナイ", 0, "札比内で訓練です。")


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """The ledger of a town that has a dictionary."""
    ledger.dictionary.take_base([Word("月形町", "ツキガタチョウ")], TOWN.id, datetime.now(UTC))
    return ledger


def retained(town: Town) -> Dictionary | None:
    """What a terminal is given that connects now."""
    token = town.broker.retained.get(TOPICS.dictionary)
    return open_dictionary(token, RING, TOWN.id) if token else None


def revision(town: Town) -> int:
    standing = retained(town)
    return standing.revision if standing else 0


def change(ledger: Ledger, word: Word = OWN) -> int:
    return ledger.dictionary.change(
        [Change(word.word, word)],
        seen=ledger.dictionary.revision(),
        town=TOWN.id,
        changed_by="hanako",
        now=datetime.now(UTC),
    )


async def test_the_dictionary_is_published_signed_and_retained_and_again_when_it_changes(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit wakes the publisher; it need not look."""
    monkeypatch.setattr("broadcaster.dispatch.dictionary.LOOK_SECONDS", 3600)
    await town.start_centre()
    await until(lambda: revision(town) == 1)
    assert change(town.ledger) == 2
    await until(lambda: revision(town) == 2)
    assert retained(town) == town.ledger.dictionary.standing()


async def test_a_broker_that_was_away_or_lost_everything_is_given_it_again(town: Town) -> None:
    await town.start_centre()
    await until(lambda: revision(town) == 1)
    town.broker.stop()
    town.broker.forget()
    change(town.ledger)
    town.broker.start()
    await until(lambda: revision(town) == 2)
    town.broker.stop()
    town.broker.retained.clear()
    town.broker.start()
    await until(lambda: revision(town) == 2, what="the session is there, the retained message is not")


async def test_what_the_broker_refuses_is_tried_again(town: Town) -> None:
    class Refusing(MemoryLink):
        refusals = 0

        async def publish(
            self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
        ) -> None:
            if topic == TOPICS.dictionary and self.refusals < 2:
                self.refusals += 1
                raise PublishRefused("the broker refused the message: Quota exceeded")
            await super().publish(topic, payload, retain=retain, expires_in=expires_in)

    link = Refusing(town.broker, client_id="centre", subscriptions=subscriptions(TOPICS))
    await town.start_centre(link)
    await until(lambda: revision(town) == 1)
    assert link.refusals == 2


async def test_a_centre_that_is_started_again_keeps_the_revision(town: Town) -> None:
    change(town.ledger)
    await town.start_centre()
    await until(lambda: revision(town) == 2)
    before = town.broker.retained[TOPICS.dictionary]
    await town.stop_centre()
    town.broker.retained.clear()
    await town.start_centre()
    await until(lambda: revision(town) == 2)
    assert town.broker.retained[TOPICS.dictionary] == before


async def test_before_it_expires_a_new_revision_of_the_same_words_goes_out(town: Town) -> None:
    long_ago = datetime.now(UTC) - RENEWED_AFTER - timedelta(days=1)
    town.ledger.dictionary.take_base([OWN], TOWN.id, long_ago)
    await town.start_centre()
    await until(lambda: revision(town) == 3)
    standing = retained(town)
    assert standing is not None
    assert [entry.word for entry in standing.entries] == ["札比内"]
    assert standing.expires > datetime.now(UTC) + RENEWED_AFTER
