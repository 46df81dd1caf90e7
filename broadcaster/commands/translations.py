"""`--translation`: a text in another language, from a file."""

from pathlib import Path

import click

from broadcaster.domain.texts import Translated
from kokuchi.voice.languages import known_code


def _read(_context: click.Context, _option: click.Parameter, words: tuple[str, ...]) -> tuple[Translated, ...]:
    return tuple(_translated(word) for word in words)


def _translated(word: str) -> Translated:
    code, colon, name = word.partition(":")
    if not (colon and name):
        raise click.BadParameter(f"{word!r}: write LANGUAGE:FILE, such as vi:alert-vi.txt")
    try:
        headline, _, body = Path(name).read_text(encoding="utf-8").strip().partition("\n")
        return Translated(known_code(code), headline.strip(), body.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{name}: cannot be read: {error}") from error
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


translation_option = click.option(
    "--translation",
    "translations",
    multiple=True,
    metavar="LANGUAGE:FILE",
    callback=_read,
    help="The text in en, zh-Hans, vi or ko: the first line of FILE is the headline, the rest the body; repeatable."
    " Nothing is ever translated by a machine.",
)
