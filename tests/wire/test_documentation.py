"""docs/protocol.md says what the code does, no less and no more."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from kokuchi.wire import (
    MAXIMUM_BYTES,
    Alert,
    Audience,
    AudienceKind,
    CallbackRequest,
    Contact,
    DeliveryReport,
    Dictionary,
    Entry,
    Furigana,
    Level,
    MessageType,
    Outcome,
    Presence,
    Reading,
    Recorded,
    Refusal,
    RequestState,
    Ruby,
    Severity,
    Silence,
    Speaker,
    Status,
    SyncReply,
    SyncRequest,
    TerminalSettings,
    Topics,
    Translation,
)

from . import golden_messages as golden

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")

MODELS: list[type[BaseModel]] = [
    Alert,
    Audience,
    Contact,
    Reading,
    Furigana,
    Ruby,
    Translation,
    Dictionary,
    Entry,
    TerminalSettings,
    DeliveryReport,
    CallbackRequest,
    Presence,
    SyncRequest,
    SyncReply,
    Recorded,
    RequestState,
]

each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def section(title: str) -> str:
    """Return what stands under a heading, up to the next heading."""
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/protocol.md has no section {title!r}"
    return found[1]


def rows(title: str, first_column: str) -> Iterator[list[str]]:
    """Yield the cells of the rows of the section's table that begins with this column."""
    for table in re.findall(r"(?:^\|.*\|\n)+", section(title), re.MULTILINE):
        header, _, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines())
        if header[0] == first_column:
            yield from body


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@each_model
def test_the_table_of_a_message_lists_exactly_its_fields_in_order(model: type[BaseModel]) -> None:
    assert [row[0].strip("`") for row in rows(model.__name__, "field")] == list(model.model_fields)


@each_model
def test_the_table_says_which_fields_are_required(model: type[BaseModel]) -> None:
    documented = {row[0].strip("`"): "required" in row[2] for row in rows(model.__name__, "field")}
    assert documented.pop("version", True)
    assert documented == {name: field.is_required() for name, field in model.model_fields.items() if name != "version"}


@each_model
def test_every_row_of_a_message_is_filled_in(model: type[BaseModel]) -> None:
    assert all(len(row) == 5 and all(row) for row in rows(model.__name__, "field"))


@pytest.mark.parametrize(
    ("model", "field", "values"),
    [
        (Alert, "status", Status),
        (Alert, "message_type", MessageType),
        (Alert, "severity", Severity),
        (Audience, "kind", AudienceKind),
        (DeliveryReport, "outcome", Outcome),
        (DeliveryReport, "silence", Silence),
        (Presence, "speaker", Speaker),
    ],
)
def test_the_table_lists_the_values_of_an_enumeration_in_order(
    model: type[BaseModel], field: str, values: type[Status]
) -> None:
    (limits,) = (row[2] for row in rows(model.__name__, "field") if row[0] == f"`{field}`")
    assert quoted(limits) == [value.value for value in values]


def test_every_severity_has_the_level_that_the_page_says() -> None:
    documented = {severity: level for cell, level in rows("Alert", "severity") for severity in quoted(cell)}
    assert documented == {severity.value: Level.of(severity).value for severity in Severity}


def test_the_page_lists_exactly_the_refusals() -> None:
    assert [row[0].strip("`") for row in rows("Refusals", "refusal")] == [refusal.value for refusal in Refusal]


def test_the_page_lists_exactly_the_topics() -> None:
    topics = Topics("{town}")
    audiences = [
        Audience(kind=AudienceKind.ALL),
        *(
            Audience.model_construct(kind=kind, members=(member,))
            for kind, member in (
                (AudienceKind.AREAS, "{area}"),
                (AudienceKind.GROUPS, "{group}"),
                (AudienceKind.TERMINALS, "{terminal}"),
            )
        ),
    ]
    own = (topics.delivery, topics.presence, topics.request, topics.sync, topics.sync_reply)
    spelt = [topic for audience in audiences for topic in topics.of_audience(audience)]
    spelt += [topics.dictionary, topics.settings("{terminal}")]
    spelt += [spell("{terminal}") for spell in own]
    column = "topic under `kokuchi/v1/{town}/`"
    assert [f"{topics.root}/{row[0].strip('`')}" for row in rows("Transport", column)] == spelt


def test_the_page_says_the_size_limit() -> None:
    assert f"{MAXIMUM_BYTES:,} bytes" in section("Transport")


def test_the_header_on_the_page_is_that_of_the_golden_alert() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", section("Signature"), re.DOTALL)
    header = (golden.FOLDER / "alert.jws").read_bytes().split(b".")[0]
    assert json.loads(shown) == json.loads(base64.urlsafe_b64decode(header + b"=" * (-len(header) % 4)))


def test_every_example_is_the_golden_message_that_it_names() -> None:
    examples = re.findall(r"`(\w+\.json)`:\n\n```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == PAGE.count("```json") - 1
    for name, shown in examples:
        assert json.loads(shown) == json.loads((golden.FOLDER / name).read_bytes()), name
