"""The town's TLS files: made once, renewed in time, and never such that broker or pages could not start."""

import ssl
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from broadcaster.domain.audit import CLOCK, Deed
from broadcaster.ledger import Ledger
from broadcaster.provisioning.certificate_keeper import CertificateKeeper, TlsBroker
from broadcaster.provisioning.certificates import CertificateError, Certificates, Names, read_certificate
from broadcaster.provisioning.issuing import SERVER_VALID, may_vouch_for, names_of
from broadcaster.provisioning.reload import BrokerUntold
from broadcaster.provisioning.server_names import page_names, server_names
from broadcaster.settings import Settings

NOW = datetime(2027, 4, 1, tzinfo=UTC)
NAMES = Names(("127.0.0.1", "192.168.1.10", "centre.town.example"))
RENEWAL = NOW + SERVER_VALID - timedelta(days=75)
"""When the first certificate is renewed, and a day before it is not."""


@pytest.fixture
def files(tmp_path: Path) -> Certificates:
    certificates = Certificates(tmp_path / "certificates", "月形町")
    certificates.make(NAMES, NOW)
    return certificates


def contents(files: Certificates) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in files.folder.iterdir()}


def loads(files: Certificates) -> None:
    """Fail unless a server could start with the files."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.server, files.server_key)
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(files.trusted)


def test_what_is_made_is_a_narrow_authority_and_a_certificate_that_browsers_take(files: Certificates) -> None:
    authority, server = read_certificate(files.authority), read_certificate(files.server)
    limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)
    assert authority.not_valid_after_utc - NOW > timedelta(days=19 * 365)
    assert server.not_valid_after_utc - server.not_valid_before_utc == SERVER_VALID <= timedelta(days=825)
    assert set(names_of(server)) == set(NAMES.named)
    server.verify_directly_issued_by(authority)
    for name in ("10.1.2.3", "fd00::1", "printer.local", "centre.town.example", "www.centre.town.example"):
        assert may_vouch_for(authority, name), name
    for name in ("www.example.com", "town.example", "xcentre.town.example", "203.0.113.5", "2001:db8::1"):
        assert not may_vouch_for(authority, name), name


def test_keys_are_for_their_owner_only(files: Certificates) -> None:
    keys = [path for path in files.folder.iterdir() if "PRIVATE" in path.read_text()]
    assert {path.name for path in keys} == {"authority-key.pem", "server-key.pem"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}


def test_making_again_changes_nothing_and_mends_what_a_power_cut_left(files: Certificates) -> None:
    before = contents(files)
    assert files.make(NAMES, NOW) == []
    assert contents(files) == before
    for lost in ("server.pem", "trusted.pem", "server-key.pem"):
        (files.folder / lost).unlink()
        with pytest.raises(CertificateError, match="broadcaster certificates make"):
            files.check()
        files.make(NAMES, NOW)
        files.check()
        loads(files)
        assert files.authority.read_bytes() == before["authority.pem"]
    # The power went when an authority was to be announced, between its key and its certificate.
    files.announce_authority(NAMES, NOW)
    files.authority.write_bytes(before["authority.pem"])
    assert files.make(NAMES, NOW) == [files.authority]
    files.switch(NAMES, NOW).verify_directly_issued_by(read_certificate(files.authority))


def test_an_authority_that_terminals_trust_is_never_replaced_by_making(files: Certificates) -> None:
    trusted = files.authority.read_bytes()
    (files.folder / "authority-key.pem").unlink()
    assert files.make(NAMES, NOW) == []
    assert files.authority.read_bytes() == trusted
    files.authority.unlink()
    with pytest.raises(CertificateError, match="put it back with its key from a backup"):
        files.make(NAMES, NOW)
    assert not files.authority.exists()


def test_a_renewal_changes_one_file_alone_and_keeps_the_names(files: Certificates) -> None:
    files.renew(Names(("10.0.0.1",)), NOW)
    before = contents(files)
    files.renew(Names(()), RENEWAL)
    after = contents(files)
    assert {name for name in after if after[name] != before[name]} == {"server.pem"}
    assert set(names_of(read_certificate(files.server))) == {*NAMES.named, "10.0.0.1"}
    files.renew(Names(()), RENEWAL, new_server_key=True)
    assert contents(files)["server-key.pem"] != before["server-key.pem"]
    loads(files)


def test_a_name_outside_the_authority_is_refused_with_what_to_do_and_a_machines_own_is_left_out(
    files: Certificates,
) -> None:
    before = contents(files)
    with pytest.raises(CertificateError, match=r"may not vouch for www\.example\.com.*renew --authority --name"):
        files.renew(Names(("www.example.com",)), NOW)
    assert contents(files) == before
    files.renew(Names((), ("restored-elsewhere",)), NOW)
    assert "restored-elsewhere" not in names_of(read_certificate(files.server))


def test_no_certificate_outlives_its_authority_and_the_last_one_is_not_made_again_and_again(
    files: Certificates,
) -> None:
    end = read_certificate(files.authority).not_valid_after_utc
    late = end - timedelta(days=30)
    assert files.is_due(NAMES, late)
    files.renew(NAMES, late)
    assert read_certificate(files.server).not_valid_after_utc == end
    assert not files.is_due(NAMES, late)
    with pytest.raises(CertificateError, match="authority has ended on 2047"):
        files.renew(NAMES, end)


def test_an_announced_authority_is_trusted_beside_the_former_which_signs_until_the_switch(
    files: Certificates,
) -> None:
    former = read_certificate(files.authority)
    with pytest.raises(CertificateError, match="no new authority is announced"):
        files.switch(NAMES, NOW)
    files.announce_authority(Names(("centre.other.example",)), NOW)
    announced = read_certificate(files.authority)
    assert files.announced_at() == NOW
    assert x509.load_pem_x509_certificates(files.trusted.read_bytes()) == [announced, former]
    files.renew(NAMES, NOW).verify_directly_issued_by(former)
    with pytest.raises(CertificateError, match="announced already"):
        files.announce_authority(NAMES, NOW)
    files.switch(Names(("centre.other.example",)), NOW).verify_directly_issued_by(announced)
    assert set(names_of(read_certificate(files.server))) == {*NAMES.named, "centre.other.example"}
    files.renew(NAMES, NOW).verify_directly_issued_by(announced)
    assert not (files.folder / "authority-former-key.pem").exists()


def test_the_server_is_called_what_the_settings_call_it(settings: Settings) -> None:
    web = settings.web.model_copy(update={"host": "::", "public_address": "https://Kokuchi.Town.Example:8443"})
    broker = settings.broker.model_copy(update={"host": "::", "public_host": "broker.internal"})
    public = settings.model_copy(update={"web": web, "broker": broker})
    named = server_names(public, ["FD00:0::1"]).named
    assert named == ("localhost", "127.0.0.1", "::1", "broker.internal", "kokuchi.town.example", "fd00::1")
    assert page_names(public) == ("kokuchi.town.example",)
    with pytest.raises(CertificateError, match="'役場' is neither a host name nor an address"):
        server_names(public, ["役場"])


@dataclass
class Broker:
    """Whoever is told of new certificates."""

    files: Certificates
    fault: str = ""
    away: bool = False
    presented: int = 0
    told: list[int] = field(default_factory=list)

    def start(self) -> None:
        self.presented = read_certificate(self.files.server).serial_number

    def presents(self) -> int:
        if self.away:
            raise ConnectionRefusedError
        return self.presented

    def tell(self) -> None:
        if self.fault:
            raise BrokerUntold(self.fault)
        self.start()
        self.told.append(self.presented)


@dataclass
class Night:
    """A running centre's keeper, at any time."""

    keeper: CertificateKeeper
    files: Certificates
    ledger: Ledger
    broker: Broker
    now: list[datetime]

    def deeds(self) -> list[tuple[str, str, str]]:
        return [(entry.actor, entry.deed, entry.detail) for entry in self.ledger.audit.newest(10)]


@pytest.fixture
def night(files: Certificates, tmp_path: Path) -> Iterator[Night]:
    ledger, broker, now = Ledger(tmp_path / "ledger.sqlite"), Broker(files), [NOW]
    broker.start()
    keeper = CertificateKeeper(files, NAMES, ledger, TlsBroker(broker.presents, broker.tell), lambda: now[0])
    yield Night(keeper, files, ledger, broker, now)
    ledger.close()


def test_a_running_centre_renews_75_days_before_the_end_and_records_it(night: Night) -> None:
    first = night.files.server.read_bytes()
    night.now[0] = RENEWAL - timedelta(days=2)
    assert night.keeper.look() == ""
    assert night.files.server.read_bytes() == first
    night.now[0] = RENEWAL
    assert night.keeper.look() == ""
    assert night.files.server.read_bytes() != first
    until = read_certificate(night.files.server).not_valid_after_utc
    assert night.deeds() == [(CLOCK, Deed.CERTIFICATE_MADE, f"{until:%Y-%m-%d}")]
    # Of the first one it knew from its start.
    assert night.keeper.look() == ""
    assert night.broker.told == [read_certificate(night.files.server).serial_number]
    assert len(night.deeds()) == 1


def test_a_centre_that_was_off_for_years_renews_what_has_expired_when_it_starts(night: Night) -> None:
    night.now[0] = NOW + timedelta(days=1500)
    assert night.keeper.look() == ""
    assert read_certificate(night.files.server).not_valid_after_utc > night.now[0]
    assert len(night.broker.told) == 1


def test_a_broker_that_could_not_be_told_is_told_later(night: Night) -> None:
    night.files.renew(NAMES, NOW)
    night.broker.fault = "it may not be signalled"
    assert night.keeper.look() == "it may not be signalled"
    night.broker.fault = ""
    assert night.keeper.look() == ""
    assert len(night.broker.told) == 1


def test_a_broker_that_is_away_is_not_signalled_and_has_read_its_files_when_it_comes(night: Night) -> None:
    night.broker.away = True
    night.files.renew(NAMES, NOW)
    assert night.keeper.look() == ""
    night.broker.away = False
    night.broker.start()
    assert night.keeper.look() == ""
    assert night.broker.told == []


def test_an_authority_whose_key_is_elsewhere_is_missed_only_when_something_is_due(night: Night) -> None:
    (night.files.folder / "authority-key.pem").unlink()
    assert night.keeper.look() == ""
    night.now[0] = RENEWAL
    assert "authority-key.pem: cannot be read" in night.keeper.look()
