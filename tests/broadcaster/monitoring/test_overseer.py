"""The one who knows what is wrong: from a real ledger and real files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadcaster.domain.enrolment import EnrolmentCode
from broadcaster.domain.incident import Incident, Kind
from broadcaster.domain.service import Service
from broadcaster.ledger import Ledger
from broadcaster.ledger.backups import Backup
from broadcaster.monitoring import Overseer, Places
from broadcaster.monitoring.words import words_of
from kokuchi.wire import Clock, Refusal, Speaker, WireError
from kokuchi.wire.fields import iso
from tests.broadcaster.examples import NOW, TOWN, accept, alert, presence
from tests.broadcaster.monitoring.smtp_server import write_certificate

HOUR = timedelta(hours=1)


def found(ledger: Ledger, now: datetime = NOW, places: Places | None = None) -> dict[Kind, Incident]:
    return {one.kind: one for one in Overseer(ledger, lambda: now, places).look().incidents}


def test_terminals_are_told_by_what_is_the_matter_with_them(ledger: Ledger) -> None:
    ledger.presences.record(
        [
            presence("t-1", speaker=Speaker.FAILED, clock=Clock.UNKNOWN, temperature_celsius=81, disk_free_mib=99),
            presence("t-2", online=False, speaker=Speaker.FAILED),
        ],
        NOW,
    )
    faults = {Kind.TERMINALS_SOUND, Kind.TERMINALS_CLOCK, Kind.TERMINALS_HEAT, Kind.TERMINALS_STORAGE}
    assert {kind: one.terminals for kind, one in found(ledger).items()} == dict.fromkeys(faults, ("t-1",))
    later = found(ledger, NOW + HOUR)
    assert (later[Kind.TERMINALS_OFF].terminals, later[Kind.TERMINALS_OFF].since) == (("t-2",), NOW)


def test_software_is_old_beside_the_newest_that_is_seen(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", software="0.10.0"), presence("t-2", software="0.9.9")], NOW)
    ledger.presences.record([presence("t-3", software="")], NOW)
    assert found(ledger)[Kind.TERMINALS_SOFTWARE].terminals == ("t-2",)


def test_a_device_that_was_set_up_and_never_came_is_told_after_an_hour(ledger: Ledger) -> None:
    ledger.enrolment.add("hash", EnrolmentCode("t-1", "hanako", NOW, NOW + HOUR))
    ledger.enrolment.use("hash", "device", "password", NOW)
    assert found(ledger, NOW + HOUR * 0.9) == {}
    assert found(ledger, NOW + HOUR)[Kind.TERMINALS_NEVER].terminals == ("t-1",)
    ledger.presences.record([presence("t-1")], NOW)
    assert found(ledger, NOW + HOUR) == {}


def test_a_terminal_that_is_not_in_service_is_no_trouble(ledger: Ledger) -> None:
    ledger.presences.record([presence("t-1", online=False)], NOW)
    with ledger.connections.write() as db:
        db.execute("UPDATE terminals SET service = ? WHERE terminal = 't-1'", [Service.RETIRED])
    assert found(ledger, NOW + HOUR) == {}


def test_what_the_centre_keeps_is_looked_at(ledger: Ledger, tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path / "signing.pem", tmp_path / "next.pem", running_since=None)
    now = datetime.now(UTC)
    with ledger.connections.write() as db:
        db.execute("UPDATE terminals SET created_at = ? WHERE terminal = 't-1'", [iso(now - timedelta(days=2))])
    write_certificate(tmp_path, "server.pem", days=59)
    (tmp_path / "authority.pem").write_text("no certificate")
    wrong = found(ledger, now, places)
    keys = {Kind.KEY_MISSING, Kind.NEXT_KEY_MISSING}
    assert {Kind.CENTRE_STOPPED, Kind.BACKUP_OLD, Kind.CERTIFICATE_ENDS, *keys} <= wrong.keys()
    assert wrong[Kind.CERTIFICATE_ENDS].key == "server.pem"
    write_certificate(tmp_path, "server.pem", days=90)
    write_certificate(tmp_path, "web.pem", days=59)
    assert found(ledger, now, places)[Kind.CERTIFICATE_ENDS].key == "web.pem"

    write_certificate(tmp_path, "web.pem", days=90)
    places.signing_key.touch()
    places.next_key.touch()
    ledger.heartbeat.beat(now)
    ledger.backups.record(Backup(now, "backup.age", 1, checked_at=now))
    # Whether this machine's clock is synchronised is not ours to say.
    assert found(ledger, now, places).keys() <= {Kind.CLOCK_UNSYNCHRONISED}


def test_what_waits_and_what_is_refused_is_counted(ledger: Ledger) -> None:
    accept(ledger, alert(sent=NOW))
    for number in range(101):
        ledger.quarantine.put([("topic", b"x", WireError(Refusal.INVALID, "no"))], NOW + timedelta(seconds=number))
    assert found(ledger, NOW + timedelta(minutes=3)).keys() == {Kind.OUTBOX_STUCK, Kind.MESSAGES_REFUSED}
    assert found(ledger, NOW + 2 * HOUR).keys() == {Kind.OUTBOX_STUCK}


def test_a_further_collector_that_is_away_is_told_until_it_is_back(ledger: Ledger, tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path / "signing.pem", tmp_path / "next.pem", running_since=NOW, collectors=2)
    for number in (2, 3):
        ledger.collectors.give_sign(number, NOW)
    assert Kind.COLLECTOR_AWAY not in found(ledger, NOW + timedelta(minutes=1), places)
    later = NOW + timedelta(minutes=3)
    away = found(ledger, later, places)[Kind.COLLECTOR_AWAY]
    assert (away.key, away.since) == ("2", NOW), "the settings know no collector 3"
    words = words_of(away, TOWN)
    assert "（2番）" in words.title
    assert "kokuchi-collector@2 を起動します" in words.action
    assert words.english.startswith("collector 2 does not run: `systemctl start kokuchi-collector@2`")
    ledger.collectors.give_sign(2, later)
    assert Kind.COLLECTOR_AWAY not in found(ledger, later, places)


def test_one_look_serves_everybody_for_a_moment(ledger: Ledger) -> None:
    now = NOW
    overseer = Overseer(ledger, lambda: now)
    first = overseer.now()
    ledger.broker.record(False, "gone", NOW)
    now += timedelta(seconds=4)
    assert overseer.now() is first
    now += timedelta(seconds=1)
    assert [one.kind for one in overseer.now().incidents] == [Kind.BROKER_AWAY]
