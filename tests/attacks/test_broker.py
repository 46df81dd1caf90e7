"""With a stolen terminal's name and password nobody gets further than that terminal (promise 10), and it is seen."""

import time
from datetime import UTC, datetime

import pytest

from kokuchi.wire import MAXIMUM_BYTES, DeliveryReport, Presence, SyncRequest, encode
from tests.attacks.besieged import OTHER, STOLEN, THIRD, Besieged
from tests.waiting import wait_until

REFUSED = "Not authorized"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
FOREIGN = [
    ("report for another household", f"delivery/{OTHER}"),
    ("be another household", f"presence/{OTHER}"),
    ("ask for a call in another one's name", f"request/{OTHER}"),
    ("sync as another household", f"sync/{OTHER}"),
    ("answer another one's sync", f"sync/{OTHER}/reply"),
    ("answer its own sync", f"sync/{STOLEN}/reply"),
    ("warn everybody", "alert/all"),
    ("warn an area", "alert/area/kita"),
    ("warn a group", "alert/group/elderly"),
    ("warn itself", f"alert/terminal/{STOLEN}"),
    ("warn another household", f"alert/terminal/{OTHER}"),
    ("change how words are read", "dictionary"),
    ("change its own settings", f"settings/{STOLEN}"),
    ("change another one's settings", f"settings/{OTHER}"),
    ("write where nobody does", "elsewhere"),
]


def report(speaks_as: str) -> bytes:
    return encode(DeliveryReport(terminal=speaks_as, alert="a", revision=1, sent=NOW, received_at=NOW, voiced_at=NOW))


@pytest.mark.parametrize(("attempt", "topic"), FOREIGN, ids=[attempt for attempt, _ in FOREIGN])
def test_a_stolen_terminal_can_write_nothing_but_its_own(besieged: Besieged, attempt: str, topic: str) -> None:
    """Nor clear it: a retained message without content would take away what others had retained."""
    full = f"{besieged.topics.root}/{topic}"
    for payload, options in ((report(OTHER), ()), (b"", ("-r",))):
        assert REFUSED in besieged.publish(STOLEN, full, payload, *options), attempt
        besieged.wait_for_log("mosquitto", f"Denied PUBLISH from {STOLEN}", f"r{len(options)}", f"'{full}'")


SPEAKING_FOR_OTHERS = {
    "delivery": report(OTHER),
    "presence": encode(Presence(terminal=OTHER, sent=NOW, online=False)),
    "sync": encode(SyncRequest(terminal=OTHER, identifier="s", sent=NOW, held=())),
    "delivery, nonsense": b"\xff\x00{",
    "delivery, deep": b"[" * 100_000,
}


@pytest.mark.parametrize("what", SPEAKING_FOR_OTHERS)
def test_who_speaks_for_another_on_its_own_topic_is_put_into_quarantine(besieged: Besieged, what: str) -> None:
    topic = f"{besieged.topics.root}/{what.partition(',')[0]}/{STOLEN}"
    before = besieged.town.ledger.quarantine.count()
    assert besieged.publish(STOLEN, topic, SPEAKING_FOR_OTHERS[what]) == ""
    wait_until(lambda: besieged.town.ledger.quarantine.count() == before + 1)
    besieged.wait_for_log("centre", "message refused", topic)
    assert OTHER not in besieged.town.ledger.presences.all()


def test_a_last_will_for_another_household_is_never_said(besieged: Besieged) -> None:
    presence = besieged.topics.presence(OTHER)
    with besieged.spy(STOLEN, besieged.topics.dictionary, will=presence) as spy:
        spy.process.kill()
        spy.process.wait()
    own = encode(Presence(terminal=STOLEN, sent=NOW, online=True, software="after the will"))
    besieged.publish(STOLEN, besieged.topics.presence(STOLEN), own)
    wait_until(
        lambda: (known := besieged.town.ledger.presences.all().get(STOLEN)) and known.software == "after the will"
    )
    assert OTHER not in besieged.town.ledger.presences.all()
    assert f"'{presence}'" not in besieged.log("mosquitto").partition("Denied")[0]


def test_a_stolen_terminal_hears_nothing_of_others_whatever_it_listens_to_and_it_is_in_the_log(
    besieged: Besieged,
) -> None:
    root, topics = besieged.topics.root, besieged.topics
    others = [f"alert/terminal/{OTHER}", f"sync/{OTHER}/reply", f"settings/{OTHER}", f"presence/{OTHER}"]
    wanted = ["#", "+/#", f"{root}/#", f"{root}/+/+", f"{root}/+/+/reply", f"{root}/alert/+/+", "$SYS/#"]
    shared = [f"$share/spies/{root}/delivery/+", f"$share/spies/{root}/#"]
    with besieged.spy(STOLEN, *wanted, *shared, *(f"{root}/{other}" for other in others)) as spy:
        besieged.publish(OTHER, topics.presence(OTHER), encode(Presence(terminal=OTHER, sent=NOW, online=True)), "-r")
        besieged.publish(OTHER, topics.delivery(OTHER), report(OTHER))
        sync = encode(SyncRequest(terminal=OTHER, identifier="s", sent=NOW, held=()))
        besieged.publish(OTHER, topics.sync(OTHER), sync)
        besieged.town.send("あなただけに", "ほかの人には聞こえません。", (OTHER,))
        besieged.town.send("盗まれた端末に", "ここまで。", (STOLEN,))
        wait_until(lambda: f"{root}/alert/terminal/{STOLEN}" in spy.heard)
    besieged.wait_for_log("mosquitto", "Sending PUBLISH to centre", topics.sync(OTHER))
    assert set(spy.heard) <= {f"{root}/alert/terminal/{STOLEN}", topics.dictionary, topics.settings(STOLEN)}
    for topic in ("#", f"{root}/#", f"{root}/sync/{OTHER}/reply"):
        besieged.wait_for_log("centre", "broker refused", f'"{STOLEN}"', f'"listens to {topic}"')


STRANGERS = {
    "a wrong password": ["-u", STOLEN, "-P", "guessed"],
    "no password": ["-u", STOLEN],
    "another one's password": ["-u", OTHER, "-P", "{stolen}"],
    "the centre without its password": ["-u", "centre", "-P", "centre"],
    "nobody's name": ["-u", "mosquitto", "-P", ""],
    "no name at all": [],
}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nobody_is_let_in_without_a_password_that_is_theirs_and_it_is_in_the_centre_s_log(
    besieged: Besieged, stranger: str
) -> None:
    name = f"stranger-{list(STRANGERS).index(stranger)}"
    login = [option.replace("{stolen}", besieged.password(STOLEN)) for option in STRANGERS[stranger]]
    complaint = besieged.run("mosquitto_pub", *login, "-i", name, "-t", besieged.topics.delivery(STOLEN), "-m", "x")
    assert REFUSED in complaint
    wait_until(lambda: besieged.log("centre").count("broker refused") > 0)
    besieged.wait_for_log("mosquitto", "disconnected, not authorised")


def test_another_one_s_client_identifier_takes_over_nothing(besieged: Besieged) -> None:
    with besieged.spy(OTHER, f"{besieged.topics.root}/alert/terminal/{OTHER}") as victim:
        for name in (OTHER, "centre"):
            login = ["-u", STOLEN, "-P", besieged.password(STOLEN), "-i", name]
            besieged.run("mosquitto_pub", *login, "-t", besieged.topics.presence(STOLEN), "-m", "x")
        besieged.town.send("まだ聞こえますか", "聞こえます。", (OTHER,))
        wait_until(lambda: victim.heard, what="the victim still hears")
        assert not victim.is_cut_off
    state = besieged.town.ledger.broker.state()
    assert state is not None
    assert state.connected


def test_a_message_that_is_too_large_is_not_taken(besieged: Besieged) -> None:
    topic = besieged.topics.delivery(STOLEN)
    assert "too large" in besieged.publish(STOLEN, topic, b"x" * (MAXIMUM_BYTES + 1))
    besieged.wait_for_log("mosquitto", f"Dropped too large PUBLISH from {STOLEN}", f"'{topic}'")


def test_a_flood_from_one_terminal_does_not_keep_others_from_reporting(besieged: Besieged) -> None:
    """20,000 messages of nonsense, as fast as the broker takes them, and then a household's one."""
    topics, before = besieged.topics, besieged.log("centre").count("message refused")
    login = ["-u", STOLEN, "-P", besieged.password(STOLEN), "-i", STOLEN]
    flood = b"nonsense\n" * 20_000
    besieged.run("mosquitto_pub", *login, "-q", "1", "-t", topics.delivery(STOLEN), "-l", payload=flood)
    began = time.monotonic()
    own = encode(Presence(terminal=OTHER, sent=NOW, online=True, software="in the flood"))
    besieged.publish(OTHER, topics.presence(OTHER), own)
    presences = besieged.town.ledger.presences
    wait_until(lambda: (known := presences.all().get(OTHER)) and known.software == "in the flood")
    print(f"a presence was in the ledger {time.monotonic() - began:.2f} s after 20,000 messages of nonsense")
    assert besieged.town.ledger.quarantine.count() <= 1000
    assert besieged.log("centre").count("message refused") - before < 2000


def test_a_terminal_that_was_retired_is_shut_out_at_once_and_stays_out(besieged: Besieged) -> None:
    with besieged.spy(THIRD, f"{besieged.topics.root}/alert/all") as retired, besieged.spy(OTHER, "x") as other:
        with besieged.town.ledger.connections.write() as db:
            db.execute("UPDATE terminals SET service = 'retired' WHERE terminal = ?", [THIRD])
        besieged.renew_rights()
        refused = f"{THIRD} disconnected, not authorised"
        # Mosquitto's program comes back by itself, and is refused.
        wait_until(lambda: refused in besieged.log("mosquitto") or retired.is_cut_off, what="the retired one is out")
        complaint = besieged.publish(THIRD, besieged.topics.presence(THIRD), b"I am still here")
        assert REFUSED in complaint
        assert not other.is_cut_off
    besieged.wait_for_log("centre", "broker refused", "not authorised")
