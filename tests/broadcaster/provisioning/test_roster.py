"""The roster as a CSV file: taken whole, or every wrong line is told."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster.domain.audience import Terminal
from broadcaster.domain.roster import plan
from broadcaster.domain.service import Service
from broadcaster.domain.town import Place
from broadcaster.provisioning.roster import RosterError, export_roster, parse_roster, read_roster
from tests.broadcaster.examples import TOWN

HEAD = "terminal,household,kind,area,groups\n"
GOOD = "t-1,見本 花子,household,kita,elderly nobody\nt-2,みほん商店,business,minami,\n"
STANDING = {
    terminal.id: terminal
    for terminal in (
        Terminal("t-1", "見本 花子", "household", "kita", frozenset({"elderly"})),
        Terminal("t-away", "見本", "household", "kita", service=Service.SUSPENDED),
        Terminal("t-gone", "見本", "household", "former", frozenset({"lost"})),
        Terminal("t-old", "見本", "household", "kita", service=Service.RETIRED),
    )
}


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


JAPANESE = """\
端末,世帯名,種別,行政区,グループ\r
t-1,髙橋　花子,世帯,北地区,高齢者のみの世帯\r
t-2,みほん商店,事業所,ﾐﾅﾐ,\r
"""


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_a_roster_in_japanese_is_read_as_excel_saves_it(file: Path, encoding: str) -> None:
    """The 髙 of 髙橋 is in Windows' Shift_JIS alone, not in the standard's; areas and groups stand by their names."""
    text = JAPANESE.replace("ﾐﾅﾐ", "ミナミ" if encoding == "cp932" else "ﾐﾅﾐ")
    file.write_bytes(text.encode(encoding))
    areas = (*TOWN.areas, Place(id="south", name="ミナミ"))
    assert read_roster(file, TOWN.model_copy(update={"areas": areas})) == [
        Terminal("t-1", "髙橋　花子", "household", "kita", frozenset({"elderly"})),
        Terminal("t-2", "みほん商店", "business", "south"),
    ]


def test_mistakes_of_both_kinds_are_told_in_the_order_of_lines(file: Path) -> None:
    found = errors(file, HEAD + "t-1,見本,household,nishi,\n" + "t-2,見本,household,kita,a,b\nt-3,,household,kita,\n")
    assert [error.partition(":")[0] for error in found] == ["line 2", "line 3", "line 3", "line 4"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("t-old,見本,household,kita,", "terminal 't-old' is retired and never comes back"),
        ("centre,見本,household,kita,", "'centre' is a name that the centre uses itself"),
        ("import,見本,household,kita,", "'import' is a name that the centre uses itself"),
        ('t-5,"見\n本",household,kita,', "household has line breaks"),
        (f"t-5,{'長' * 61},household,kita,", "household is too long"),
        ("t-1,見本 花子,household,nishi,", "area 'nishi' is not one of"),
    ],
)
def test_what_the_roster_does_not_allow_is_told(line: str, problem: str) -> None:
    with pytest.raises(RosterError, match=re.escape(problem)):
        parse_roster((HEAD + line + "\n").encode(), TOWN, STANDING, "centre")


def test_an_area_that_the_settings_do_not_have_any_more_may_stay_and_nobody_else_may_have_it() -> None:
    [terminal] = parse_roster((HEAD + "t-gone,見本,household,former,lost elderly\n").encode(), TOWN, STANDING)
    assert terminal.area == "former"
    assert terminal.groups == {"lost", "elderly"}


def test_a_service_that_was_edited_in_the_file_is_refused_and_the_same_is_taken() -> None:
    head = "terminal,household,kind,area,groups,状態\n"
    same = "t-1,見本 花子,household,kita,elderly,使用中\nt-away,見本,household,kita,,一時停止中\n"
    terminals = parse_roster((head + same).encode(), TOWN, STANDING)
    assert [terminal.service for terminal in terminals] == [Service.IN_SERVICE, Service.SUSPENDED]
    with pytest.raises(RosterError, match="service '廃止' cannot be changed by a file"):
        parse_roster((head + same.replace("使用中", "廃止")).encode(), TOWN, STANDING)


def test_a_plan_says_what_is_new_what_changes_and_what_stays() -> None:
    text = "t-1,見本 花子,household,minami,elderly\nt-away,見本,household,kita,\nt-new,新,business,kita,\n"
    found = plan(parse_roster((HEAD + text).encode(), TOWN, STANDING), STANDING)
    assert [terminal.id for terminal in found.added] == ["t-new"]
    assert [(change.before.area, change.after.area) for change in found.changed] == [("kita", "minami")]
    assert [terminal.id for terminal in found.unchanged] == ["t-away"]
    assert found.left == 1, "t-gone; the retired one is no one's business"


ODD_PLACES = TOWN.model_copy(
    update={
        "areas": (*TOWN.areas, Place(id="a", name="b"), Place(id="b", name="北 地区"), Place(id="c", name="北地区")),
        "groups": (*TOWN.groups, Place(id="g", name="二つ の語"), Place(id="h", name="=1"), Place(id="i", name="g")),
    }
)
"""Names that are other places' identifiers, that are given twice, that have spaces or would be formulas."""

_HOUSEHOLDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")) | st.sampled_from("'=+-@＝髙\"、, "),
    min_size=1,
    max_size=60,
).filter(lambda text: text == text.strip())


@st.composite
def rosters(draw: st.DrawFn) -> list[Terminal]:
    names = draw(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True), unique=True, max_size=8))
    areas = st.sampled_from([*(area.id for area in ODD_PLACES.areas), "former"])
    groups = st.frozensets(st.sampled_from([*(group.id for group in ODD_PLACES.groups), "lost"]))
    kinds, services = st.sampled_from(["household", "business"]), st.sampled_from(Service)
    return [Terminal(name, *draw(st.tuples(_HOUSEHOLDS, kinds, areas, groups, services))) for name in sorted(names)]


@given(roster=rosters())
def test_what_was_exported_is_imported_as_the_same(roster: list[Terminal]) -> None:
    standing = {terminal.id: terminal for terminal in roster}
    terminals = parse_roster(export_roster(roster, ODD_PLACES), ODD_PLACES, standing)
    assert terminals == [terminal for terminal in roster if terminal.service is not Service.RETIRED]
    found = plan(terminals, standing)
    assert found.does_nothing
    assert found.left == 0
