from hypothesis import given
from hypothesis import strategies as st

from broadcaster.spreadsheets import csv_bytes, plain_cell, safe_cell


def test_a_cell_that_would_be_a_formula_is_written_as_text() -> None:
    assert (
        csv_bytes(["世帯"], [["=HYPERLINK(1)"], ["見本 花子"]]).decode()
        == "\ufeff世帯\r\n'=HYPERLINK(1)\r\n見本 花子\r\n"
    )


@given(st.text(max_size=20))
def test_what_was_made_safe_can_be_read_back(text: str) -> None:
    if not (text.startswith("'") and plain_cell(text) != text):
        assert plain_cell(safe_cell(text)) == text
