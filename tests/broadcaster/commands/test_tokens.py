"""`broadcaster tokens`."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcaster.domain.tokens import Scope
from broadcaster.ledger import Ledger
from tests.broadcaster.commands.shell import Shell


def test_a_token_is_made_shown_once_listed_and_ended(shell: Shell) -> None:
    done = shell.run("tokens", "add", "防災メール", "--scope", "alerts:send", "--scope", "alerts:read", "--days", "2")
    (secret,) = done.out.split()
    assert done.code == 0
    assert "防災メール stands until" in done.err
    ledger = Ledger(shell.folder / "var" / "ledger.sqlite")
    try:
        token = ledger.tokens.find(secret)
        assert token is not None
        assert token.scopes == {Scope.ALERTS_SEND, Scope.ALERTS_READ}
        assert token.expires_at - datetime.now(UTC) > timedelta(days=1, hours=23)
        assert (ledger.audit.newest(1)[0].actor, ledger.audit.newest(1)[0].subject) == ("shell", "防災メール")
    finally:
        ledger.close()
    listed = shell.quick("tokens", "list")
    assert [line.split()[:2] for line in listed.out.splitlines()] == [["name", "state"], ["防災メール", "standing"]]
    assert secret not in listed.out
    shell.quick("tokens", "revoke", "防災メール")
    (facts,) = shell.quick("tokens", "list", "--json").json
    assert (facts["state"], facts["revoked_by"], facts["scopes"]) == (
        "revoked",
        "shell",
        ["alerts:read", "alerts:send"],
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "taken", "--scope", "alerts:read"], "choose another name"),
        (["add", "both", "--scope", "alerts:send", "--scope", "alerts:approve"], "cannot have both"),
        (["add", " ", "--scope", "alerts:read"], "is empty"),
        (["revoke", "nobody"], "there is no token 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_told(shell: Shell, arguments: list[str], words: str) -> None:
    shell.run("tokens", "add", "taken", "--scope", "alerts:read")
    done = shell.run("tokens", *arguments)
    assert done.code == 1
    assert words in done.err
    assert done.out == ""
