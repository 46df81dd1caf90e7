"""The whole way with real parts: Mosquitto, the centre, three terminals with the real voice."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from broadcaster.domain.draft import new_identifier
from broadcaster.domain.timing import Timing
from broadcaster.domain.written import Written
from broadcaster.ledger.submissions import Filing
from demo.places import TERMINALS
from demo.preparation import USERS
from demo.staff import confirm
from kokuchi.link import BrokerAddress, MqttLink
from kokuchi.wire import Audience, AudienceKind, Outcome, SigningKey, seal
from tests.terminal.alerts import alert
from tests.town import Town
from tests.waiting import until, wait_until

SWITCHED_ON = TERMINALS[:2]
ALERTS = "kokuchi/v1/tsukigata/alert/all"
TEXT = "本日午前10時30分ごろ、町内で不審な電話がありました。"


def test_an_alert_is_received_displayed_spoken_and_confirmed(town: Town) -> None:
    """No browser is open here, so nothing may say that it was displayed."""
    identifier = town.send("ためしの放送", TEXT)

    wait_until(lambda: all(town.line(identifier, terminal).delivery.voiced_at for terminal in SWITCHED_ON), 60)
    for terminal in SWITCHED_ON:
        confirm(town.places, terminal, identifier)
    wait_until(lambda: all(town.line(identifier, terminal).delivery.confirmed_at for terminal in SWITCHED_ON))
    delivery = town.line(identifier).delivery
    assert delivery.displayed_at is None
    assert delivery.received_at is not None
    assert delivery.voice_started_at is not None
    assert delivery.outcome is None


def test_the_demo_is_heard_at_night_too(town: Town) -> None:
    """The shipped town keeps quiet then, and it may be night where the demo or a test runs."""
    settings = (town.places.device_files(TERMINALS[0]) / "terminal.toml").read_text(encoding="utf-8")
    assert "[town.names]" in settings
    assert "quiet_hours" not in settings


def test_the_sound_that_the_device_took_is_as_long_as_the_script(town: Town) -> None:
    """Promise 5."""
    sound = town.places.device_files(TERMINALS[0]) / "sound.raw"
    seconds = sound.stat().st_size / 2 / 48000
    assert 15 < seconds < 60


def test_an_alert_written_in_the_shell_goes_out_too(town: Town) -> None:
    answer = town.broadcaster(
        "publish",
        "--category",
        "scam",
        "--headline",
        "殻からの放送",
        "--body",
        TEXT,
        "--to",
        "terminal:t-0001",
        "--json",
    )
    identifier = json.loads(answer.stdout)["identifier"]

    wait_until(lambda: town.line(identifier).delivery.voiced_at, 60)
    log = json.loads(town.broadcaster("log", identifier, "--json").stdout)
    assert [entry["terminal"] for entry in log] == ["t-0001"]
    assert log[0]["voiced_at"] is not None


def test_garbage_and_unsigned_alerts_are_refused_and_everything_goes_on(town: Town) -> None:
    """Promise 4: whoever has all rights at the broker still cannot make a terminal say what the key did not sign."""
    forged = alert("forged", sent=datetime.now(UTC), audience=Audience(kind=AudienceKind.ALL))
    for payload in (b"\x00garbage", b"{}", forged.model_dump_json().encode(), seal(forged, SigningKey.generate())):
        town.publish_as_intruder(ALERTS, payload)
    wait_until(
        lambda: all((town.ledger.presences.all()[terminal].refused or 0) >= 4 for terminal in SWITCHED_ON),
        what="each terminal counts what it refused",
    )

    identifier = town.send("そのあとの放送", TEXT)
    wait_until(lambda: all(town.line(identifier, terminal).delivery.voiced_at for terminal in SWITCHED_ON), 60)


def test_a_planned_alert_goes_out_by_itself_though_the_centre_was_killed_meanwhile(town: Town) -> None:
    now = datetime.now(UTC)
    at = now + timedelta(seconds=5)
    written = Written(category="awareness_event", headline="予約した放送", body=TEXT)
    filing = Filing(new_identifier(now), 0, written, Timing(at), USERS[0][0].name, now)
    town.ledger.submissions.plan(filing, at)
    town.kill("centre")
    town.processes.start_again("centre")

    wait_until(lambda: town.ledger.alerts.get(filing.identifier))
    wait_until(lambda: all(town.line(filing.identifier, terminal).delivery.voiced_at for terminal in SWITCHED_ON))
    assert town.accepted(filing.identifier).alert.sent >= at


def test_an_expired_alert_is_refused_and_the_log_says_so(town: Town) -> None:
    """Promise 4."""
    key = SigningKey.load(town.places.data / "var" / "keys" / "signing.pem")
    old = alert("old", sent=datetime.now(UTC) - timedelta(days=2), hours=1)
    town.ledger.alerts.accept(old, [], TERMINALS, "test")
    town.publish_as_intruder(ALERTS, seal(old, key))

    wait_until(lambda: town.line("old").delivery.outcome is Outcome.EXPIRED)
    assert town.line("old").delivery.voiced_at is None


def test_with_the_broker_away_staff_can_write_and_it_goes_out_when_the_broker_is_back(town: Town) -> None:
    """Promise 8."""
    town.kill("mosquitto")
    wait_until(lambda: (state := town.ledger.broker.state()) and not state.connected)

    identifier = town.send("待っている放送", TEXT)
    assert town.ledger.outbox.backlog().waiting > 0
    town.processes.start_again("mosquitto")

    wait_until(lambda: all(town.line(identifier, terminal).delivery.voiced_at for terminal in SWITCHED_ON), 60)


def test_an_alert_for_a_terminal_that_was_off_is_said_when_it_is_on_again(town: Town) -> None:
    """Promise 1."""
    town.kill("t-0002")
    wait_until(lambda: not town.ledger.presences.all()["t-0002"].online, 60, what="the last will is in the ledger")
    identifier = town.send("留守のあいだの放送", TEXT, ("t-0002",))

    town.processes.start_again("t-0002")

    wait_until(lambda: town.line(identifier, "t-0002").delivery.voiced_at, 60)


def test_a_centre_that_was_killed_goes_on_where_it_was(town: Town) -> None:
    """Promises 1 and 3."""
    identifier = town.send("やりなおしの放送", TEXT)
    town.kill("centre")
    town.processes.start_again("centre")

    wait_until(lambda: all(town.line(identifier, terminal).delivery.voiced_at for terminal in SWITCHED_ON), 60)


def test_a_withdrawal_reaches_every_terminal(town: Town) -> None:
    """Promise 6."""
    identifier = town.send("取り消される放送", TEXT, SWITCHED_ON, category="scam")
    wait_until(lambda: town.line(identifier).delivery.voice_started_at)

    town.broadcaster("withdraw", identifier)

    def is_settled() -> bool:
        cancel = town.ledger.alerts.revision(identifier, 2)
        assert cancel is not None
        lines = town.ledger.deliveries.of_alert(cancel.row)
        return all(line.delivery.voiced_at or line.delivery.outcome is Outcome.CANCELLED for line in lines)

    wait_until(is_settled, 60)


def test_nothing_personal_is_in_the_logs(town: Town) -> None:
    names = [terminal.household for terminal in town.ledger.terminals.all()]
    for log in town.places.logs.glob("*.log"):
        text = log.read_text(errors="replace")
        assert not [name for name in names if name in text], log


@pytest.mark.parametrize("path", ["/", "/log", "/terminals", "/alerts/new"])
def test_pages_are_closed_to_those_who_are_not_logged_in(town: Town, path: str) -> None:
    """Promise 10."""
    answer = httpx.get(f"{town.places.centre_url}{path}")
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")


async def test_a_terminal_cannot_speak_as_another_or_as_the_centre(town: Town) -> None:
    """Promise 10."""
    password = (town.places.device_files("t-0004") / "broker-password").read_text()
    link = MqttLink(
        BrokerAddress("127.0.0.1", town.places.broker_port, "t-0004", password), client_id="t-0004", subscriptions=[]
    )
    await link.start()
    try:
        await until(lambda: link.is_connected, what="the broker knows t-0004")
        with pytest.raises(Exception, match=r"(?i)not authorized|ended"):
            await link.publish("kokuchi/v1/tsukigata/delivery/t-0001", b"{}")
    finally:
        await link.close()


def test_every_log_of_the_town_is_free_of_tracebacks(town: Town) -> None:
    for log in Path(town.places.logs).glob("*.log"):
        assert "Traceback" not in log.read_text(errors="replace"), log.read_text(errors="replace")[-2000:]
