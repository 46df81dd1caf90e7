"""A device asks the centre over HTTPS: it says in words whom it does not trust, and never tells such a one its code."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcaster.provisioning.certificates import Certificates, Names
from kokuchi.trust import server_context
from terminal_client.enrolment import client
from terminal_client.enrolment.enrolling import Enrolling
from terminal_client.enrolment.errors import EnrolmentError, Trouble
from tests.terminal.enrolment.centre import HOST, Centre, serving_centre

NOW = datetime.now(UTC)


@pytest.fixture
def files(tmp_path: Path) -> Certificates:
    files = Certificates(tmp_path / "certificates", "月形町")
    files.make(Names((HOST,)), NOW)
    return files


@pytest.fixture
async def centre(tmp_path: Path, files: Certificates) -> AsyncIterator[Centre]:
    async with serving_centre(tmp_path, server_context(files.server, files.server_key)) as centre:
        yield centre


def device(tmp_path: Path, authority: Path) -> Enrolling:
    return Enrolling(tmp_path / "etc" / "terminal.toml", authority)


async def refused(device: Enrolling, address: str, code: str) -> EnrolmentError:
    with pytest.raises(EnrolmentError) as caught:
        await device.enrol(address, code)
    assert not device.is_enrolled
    return caught.value


async def test_a_prepared_device_is_enrolled_over_https(tmp_path: Path, centre: Centre, files: Certificates) -> None:
    prepared = device(tmp_path, files.trusted)
    await prepared.enrol(f"https://{centre.address}", centre.code())
    assert prepared.is_enrolled


async def test_a_device_without_the_towns_authority_says_so_and_its_code_is_still_good(
    tmp_path: Path, centre: Centre, files: Certificates
) -> None:
    code = centre.code()
    stranger = Certificates(tmp_path / "stranger", "月形町")
    stranger.make(Names((HOST,)), NOW)
    broken = tmp_path / "broken.pem"
    broken.write_text("not at all")
    for authority in (tmp_path / "nothing", stranger.trusted, broken):
        error = await refused(device(tmp_path, authority), f"https://{centre.address}", code)
        assert error.trouble is Trouble.UNTRUSTED
        assert "証明書が入っていません" in error.japanese
        assert "/etc/kokuchi/authority.pem" in str(error)
    await device(tmp_path, files.trusted).enrol(f"https://{centre.address}", code)


async def test_another_name_is_not_taken_for_the_centre(tmp_path: Path, centre: Centre, files: Certificates) -> None:
    error = await refused(device(tmp_path, files.trusted), f"https://localhost:{centre.port}", centre.code())
    assert error.trouble is Trouble.MISNAMED
    assert "つなぎ先" in error.japanese


@pytest.mark.parametrize("known", [True, False])
async def test_an_expired_certificate_is_told_by_a_device_that_knows_the_time(
    tmp_path: Path, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "is_synchronised", lambda: known)
    files = Certificates(tmp_path / "old", "月形町")
    files.make(Names((HOST,)), datetime(2020, 1, 1, tzinfo=UTC))
    async with serving_centre(tmp_path, server_context(files.server, files.server_key)) as centre:
        prepared = device(tmp_path, files.trusted)
        if known:
            error = await refused(prepared, f"https://{centre.address}", centre.code())
            assert error.trouble is Trouble.OUTDATED
            assert "期限" in error.japanese
        else:
            await prepared.enrol(f"https://{centre.address}", centre.code())


async def test_a_centre_without_tls_is_not_told_the_code_unless_http_is_written(
    tmp_path: Path, files: Certificates
) -> None:
    async with serving_centre(tmp_path) as plain:
        error = await refused(device(tmp_path, files.trusted), f"https://{plain.address}", plain.code())
        assert error.trouble is Trouble.PLAIN
        assert "暗号" in error.japanese
        await device(tmp_path, files.trusted).enrol(f"http://{plain.address}", plain.code())
