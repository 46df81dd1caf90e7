"""What each terminal is told about itself: signed, retained, told again when it changes and never for nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.dispatch.dispatcher import subscriptions
from broadcaster.domain.audit import SHELL
from broadcaster.domain.service import Service
from broadcaster.domain.signing import FORMER_TRUSTED, Keychain, TownTerms
from broadcaster.ledger import Ledger
from broadcaster.ledger.terminal_settings import RENEWED_AFTER, VALID
from kokuchi.link import PublishRefused
from kokuchi.link.memory import MemoryLink
from kokuchi.wire import CallbackRequest, KeyRing, SigningKey, TerminalSettings, open_alert, open_settings
from tests.broadcaster.dispatch.town import KEY, Town, accept_now, fresh
from tests.broadcaster.examples import TOPICS, TOWN, presence
from tests.waiting import until

NEXT = SigningKey.generate()
AFTER_NEXT = SigningKey.generate()
TERMINALS = ("t-1", "t-2", "t-3")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadcaster.dispatch.settings.LOOK_SECONDS", 0.01)


@pytest.fixture
async def town(town: Town) -> Town:
    """A town with two keys."""
    use(town, Keychain(KEY, NEXT))
    town.terms = TownTerms({"scam": "詐欺"}, {"en": "Tsukigata"})
    return town


def use(town: Town, chain: Keychain, revoked: str | None = None, now: datetime | None = None) -> None:
    """Let these be the keys, as the command does: the files first, then the ledger."""
    town.keychain = chain
    town.ledger.signing_keys.settle(chain, SHELL, now or datetime.now(UTC), revoked)


def ring(*keys: SigningKey) -> KeyRing:
    return KeyRing.of(*(key.private.public_key() for key in keys))


def told(town: Town, terminal: str, *held: SigningKey) -> TerminalSettings | None:
    """What a terminal that trusts these keys is given when it connects now."""
    token = town.broker.retained.get(TOPICS.settings(terminal))
    return open_settings(token, ring(*(held or (KEY, NEXT))), TOWN.id) if token else None


def revisions(town: Town) -> dict[str, int]:
    found = {terminal: told(town, terminal) for terminal in TERMINALS}
    return {terminal: settings.revision for terminal, settings in found.items() if settings}


def published(ledger: Ledger) -> int:
    """How many terminals the broker keeps something for, as the ledger knows it."""
    row = ledger.connections.read().execute("SELECT count(*) FROM terminal_settings WHERE published = 1").fetchone()
    return int(row[0])


def change(ledger: Ledger, terminal: str, **columns: str) -> None:
    """Change a terminal's row, as the roster's page does."""
    with ledger.connections.write() as db:
        for column, value in columns.items():
            db.execute(f"UPDATE terminals SET {column} = ? WHERE terminal = ?", [value, terminal])  # noqa: S608 - ours


async def start(town: Town) -> None:
    await town.start_centre()
    await until(lambda: revisions(town) == dict.fromkeys(TERMINALS, 1))


async def test_each_terminal_is_told_where_it_belongs_and_which_keys_it_is_to_trust(town: Town) -> None:
    await start(town)
    settings = told(town, "t-1")
    assert settings is not None
    assert (settings.terminal, settings.areas, settings.groups) == ("t-1", ("kita",), ("elderly",))
    assert settings.keys.kids == (KEY.kid, NEXT.kid)
    assert (settings.kinds, settings.names) == ({"scam": "詐欺"}, {"en": "Tsukigata"})
    assert settings.expires - settings.sent == VALID


async def test_only_the_terminal_that_was_moved_is_told_anew(town: Town) -> None:
    await start(town)
    change(town.ledger, "t-1", area="minami", groups="[]")
    await until(lambda: revisions(town) == {"t-1": 2, "t-2": 1, "t-3": 1})
    settings = told(town, "t-1")
    assert settings is not None
    assert (settings.areas, settings.groups) == (("minami",), ())


async def test_what_changes_for_the_whole_town_is_told_to_all_of_it(town: Town) -> None:
    await start(town)
    town.terms = TownTerms({"scam": "詐欺", "traffic": "交通"}, {})
    change(town.ledger, "t-1", household="見本 次郎")
    await until(lambda: revisions(town) == dict.fromkeys(TERMINALS, 2))


async def test_the_terminal_whose_call_was_closed_or_opened_again_is_told_to_ask_and_no_other(town: Town) -> None:
    """With a revision of its own it subscribes anew, and asks what became of its household's wish."""
    await start(town)
    now = datetime.now(UTC)
    wish = CallbackRequest(terminal="t-2", identifier="r-1", sent=now, asked_at=now)
    town.ledger.requests.record([wish], now)
    [request] = town.ledger.requests.open()
    assert town.ledger.requests.finish(request.row, "hanako", now)
    await until(lambda: revisions(town) == {"t-1": 1, "t-2": 2, "t-3": 1})
    assert not town.ledger.requests.finish(request.row, "taro", now), "and nothing is told twice"
    assert town.ledger.requests.reopen(request.row, "hanako", now)
    await until(lambda: revisions(town) == {"t-1": 1, "t-2": 3, "t-3": 1})


async def test_what_no_terminal_is_told_makes_no_revision(town: Town) -> None:
    await start(town)
    change(town.ledger, "t-1", household="見本 次郎")
    change(town.ledger, "t-2", area="minami")
    await until(lambda: revisions(town)["t-2"] == 2)
    assert revisions(town) == {"t-1": 1, "t-2": 2, "t-3": 1}


async def test_a_broker_that_lost_everything_is_given_all_of_it_again_as_it_was(town: Town) -> None:
    await start(town)
    before = dict(town.broker.retained)
    town.broker.stop()
    town.broker.forget()
    town.broker.start()
    await until(lambda: town.broker.retained == before, what="the same bytes")


async def test_a_terminal_that_is_not_in_service_is_told_nothing_and_told_again_when_it_comes_back(town: Town) -> None:
    await start(town)
    change(town.ledger, "t-2", service=Service.SUSPENDED)
    await until(lambda: revisions(town) == {"t-1": 1, "t-3": 1})
    change(town.ledger, "t-2", service=Service.IN_SERVICE)
    await until(lambda: revisions(town) == dict.fromkeys(TERMINALS, 1))


async def test_who_left_service_before_the_broker_was_found_again_is_forgotten_there_too(town: Town) -> None:
    """The broker may have lost nothing of what it is asked to forget."""
    await start(town)
    book = town.ledger.terminal_settings
    await until(lambda: published(town.ledger) == len(TERMINALS))
    await town.stop_centre()
    change(town.ledger, "t-2", service=Service.SUSPENDED)
    book.republish()
    assert [terminal for _row, terminal in book.gone(10)] == ["t-2"]
    await town.start_centre()
    await until(lambda: revisions(town) == {"t-1": 1, "t-3": 1})


async def test_before_it_expires_it_is_told_once_more(town: Town) -> None:
    await start(town)
    long_ago = datetime.now(UTC) - RENEWED_AFTER - timedelta(days=1)
    with town.ledger.connections.write() as db:
        db.execute("UPDATE terminal_settings SET made_at = ?", [long_ago.isoformat(timespec="milliseconds")])
    await until(lambda: revisions(town) == dict.fromkeys(TERMINALS, 2))


async def test_a_ledger_of_a_backup_goes_on_behind_what_the_terminals_have(town: Town) -> None:
    await start(town)
    await town.say(TOPICS.presence("t-1"), presence("t-1", settings=9, keys=[KEY.kid, NEXT.kid]))
    await until(lambda: revisions(town)["t-1"] == 10)
    assert revisions(town) == {"t-1": 10, "t-2": 1, "t-3": 1}


async def test_with_another_key_what_is_valid_is_signed_anew_and_the_former_key_stays_for_a_while(town: Town) -> None:
    await start(town)
    await accept_now(town, fresh("a-1"))
    await until(lambda: len(town.alerts) == 1)
    use(town, Keychain(NEXT, AFTER_NEXT, (KEY,)))
    await until(lambda: len([m for m in town.heard if TOPICS.is_alert(m.topic)]) == 2, what="the alert once more")
    assert open_alert(town.heard[-1].payload, ring(NEXT), TOWN.id).identifier == "a-1"
    trusting = ring(KEY, NEXT)

    def keys_told() -> tuple[str, ...]:
        return open_settings(town.broker.retained[TOPICS.settings("t-1")], trusting, TOWN.id).keys.kids

    await until(lambda: keys_told() == (KEY.kid, NEXT.kid, AFTER_NEXT.kid))
    use(town, town.keychain, revoked=KEY.kid)
    await until(lambda: keys_told() == (NEXT.kid, AFTER_NEXT.kid))


async def test_after_its_time_a_former_key_is_trusted_no_more(town: Town) -> None:
    use(town, Keychain(NEXT, AFTER_NEXT, (KEY,)), now=datetime.now(UTC) - FORMER_TRUSTED - timedelta(minutes=1))
    await town.start_centre()
    await until(lambda: told(town, "t-1", NEXT, AFTER_NEXT) is not None)
    settings = told(town, "t-1", NEXT, AFTER_NEXT)
    assert settings is not None
    assert settings.keys.kids == (NEXT.kid, AFTER_NEXT.kid)


async def test_a_terminal_that_was_off_for_years_is_told_by_the_key_that_it_knows(town: Town) -> None:
    """It holds the first key alone; two changes later only that key's word is taken by it."""
    town.ledger.terminal_settings.grant(["t-1"], [KEY.kid])
    newest = SigningKey.generate()
    long_ago = datetime.now(UTC) - 2 * FORMER_TRUSTED
    use(town, Keychain(NEXT, AFTER_NEXT, (KEY,)), now=long_ago)
    use(town, Keychain(AFTER_NEXT, newest, (KEY, NEXT)))
    await town.start_centre()
    await until(lambda: told(town, "t-1", KEY) is not None)
    settings = told(town, "t-1", KEY)
    assert settings is not None
    assert settings.keys.kids == (NEXT.kid, AFTER_NEXT.kid, newest.kid)
    # Then it is one of those who know them.
    await town.say(TOPICS.presence("t-1"), presence("t-1", settings=1, keys=settings.keys.kids))
    await until(lambda: is_open_to(town, "t-1", NEXT, AFTER_NEXT, newest))


def is_open_to(town: Town, terminal: str, *held: SigningKey) -> bool:
    signers = {KeyRing.of(key.private.public_key()).kids[0] for key in held}
    with town.ledger.connections.write() as db:
        row = db.execute(
            "SELECT signer FROM terminal_settings JOIN terminals ON terminals.id = terminal_id WHERE terminal = ?",
            [terminal],
        ).fetchone()
    return row["signer"] in signers


async def test_a_broker_whose_rights_are_older_keeps_no_alert_from_going_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the connection of who publishes what it does not know; so that is tried seldom, and one at a time."""
    monkeypatch.setattr("broadcaster.dispatch.patience.LONGEST_SECONDS", 0.2)

    class Old(MemoryLink):
        refusals = 0

        async def publish(
            self, topic: str, payload: bytes, *, retain: bool = False, expires_in: float | None = None
        ) -> None:
            if "/settings/" in topic and self.refusals < 6:
                self.refusals += 1
                self.cut("not authorized")
                asyncio.get_running_loop().call_later(0.01, self.connect)
                raise PublishRefused("the broker refused the message: Not authorized")
            await super().publish(topic, payload, retain=retain, expires_in=expires_in)

    link = Old(town.broker, client_id="centre", subscriptions=subscriptions(TOPICS))
    await town.start_centre(link)
    await until(lambda: link.refusals > 3)
    await accept_now(town, fresh("a-1"))
    await until(lambda: town.alerts)
    await until(lambda: revisions(town) == dict.fromkeys(TERMINALS, 1), what="the rights were renewed")
