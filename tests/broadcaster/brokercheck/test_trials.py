"""Each trial finds the fault that it is for, in a broker that has it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from broadcaster.brokercheck import Finding, Verdict, delivery, party, queues
from broadcaster.brokercheck.contact import Contact
from broadcaster.brokercheck.delivery import absence, burst, retained, shared, will
from broadcaster.brokercheck.party import Table
from broadcaster.brokercheck.queues import absent
from broadcaster.brokercheck.requirements import (
    ABSENT,
    BURST,
    EXPIRY,
    FORGERY,
    REASONS,
    RETAINED,
    SESSION,
    SHARED,
    WILL,
    Requirement,
)
from broadcaster.brokercheck.rights import forgery
from broadcaster.brokercheck.target import Address, Target
from kokuchi.link.probe import Welcome
from tests.broadcaster.brokercheck.brokers import CENTRE, TERMINAL
from tests.broadcaster.brokercheck.poor import RECEIVE_MAXIMUM, SESSION_SECONDS, PoorBroker, poor_broker

SAID = Contact(Welcome(0, "", session_expiry=SESSION_SECONDS, receive_maximum=RECEIVE_MAXIMUM))


def table(url: str) -> Table:
    return Table(Target(Address.of(url), None, "check-1", TERMINAL.username, CENTRE, TERMINAL))


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Table]:
    with poor_broker(PoorBroker()) as url:
        yield table(url)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for here never comes."""
    monkeypatch.setattr(party, "HEARING_SECONDS", 0.3)
    monkeypatch.setattr(queues, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(queues, "MESSAGES", 50)
    monkeypatch.setattr(delivery, "MAXIMUM_INFLIGHT", 50)


def judged(findings: list[Finding]) -> dict[Requirement, tuple[Verdict, str]]:
    return {finding.requirement: (finding.verdict, finding.seen) for finding in findings}


def test_who_is_away_is_forgotten(forgetful: Table) -> None:
    found = judged(absence(forgetful, SAID))
    assert found[SESSION] == (Verdict.BAD, "who comes back is not known any more")
    assert found[EXPIRY][0] is Verdict.BAD
    assert judged(absent(forgetful, SAID)) == {
        ABSENT: (Verdict.BAD, "0 of 50 came, 50 were lost without a word"),
    }


def test_what_is_retained_is_not_there_later(forgetful: Table) -> None:
    assert judged(retained(forgetful, SAID)) == {RETAINED: (Verdict.BAD, "who came later did not get it")}


def test_a_last_will_is_not_told(forgetful: Table) -> None:
    assert judged(will(forgetful, SAID)) == {WILL: (Verdict.BAD, "it was not told")}


def test_a_shared_subscription_gets_nothing(forgetful: Table) -> None:
    assert judged(shared(forgetful, SAID)) == {SHARED: (Verdict.BAD, "0 of 10 came")}


def test_as_many_at_once_as_it_says_are_taken(forgetful: Table) -> None:
    seen = "all were taken, 10 at a time as the broker says; the centre keeps to that"
    assert judged(burst(forgetful, SAID)) == {BURST: (Verdict.GOOD, seen)}


def test_fewer_at_once_than_it_says_end_the_connection(forgetful: Table) -> None:
    said = replace(SAID, welcome=replace(SAID.welcome, receive_maximum=20))
    seen = "the broker ended the connection; it says it takes 20"
    assert judged(burst(forgetful, said)) == {BURST: (Verdict.BAD, seen)}


def test_what_has_run_out_comes_all_the_same_and_sessions_live_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(party, "HEARING_SECONDS", 30)
    with poor_broker(PoorBroker(keeps=True)) as url:
        found = judged(absence(table(url), SAID))
    assert found[SESSION] == (Verdict.BAD, "kept, but for 1 hour at most; 7 days are needed, 30 better")
    assert found[EXPIRY] == (Verdict.BAD, "a message that had run out was delivered")


def test_what_is_not_allowed_is_dropped_and_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(party, "HEARING_SECONDS", 30)
    with poor_broker(PoorBroker(muted=TERMINAL.username)) as url:
        found = judged(forgery(table(url), SAID))
    assert found[FORGERY][0] is Verdict.GOOD
    assert found[REASONS] == (Verdict.BAD, "the broker drops what is not allowed, and says it was taken")
