"""The roster as a CSV file: taken whole, or every wrong line is told."""

from pathlib import Path

import pytest

from broadcaster.domain.audience import Terminal
from broadcaster.provisioning.roster import RosterError, read_roster
from tests.broadcaster.examples import TOWN

HEAD = "terminal,household,kind,area,groups\n"
GOOD = "t-1,見本 花子,household,kita,elderly nobody\nt-2,みほん商店,business,minami,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "roster.csv"


def read(file: Path, text: str) -> list[Terminal]:
    file.write_text(text, encoding="utf-8")
    return read_roster(file, TOWN)


def errors(file: Path, text: str) -> list[str]:
    with pytest.raises(RosterError) as caught:
        read(file, text)
    return str(caught.value).replace(f"{file}: ", "").splitlines()


def test_a_good_roster_is_read(file: Path) -> None:
    assert read(file, HEAD + GOOD) == [
        Terminal("t-1", "見本 花子", "household", "kita", frozenset({"elderly", "nobody"})),
        Terminal("t-2", "みほん商店", "business", "minami"),
    ]


def test_a_roster_that_a_spreadsheet_wrote_is_read_too(file: Path) -> None:
    """With a byte order mark, CR LF, quotes, columns in another order and more of them, and empty lines."""
    text = '備考,groups,area,kind,household,terminal\r\nよい,elderly,kita,household,"見本, 花子", t-1 \r\n\r\n'
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_roster(file, TOWN) == [Terminal("t-1", "見本, 花子", "household", "kita", frozenset({"elderly"}))]


def test_a_roster_of_nobody_is_empty(file: Path) -> None:
    assert read(file, HEAD) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("t 3,見本,household,kita,", "terminal 't 3' may have letters, digits, dots and hyphens only, at most 64"),
        (",見本,household,kita,", "terminal '' may have letters, digits, dots and hyphens only, at most 64"),
        ("../t,見本,household,kita,", "terminal '../t' may have"),
        ("t/+,見本,household,kita,", "terminal 't/+' may have"),
        (f"{'t' * 65},見本,household,kita,", "at most 64"),
        ("t-3,,household,kita,", "household is empty"),
        ("t-3,見本,castle,kita,", "kind 'castle' must be one of household, business"),
        ("t-3,見本,household,nishi,", "area 'nishi' is not one of kita, minami, mujin"),
        ("t-3,見本,household,kita,elderly young", "group 'young' is not one of elderly, nobody"),
        ("t-1,見本,household,kita,", "terminal 't-1' is given twice"),
        ("t-3,見本,household", "area '' is not one of kita, minami, mujin"),
        ("t-3,見本,household,kita,elderly,nobody", "there are more values than columns"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(file: Path, line: str, problem: str) -> None:
    [error] = errors(file, HEAD + GOOD + line + "\n")
    assert error.startswith("line 4: ")
    assert problem in error


def test_every_wrong_line_is_told(file: Path) -> None:
    found = errors(file, HEAD + "t-1,,castle,kita,\n" + "t-2,見本,household,kita,\n" + "t-3,見本,household,nishi,\n")
    assert [error.partition(":")[0] for error in found] == ["line 2", "line 2", "line 4"]


@pytest.mark.parametrize("text", ["", "\n", "t-1,見本,household,kita,\n", "terminal;household;kind;area;groups\n"])
def test_a_first_line_that_names_other_columns_is_told(file: Path, text: str) -> None:
    [error] = errors(file, text)
    assert error == "the first line must name the columns terminal, household, kind, area, groups; terminal is missing"


@pytest.mark.parametrize("content", [HEAD.encode("utf-16"), (HEAD + GOOD).encode() + b"\x80\xff"])
def test_a_file_in_another_encoding_is_told(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(RosterError, match=r"roster\.csv: is neither UTF-8 nor Shift_JIS; save it as CSV"):
        read_roster(file, TOWN)


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(RosterError, match=r"roster\.csv: cannot be read: No such file"):
        read_roster(file, TOWN)


def test_a_quote_that_is_never_closed_is_told(file: Path) -> None:
    long = "".join(f"t-{number},見本,household,kita,\n" for number in range(20_000))
    [error] = errors(file, HEAD + '"t-x,見本,household,kita,\n' + long)
    assert "line" in error


def test_the_roster_that_is_shipped_fits_the_settings_that_are_shipped() -> None:
    from broadcaster.settings import load_settings

    config = Path(__file__).parents[3] / "config"
    environment = {"KOKUCHI_WEB__SESSION_SECRET": "s" * 32, "KOKUCHI_BROKER__PASSWORD": "x"}
    _, town = load_settings(config / "broadcaster.toml", environment)
    assert read_roster(config / "roster.csv", town)
