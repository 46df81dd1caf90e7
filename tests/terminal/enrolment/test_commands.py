"""`terminal-client enrol`, and what the other commands say before it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kokuchi.configuration import ConfigurationError
from terminal_client.__main__ import command
from terminal_client.enrolment.errors import EnrolmentError
from tests.terminal.enrolment.centre import Centre, serving_centre


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    async with serving_centre(tmp_path) as centre:
        yield centre


async def run(*arguments: str, typed: str = "", environment: dict[str, str] | None = None) -> Result:
    """Run a command in a thread, since the centre is served in this one."""
    return await asyncio.to_thread(CliRunner().invoke, command, arguments, typed, environment)


async def test_a_device_is_enrolled_from_a_shell_and_says_who_it_is(tmp_path: Path, centre: Centre) -> None:
    folder = tmp_path / "device"
    done = await run("enrol", "--folder", str(folder), "--address", centre.address, "--code", centre.code())
    assert done.exit_code == 0, done
    assert done.output == f"{folder / 'terminal.toml'}: this device is terminal t-1 of 月形町\n"
    good = await run("--config", str(folder / "terminal.toml"), "check-config")
    assert "good: terminal t-1 of 月形町, 1 key(s)" in good.output


async def test_what_is_not_given_is_asked_for_and_the_address_is_proposed(tmp_path: Path, centre: Centre) -> None:
    config = ["--config", str(tmp_path / "device" / "terminal.toml")]
    done = await run(*config, "enrol", typed=f"\n{centre.code()}\n", environment={"KOKUCHI_CENTRE": centre.address})
    assert done.exit_code == 0, done
    assert f"Address of the centre [{centre.address}]" in done.output
    again = await run(*config, "enrol", "--replace", typed=f"\n{centre.code('t-2')}\n")
    assert f"[{centre.address}]" in again.output
    assert "terminal t-2" in again.output


async def test_an_enrolled_device_is_asked_nothing_before_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "terminal.toml").write_text("")
    done = await run("enrol", "--folder", str(tmp_path))
    assert isinstance(done.exception, EnrolmentError)
    assert "this device is a terminal already; --replace" in str(done.exception)
    assert done.output == ""


async def test_settings_that_are_not_there_lead_to_enrolling(tmp_path: Path) -> None:
    done = await run("--config", str(tmp_path / "terminal.toml"), "check-config")
    assert isinstance(done.exception, ConfigurationError)
    assert "not enrolled yet. Use `terminal-client enrol`" in str(done.exception)
