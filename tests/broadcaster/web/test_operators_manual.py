"""The operators' manual names commands, files and words that there are."""

import re
import shlex

import click

from broadcaster.__main__ import command as broadcaster
from tests.broadcaster.web.test_manual import ROOT, on_pages

MANUAL = ROOT / "docs" / "ja" / "operations.md"
PAGES = [MANUAL, *sorted((MANUAL.parent / "operations").glob("*.md"))]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
CODE = re.compile(r"`([^`\n]+)`|^(?:\s*\$ | {3,})?(sudo [^\n`]+)$", re.MULTILINE)
OF_OTHERS = {
    *("証明書のインストール", "ローカル コンピューター", "証明書をすべて次のストアに配置する", "参照", "完了"),
    *("**信頼されたルート証明機関**", "信頼されたルート証明機関", "インポート", "コンピューターの構成", "ポリシー"),
    *("Windows の設定", "セキュリティの設定", "公開キーのポリシー", "設定", "一般", "情報", "証明書信頼設定"),
    *(
        "プライバシーとセキュリティ",
        "証明書を表示",
        "認証局証明書",
        "読み込む",
        "この接続ではプライバシーが保護されません",
    ),
    *("期限切れ", "CSV（コンマ区切り）", "CSV UTF-8"),
}
"""Words of Windows, Firefox, an iPhone and Excel."""
EXAMPLES = {"佐藤 一郎", "届いた・聞いた"}


def commands() -> list[str]:
    """Return each command line of `broadcaster` in the manual, without what a shell does with what it prints."""
    found = []
    for text in TEXTS.values():
        for match in CODE.finditer(text):
            line = (match[1] or match[2]).strip()
            for part in line.split(" && "):
                if re.match(r"(sudo )?broadcaster ", part):
                    found.append(re.split(r"\s{2,}|\s[>|#]\s?", part)[0])
    return sorted(set(found))


def what_is_wrong_with(line: str) -> str | None:
    words = shlex.split(line.removeprefix("sudo ").removeprefix("broadcaster "))
    command: click.Command = broadcaster
    while words and isinstance(command, click.Group) and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    takes_names = any(isinstance(parameter, click.Argument) for parameter in command.params)
    if unknown := {word for word in words if word.startswith("-")} - options:
        return f"{line}: no {unknown}"
    if words and words != ["…"] and not words[0].startswith("-") and not takes_names:
        return f"{line}: no {words[0]}"
    return None


def test_every_command_of_the_manual_is_there_with_its_options() -> None:
    assert len(commands()) > 40
    assert [wrong for line in commands() if (wrong := what_is_wrong_with(line))] == []


def test_every_word_that_the_manual_quotes_is_on_a_page() -> None:
    manuals = [*TEXTS.values(), MANUAL.with_name("staff.md").read_text(encoding="utf-8")]
    headings = {found.strip() for text in manuals for found in re.findall(r"(?m)^(?:#+ |\*\*)([^\n*]+)", text)}
    scripts = [(ROOT / "scripts" / name).read_text(encoding="utf-8") for name in ("install-centre", "install-terminal")]
    shown = "".join([on_pages(), *scripts])

    def is_shown(words: str) -> bool:
        # A name or a number stands where the manual has a circle.
        pieces = [piece.strip(" 。") for piece in re.split(r"○+町?|[…\n]+", words)]
        return all(piece in shown or piece == "件" for piece in pieces) or any(
            one.startswith(words) for one in headings
        )

    quoted = {(page.name, words) for page, text in TEXTS.items() for words in re.findall(r"「([^」]+)」", text)}
    assert len(quoted) > 100
    assert {found for found in quoted if not is_shown(found[1]) and found[1] not in OF_OTHERS | EXAMPLES} == set()


def test_every_link_of_the_manual_leads_somewhere() -> None:
    for page, text in TEXTS.items():
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            name, _, anchor = target.partition("#")
            there = (page.parent / name).resolve() if name else page
            assert there.is_file(), target
            anchors = {
                re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
                for heading in re.findall(r"(?m)^#+ ([^\n]+)", there.read_text(encoding="utf-8"))
            }
            assert not anchor or anchor in anchors, target


def test_every_unit_script_and_target_of_make_that_the_manual_names_is_there() -> None:
    text = "".join(TEXTS.values())
    units = {path.stem for path in (ROOT / "systemd").iterdir()}
    assert set(re.findall(r"\bkokuchi-(?:centre|broker|backup|terminal|kiosk)\b", text)) <= units
    assert all((ROOT / script).is_file() for script in re.findall(r"scripts/[\w-]+", text))
    targets = set(re.findall(r"(?m)^([\w-]+(?: [\w-]+)*):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    targets = {target for line in targets for target in line.split()}
    assert set(re.findall(r"sudo make ([\w-]+)", text)) <= targets
    assert "8443" not in text


def test_a_reader_who_is_in_trouble_finds_every_page_from_the_first() -> None:
    linked = set(re.findall(r"\((operations/\w+\.md)\)", TEXTS[MANUAL]))
    assert linked == {f"operations/{page.name}" for page in PAGES[1:]}
