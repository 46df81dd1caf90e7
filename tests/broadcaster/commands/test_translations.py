"""`--translation` of `publish` and `correct`."""

import pytest

from broadcaster.ledger import Ledger
from kokuchi.wire import Translation
from tests.broadcaster.commands.shell import Done, Shell


def publish(shell: Shell, *more: str) -> Done:
    return shell.run("publish", "--category=scam", "--headline=不審な電話", "--body=電話がありました。", *more)


def texts(shell: Shell, identifier: str) -> tuple[Translation, ...]:
    ledger = Ledger(shell.folder / "var" / "ledger.sqlite")
    try:
        accepted = ledger.alerts.get(identifier)
        assert accepted is not None
        return accepted.alert.translations or ()
    finally:
        ledger.close()


def write(shell: Shell, name: str, text: str) -> str:
    path = shell.folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_first_line_of_the_file_is_the_headline_and_the_rest_the_body(shell: Shell) -> None:
    vietnamese = write(shell, "vi.txt", "Coi chừng lừa đảo\n\nHãy cúp máy.\nXin cảm ơn.\n")
    english = write(shell, "en.txt", "Beware of fraud\nHang up.\n")
    done = publish(shell, f"--translation=vi:{vietnamese}", f"--translation=en:{english}", "--json")
    assert (done.code, done.err) == (0, "")
    identifier = done.json["identifier"]
    assert [(text.language, text.headline, text.body) for text in texts(shell, identifier)] == [
        ("vi", "Coi chừng lừa đảo", "Hãy cúp máy.\nXin cảm ơn."),
        ("en", "Beware of fraud", "Hang up."),
    ]

    corrected = shell.run("correct", identifier, "--body=訂正した文です。", f"--translation=en:{english}")
    assert corrected.code == 0
    assert [text.language for text in texts(shell, identifier)] == ["en"]
    dropped = shell.run("correct", identifier, "--body=また訂正した文です。")
    assert "without the translations of the old text" in dropped.err
    assert texts(shell, identifier) == ()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("vi", "write LANGUAGE:FILE"),
        ("vi:nowhere.txt", "cannot be read"),
        ("fr:{file}", "there is no language 'fr'; there are en (英語), zh-Hans"),
    ],
)
def test_a_translation_that_cannot_be_taken_is_named(shell: Shell, word: str, message: str) -> None:
    done = publish(shell, f"--translation={word.format(file=write(shell, 'a.txt', 'Un'))}")
    assert done.code == 2
    assert message in " ".join(done.err.split())


def test_a_file_without_a_body_is_refused_in_words(shell: Shell) -> None:
    done = publish(shell, f"--translation=en:{write(shell, 'en.txt', 'Beware')}")
    assert done.code == 1
    assert "body-en: is empty" in done.err
