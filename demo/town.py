"""The sample town's processes: a private Mosquitto, the centre, three terminals."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from demo.places import TERMINALS, Places
from demo.preparation import BROKER_MEMORY, MEMORY, environment
from demo.processes import Processes, answers
from demo.sound import file_device, has_sound_device

READY_SECONDS = 60.0


def start_town(places: Places, processes: Processes, *, quiet: bool, terminals: Sequence[str] = TERMINALS) -> None:
    """Start a prepared town with these of its terminals, and return once every page answers; raises DemoError.

    `quiet` is for nobody's ears: no sound device is used, and sound is taken as fast as it can be made.
    """
    start_mosquitto(places, processes)
    processes.start("centre", centre_command(places), environment(places))
    loud = not quiet and has_sound_device()
    for terminal in terminals:
        # One terminal speaks through the machine's own speaker; three at once nobody would understand.
        audible = loud and terminal == TERMINALS[0]
        start_terminal(places, processes, terminal, audible=audible, paced=not quiet)
    for port in (places.port, *(places.terminal_port(terminal) for terminal in terminals)):
        processes.wait_for(f"port {port}", partial(answers, port), READY_SECONDS)


def start_terminal(
    places: Places, processes: Processes, terminal: str, *, audible: bool, paced: bool, options: Sequence[str] = ()
) -> None:
    """Start a terminal: on the machine's own speaker or into a file, at the pace of speech or as fast as it can."""
    folder = places.device_files(terminal)
    # Its own files say whether there is TLS, and it serves none of the centre's pages.
    of_the_centre = ("KOKUCHI_WEB__", "KOKUCHI_BROKER__TLS", *MEMORY)
    variables = {
        **{name: value for name, value in environment(places).items() if not name.startswith(of_the_centre)},
        **({} if audible else file_device(folder)),
        "KOKUCHI_SCREEN__PORT": str(places.terminal_port(terminal)),
        "KOKUCHI_SPEAKER__REAL_TIME": "true" if paced else "false",
        # It may be night where the demo or a test runs, and its pages are to be seen.
        "KOKUCHI_NIGHT_SCREEN": "false",
    }
    command = [sys.executable, "-m", "terminal_client", "--config", str(folder / "terminal.toml"), "run", *options]
    processes.start(terminal, command, variables)


def forget_sessions(places: Places) -> None:
    """Delete what the broker has saved, as if its disk had been lost; it must not run meanwhile."""
    for saved in (places.data / "var" / "mosquitto" / "data").glob("*.db*"):
        saved.unlink()


def start_mosquitto(places: Places, processes: Processes) -> None:
    """Start the private Mosquitto as the process "mosquitto"; it takes memory as the broker's unit sets it."""
    # Debian puts it where only root's PATH leads.
    program = "/usr/sbin/mosquitto" if Path("/usr/sbin/mosquitto").exists() else "mosquitto"
    command = [program, "-c", str(places.data / "var" / "mosquitto" / "mosquitto.conf")]
    processes.start("mosquitto", command, {**os.environ, **BROKER_MEMORY})


def centre_command(places: Places) -> list[str]:
    """Return the command of the centre."""
    return [sys.executable, "-m", "broadcaster", "--config", str(places.config), "serve"]


def collector_command(places: Places, number: int) -> list[str]:
    """Return the command of a further collector; the demo itself needs none."""
    return [sys.executable, "-m", "broadcaster", "--config", str(places.config), "collect", str(number)]
