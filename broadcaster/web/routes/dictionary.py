"""The dictionary: looking at it, and taking it away as a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from broadcaster.dictionary.files import format_words
from broadcaster.web.live import Part
from broadcaster.web.pages import page
from broadcaster.web.sessions import Reader
from broadcaster.web.site import Site, site_of
from broadcaster.web.word_list import matching, reach_of, revised, revisions

router = APIRouter()

PAGE_SIZE = 50
_REVISIONS = 10

PageNumber = Annotated[int, Query(alias="page", ge=1, le=1000)]


def reach(site: Site) -> Part:
    """Return how far the dictionary has come."""
    return Part("reach", "parts/dictionary_reach.html", {"reach": reach_of(site)})


@router.get("/dictionary")
def show_dictionary(
    request: Request, _: Reader, q: str = "", number: PageNumber = 1, done: int = 0, refused: str = ""
) -> Response:
    """Show the words in which `q` is found; `done` is a revision that the reader has just made."""
    site = site_of(request)
    book = site.ledger.dictionary.book()
    base = matching(book.base, q)
    own = {word.word for word in book.staff}
    start = (number - 1) * PAGE_SIZE
    return page(
        request,
        "dictionary.html",
        query=q,
        reach=reach(site),
        staff=matching(book.staff, q),
        base_words={word.word for word in book.base},
        own=own,
        base=base[start : start + PAGE_SIZE],
        base_count=len(base),
        all_count=len(book.staff),
        number=number,
        more=len(base) > start + PAGE_SIZE,
        revisions=revisions(site, _REVISIONS),
        done=revised(site, done) if done else None,
        refused=refused == "moved",
    )


@router.get("/dictionary/words.csv")
def export(request: Request, _: Reader) -> Response:
    """Answer with the staff's words as a file for spreadsheets."""
    words = site_of(request).ledger.dictionary.book().staff
    return Response(
        format_words(words).encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="dictionary.csv"'},
    )
