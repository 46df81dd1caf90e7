"""The Japanese words for what is wrong with the roster's lines, and for what is changed of a terminal."""

from broadcaster.domain.draft import Problem
from broadcaster.domain.roster import KIND_WORDS, LONGEST_HOUSEHOLD, Change, Mistake, Wrong
from broadcaster.domain.town import Place, Town

COLUMNS = {"terminal": "端末", "household": "世帯名", "kind": "種別", "area": "行政区", "groups": "グループ"}
_COLUMNS = "「端末」「世帯名」「種別」「行政区」「グループ」"
_WORDS = {
    Wrong.UNREADABLE: "ファイルを読めません。",
    Wrong.ENCODING: "文字を読みとれません。Excelの「名前を付けて保存」で、CSVの形式を選んで保存してください。",
    Wrong.COLUMN: f"1行目に、列の名前{_COLUMNS}を入れてください。「{{value}}」の列がありません。",
    Wrong.QUOTE: 'この行から先を読めません。「"」（引用符）が閉じていないようです。',
    Wrong.EMPTY: "ファイルに端末がありません。",
    Wrong.VALUES: "列が多すぎます。グループが複数あるときは、1つの欄に空白で区切って入れてください。",
    Wrong.IDENTIFIER: "端末の番号「{value}」は使えません。半角の英数字とハイフンで、64文字以内にしてください。",
    Wrong.RESERVED: "端末の番号「{value}」は、システムが使う名前です。ほかの番号にしてください。",
    Wrong.TWICE: "端末の番号「{value}」が、2回出てきます。",
    Wrong.ALIKE: "大文字と小文字だけがちがう端末の番号「{value}」が、もうあります。",
    Wrong.RETIRED: "端末「{value}」は廃止されていて、もう使えません。新しい番号にしてください。",
    Wrong.HOUSEHOLD: "世帯名がありません。",
    Wrong.LONG: f"世帯名「{{value}}」が長すぎます。{LONGEST_HOUSEHOLD}文字以内にしてください。",
    Wrong.UNPRINTABLE: "世帯名に、改行などの使えない文字があります。",
    Wrong.KIND: "種別「{value}」が分かりません。「世帯」か「事業所」にしてください。",
    Wrong.AREA: "行政区「{value}」は登録されていません。使えるのは、{known}です。",
    Wrong.GROUP: "グループ「{value}」は登録されていません。使えるのは、{known}です。",
    Wrong.SERVICE: "状態「{value}」は、ファイルでは変えられません。端末の画面で、一時停止や廃止をしてください。",
}
_FIELDS = {
    **dict.fromkeys((Wrong.IDENTIFIER, Wrong.RESERVED, Wrong.TWICE, Wrong.ALIKE, Wrong.RETIRED), "terminal"),
    **dict.fromkeys((Wrong.HOUSEHOLD, Wrong.LONG, Wrong.UNPRINTABLE), "household"),
    Wrong.KIND: "kind",
    Wrong.AREA: "area",
    Wrong.GROUP: "groups",
}


def mistake_words(mistake: Mistake, town: Town) -> str:
    """Return what is wrong with a file, with the number of the line."""
    place = f"{mistake.line}行目: " if mistake.line else ""
    return place + _words(mistake, town)


def problem_of(mistake: Mistake, town: Town) -> Problem:
    """Return what is wrong with a field of a form."""
    return Problem(_FIELDS.get(mistake.what, "terminal"), _words(mistake, town), mistake.what.value)


def changes_in_words(change: Change, town: Town) -> list[tuple[str, str, str]]:
    """Return what a change does: of each column its name, what stands there and what would."""
    before, after = change.before, change.after
    pairs = {
        "household": (before.household, after.household),
        "kind": (KIND_WORDS[before.kind], KIND_WORDS[after.kind]),
        "area": (names([before.area], town.areas), names([after.area], town.areas)),
        "groups": (names(before.groups, town.groups) or "なし", names(after.groups, town.groups) or "なし"),
    }
    return [(COLUMNS[column], old, new) for column, (old, new) in pairs.items() if old != new]


def names(identifiers: "frozenset[str] | list[str]", places: tuple[Place, ...]) -> str:
    """Return the names of areas or groups, in the order of the settings; of what these do not have, the identifier."""
    known = [place.name for place in places if place.id in identifiers]
    return "・".join([*known, *sorted(set(identifiers) - {place.id for place in places})])


def _words(mistake: Mistake, town: Town) -> str:
    if mistake.what is Wrong.AREA and not mistake.value:
        return "行政区がありません。"
    places = {Wrong.AREA: town.areas, Wrong.GROUP: town.groups}.get(mistake.what, ())
    value = COLUMNS.get(mistake.value, mistake.value) if mistake.what is Wrong.COLUMN else mistake.value
    return _WORDS[mistake.what].format(value=value, known="、".join(place.name for place in places) or "ありません")
