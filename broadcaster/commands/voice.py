"""`broadcaster reading` and `broadcaster speak`: what the voice of the terminals says, without sending anything."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table, voice_with
from broadcaster.dictionary.files import read_base
from broadcaster.domain.dictionary import Book, Word
from broadcaster.ledger import Ledger
from broadcaster.ledger.places import Place
from broadcaster.settings import dictionary_files, ledger_place
from kokuchi.voice.cues import PAUSE
from kokuchi.voice.sentences import sentences
from kokuchi.voice.sound import join, silence
from kokuchi.voice.speech import Voice
from kokuchi.voice.words import Word as ExplainedWord


@click.command()
@click.argument("text")
@click.option("--explain", is_flag=True, help="Show for each word which rule or dictionary entry gave its reading.")
@json_option
@pass_context
def reading(context: Context, text: str, explain: bool, as_json: bool) -> None:
    """Print the kana that the voice says for TEXT."""
    kana, words = asyncio.run(_reading(context.config, text, explain))
    if as_json:
        explanation = {"words": [asdict(word) for word in words]} if explain else {}
        print_json({"text": text, "reading": kana, **explanation})
        return
    click.echo(kana)
    if explain:
        print_table(
            ["WRITTEN", "READING", "FROM", "WHICH"],
            [[word.written, word.reading, word.source, word.detail] for word in words],
        )


@click.command()
@click.argument("text")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The WAV file to write.")
@pass_context
def speak(context: Context, text: str, out: Path) -> None:
    """Speak TEXT into a WAV file with the voice of the terminals."""
    wav, seconds = asyncio.run(_speak(context.config, text))
    try:
        out.write_bytes(wav)
    except OSError as error:
        raise click.ClickException(f"{out}: cannot be written: {error.strerror}") from error
    click.echo(f"{out}: {seconds:.1f} s")


async def _reading(config: Path, text: str, explain: bool) -> tuple[str, list[ExplainedWord]]:
    async with _voice(config) as voice:
        return await voice.reading(text), await voice.explain(text) if explain else []


async def _speak(config: Path, text: str) -> tuple[bytes, float]:
    async with _voice(config) as voice:
        spoken = [await voice.speak(sentence) for sentence in sentences(text)]
    if not spoken:
        raise click.ClickException("there is nothing to speak: the text is empty")
    parts = [part for sound in spoken for part in (sound, silence(PAUSE, sound.rate))]
    whole = join(parts[:-1])
    return whole.to_wav(), whole.duration


def _voice(config: Path) -> AbstractAsyncContextManager[Voice]:
    """A voice that knows the words that are shipped, and those of the staff if there is a ledger."""
    book = Book(base=tuple(read_base(dictionary_files(config))), staff=_words_of_the_staff(ledger_place(config)))
    return voice_with(book.dictionary("here", datetime.now(UTC)))


def _words_of_the_staff(place: Place | None) -> tuple[Word, ...]:
    if place is None:
        return ()
    ledger = Ledger(place)
    try:
        return ledger.dictionary.book().staff
    finally:
        ledger.close()
