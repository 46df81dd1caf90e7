"""`publish`, `withdraw`, `log`, `inspect`, `reading` and `speak`; one of each kind as a real process."""

import io
import wave
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from broadcaster.commands import alerts
from broadcaster.domain.service import Step
from broadcaster.ledger import Ledger
from kokuchi.wire import Outcome, SigningKey, encode, seal
from tests.broadcaster.commands.shell import Done, Shell
from tests.broadcaster.examples import NOW, alert, report
from tests.wire import golden_messages

BODY = "本日午前10時30分ごろ、町内で不審な電話がありました。"


def publish(shell: Shell, *more: str, body: str = BODY, category: str = "scam", process: bool = False) -> Done:
    run = shell.start if process else shell.run
    return run("publish", "--category", category, "--headline", "不審な電話", "--body", body, *more)


@pytest.fixture
def ledger_path(shell: Shell) -> Path:
    return shell.folder / "var" / "ledger.sqlite"


def count(path: Path) -> int:
    ledger = Ledger(path)
    try:
        return len(ledger.alerts.newest(1000))
    finally:
        ledger.close()


def test_an_alert_goes_into_the_ledger_and_can_be_followed_and_withdrawn(shell: Shell, ledger_path: Path) -> None:
    done = publish(shell, "--to", "area:kita", "--level", "emergency", "--drill", "--json", process=True)
    assert (done.code, done.err) == (0, "")
    assert (done.json["revision"], done.json["terminals"]) == (1, ["t-1", "t-2"])
    identifier = done.json["identifier"]

    ledger = Ledger(ledger_path)
    accepted = ledger.alerts.get(identifier)
    assert accepted is not None
    assert (accepted.alert.body, accepted.alert.is_drill, accepted.accepted_by) == (BODY, True, "shell")
    assert accepted.alert.level.value == "emergency"
    assert accepted.alert.reading is not None
    assert "デンワ" in accepted.alert.reading.body
    assert ledger.outbox.backlog().waiting == 1
    ledger.deliveries.record(
        [
            report("t-1", identifier, received_at=NOW, displayed_at=NOW, voice_started_at=NOW, voiced_at=NOW),
            report("t-2", identifier, received_at=NOW, outcome=Outcome.VOICE_FAILED, reason="no device"),
        ]
    )
    ledger.close()

    deliveries = shell.quick("log", identifier, "--json").json
    assert [(line["terminal"], line["outcome"]) for line in deliveries] == [("t-1", None), ("t-2", "voice_failed")]
    assert deliveries[0]["voiced_at"] == "2026-11-24T01:00:00.000+00:00"
    table = shell.quick("log", identifier).out.splitlines()
    assert table[1].split() == ["t-1", "10:00:00.000", "10:00:00.000", "10:00:00.000", "-", "-"]
    assert table[2].split()[-3:] == ["voice_failed", "no", "device"]

    withdrawn = shell.quick("withdraw", identifier)
    assert withdrawn.out == f"{identifier}: withdrawn; 1 had heard it\n"
    again = shell.run("withdraw", identifier)
    assert (again.code, again.err) == (1, f"Error: {identifier} is withdrawn already\n")
    [entry] = [entry for entry in shell.quick("log", "--json").json if entry["identifier"] == identifier]
    assert (entry["message_type"], entry["revision"], entry["reach"]["addressed"]) == ("Cancel", 2, 2)
    listed = shell.quick("log", "--limit", "5").out.splitlines()
    assert listed[0].split()[:4] == ["alert", "sent", "type", "category"]
    assert any(line.startswith(identifier) and "0/2" in line and line.endswith("不審な電話") for line in listed)


def test_an_alert_is_corrected_once_with_another_text_only(shell: Shell, ledger_path: Path) -> None:
    identifier = publish(shell, "--json").json["identifier"]
    same = shell.run("correct", identifier, "--body", BODY)
    assert (same.code, same.err) == (1, "error: body: nothing was changed\n")
    done = shell.quick("correct", identifier, "--body", "正しい本文です。", "--json").json
    assert (done["revision"], done["heard"]) == (2, 0)
    ledger = Ledger(ledger_path)
    accepted = ledger.alerts.get(identifier)
    assert accepted is not None
    assert (accepted.alert.headline, accepted.alert.body) == ("不審な電話", "正しい本文です。")
    ledger.close()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"body": ""}, "error: body: is empty\n"),
        ({"body": "あ" * 10_000}, "error: body: has 10000 characters; at most 1000 are possible\n"),
        ({"category": "earthquake"}, "error: category: there is no category 'earthquake'; known are scam\n"),
        ({"to": "area:nishi"}, "error: audience: unknown areas: nishi\n"),
        ({"hours": "5"}, "error: valid_hours: must be one of 1, 3, 6, 12, 24, 72\n"),
        ({"hours": "72"}, "error: valid_hours: is more than the category's 24\n"),
        ({"to": "terminal:t-99"}, "error: audience: unknown terminals: t-99\n"),
    ],
)
def test_what_cannot_be_sent_is_told_in_english_and_nothing_is_written(
    shell: Shell, ledger_path: Path, arguments: dict[str, str], error: str
) -> None:
    before = count(ledger_path)
    to = ("--to", arguments["to"]) if "to" in arguments else ()
    hours = ("--valid-hours", arguments["hours"]) if "hours" in arguments else ()
    body, category = arguments.get("body", BODY), arguments.get("category", "scam")
    done = publish(shell, *to, *hours, body=body, category=category)
    assert (done.code, done.out, done.err) == (1, "", error)
    assert count(ledger_path) == before


@pytest.mark.parametrize(
    "to", [["street:x"], ["area:"], ["all", "area:kita"], ["area:kita", "group:elderly"], ["area:北地区"]]
)
def test_an_audience_that_is_not_written_as_it_should_be_is_a_usage_error(shell: Shell, to: list[str]) -> None:
    done = publish(shell, *(word for one in to for word in ("--to", one)))
    assert done.code == 2
    assert "--to" in done.err


def test_an_area_that_is_given_twice_is_addressed_once(shell: Shell, ledger_path: Path) -> None:
    done = publish(shell, "--to", "area:minami", "--to", "area:minami", "--json")
    assert done.json["terminals"] == ["t-3"]
    ledger = Ledger(ledger_path)
    accepted = ledger.alerts.get(done.json["identifier"])
    assert accepted is not None
    assert accepted.alert.audience.members == ("minami",)
    ledger.close()


def test_who_comes_back_while_the_voice_reads_is_addressed(
    shell: Shell, ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Ledger(ledger_path)) as ledger:
        ledger.service.step(Step.SUSPEND, ["t-1"], "hanako", NOW)

        async def reads(*_: object) -> dict[str, object]:
            ledger.service.step(Step.RESUME, ["t-1"], "hanako", NOW)
            return {}

        monkeypatch.setattr(alerts, "_kana", reads)
        assert publish(shell, "--to", "area:kita", "--json").json["terminals"] == ["t-1", "t-2"]


def test_an_alert_can_be_told_for_fewer_hours_than_its_category_says(shell: Shell, ledger_path: Path) -> None:
    identifier = publish(shell, "--valid-hours", "3", "--json").json["identifier"]
    ledger = Ledger(ledger_path)
    accepted = ledger.alerts.get(identifier)
    assert accepted is not None
    assert round((accepted.alert.expires - accepted.alert.sent) / timedelta(hours=3), 1) == 1
    ledger.close()


def test_an_alert_that_does_not_exist_is_told(shell: Shell) -> None:
    for subcommand in ("log", "withdraw"):
        done = shell.run(subcommand, "a-unknown")
        assert done.code == 1
        assert done.err == "Error: there is no alert 'a-unknown'; `broadcaster log` lists them\n"


def test_a_ledger_without_alerts_says_so(empty: Shell) -> None:
    empty.quick("setup")
    assert empty.quick("log").out == "no alert has been sent yet\n"
    assert empty.quick("log", "--json").json == []


def test_a_message_of_the_town_is_printed_and_an_altered_one_is_refused(shell: Shell) -> None:
    key = SigningKey.load(shell.folder / "var" / "signing.pem")
    token = seal(alert(), key)
    file = shell.folder / "alert.jws"
    file.write_bytes(token)
    printed = shell.quick("inspect", str(file)).json
    assert (printed["identifier"], printed["body"]) == ("a-1", "本文です。")

    header, payload, signature = token.split(b".")
    altered = shell.start("inspect", "-", stdin=b".".join([header, payload[:-8] + b"AAAAAAAA", signature]))
    assert (altered.code, altered.out) == (1, "")
    assert "refused (altered)" in altered.err
    foreign = shell.run("inspect", "-", stdin=seal(alert(), SigningKey.generate()))
    assert foreign.code == 1
    assert "refused (unknown_key)" in foreign.err
    report_of_a_terminal = shell.quick(
        "inspect", "-", "--kind", "delivery", stdin=encode(report("t-1", received_at=NOW))
    )
    assert report_of_a_terminal.json["terminal"] == "t-1"
    settings = golden_messages.SETTINGS.model_copy(update={"town": "tsukigata"})
    told = shell.quick("inspect", "-", "--kind", "settings", stdin=seal(settings, key))
    assert told.json["areas"] == ["area-03"]
    missing = shell.run("inspect", "nowhere.jws")
    assert (missing.code, missing.err) == (1, "Error: nowhere.jws: cannot be read: No such file or directory\n")


def test_the_reading_of_a_text_is_printed(shell: Shell) -> None:
    assert shell.quick("reading", "月形町役場です").out.strip().startswith("ツキガタ")
    printed = shell.quick("reading", "電話です", "--json").json
    assert printed["text"] == "電話です"
    assert "デンワ" in printed["reading"]


def test_a_text_is_spoken_into_a_file_of_plausible_length(shell: Shell) -> None:
    """About 45 morae at 5 a second, and a pause."""
    file = shell.folder / "spoken.wav"
    done = shell.good("speak", BODY + "ご注意ください。", "--out", str(file))
    with wave.open(io.BytesIO(file.read_bytes())) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        samples = sound.readframes(sound.getnframes())
    assert 5 < seconds < 20
    assert done.out == f"{file}: {seconds:.1f} s\n"
    assert len(set(samples)) > 50, "it is not silent"


def test_what_cannot_be_spoken_or_written_is_told(shell: Shell) -> None:
    silent = shell.run("speak", " ", "--out", str(shell.folder / "silent.wav"))
    assert (silent.code, silent.err) == (1, "Error: there is nothing to speak: the text is empty\n")
    nowhere = shell.run("speak", "はい", "--out", "/proc/nowhere/x.wav")
    assert nowhere.code == 1
    assert "cannot be written: No such file or directory" in nowhere.err
