"""The command `terminal-client`.

Exit codes: 0 done; 1 it could not be done, and the message says why; 2 the settings or the usage are wrong.
"""

import asyncio
import os
import sys
from pathlib import Path

import click

from kokuchi import __version__, command_line, logs
from kokuchi.configuration import load
from kokuchi.database import DatabaseUnusable
from kokuchi.serving import PortUnusable
from kokuchi.voice.errors import VoiceError
from kokuchi.wire import KeyRing
from terminal_client.bootstrap import Device
from terminal_client.preferences import PreferenceStore
from terminal_client.settings import Settings
from terminal_client.watchdog import StoodStill


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
    """Run the terminal, until interrupted."""
    if no_screen and no_voice:
        raise click.UsageError("a terminal with neither screen nor voice reaches nobody; leave out one of the two")
    settings = load(Settings, config, os.environ)
    logs.configure(verbose)
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
        screen = load(Settings, config, os.environ).screen
        url = f"http://{screen.host}:{screen.port}/"
    # In its place, a program that has loaded nothing of the terminal: 12 MB instead of 70.
    os.execv(sys.executable, [sys.executable, "-m", "terminal_client.kiosk", browser, url, *options])  # noqa: S606 - ours


@command.command(name="check-config")
@click.pass_obj
def check_config(config: Path) -> None:
    """Check the settings: exit code 0 when they can be used, else 2 and a line for each thing that is wrong."""
    settings = load(Settings, config, os.environ)
    keys = KeyRing.load(settings.town.public_keys)
    click.echo(f"{config}: good: terminal {settings.terminal} of {settings.town.name}, {len(keys.keys)} key(s)")


@command.command()
@click.argument("percent", type=click.IntRange(10, 100), required=False)
@click.pass_obj
def volume(config: Path, percent: int | None) -> None:
    """Print the household's volume, or set it to PERCENT: from the next alert on, also in a terminal that runs."""
    settings = load(Settings, config, os.environ)
    preferences = PreferenceStore(settings.inbox, settings.usual)
    if percent is not None:
        preferences.change(volume=percent)
    click.echo(f"{preferences.current().volume} %")
    preferences.close()


def main() -> None:
    """Run the command."""
    command_line.run(command, DatabaseUnusable, PortUnusable, VoiceError, StoodStill)


if __name__ == "__main__":
    main()
