"""Structured logs: one line an event."""

import logging
import re
from collections.abc import Iterator

import pytest

from kokuchi import logs

log = logging.getLogger("kokuchi.test")


class Written:
    """What was written to standard error."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self._text = ""

    @property
    def text(self) -> str:
        self._text += self._captured.readouterr().err
        return self._text


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield Written(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_is_one_line_with_its_values(written: Written) -> None:
    logs.configure()
    log.info("alert published", extra={"topic": "a/b", "count": 3, "reason": 'two\nlines "and" 文字'})
    [line] = written.text.splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 info kokuchi\.test: alert published ", line)
    assert line.endswith(' topic="a/b" count=3 reason="two\\nlines \\"and\\" 文字"')


def test_a_value_that_json_does_not_know_is_written_as_text(written: Written) -> None:
    logs.configure()
    log.info("x", extra={"error": OSError("no"), "data": b"\xff"})
    assert 'error="no" data="b\'\\\\xff\'"' in written.text


def test_details_are_written_when_asked_for_only(written: Written) -> None:
    logs.configure()
    log.debug("detail one")
    logs.configure(verbose=True)
    log.debug("detail two")
    assert "detail one" not in written.text
    assert written.text.count("detail two") == 1


def test_an_error_has_its_traceback(written: Written) -> None:
    logs.configure()
    try:
        int("why")
    except ValueError:
        log.exception("it broke")
    assert "error kokuchi.test: it broke\nTraceback" in written.text
    assert written.text.rstrip().endswith("ValueError: invalid literal for int() with base 10: 'why'")


def test_each_request_of_a_page_is_not_worth_a_line(written: Written) -> None:
    logs.configure()
    for name in ("uvicorn.access", "httpx"):
        logging.getLogger(name).info("GET /")
    assert written.text == ""
