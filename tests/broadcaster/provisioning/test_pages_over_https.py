"""What the pages present to a browser, from a running centre whose certificates change."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization

from broadcaster.ledger import Ledger
from broadcaster.provisioning.certificate_keeper import CertificateKeeper
from broadcaster.provisioning.certificates import CertificateError, Certificates, Names, read_certificate
from broadcaster.provisioning.own_certificate import read_own
from kokuchi.serving import listen, serve
from kokuchi.trust import client_context
from tests.contract.broker import HOST
from tests.contract.secured import answer_to, presented, serial
from tests.kokuchi.test_serving import Application

NAMES = Names((HOST,))
NOW = datetime.now(UTC)


def made(folder: Path, names: Names = NAMES, now: datetime = NOW) -> Certificates:
    files = Certificates(folder, "月形町")
    files.make(names, now)
    return files


@asynccontextmanager
async def pages(files: Certificates, ledger: Ledger) -> AsyncIterator[tuple[int, CertificateKeeper]]:
    keeper = CertificateKeeper(files, NAMES, ledger, None, lambda: datetime.now(UTC))
    listener = listen(HOST, 0)
    serving = asyncio.create_task(serve(Application(), listener, keeper.pages()))
    try:
        yield listener.getsockname()[1], keeper
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_pages_are_served_over_https_and_a_renewal_needs_no_restart(tmp_path: Path) -> None:
    files, ledger = made(tmp_path / "certificates"), Ledger(tmp_path / "ledger.sqlite")
    async with (
        pages(files, ledger) as (port, keeper),
        httpx.AsyncClient(verify=client_context([files.trusted]), base_url=f"https://{HOST}:{port}") as browser,
    ):
        assert (await browser.get("/")).text == "こんにちは"
        versions = (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
        answers = [await asyncio.to_thread(answer_to, port, version) for version in versions]
        # It hangs up on the oldest without a word.
        assert answers == ["UNEXPECTED_EOF_WHILE_READING", "TLSv1.2", "TLSv1.3"]

        plain = await browser.get(f"http://{HOST}:{port}/alerts")
        assert (plain.status_code, plain.headers["location"]) == (307, f"https://{HOST}:{port}/")

        files.renew(NAMES, NOW)
        assert keeper.present() == ""
        assert await asyncio.to_thread(presented, port) == serial(files)
        assert (await browser.get("/")).text == "こんにちは"

        # A key that does not fit yet leaves what was.
        before, key = serial(files), files.server_key.read_bytes()
        files.server_key.write_bytes(made(tmp_path / "other").server_key.read_bytes())
        assert "keep their former certificate" in keeper.present()
        assert await asyncio.to_thread(presented, port) == before
        files.server_key.write_bytes(key)

        prefecture = made(tmp_path / "prefecture")
        own = read_own(prefecture.server, prefecture.server_key, prefecture.authority, (HOST,), NOW)
        files.import_web(own.chain, own.key, own.authority)
        assert keeper.present() == ""
        assert await asyncio.to_thread(presented, port) == serial(prefecture)
        assert prefecture.authority.read_text() in files.for_devices()
        assert files.authority.read_text() in files.for_devices()
    ledger.close()


def refused(certificate: Path, key: Path, *needed: str, authority: Path | None = None) -> str:
    with pytest.raises(CertificateError) as caught:
        read_own(certificate, key, authority, needed, NOW)
    return str(caught.value)


def test_a_certificate_of_ones_own_is_looked_at_before_it_is_used(tmp_path: Path) -> None:
    good = made(tmp_path / "good", Names(("kokuchi.internal",)))
    other, old = made(tmp_path / "other"), made(tmp_path / "old", now=NOW - timedelta(days=900))
    early = made(tmp_path / "early", now=NOW + timedelta(days=9))
    nothing = tmp_path / "nothing.pem"
    locked = tmp_path / "locked.pem"
    secret = serialization.load_pem_private_key(good.server_key.read_bytes(), None)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    locked.write_bytes(secret.private_bytes(*form, serialization.BestAvailableEncryption(b"x")))
    broken = tmp_path / "broken.pem"
    broken.write_text(good.server.read_text() + other.authority.read_text())

    read_own(good.server, good.server_key, good.authority, ("kokuchi.internal",), NOW)
    assert "this key is not the one of" in refused(good.server, other.server_key)
    assert "it has expired on" in refused(old.server, old.server_key)
    assert "it is valid from" in refused(early.server, early.server_key)
    assert "it is for kokuchi.internal, and not for 10.0.0.1" in refused(good.server, good.server_key, "10.0.0.1")
    assert "cannot be read: No such file" in refused(nothing, good.server_key)
    assert "cannot be read: No such file" in refused(good.server, nothing)
    assert "no certificate in PEM form" in refused(good.server_key, good.server_key)
    assert "no private key" in refused(good.server, good.server)
    assert "take the passphrase off" in refused(good.server, locked)
    assert "are no chain" in refused(broken, good.server_key)
    assert "cannot be read" in refused(good.server, good.server_key, authority=nothing)
    assert read_certificate(good.server).serial_number == serial(good)


@pytest.mark.parametrize(("host", "covered"), [("a.town.internal", True), ("a.b.town.internal", False)])
def test_a_wildcard_stands_for_one_part_of_a_name(tmp_path: Path, host: str, covered: bool) -> None:
    wild = made(tmp_path / "wild")
    wild.renew(Names(("*.town.internal",)), NOW)
    if covered:
        assert read_own(wild.server, wild.server_key, None, (host,), NOW).names == ("*.town.internal", HOST)
    else:
        assert f"not for {host}" in refused(wild.server, wild.server_key, host)
