"""Every command says what it is for."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from broadcaster.__main__ import command
from tests.broadcaster.commands.shell import Shell

PURPOSES = {
    (): "warn every household at once, and know who was reached",
    ("serve",): "Serve the staff's and the operators' pages and dispatch alerts",
    ("collect",): "Take a share of the terminals' reports off the centre",
    ("setup",): "Make the town's keys and the broker's configuration",
    ("check-config",): "Check the settings",
    ("check-broker",): "Tell whether an MQTT broker has what kokuchi needs",
    ("terminals",): "The roster of terminals",
    ("terminals", "list"): "List the terminals",
    ("terminals", "add"): "Take one TERMINAL into service",
    ("terminals", "import"): "Take all terminals of a CSV FILE into the roster, or none",
    ("terminals", "export"): "Write the roster into a CSV FILE for Excel",
    ("terminals", "change"): "Change TERMINAL's household, kind, area or groups",
    ("terminals", "suspend"): "Take each TERMINAL out of service for a while",
    ("terminals", "resume"): "Let each suspended TERMINAL take part again",
    ("terminals", "retire"): "Take each TERMINAL out of service for ever",
    ("terminals", "cards"): "Write a page with enrolment cards",
    ("rights",): "Print who may write and read which topic at the broker",
    ("terminals", "code"): "Make the code with which a device becomes TERMINAL",
    ("certificates",): "The town's own authority, and what broker and pages present",
    ("certificates", "make"): "Make the authority and the server's certificate",
    ("certificates", "renew"): "Make a new certificate for the server, from the same authority",
    ("certificates", "switch"): "Go over to the authority that `renew --authority` has announced",
    ("certificates", "show"): "Show what there is, until when, and its fingerprint",
    ("certificates", "export"): "Write into FOLDER what others are to trust",
    ("certificates", "import"): "Let the pages present one's own CERTIFICATE",
    ("ledger",): "Move the ledger between a file and a PostgreSQL server",
    ("ledger", "copy-to"): "Copy the whole ledger to PLACE",
    ("ledger", "restored"): "Tell a ledger on PostgreSQL that it was brought back from a dump",
    ("accounts",): "Who may log in",
    ("accounts", "add"): "Let NAME log in",
    ("accounts", "list"): "List the accounts",
    ("accounts", "role"): "Give NAME another ROLE, at once",
    ("accounts", "link"): "Make a link with which NAME chooses a new password",
    ("accounts", "password"): "Set the password of NAME",
    ("accounts", "suspend"): "Let NAME log in no more",
    ("accounts", "reactivate"): "Let NAME log in again",
    ("accounts", "unlock"): "End the wait of NAME after wrong passwords",
    ("accounts", "second-step-off"): "Let NAME log in with the password alone",
    ("publish",): "Write an alert into the ledger; the running centre sends it out",
    ("correct",): "Send another text in place of an alert's",
    ("withdraw",): "Withdraw an alert",
    ("log",): "List the alerts with their reach",
    ("tokens",): "The tokens with which other programs speak to the centre",
    ("tokens", "add"): "Make a token that ends with nobody's account",
    ("tokens", "list"): "List the tokens",
    ("tokens", "revoke"): "End the token NAME at once",
    ("requests",): "List the households that want to be called back",
    ("dictionary",): "How the town's words are read, by every terminal",
    ("dictionary", "list"): "List the words of the staff with their readings",
    ("dictionary", "add"): "Let WORD be read as READING",
    ("dictionary", "remove"): "Take WORD of the staff out",
    ("dictionary", "test"): "Print how TEXT is read with the present dictionary",
    ("dictionary", "import"): "Take all words of a CSV FILE, or none if any line is wrong",
    ("dictionary", "export"): "Write the words of the staff as CSV",
    ("keys",): "The keys with which the town signs what it says",
    ("keys", "show"): "List the keys with how many terminals trust each",
    ("keys", "rotate"): "Let the next key sign from now on, and make another next one",
    ("keys", "revoke"): "Let no terminal trust the key KID any more",
    ("keys", "export"): "Write both keys into FILE for the safe",
    ("keys", "import"): "Put back the keys of FILE that are lost here",
    ("keys", "start-over"): "Make both keys anew",
    ("reading",): "Print the kana that the voice says for TEXT",
    ("speak",): "Speak TEXT into a WAV file",
    ("terminals", "erase"): "Erase the household of TERMINAL",
    ("prune",): "Remove what has been kept long enough",
    ("backup",): "Write the whole town into one encrypted file",
    ("backup", "check"): "Restore FILE as a trial",
    ("backup", "key"): "Make an age key pair",
    ("restore",): "Bring a town back from FILE",
    ("held",): "List the alerts that a restore holds back",
    ("inspect",): "Decode and verify a message",
    ("status",): "Tell what is wrong now, whether the centre runs or not",
    ("mail-test",): "Send one mail to the operators",
}


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(group, click.Group):
        for name, inner in group.commands.items():
            yield from commands(inner, (*path, name))


@pytest.mark.parametrize("path", list(commands(command)), ids=" ".join)
def test_the_help_of_every_command_tells_its_purpose(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(command, [*path, "--help"], terminal_width=200)
    assert done.exit_code == 0
    words = " ".join(done.output.split())
    assert PURPOSES.get(path, "what is it for?") in words


def test_the_help_is_there_without_any_settings(empty: Shell) -> None:
    empty.config.unlink()
    done = empty.good("publish", "--help")
    assert "Exit code 0" in done.out


def test_a_command_that_does_not_exist_is_a_usage_error(empty: Shell) -> None:
    done = empty.run("shout")
    assert done.code == 2
    assert "No such command 'shout'" in done.err
