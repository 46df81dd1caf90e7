"""A device asks a real centre: it is a terminal at the end, or it is not, and says why."""

import asyncio
import json
import stat
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kokuchi.configuration import load
from kokuchi.enrolment import Refusal
from kokuchi.wire import KeyRing, Membership
from terminal_client.enrolment.enrolling import Enrolling
from terminal_client.enrolment.errors import EnrolmentError, Trouble
from terminal_client.settings import SOUNDS, Settings
from tests.ports import free_port
from tests.terminal.enrolment.centre import HOST, Centre, serving_centre, stranger

KILLER = """
import asyncio, json, os, signal, sys
from pathlib import Path
from terminal_client.enrolment.enrolling import Enrolling

folder, address, code, replace = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] == "replace"

def dies_at(step):
    left = step
    def counted(call):
        def instead(*arguments, **options):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)
        return instead
    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, counted(getattr(os, name)))
    asyncio.run(Enrolling(folder / "terminal.toml").enrol(address, code, replace=replace))

step = 0
while True:
    step += 1
    child = os.fork()
    if child == 0:
        dies_at(step)
        os._exit(0)
    ended = os.waitpid(child, 0)[1]
    print(json.dumps([step, ended]), flush=True)
    sys.stdin.readline()
"""
"""Enrols again and again, each time with a power cut one step later; the next time begins when it is told to."""


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    async with serving_centre(tmp_path) as centre:
        yield centre


@pytest.fixture
def device(tmp_path: Path) -> Enrolling:
    return Enrolling(tmp_path / "etc" / "terminal.toml")


def household(device: Enrolling) -> Settings:
    """Return a whole terminal's settings, or fail."""
    settings = load(Settings, device.config, {})
    KeyRing.load(settings.town.public_keys)
    return settings


async def refused(device: Enrolling, address: str, code: str = "12345678") -> EnrolmentError:
    with pytest.raises(EnrolmentError) as caught:
        await device.enrol(address, code)
    assert not device.is_enrolled
    return caught.value


async def test_a_device_becomes_a_terminal_with_all_that_it_needs(device: Enrolling, centre: Centre) -> None:
    await device.enrol(centre.address, centre.code())
    settings = household(device)
    assert settings.membership == Membership(terminal="t-1", areas=frozenset({"kita"}), groups=frozenset({"elderly"}))
    assert (settings.town.name, settings.town.kana, settings.town.time_zone) == (
        "月形町",
        "ツキガタチョウ",
        "Asia/Tokyo",
    )
    assert (settings.broker.host, settings.broker.port) == (HOST, 1883)
    assert settings.chimes == SOUNDS
    password = device.config.parent / "broker-password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    kept = {path.name for path in device.config.parent.iterdir()}
    assert kept == {"terminal.toml", "broker-password", "town.pem", "centre-address"}
    assert device.remembered.read_text() == centre.address


async def test_each_of_the_centres_refusals_arrives_in_words(device: Enrolling, centre: Centre) -> None:
    code = centre.code()
    assert (await refused(device, centre.address, f"{(int(code) + 1) % 10**8:08d}")).trouble is Trouble.WRONG
    centre.code()
    assert (await refused(device, centre.address, code)).trouble is Trouble.SUPERSEDED
    old = centre.code("t-2")
    centre.now = datetime.now(UTC) + timedelta(days=8)
    assert (await refused(device, centre.address, old)).trouble is Trouble.EXPIRED
    used = centre.code("t-3")
    await Enrolling(device.config.parent / "other" / "terminal.toml").enrol(centre.address, used)
    error = await refused(device, centre.address, used)
    assert (error.trouble, error.japanese) == (
        Trouble.USED,
        "この番号は、もう使われています。役場に、新しい番号を頼んでください。",
    )
    for _ in range(5):
        await refused(device, centre.address, "00000000")
    error = await refused(device, centre.address, "00000000")
    assert (error.trouble, error.wait_seconds) == (Trouble.THROTTLED, 60)
    assert "お待ちください" in error.japanese


def test_every_word_of_the_centre_has_one_here() -> None:
    assert [Trouble(word) for word in Refusal]
    for trouble in Trouble:
        assert EnrolmentError(trouble).japanese
        assert str(EnrolmentError(trouble))


async def test_nobody_at_the_address_and_somebody_else_are_told_apart(device: Enrolling) -> None:
    error = await refused(device, f"{HOST}:{free_port()}")
    assert error.trouble is Trouble.UNREACHABLE
    assert "回線の線を確かめてください" in error.japanese
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 200_000
    for answer in (b"", b"SSH-2.0-OpenSSH\r\n", page, endless, page.replace(b"hello", b'{"a"}')):
        async with stranger(answer) as address:
            error = await refused(device, address)
            assert error.trouble is Trouble.STRANGER, answer


async def test_a_newer_centre_may_refuse_for_a_reason_of_its_own(device: Enrolling) -> None:
    body = '{"error": "retired", "message": "この端末は、やめになりました。"}'.encode()
    head = f"HTTP/1.1 410 Gone\r\nContent-Length: {len(body)}\r\n\r\n"
    async with stranger(head.encode() + body) as address:
        error = await refused(device, address)
    assert (error.trouble, error.japanese) == (Trouble.REFUSED, "この端末は、やめになりました。")


@pytest.mark.parametrize(
    ("address", "code", "trouble"),
    [("", "12345678", Trouble.ADDRESS), ("192.168.1.10", "1234", Trouble.CODE), ("192.168.1.10", "", Trouble.CODE)],
)
async def test_what_cannot_be_right_is_not_sent(device: Enrolling, address: str, code: str, trouble: Trouble) -> None:
    assert (await refused(device, address, code)).trouble is trouble


async def test_a_device_that_cannot_write_uses_up_no_code(tmp_path: Path, centre: Centre) -> None:
    (tmp_path / "file").write_text("no folder")
    code = centre.code()
    error = await refused(Enrolling(tmp_path / "file" / "terminal.toml"), centre.address, code)
    assert error.trouble is Trouble.STORAGE
    await Enrolling(tmp_path / "folder" / "terminal.toml").enrol(centre.address, code)


async def test_an_enrolled_device_is_never_overwritten_unless_one_says_so(device: Enrolling, centre: Centre) -> None:
    await device.enrol(centre.address, centre.code())
    inbox = device.config.parent / "inbox.sqlite"
    inbox.write_text("what this household was told")
    code = centre.code("t-2")
    with pytest.raises(EnrolmentError, match="--replace"):
        await device.enrol(centre.address, code)
    assert household(device).terminal == "t-1"
    await device.enrol(centre.address, centre.code(), replace=True)
    assert inbox.exists(), "the same household keeps what it was told"
    await device.enrol(centre.address, code, replace=True)
    assert household(device).terminal == "t-2"
    assert not inbox.exists(), "another household sees nothing of it"


async def power_cuts(device: Enrolling, centre: Centre, code: str, *how: str) -> AsyncIterator[bool]:
    """Enrol with a power cut at each step in turn, until none comes; yields whether one came."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLER, str(device.config.parent), centre.address, code, *how),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    try:
        while True:
            _step, ended = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
            yield ended == 9
            if ended != 9:
                assert ended == 0
                return
            process.stdin.write(b"\n")
            await process.stdin.drain()
    finally:
        process.kill()
        await process.wait()


async def test_a_power_cut_at_any_step_leaves_a_whole_terminal_or_none_and_the_code_still_opens(
    device: Enrolling, centre: Centre
) -> None:
    """From one household to another: the one's settings, none, and the other's, and never the other with the inbox."""
    await device.enrol(centre.address, centre.code("t-1"))
    inbox = device.config.parent / "inbox.sqlite"
    inbox.write_text("what the first household was told")
    seen = []
    async for was_cut in power_cuts(device, centre, centre.code("t-2"), "replace"):
        terminal = household(device).terminal if device.is_enrolled else None
        seen.append((was_cut, terminal))
        assert terminal != "t-2" or not inbox.exists()
    assert seen[-1] == (False, "t-2")
    assert list(dict.fromkeys(seen[:-1])) == [(True, "t-1"), (True, None), (True, "t-2")]
