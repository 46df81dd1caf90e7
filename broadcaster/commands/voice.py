"""`broadcaster reading` and `broadcaster speak`: what the voice of the terminals says, without sending anything."""

import asyncio
from pathlib import Path

import click

from broadcaster.commands.context import json_option, print_json
from kokuchi.voice.cues import PAUSE
from kokuchi.voice.sentences import sentences
from kokuchi.voice.sound import join, silence
from kokuchi.voice.speech import Voice


@click.command()
@click.argument("text")
@json_option
def reading(text: str, as_json: bool) -> None:
    """Print the kana that the voice says for TEXT."""
    kana = asyncio.run(_reading(text))
    if as_json:
        print_json({"text": text, "reading": kana})
    else:
        click.echo(kana)


@click.command()
@click.argument("text")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The WAV file to write.")
def speak(text: str, out: Path) -> None:
    """Speak TEXT into a WAV file with the voice of the terminals."""
    wav, seconds = asyncio.run(_speak(text))
    try:
        out.write_bytes(wav)
    except OSError as error:
        raise click.ClickException(f"{out}: cannot be written: {error.strerror}") from error
    click.echo(f"{out}: {seconds:.1f} s")


async def _reading(text: str) -> str:
    voice = Voice()
    await voice.start()
    try:
        return await voice.reading(text)
    finally:
        await voice.close()


async def _speak(text: str) -> tuple[bytes, float]:
    voice = Voice()
    await voice.start()
    try:
        spoken = [await voice.speak(sentence) for sentence in sentences(text)]
    finally:
        await voice.close()
    if not spoken:
        raise click.ClickException("there is nothing to speak: the text is empty")
    parts = [part for sound in spoken for part in (sound, silence(PAUSE, sound.rate))]
    whole = join(parts[:-1])
    return whole.to_wav(), whole.duration
