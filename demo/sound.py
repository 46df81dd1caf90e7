"""Where the demo's terminals speak: the machine's sound device if it has one, else a file that keeps the sound."""

import os
import subprocess
from pathlib import Path


def has_sound_device() -> bool:
    """Tell whether the default device takes a moment of silence. `aplay -l` is no probe: it succeeds with no card."""
    try:
        probe = subprocess.run(
            ["aplay", "--quiet", "--file-type=raw", "--format=S16_LE", "--rate=48000", "-"],  # noqa: S607 - from the PATH
            input=bytes(4800),
            capture_output=True,
            timeout=3,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


def file_device(folder: Path) -> dict[str, str]:
    """Return the environment of a terminal whose sound goes into `sound.raw` (48 kHz, 16 bits, mono) in a folder."""
    settings = folder / "alsa.conf"
    settings.write_text(
        f"""\
pcm.!default {{
    type plug
    slave.pcm {{
        type file
        slave.pcm {{ type null }}
        file "{folder / "sound.raw"}"
        format "raw"
    }}
}}
""",
        encoding="utf-8",
    )
    return {**os.environ, "ALSA_CONFIG_PATH": str(settings)}
