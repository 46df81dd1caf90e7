"""The command `terminal-client`.

Exit codes: 0 done; 1 it could not be done, and the message says why; 2 the settings or the usage are wrong.
"""

import asyncio
import json
import os
import sys
from contextlib import closing
from pathlib import Path

import click

from kokuchi import __version__, command_line, logs
from kokuchi.configuration import ConfigurationError, from_environment, load
from kokuchi.database import DatabaseUnusable
from kokuchi.device_files import SETTINGS
from kokuchi.service_manager import ServiceManager
from kokuchi.serving import PortUnusable
from kokuchi.storage import UNWRITABLE
from kokuchi.voice.errors import VoiceError
from kokuchi.watchdog import StoodStill
from kokuchi.wire import KeyRing
from terminal_client.bootstrap import Device
from terminal_client.enrolment.address import proposed
from terminal_client.enrolment.enrolling import Enrolling
from terminal_client.enrolment.errors import EnrolmentError, Trouble
from terminal_client.enrolment.page import enrol_on_screen
from terminal_client.preferences import HIGHEST_VOLUME, LOWEST_VOLUME, PreferenceStore
from terminal_client.settings import FirstStart, Settings


@click.group()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("config/terminal.toml"),
    envvar="KOKUCHI_CONFIG",
    show_default=True,
    help="The settings; also from KOKUCHI_CONFIG.",
)
@click.version_option(__version__)
@click.pass_context
def command(context: click.Context, config: Path) -> None:
    """A household's terminal of kokuchi: shows, speaks and reports what the town office sends."""
    context.obj = config


@command.command()
@click.option("--verbose", is_flag=True, help="Log more.")
@click.option("--no-screen", is_flag=True, help="For a device that only speaks: no page is served.")
@click.option("--no-voice", is_flag=True, help="For a device that only shows: nothing is said, and the centre knows.")
@click.pass_obj
def run(config: Path, verbose: bool, no_screen: bool, no_voice: bool) -> None:
    """Run the terminal, until interrupted. A device without settings asks on its screen to be enrolled, and goes on."""
    if no_screen and no_voice:
        raise click.UsageError("a terminal with neither screen nor voice reaches nobody; leave out one of the two")
    logs.configure(verbose)
    first = from_environment(FirstStart, os.environ)
    enrolling = Enrolling(config, first.authority)
    if not enrolling.is_enrolled:
        with closing(ServiceManager()) as manager:
            asyncio.run(enrol_on_screen(enrolling, first, manager))
        if not enrolling.is_enrolled:
            return
    settings = load(Settings, config, os.environ)
    asyncio.run(Device(settings, has_screen=not no_screen, has_voice=not no_voice).run())


@command.command()
@click.option("--browser", default="chromium", show_default=True, help="Any that takes Chromium's options.")
@click.option("--url", help="The terminal's page; by default the one of the settings.")
@click.argument("options", nargs=-1)
@click.pass_obj
def kiosk(config: Path, browser: str, url: str | None, options: tuple[str, ...]) -> None:
    """Show the terminal's page on the whole screen, and start the browser anew when it has died or draws no more.

    OPTIONS after -- are handed to the browser.
    """
    if url is None:
        # A device that is not enrolled yet shows the page of its first start at the same place.
        enrolled = Enrolling(config).is_enrolled
        first = from_environment(FirstStart, os.environ)
        screen = load(Settings, config, os.environ).screen if enrolled else first.screen
        url = f"http://{screen.host}:{screen.port}/"
    # In its place, a program that has loaded nothing of the terminal: 12 MB instead of 70.
    os.execv(sys.executable, [sys.executable, "-m", "terminal_client.kiosk", browser, url, *options])  # noqa: S606 - ours


@command.command()
@click.option("--address", help="Where the centre is, as on the card: 192.168.1.10:8080. Asked for when not given.")
@click.option("--code", help="The 8 digits of the card. Asked for when not given.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the files go; where --config is if not given.")
@click.option("--authority", type=click.Path(path_type=Path), help="The town's authority, if it is not prepared.")
@click.option("--replace", is_flag=True, help="Also when the device is a terminal already, which it then is no more.")
@click.pass_obj
def enrol(
    config: Path, address: str | None, code: str | None, folder: Path | None, authority: Path | None, replace: bool
) -> None:
    """Make this device a terminal, with the code that the town office has made for it."""
    first = from_environment(FirstStart, os.environ)
    enrolling = Enrolling(folder / SETTINGS if folder else config, authority or first.authority)
    if enrolling.is_enrolled and not replace:
        raise EnrolmentError(Trouble.ENROLLED, detail=str(enrolling.config))
    usual = proposed(enrolling.remembered, first.centre)
    address = address or click.prompt("Address of the centre", default=usual or None)
    code = code or click.prompt("Code of 8 digits")
    grant = asyncio.run(enrolling.enrol(address, code, replace=replace))
    click.echo(f"{enrolling.config}: this device is terminal {grant.terminal} of {grant.town.name}")
    if replace:
        click.echo("restart a `terminal-client run` that is running: it is still what it was")


@command.command(name="check-config")
@click.pass_obj
def check_config(config: Path) -> None:
    """Check the settings: exit code 0 when they can be used, else 2 and a line for each thing that is wrong."""
    if not config.exists():
        raise ConfigurationError(
            f"{config}: there is no such file: this device is not enrolled yet. Use `terminal-client enrol`, or"
            " `terminal-client run` and its screen; or name another file with --config"
        )
    settings = load(Settings, config, os.environ)
    keys = KeyRing.load(settings.town.public_keys)
    settings.check_trust()
    click.echo(f"{config}: good: terminal {settings.terminal} of {settings.town.name}, {len(keys.keys)} key(s)")


@command.command()
@click.argument("percent", type=click.IntRange(LOWEST_VOLUME, HIGHEST_VOLUME), required=False)
@click.pass_obj
def volume(config: Path, percent: int | None) -> None:
    """Print the household's volume, or set it to PERCENT: from the next alert on, also in a terminal that runs."""
    settings = load(Settings, config, os.environ)
    preferences = PreferenceStore(settings.inbox, settings.usual)
    if percent is not None:
        preferences.change(volume=percent)
    click.echo(f"{preferences.current().volume} %")
    preferences.close()


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
@click.option("--reset", is_flag=True, help="Forget what the household has chosen; the settings' own stand again.")
@click.pass_obj
def preferences(config: Path, as_json: bool, reset: bool) -> None:
    """Print what the household has set, or --reset it: within seconds also in a terminal that runs."""
    settings = load(Settings, config, os.environ)
    store = PreferenceStore(settings.inbox, settings.usual)
    standing = (store.reset() if reset else store.current()).to_json()
    store.close()
    if as_json:
        click.echo(json.dumps(standing, ensure_ascii=False))
    else:
        for name, value in standing.items():
            click.echo(f"{name} = {json.dumps(value, ensure_ascii=False)}")


def main() -> None:
    """Run the command."""
    command_line.run(command, DatabaseUnusable, EnrolmentError, PortUnusable, StoodStill, VoiceError, *UNWRITABLE)


if __name__ == "__main__":
    main()
