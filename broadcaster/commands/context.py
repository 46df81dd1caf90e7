"""What the subcommands share: the settings, the ledger, and how they print."""

import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from broadcaster.domain.town import Town
from broadcaster.ledger import Ledger
from broadcaster.settings import Settings, load_settings
from kokuchi.voice.speech import Voice
from kokuchi.wire import Dictionary


@dataclass(frozen=True)
class Context:
    """The global options."""

    config: Path

    def load(self) -> tuple[Settings, Town]:
        """Return the settings and the town, or raise ConfigurationError."""
        return load_settings(self.config, os.environ)

    @contextmanager
    def ledger(self) -> Iterator[tuple[Settings, Town, Ledger]]:
        """Open the ledger for the length of a block."""
        settings, town = self.load()
        ledger = Ledger(settings.ledger)
        try:
            yield settings, town, ledger
        finally:
            ledger.close()


@asynccontextmanager
async def voice_with(dictionary: Dictionary | None) -> AsyncIterator[Voice]:
    """Run the terminals' voice with this dictionary for the length of a block; raises VoiceError."""
    voice = Voice()
    await voice.start()
    try:
        if dictionary is not None:
            await voice.use(dictionary)
        yield voice
    finally:
        await voice.close()


pass_context = click.make_pass_decorator(Context)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def print_json(value: object) -> None:
    """Print a value as JSON for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; a Japanese character is two columns wide."""
    widths = [max(_width(cell) for cell in column) for column in zip(headings, *rows, strict=True)]
    for row in [headings, *rows]:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    return sum(1 if ord(character) < 0x2E80 else 2 for character in text)
