"""Taking many words from a file, all or none."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from broadcaster.dictionary import Examination, NotTaken
from broadcaster.dictionary.files import parse_words
from broadcaster.domain.dictionary import Broken, Word
from broadcaster.ledger.dictionary import DictionaryMoved
from broadcaster.spreadsheets import text_of_csv
from broadcaster.web.errors import storing
from broadcaster.web.pages import page
from broadcaster.web.routes.words import NO_VOICE, PATIENCE_SECONDS, done
from broadcaster.web.sessions import CheckedForm, CheckedUpload, Sender, file_of, text_of
from broadcaster.web.site import site_of
from kokuchi.voice import VoiceError
from kokuchi.voice.dictionary import DictionaryError

router = APIRouter()

_NOTHING = "ファイルに言葉がありません。"


@router.get("/dictionary/import")
def ask_for_file(request: Request, _: Sender) -> Response:
    """Show what the file must look like, and ask for it."""
    return _ask_page(request)


@router.post("/dictionary/import")
async def check_file(request: Request, _: Sender, form: CheckedUpload) -> Response:
    """Show what the file would change, or everything that is wrong with it."""
    if (file := file_of(form, "file")) is None:
        return await asyncio.to_thread(_ask_page, request, ["ファイルを選んでください。"])
    content = await file.read()
    try:
        words = parse_words(content)
    except DictionaryError as error:
        return await asyncio.to_thread(_ask_page, request, error.problems)
    if not words:
        return await asyncio.to_thread(_ask_page, request, [_NOTHING])
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            examination = await site_of(request).editor.examine(words)
    except (VoiceError, TimeoutError):
        return await asyncio.to_thread(_ask_page, request, [NO_VOICE])
    return await asyncio.to_thread(_check_page, request, text_of_csv(content), words, examination)


@router.post("/dictionary/import/take")
async def take_file(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Take all words, or show why none was taken."""
    content = text_of(form, "content")
    try:
        words = parse_words(content)
        with storing():
            async with asyncio.timeout(PATIENCE_SECONDS):
                return done(await site_of(request).editor.take(words, account.name))
    except DictionaryError as error:
        return await asyncio.to_thread(_ask_page, request, error.problems)
    except NotTaken as error:
        return await asyncio.to_thread(_check_page, request, content, words, error.examination)
    except (VoiceError, TimeoutError, DictionaryMoved):
        return await asyncio.to_thread(_ask_page, request, [NO_VOICE])


def _ask_page(request: Request, problems: Sequence[str] = (), broken: Sequence[Broken] = ()) -> Response:
    status = 422 if problems or broken else 200
    return page(request, "word_import.html", status=status, problems=problems, broken=broken)


def _check_page(request: Request, content: str, words: Sequence[Word], examination: Examination) -> Response:
    if not examination.is_good:
        problems = [f"「{word}」: {problem.japanese}" for word, problem in examination.problems]
        return _ask_page(request, problems, examination.broken)
    book = site_of(request).ledger.dictionary.book()
    return page(
        request,
        "word_import_check.html",
        words=examination.words,
        standing={word.word: book.words.get(word.word) for word in words},
        content=content,
    )
