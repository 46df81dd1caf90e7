"""A sound card for tests: a private PulseAudio with a null sink, which takes sound as fast as a loudspeaker plays it.

It has a mixer too, so that amixer has something to set. Needs pulseaudio and libasound2-plugins.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kokuchi.voice.sound import RATE
from tests.waiting import wait_until

needs_pulseaudio = pytest.mark.skipif(
    not (shutil.which("pulseaudio") and shutil.which("parec"))
    or not list(Path("/usr/lib").rglob("libasound_module_pcm_pulse.so")),
    reason="pulseaudio or libasound2-plugins is not installed",
)


@dataclass(frozen=True)
class House:
    """The card: the ALSA configuration that leads to it, and where PulseAudio listens."""

    configuration: Path
    server: str
    environment: dict[str, str]

    def lead(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make it the default sound device of the programs that this process starts."""
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(self.configuration))
        for name in ("XDG_RUNTIME_DIR", "PULSE_COOKIE"):
            monkeypatch.setenv(name, self.environment[name])

    def listen(self) -> subprocess.Popen[bytes]:
        """Record what sounds, as raw samples to the process's standard output, 10 ms at a time."""
        return subprocess.Popen(
            [
                "parec",
                f"--server={self.server}",
                "--device=house.monitor",
                "--latency-msec=10",
                "--raw",
                "--format=s16le",
                "--channels=1",
                f"--rate={RATE}",
            ],
            stdout=subprocess.PIPE,
            env=self.environment,
        )


@contextmanager
def pulse(folder: Path) -> Iterator[House]:
    """Run a PulseAudio of its own in a folder."""
    path = folder / "listening"
    configuration = folder / "pulse-alsa.conf"
    server = f"unix:{path}"
    configuration.write_text(
        f'pcm.!default {{ type plug slave.pcm {{ type pulse server "{server}" }} }}\n'
        f'ctl.!default {{ type pulse server "{server}" }}\n'
    )
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_COOKIE": str(folder / "cookie"),
    }
    command = [
        "pulseaudio",
        "-n",
        "--daemonize=no",
        "--exit-idle-time=-1",
        "--use-pid-file=no",
        "--log-target=null",
        "-L",
        f"module-null-sink sink_name=house rate={RATE} channels=1",
        "-L",
        f"module-native-protocol-unix socket={path} auth-anonymous=1",
    ]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(path), what="PulseAudio listens")
            yield House(configuration, server, environment)
        finally:
            process.terminate()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0
