"""What staff have written on a form, as the domain knows it."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from starlette.datastructures import FormData

from broadcaster.domain.texts import Translated, said
from broadcaster.domain.written import Correction, Written
from broadcaster.web import days
from broadcaster.web.sessions import text_of, texts_of
from kokuchi.voice.languages import LANGUAGES
from kokuchi.wire.alert import MAXIMUM_TRANSLATED_BODY, MAXIMUM_TRANSLATED_HEADLINE

_REVISION = re.compile(r"[0-9]{1,5}")
_IDENTIFIER = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")

_LONGEST_VERSION = 10

MAXIMUM_REASON = 200


def written_of(form: FormData) -> Written:
    """Return what the form of an alert holds."""
    return Written(
        category=text_of(form, "category"),
        headline=_one_line(text_of(form, "headline")),
        body=_lines(text_of(form, "body")),
        level=text_of(form, "level"),
        audience=text_of(form, "audience"),
        areas=texts_of(form, "areas"),
        groups=texts_of(form, "groups"),
        terminals=texts_of(form, "terminals"),
        drill=text_of(form, "drill"),
        translations=_translations(form),
        valid_hours=text_of(form, "valid_hours"),
    )


def correction_of(form: FormData) -> Correction:
    """Return what the form of a correction holds."""
    return Correction(
        revision_of(form),
        _one_line(text_of(form, "headline")),
        _lines(text_of(form, "body")),
        _translations(form),
        reason_of(form),
    )


def reason_of(form: FormData) -> str:
    """Return why something does not wait for a second person."""
    return said(text_of(form, "reason"))[:MAXIMUM_REASON]


def revision_of(form: FormData) -> int:
    """Return the revision that a form's author had seen; 0, which no alert has, if the form does not say."""
    text = text_of(form, "revision")
    return int(text) if _REVISION.fullmatch(text) else 0


def identifier_of(form: FormData) -> str:
    """Return the identifier that a form was given when it was begun; empty if it is none of ours."""
    text = text_of(form, "identifier")
    return text if is_identifier(text) else ""


def is_identifier(text: str) -> bool:
    """Tell whether this is an identifier as `new_identifier` gives them."""
    return bool(_IDENTIFIER.fullmatch(text))


def version_of(form: FormData) -> int:
    """Return the version of the stored draft that a form's writer had seen; 0 if there was none."""
    text = text_of(form, "version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST_VERSION else 0


def day_of(form: FormData) -> date:
    """Return the day that a form is about; the first there is, for which nothing is planned, if it does not say."""
    return days.day_of(text_of(form, "day")) or date.min


def translation_fields(translations: Iterable[Translated]) -> dict[str, Any]:
    """Return what the templates need to show the fields of the other languages."""
    return {
        "translated": {text.language: text for text in translations},
        "maximum_translated_headline": MAXIMUM_TRANSLATED_HEADLINE,
        "maximum_translated_body": MAXIMUM_TRANSLATED_BODY,
    }


def _translations(form: FormData) -> tuple[Translated, ...]:
    found = (
        Translated(code, _one_line(text_of(form, f"headline-{code}")), _lines(text_of(form, f"body-{code}")))
        for code in LANGUAGES
    )
    return tuple(text for text in found if not text.is_empty)


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _lines(text: str) -> str:
    # Browsers send lines that end with CR LF; the wire knows LF only.
    return text.replace("\r\n", "\n").replace("\r", "\n")
