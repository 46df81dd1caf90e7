"""`broadcaster dictionary`: how the town's words are read, with the same checks as on the page."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from broadcaster.commands.context import Context, json_option, pass_context, print_json, print_table, voice_with
from broadcaster.dictionary import TRIAL_SECONDS, Editor, VoiceTrial
from broadcaster.dictionary.files import format_words, parse_words, read_base, read_sentences
from broadcaster.domain.audit import SHELL
from broadcaster.domain.dictionary import Word, written
from broadcaster.ledger import Ledger
from broadcaster.settings import Settings
from kokuchi.voice.dictionary import katakana
from kokuchi.voice.speech import Voice


@dataclass(frozen=True)
class _Desk:
    """What these commands work with."""

    settings: Settings
    town: str
    ledger: Ledger

    @asynccontextmanager
    async def editor(self) -> AsyncIterator[Editor]:
        """Run an editor with a voice of its own for the length of a block."""
        trial = VoiceTrial(Voice(timeout=TRIAL_SECONDS))
        try:
            sentences = read_sentences(self.settings.sentences)
            yield Editor(self.ledger, trial, sentences, self.town, lambda: datetime.now(UTC))
        finally:
            await trial.close()

    async def take(self, words: list[Word]) -> int:
        """Take words, or raise NotTaken, DictionaryMoved or VoiceError; return the revision that has them."""
        async with self.editor() as editor:
            return await editor.take(words, SHELL)

    async def remove(self, word: str) -> int | None:
        """Take a word out; return the new revision, None if there is no such word."""
        async with self.editor() as editor:
            return await asyncio.to_thread(editor.remove, word, SHELL)

    async def reading(self, text: str) -> str:
        """Return how a text is read now."""
        async with voice_with(self.ledger.dictionary.standing()) as voice:
            return await voice.reading(text)


@contextmanager
def _desk(context: Context) -> Iterator[_Desk]:
    with context.ledger() as (settings, town, ledger):
        # The base files may have changed since the centre was started.
        ledger.dictionary.take_base(read_base(settings.dictionaries), town.id, datetime.now(UTC))
        yield _Desk(settings, town.id, ledger)


@click.group()
def dictionary() -> None:
    """How the town's words are read, by every terminal.

    A change is tried with the terminals' voice before it is taken; the running centre then sends it out.
    """


@dictionary.command(name="list")
@click.option("--all", "everything", is_flag=True, help="List the words that ship with the software too.")
@json_option
@pass_context
def list_words(context: Context, everything: bool, as_json: bool) -> None:
    """List the words of the staff with their readings."""
    with _desk(context) as desk:
        book = desk.ledger.dictionary.book()
    words = list(book.words.values()) if everything else list(book.staff)
    if as_json:
        print_json({"revision": book.revision, "words": [asdict(word) for word in words]})
        return
    if not words:
        click.echo(f"revision {book.revision}: the staff have entered no word yet; --all lists the others")
        return
    print_table(
        ["word", "reading", "accent", "example", "source"],
        [
            [w.word, w.reading, "-" if w.accent is None else str(w.accent), w.example or "-", w.source or "staff"]
            for w in words
        ],
    )


@dictionary.command()
@click.argument("word")
@click.argument("reading")
@click.option("--example", required=True, help="A sentence with the word in it; later changes are checked against it.")
@click.option("--accent", type=int, help="The mora after which the pitch falls, 0 if it does not.")
@json_option
@pass_context
def add(context: Context, word: str, reading: str, example: str, accent: int | None, as_json: bool) -> None:
    """Let WORD be read as READING (kana), in place of any other reading of it.

    Exit code 0: it is committed and will go out. 1: it was not taken, and the message says why: it may change how
    other sentences are read.
    """
    with _desk(context) as desk:
        revision = asyncio.run(desk.take([Word(written(word.strip()), katakana(reading), accent, example.strip())]))
        taken = desk.ledger.dictionary.book().words[written(word.strip())]
    if as_json:
        print_json({"revision": revision, "word": asdict(taken)})
    else:
        click.echo(f"revision {revision}: {taken.word} is read {taken.reading}: {taken.example_reading}")


@dictionary.command()
@click.argument("word")
@json_option
@pass_context
def remove(context: Context, word: str, as_json: bool) -> None:
    """Take WORD of the staff out; the reading that ships with the software, if there is one, stands again."""
    with _desk(context) as desk:
        revision = asyncio.run(desk.remove(written(word.strip())))
    if revision is None:
        raise click.ClickException(f"the staff have no word {word!r}; `broadcaster dictionary list` lists them")
    if as_json:
        print_json({"revision": revision, "word": word})
    else:
        click.echo(f"revision {revision}: {word} removed")


@dictionary.command()
@click.argument("text")
@json_option
@pass_context
def test(context: Context, text: str, as_json: bool) -> None:
    """Print how TEXT is read with the present dictionary."""
    with _desk(context) as desk:
        revision = desk.ledger.dictionary.revision()
        kana = asyncio.run(desk.reading(text))
    if as_json:
        print_json({"revision": revision, "text": text, "reading": kana})
    else:
        click.echo(kana)


@dictionary.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@pass_context
def import_words(context: Context, file: Path, as_json: bool) -> None:
    """Take all words of a CSV FILE, or none if any line is wrong; words that are not in it stay."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror}") from error
    words = parse_words(content, str(file))
    if not words:
        raise click.ClickException(f"{file}: there are no words in it")
    with _desk(context) as desk:
        revision = asyncio.run(desk.take(words))
    if as_json:
        print_json({"revision": revision, "words": [word.word for word in words]})
    else:
        click.echo(f"revision {revision}: {len(words)} words taken")


@dictionary.command()
@click.option("--all", "everything", is_flag=True, help="Write the words that ship with the software too.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; else standard output.")
@pass_context
def export(context: Context, everything: bool, out: Path | None) -> None:
    """Write the words of the staff as CSV, as `import` reads them."""
    with _desk(context) as desk:
        book = desk.ledger.dictionary.book()
    text = format_words(book.words.values() if everything else book.staff)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_bytes(text.encode())
    except OSError as error:
        raise click.ClickException(f"{out}: cannot be written: {error.strerror}") from error
    click.echo(f"{out}: written")
