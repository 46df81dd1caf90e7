"""`check` finds what is wrong with real brokers, and leaves them as they were."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcaster.brokercheck import Finding, Login, NotTried, Target, Verdict, check, queues, verdict_of
from broadcaster.brokercheck.contact import Contact
from broadcaster.brokercheck.greeting import announced
from broadcaster.brokercheck.requirements import (
    ABSENT,
    BURST,
    EAVESDROPPING,
    FORGERY,
    IMPERSONATION,
    KEEP_ALIVE,
    LARGE_MESSAGE,
    MQTT5,
    QOS,
    REACH,
    REASONS,
    REQUIREMENTS,
    RETAINED,
    SHARED,
    STRANGERS,
    TLS,
    WILDCARDS,
    WILL,
    Requirement,
)
from broadcaster.brokercheck.target import Address
from broadcaster.commands.check_broker import describe
from kokuchi.link.probe import Probe, Welcome
from tests.broadcaster.brokercheck.brokers import CENTRE, CRIPPLED, STOCK, TERMINAL, broker, former_times
from tests.broadcaster.brokercheck.page import sample
from tests.contract.broker import HOST
from tests.ports import free_port

FEW = 50
INTERRUPTED = 130


def target(url: str, centre: Login | None = None, terminal: Login | None = None) -> Target:
    name = terminal.username if terminal else "check-1"
    return Target(Address.of(url), None, "check-1", name, centre, terminal)


def found(at: Target) -> dict[Requirement, Finding]:
    answers = list(check(at))
    findings = {finding.requirement: finding for finding in answers}
    assert len(findings) == len(answers), "a requirement is answered twice"
    assert set(findings) == set(REQUIREMENTS)
    return findings


def bad(findings: dict[Requirement, Finding]) -> set[Requirement]:
    return {requirement for requirement, finding in findings.items() if finding.verdict is Verdict.BAD}


def unknown(findings: dict[Requirement, Finding]) -> set[Requirement]:
    return {requirement for requirement, finding in findings.items() if finding.verdict is Verdict.UNKNOWN}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with broker(tmp_path_factory.mktemp("stock"), STOCK) as url:
        yield url


@pytest.fixture(scope="module")
def of_stock(stock: str) -> dict[Requirement, Finding]:
    """What is found about a stock Mosquitto, whose limit is 1,000 messages."""
    return found(target(stock))


def what_is_left(url: str) -> tuple[list[str], int]:
    """Return the retained topics of a broker, and how many sessions it keeps for who is away."""
    probe = Probe(target(url).reached_as(None), "looking", fresh=True, kept_for=0)
    probe.open()
    for topic in ("#", "$SYS/broker/uptime", "$SYS/broker/clients/disconnected"):
        probe.subscribe(topic)

    def said(topic: str) -> list[bytes]:
        return [arrival.payload for arrival in probe.arrivals if arrival.topic == topic]

    # What the broker says of itself is a second old: the third word was said after we came.
    probe.until(lambda: len(said("$SYS/broker/uptime")) > 2, "a sign of life")
    probe.leave()
    retained = [each.topic for each in probe.arrivals if each.retained and not each.topic.startswith("$SYS")]
    return retained, int(said("$SYS/broker/clients/disconnected")[-1])


def test_a_stock_broker_loses_messages_and_lets_everybody_in(of_stock: dict[Requirement, Finding]) -> None:
    assert bad(of_stock) == {STRANGERS, ABSENT}
    assert of_stock[ABSENT].seen == "1,000 of 5,000 came, 4,000 were lost without a word"
    assert verdict_of(of_stock.values()) is Verdict.BAD


def test_the_page_shows_what_is_said_of_it(of_stock: dict[Requirement, Finding]) -> None:
    assert sample("bad") == describe(of_stock[ABSENT])


def test_without_the_login_of_a_terminal_its_rights_cannot_be_told(of_stock: dict[Requirement, Finding]) -> None:
    assert unknown(of_stock) == {FORGERY, REASONS, IMPERSONATION, EAVESDROPPING}


def test_neither_a_check_nor_one_that_is_ended_in_the_middle_leaves_anything_behind(
    stock: str, of_stock: dict[Requirement, Finding]
) -> None:
    assert of_stock, "it was checked already"
    command = [sys.executable, "-m", "broadcaster", "check-broker", stock]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(BURST.title in line for line in process.stdout)
        # While thousands of messages are on their way to one who is away.
        process.terminate()
        assert "Traceback" not in process.communicate()[1]
    assert process.returncode == INTERRUPTED
    assert what_is_left(stock) == ([], 0)


def test_a_broker_with_passwords_alone_lets_a_terminal_do_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "MESSAGES", FEW)
    with broker(tmp_path, CRIPPLED) as url:
        findings = found(target(url, CENTRE, TERMINAL))
    assert bad(findings) == {
        LARGE_MESSAGE,
        RETAINED,
        WILL,
        ABSENT,
        FORGERY,
        IMPERSONATION,
        EAVESDROPPING,
    }
    assert unknown(findings) == {REASONS}
    assert findings[KEEP_ALIVE].seen == "every 10 seconds"
    assert findings[LARGE_MESSAGE].seen == "the broker takes 100,000 bytes at most"
    assert findings[ABSENT].seen == "10 of 50 came, 40 were lost without a word"


def test_a_broker_of_former_times_is_bad_for_its_version() -> None:
    with former_times() as url:
        findings = found(target(url))
    assert bad(findings) == {MQTT5}
    assert verdict_of(findings.values()) is Verdict.BAD


def test_where_nobody_answers_nothing_is_known() -> None:
    findings = found(target(f"mqtt://{HOST}:{free_port()}"))
    assert findings[REACH].seen.endswith("Connection refused")
    assert unknown(findings) == set(REQUIREMENTS) - {REACH}
    assert verdict_of(findings.values()) is Verdict.UNKNOWN


def test_a_login_that_is_refused_ends_the_check(tmp_path: Path) -> None:
    with broker(tmp_path, CRIPPLED) as url:
        with pytest.raises(NotTried, match="refuses the login of office"):
            found(target(url, Login("office", "wrong")))
        with pytest.raises(NotTried, match="wants a login"):
            found(target(url))
        with pytest.raises(NotTried, match="refuses the login of t-1"):
            found(target(url, CENTRE, Login("t-1", "wrong")))


def test_what_a_broker_says_it_has_not_is_bad() -> None:
    poor = Contact(Welcome(0, "", maximum_qos=0, wildcards=False, keep_alive=0))
    assert {each.requirement for each in announced(poor) if each.verdict is Verdict.BAD} == {
        QOS,
        WILDCARDS,
        KEEP_ALIVE,
    }
    assert all(each.verdict is Verdict.GOOD for each in announced(Contact(Welcome(0, ""))))


def test_large_towns_alone_need_what_only_they_need() -> None:
    assert verdict_of([Finding(TLS, Verdict.GOOD, ""), Finding(SHARED, Verdict.BAD, "")]) is Verdict.GOOD
