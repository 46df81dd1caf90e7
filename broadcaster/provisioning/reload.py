"""Tells a running broker that its files have changed."""

import os
import signal
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

_SECONDS = 10
_PROGRAM = "mosquitto"


class BrokerUntold(Exception):  # noqa: N818 - reads as what it says
    """A broker that could not be told; the message says why and what to do."""


def tell_broker(pid_file: Path, command: Sequence[str] = ()) -> None:
    """Make the broker read its files anew: with the command of the settings, else by SIGHUP to the process in a file.

    Raises BrokerUntold.
    """
    if command:
        _run(command)
    else:
        _signal(pid_file)


def presented_serial(host: str, port: int) -> int:
    """Return which certificate a running broker presents; raises OSError."""
    pem = ssl.get_server_certificate((host, port), timeout=_SECONDS)
    return x509.load_pem_x509_certificate(pem.encode()).serial_number


def _run(command: Sequence[str]) -> None:
    try:
        # The command comes from the centre's own settings; no shell reads it.
        done = subprocess.run(command, timeout=_SECONDS, capture_output=True, text=True, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrokerUntold(f"[broker] reload: {error}") from error
    if done.returncode:
        raise BrokerUntold(f"[broker] reload ended with {done.returncode}: {done.stderr.strip()[-200:]}")


def _signal(pid_file: Path) -> None:
    try:
        process = int(pid_file.read_text())
        # A killed broker leaves its file behind, and its number may be another program's by now.
        name = Path(f"/proc/{process}/comm").read_text().strip()
        if name != _PROGRAM:
            raise BrokerUntold(f"{pid_file} names process {process}, which is {name} and no Mosquitto; start Mosquitto")
        os.kill(process, signal.SIGHUP)
    except (OSError, ValueError) as error:
        raise BrokerUntold(
            f"no Mosquitto can be signalled through {pid_file} ({error}); if it runs elsewhere or as another user, set"
            " [broker] reload"
        ) from error
