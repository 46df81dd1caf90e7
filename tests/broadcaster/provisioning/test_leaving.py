"""Leaving service at a real Mosquitto: cut off at once, kept out, and nobody else is disturbed."""

from datetime import UTC, datetime
from pathlib import Path

from broadcaster.domain.service import Step
from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.provisioning.broker import BrokerKeeper
from broadcaster.provisioning.terminals import broker_files, broker_keeper, take_into_service
from broadcaster.settings import Settings
from kokuchi.link import Connected, Disconnected, Event, Received
from kokuchi.wire import Topics
from terminal_client.courier import subscriptions
from tests.broadcaster.provisioning.test_enrolment import HANAKO, TARO, count, party
from tests.contract.broker import mosquitto
from tests.waiting import until

NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


def refused(events: list[Event]) -> list[str]:
    """Return why somebody was cut off or not let in."""
    return [event.reason for event in events if isinstance(event, Disconnected)]


async def test_a_terminal_that_leaves_service_is_cut_off_at_once_and_only_a_suspended_one_comes_back(
    settings: Settings, town: Town, ledger: Ledger
) -> None:
    folders = take_into_service(settings, town, ledger, [HANAKO, TARO])
    files, topics = broker_files(settings), Topics(town.id)
    hanako, taro = [(folder / "broker-password").read_text() for folder in folders]
    keeper = broker_keeper(settings, town, ledger)

    def step(step: Step, terminal: str) -> None:
        ledger.service.step(step, [terminal], "hanako", NOW)
        assert keeper.tell() == ""

    async def is_out(password: str) -> None:
        async with party(settings, "t-1", password) as (_, events):
            await until(lambda: refused(events))
            assert count(events, Connected) == 0

    centre_password = settings.broker.password.get_secret_value()
    whatever = subscriptions(topics, HANAKO.membership)
    with mosquitto(files.configuration, settings.broker.port):
        async with (
            party(settings, "centre", centre_password) as (centre, of_centre),
            party(settings, "t-2", taro) as (_, of_taro),
        ):
            async with party(settings, "t-1", hanako, *whatever) as (_, events):
                await until(lambda: all(count(each, Connected) for each in (of_centre, of_taro, events)))
                step(Step.SUSPEND, "t-1")
                await until(lambda: refused(events))
            await is_out(hanako)

            step(Step.RESUME, "t-1")
            async with party(settings, "t-1", hanako, *whatever) as (_, events):
                await until(lambda: count(events, Connected))
                await centre.publish(f"{topics.root}/alert/all", b"after that")
                await until(lambda: b"after that" in [e.payload for e in events if isinstance(e, Received)])
                step(Step.RETIRE, "t-1")
                await until(lambda: refused(events))
            await is_out(hanako)
            assert count(of_centre, Disconnected) == count(of_taro, Disconnected) == 0
    assert ledger.untold.newest() == 0
    assert "t-1" not in files.passwords.read_text()
    assert "t-1" not in files.rights.read_text()


def test_what_the_broker_could_not_be_told_is_kept_until_it_is(
    settings: Settings, town: Town, ledger: Ledger, tmp_path: Path
) -> None:
    take_into_service(settings, town, ledger, [HANAKO, TARO])
    assert ledger.untold.newest() == 0, "no broker runs: it reads the files when it is started"
    keeper = broker_keeper(settings, town, ledger)
    ledger.service.step(Step.RETIRE, ["t-1"], "hanako", NOW)
    assert "no Mosquitto can be signalled" in keeper.tell()
    assert ledger.untold.terminals() == ["t-1"]
    assert "t-1" not in broker_files(settings).passwords.read_text()

    told = settings.broker.model_copy(update={"reload": ("touch", str(tmp_path / "told"))})
    reachable = broker_keeper(settings.model_copy(update={"broker": told}), town, ledger)
    assert reachable.tell() == ""
    assert ledger.untold.newest() == 0
    (tmp_path / "told").unlink()
    assert reachable.tell() == ""
    assert not (tmp_path / "told").exists(), "what the broker knows it is not told again"


def test_a_change_while_the_broker_is_being_told_is_told_too(settings: Settings, town: Town, ledger: Ledger) -> None:
    """The files may have been written before it."""
    take_into_service(settings, town, ledger, [HANAKO, TARO])
    ledger.service.step(Step.SUSPEND, ["t-1"], "hanako", NOW)

    def renew() -> None:
        ledger.service.step(Step.RESUME, ["t-1"], "jiro", NOW)

    keeper = BrokerKeeper(ledger.untold, renew)
    assert keeper.tell() == ""
    assert ledger.untold.newest() > 0
