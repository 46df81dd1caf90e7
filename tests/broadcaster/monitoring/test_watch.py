"""The watch of the running centre: incidents from beginning to end, and the mails about them, through a real server."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from broadcaster.domain.incident import Kind
from broadcaster.domain.telling import Telling
from broadcaster.ledger import Ledger
from broadcaster.monitoring import Assessment, Overseer
from broadcaster.monitoring.settings import MailSettings
from broadcaster.monitoring.watch import Watch
from tests.broadcaster.examples import ROSTER, TOWN, presence
from tests.broadcaster.monitoring.smtp_server import HOST, MailServer, mail_server
from tests.waiting import until

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


class Office:
    """A centre that is watched, its clock in our hands, and the mail server of its town."""

    def __init__(self, ledger: Ledger, server: MailServer) -> None:
        self.ledger, self.server = ledger, server
        self.now = NOON
        overseer = Overseer(ledger, lambda: self.now, rests=timedelta(0))
        self.mail = MailSettings(
            host=HOST, port=server.port, security="none", sender="kokuchi@town.example.jp", to=("kiki@town.example.jp",)
        )
        self.watch = Watch(ledger, TOWN, overseer, self.mail, lambda: self.now)

    def after(self, minutes: float) -> list[str]:
        """Let some time pass, look, and return the subjects of the mails that have come since the beginning."""
        self.now += timedelta(minutes=minutes)
        self.watch.look()
        self.watch.post(self.mail)
        return [message["Subject"] for message in self.server.mails]

    def broker(self, connected: bool) -> None:
        self.ledger.broker.record(connected, "", self.now)


@pytest.fixture
def office(ledger: Ledger) -> Iterator[Office]:
    with mail_server() as server:
        yield Office(ledger, server)


def test_the_operators_are_written_to_when_it_has_lasted_and_when_it_is_over(office: Office) -> None:
    office.broker(False)
    assert office.after(0) == []
    assert office.after(4) == []
    [begin] = office.after(1)
    assert begin == "[月形町 告知放送] 【至急】放送の通信が止まっています"
    assert office.after(30) == [begin]

    office.broker(True)
    assert office.after(1) == [begin]
    assert office.after(5) == [begin, "[月形町 告知放送] （解消）放送の通信が止まっています"]
    assert office.after(60) == [begin, "[月形町 告知放送] （解消）放送の通信が止まっています"]
    sender, recipients, message = office.server.taken[0]
    assert (sender, recipients) == ("kokuchi@town.example.jp", ["kiki@town.example.jp"])
    assert "することは: 数分待っても変わらなければ" in message.get_content()
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_connection_that_comes_and_goes_is_one_incident(office: Office) -> None:
    for _ in range(20):
        office.broker(False)
        office.after(1)
        office.broker(True)
        office.after(1)
    office.after(6)
    assert len(office.server.mails) == 2
    assert office.ledger.incidents.standing() == []


def test_a_mail_names_terminals_and_no_household(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office.ledger.presences.record([presence(terminal.id, online=False) for terminal in ROSTER], NOON)
    office.after(0)
    office.after(6)
    office.after(5)
    [message] = office.server.mails
    text = message.get_content()
    assert "多くの端末が一度に切れました（3台）" in text
    assert "端末: t-1、t-2、t-3" in text
    for terminal in ROSTER:
        assert terminal.household not in text + caplog.text


def test_a_mail_is_tried_until_the_server_takes_it_and_then_it_came_once(office: Office) -> None:
    office.server.refuses = "451 later"
    office.broker(False)
    office.after(0)
    for minute in (5, 1, 1, 2, 60, 60):
        assert office.after(minute) == []
    assert Kind.MAIL_STUCK in {one.incident.kind for one in office.ledger.incidents.standing()}
    office.server.refuses = ""
    assert len(office.after(31)) == 1
    assert len(office.after(60)) == 1
    assert office.ledger.mails.oldest_waiting() is None


def test_what_stands_is_told_each_morning(office: Office) -> None:
    office.broker(False)
    office.after(0)
    [begin] = office.after(10)
    office.now = MORNING
    assert office.after(0) == [begin, "[月形町 告知放送] 続いている異常 1件"]
    assert len(office.after(60)) == 2
    assert len(office.after(60 * 23)) == 3


def test_what_becomes_urgent_is_told_once_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [500_000_000, 100_000_000]
    usage = type("usage", (), {"free": property(lambda _: free[0])})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage())
    office.after(0)
    assert len(office.after(10)) == 1
    free.pop(0)
    office.after(0)
    assert office.after(60)[1:] == [
        "[月形町 告知放送] 【至急】サーバーのディスクの空きが少なくなっています（残り約100MB）"
    ]


def test_the_centre_gives_a_sign_of_life_and_looks_through_its_database(office: Office) -> None:
    office.after(0)
    beat = office.ledger.heartbeat.last()
    assert beat
    assert (beat.at, beat.checked_at, beat.fault) == (NOON, NOON, "")
    office.after(1)
    again = office.ledger.heartbeat.last()
    assert again
    assert again.at > NOON
    assert again.checked_at == NOON, "once a day"


def test_without_a_change_the_ledger_is_left_alone(office: Office) -> None:
    office.broker(False)
    office.after(0)
    assert not office.ledger.incidents.keep([one.incident for one in office.ledger.incidents.standing()], office.now)


def test_a_password_is_not_in_what_can_be_printed(office: Office) -> None:
    settings = office.mail.model_copy(update={"user": "u", "password": SecretStr("geheim")})
    assert "geheim" not in repr(settings) + str(settings)


def test_a_database_that_is_damaged_is_found(office: Office) -> None:
    with office.ledger.connections.write() as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE terminals SET kind = 'nonsense' WHERE terminal = 't-1'")
        db.execute("PRAGMA ignore_check_constraints = OFF")
    office.after(0)
    office.after(1)
    [episode] = office.ledger.incidents.standing()
    assert episode.incident.kind is Kind.DATABASE_DAMAGED
    assert "terminals" in episode.incident.detail


class Faulty(Overseer):
    """Fails at its first look."""

    fails = True

    def look(self) -> Assessment:
        if self.fails:
            self.fails = False
            raise ValueError("a fault of ours")
        return super().look()


async def test_an_error_of_the_watch_ends_nothing_and_is_logged(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.mails.write("<1@b.jp>", "subject", "body", Telling(), NOON)
    ledger.broker.record(False, "gone", NOON)
    running = asyncio.create_task(Watch(ledger, TOWN, Faulty(ledger, lambda: NOON), None, lambda: NOON).run())

    def noted() -> object:
        ledger.changes.announce()
        return ledger.incidents.standing()

    await until(noted, what="the second look")
    assert "a fault of ours" in caplog.text
    assert not running.done()
    assert ledger.mails.oldest_waiting() is None, "nobody is there to send it"
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
