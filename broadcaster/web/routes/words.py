"""Adding, changing, removing a word, and undoing that."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from broadcaster.dictionary import Examination, NotTaken
from broadcaster.domain.dictionary import DictionaryTooLarge, Word, written
from broadcaster.domain.draft import Problem
from broadcaster.ledger.dictionary import DictionaryMoved, WordMoved
from broadcaster.web.authors import author_name
from broadcaster.web.errors import PageError, storing
from broadcaster.web.pages import page
from broadcaster.web.sessions import CheckedForm, Sender, text_of
from broadcaster.web.site import Site, site_of
from broadcaster.web.word_forms import WrittenWord
from kokuchi.voice import VoiceError

router = APIRouter()
log = logging.getLogger(__name__)

PATIENCE_SECONDS = 90.0

NO_VOICE = (
    "いま、端末の声で読みを確かめられません。少し待って、もう一度押してください。"
    "くり返し起きるときは、保守の担当者に連絡してください。"
)
_SOMEBODY_SAVES = "ほかの人が、ちょうど辞書を変えています。少し待って、もう一度押してください。"


def done(revision: int) -> Response:
    """Lead to the dictionary, which says what a revision has changed."""
    return RedirectResponse(f"/dictionary?done={revision}", status_code=303)


@router.get("/dictionary/new")
def new_word(request: Request, _: Sender) -> Response:
    """Show the empty form."""
    return _form_page(request, WrittenWord(seen=str(site_of(request).ledger.dictionary.revision())))


@router.get("/dictionary/change")
def change_word(request: Request, _: Sender, word: str) -> Response:
    """Show the form of a word, the staff's or one that ships with the software."""
    book = site_of(request).ledger.dictionary.book()
    return _form_page(request, WrittenWord.from_word(_known(book.words.get(word)), book.revision))


@router.post("/dictionary/rewrite")
def rewrite_word(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Show the form with what was written."""
    return _form_page(request, WrittenWord.of(form))


@router.post("/dictionary/check")
async def check_word(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Show how the word is read and what it would break, or the form with what is wrong."""
    site, wrote = site_of(request), WrittenWord.of(form)
    obstacle = await asyncio.to_thread(_obstacle, request, wrote)
    if obstacle:
        return obstacle
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            examination = await site.editor.examine([wrote.meant()])
    except (VoiceError, TimeoutError) as error:
        return await asyncio.to_thread(_unspoken, request, wrote, error)
    return await asyncio.to_thread(_check_page, request, wrote, examination)


@router.post("/dictionary/save")
async def save_word(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Take the word, once however often the form is sent, or show what is in its way."""
    site, wrote = site_of(request), WrittenWord.of(form)
    revision = await asyncio.to_thread(_taken_already, site, wrote.meant(), account.name)
    if revision:
        return done(revision)
    obstacle = await asyncio.to_thread(_obstacle, request, wrote)
    if obstacle:
        return obstacle
    try:
        with storing():
            async with asyncio.timeout(PATIENCE_SECONDS):
                return done(await site.editor.take([wrote.meant()], account.name))
    except NotTaken as error:
        return await asyncio.to_thread(_check_page, request, wrote, error.examination)
    except DictionaryMoved:
        return await asyncio.to_thread(_form_page, request, wrote, [Problem("word", _SOMEBODY_SAVES, "moved")])
    except (VoiceError, TimeoutError) as error:
        return await asyncio.to_thread(_unspoken, request, wrote, error)


@router.get("/dictionary/remove")
async def ask_removal(request: Request, _: Sender, word: str) -> Response:
    """Ask whether to remove a word of the staff, and say what would be read otherwise."""
    site = site_of(request)
    book = await asyncio.to_thread(site.ledger.dictionary.book)
    own = _known(book.staff_word(word))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            broken = await site.editor.broken_without(word)
    except (VoiceError, TimeoutError) as error:
        # A wrong word must be removed even when nobody can tell what that does.
        log.warning("removal not examined", extra={"reason": str(error) or type(error).__name__})
        broken = ()
    base = next((base for base in book.base if base.word == word), None)
    return await asyncio.to_thread(
        page, request, "word_remove.html", word=own, base=base, broken=broken, seen=book.revision
    )


@router.post("/dictionary/remove")
def remove_word(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Remove a word of the staff."""
    site = site_of(request)
    with storing():
        revision = site.editor.remove(text_of(form, "word"), account.name)
    # Whoever was faster, this is what was wanted.
    return done(revision) if revision else RedirectResponse("/dictionary", status_code=303)


@router.post("/dictionary/undo")
def undo(request: Request, account: Sender, form: CheckedForm) -> Response:
    """Bring back what was there before a revision."""
    site = site_of(request)
    wanted = text_of(form, "revision")
    try:
        with storing():
            return done(site.editor.undo(int(wanted) if wanted.isascii() and wanted.isdigit() else 0, account.name))
    except (WordMoved, DictionaryTooLarge):
        return RedirectResponse("/dictionary?refused=moved", status_code=303)


@router.post("/dictionary/preview-sound")
async def preview_sound(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with the sound of the example, or with why there is none."""
    return await _preview(form, lambda word: _sound(site_of(request), word))


@router.post("/dictionary/preview-reading")
async def preview_reading(request: Request, _: Sender, form: CheckedForm) -> Response:
    """Answer with the kana of the example, or with why there is none."""
    return await _preview(form, lambda word: _kana(site_of(request), word))


async def _sound(site: Site, word: Word) -> Response:
    return Response(await site.editor.sound(word.example, word), media_type="audio/wav")


async def _kana(site: Site, word: Word) -> Response:
    return JSONResponse({"headline": "", "body": await site.editor.kana(word.example, word)})


async def _preview(form: FormData, make: Callable[[Word], Any]) -> Response:
    wrote = WrittenWord.of(form)
    problems = wrote.problems()
    if problems:
        return JSONResponse({"message": "".join(problem.japanese for problem in problems)}, status_code=422)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer: Response = await make(wrote.meant())
            return answer
    except (VoiceError, TimeoutError) as error:
        log.warning("no preview", extra={"reason": str(error) or type(error).__name__})
        return JSONResponse({"message": NO_VOICE}, status_code=503)


def _known(word: Word | None) -> Word:
    if word is None:
        raise PageError(
            404,
            "この言葉は登録されていません",
            "ほかの人が消したのかもしれません。「読みの辞書」から選びなおしてください。",
        )
    return word


def _taken_already(site: Site, word: Word, account: str) -> int | None:
    """Return the revision in which this account has saved this very word last: the form was sent twice."""
    last = site.ledger.dictionary.last_change(word.word)
    if last is None or last.after is None or last.changed_by != account:
        return None
    same = (last.after.reading, last.after.accent, last.after.example) == (word.reading, word.accent, word.example)
    return last.revision if same else None


def _obstacle(request: Request, wrote: WrittenWord) -> Response | None:
    """Return the form if the word cannot be tried, or if somebody else was faster."""
    problems = wrote.problems()
    if problems:
        return _form_page(request, wrote, problems)
    site = site_of(request)
    word = written(wrote.word)
    last = site.ledger.dictionary.last_change(word)
    if last is not None and last.revision > wrote.revision:
        return _form_page(request, wrote, overtaken_by=author_name(site, last.changed_by))
    if not wrote.known and site.ledger.dictionary.book().staff_word(word):
        japanese = f"「{word}」は、すでに登録されています。一覧の「変える」から変えてください。"
        return _form_page(request, wrote, [Problem("word", japanese, "is there already")])
    return None


def _unspoken(request: Request, wrote: WrittenWord, error: Exception) -> Response:
    log.warning("word not examined", extra={"reason": str(error) or type(error).__name__})
    return _form_page(request, wrote, [Problem("word", NO_VOICE, "no voice")], status=503)


def _form_page(
    request: Request,
    wrote: WrittenWord,
    problems: Sequence[Problem] = (),
    *,
    overtaken_by: str = "",
    status: int = 422,
) -> Response:
    book = site_of(request).ledger.dictionary.book()
    if overtaken_by:
        # Whoever sends the form again has seen what stands now.
        wrote = WrittenWord(wrote.word, wrote.reading, wrote.example, wrote.accent, str(book.revision), "yes")
    return page(
        request,
        "word_form.html",
        status=409 if overtaken_by else status if problems else 200,
        written=wrote,
        standing=book.words.get(written(wrote.word)),
        problems=problems,
        problem_of={problem.field: problem.japanese for problem in problems},
        overtaken_by=overtaken_by,
    )


def _check_page(request: Request, wrote: WrittenWord, examination: Examination) -> Response:
    if examination.problems:
        return _form_page(request, wrote, [problem for _, problem in examination.problems])
    [word] = examination.words
    standing = site_of(request).ledger.dictionary.book().words.get(word.word)
    return page(
        request,
        "word_check.html",
        status=409 if examination.broken else 200,
        written=wrote,
        word=word,
        standing=standing,
        broken=examination.broken,
    )
