"""A sound device for tests: ALSA's file plug-in over null, which takes the sound and keeps it (voice.md)."""

from pathlib import Path


def file_device(folder: Path) -> tuple[Path, Path]:
    """Write an ALSA configuration; return it and the file that the sound goes to (48 kHz, 16 bits, mono)."""
    configuration, sound = folder / "alsa.conf", folder / "sound.raw"
    device = f'type file slave.pcm {{ type null }} file "{sound}" format "raw"'
    configuration.write_text(f"pcm.!default {{ type plug slave.pcm {{ {device} }} }}\n")
    return configuration, sound


def no_device(folder: Path) -> Path:
    """Write an ALSA configuration without any device."""
    configuration = folder / "no-alsa.conf"
    configuration.write_text("pcm.!default { type hw card 31 }\n")
    return configuration
