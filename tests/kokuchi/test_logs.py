"""Structured logs: one line an event."""

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

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


def test_in_the_journal_each_line_has_its_priority_and_no_time(
    written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "journal").open("w+") as stream:
        status = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        monkeypatch.setattr("sys.__stderr__", stream)
        logs.configure(verbose=True)
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(log, level)("x")
    log.error("why", exc_info=ValueError("no"))
    lines = written.text.splitlines()
    assert lines[:5] == [
        f"<{priority}>{level} kokuchi.test: x"
        for priority, level in [(7, "debug"), (6, "info"), (4, "warning"), (3, "error"), (2, "critical")]
    ]
    assert lines[5:] == ["<3>error kokuchi.test: why", "<3>ValueError: no"]


def test_a_stream_that_is_not_the_journal_s_has_the_time(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("", "1:2", "nonsense"):
        monkeypatch.setenv("JOURNAL_STREAM", stream)
        logs.configure()
        log.info("x")
    assert len(re.findall(r"^\d{4}-", written.text, re.MULTILINE)) == 3
