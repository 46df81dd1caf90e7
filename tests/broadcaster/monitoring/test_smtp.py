"""Mail goes out encrypted to whom it is meant for, or not at all; nothing breaks out of a header."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from broadcaster.ledger.mails import Mail
from broadcaster.monitoring.letters import message_of, one_line
from broadcaster.monitoring.settings import MailSettings
from broadcaster.monitoring.smtp import MailRefused, deliver
from tests.broadcaster.monitoring.smtp_server import HOST, mail_server, tls, write_certificate

SENDER, TO = "kokuchi@town.example.jp", ("kiki@town.example.jp", "somu@town.example.jp")
MAIL = Mail(1, "<1@town.example.jp>", "件名", ".本文\n.\n終わり\n", datetime(2026, 11, 24, tzinfo=UTC), 0)


def settings(port: int, **more: object) -> MailSettings:
    return MailSettings.model_validate({"host": HOST, "port": port, "from": SENDER, "to": TO, **more})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("mail"), "mail.pem", days=9)


def test_mail_goes_out_encrypted_and_whole(certificate: Path) -> None:
    with mail_server(tls(certificate), "town", "pass word") as server:
        given = settings(server.port, user="town", password="pass word", authority=certificate)
        assert deliver(message_of(MAIL, given), given) == []
    assert server.encrypted == [True]
    [(sender, recipients, message)] = server.taken
    assert (sender, tuple(recipients)) == (SENDER, TO)
    text = message.get_content().replace("\r\n", "\n")
    assert (message["Subject"], text, message["Message-ID"]) == ("件名", MAIL.body, MAIL.message_id)


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(certificate: Path) -> None:
    with mail_server(tls(certificate), "town", "secret") as server:
        given = settings(server.port, user="town", password="secret")
        with pytest.raises(MailRefused, match=r"certificate is not trusted .*; set `authority` in"):
            deliver(message_of(MAIL, given), given)
    assert server.taken == []


def test_a_server_without_encryption_gets_nothing() -> None:
    with mail_server(user="town", password="secret") as server:
        given = settings(server.port, user="town", password="secret")
        with pytest.raises(MailRefused, match=r"lacks what .mail. asks for"):
            deliver(message_of(MAIL, given), given)
    assert server.taken == []


def test_a_wrong_password_is_said(certificate: Path) -> None:
    with mail_server(tls(certificate), "town", "right") as server:
        given = settings(server.port, user="town", password=SecretStr("wrong"), authority=certificate)
        with pytest.raises(MailRefused, match="user or password is wrong") as refused:
            deliver(message_of(MAIL, given), given)
    assert "wrong'" not in str(refused.value)


def test_a_server_that_is_not_there_is_said() -> None:
    given = settings(1)
    with pytest.raises(MailRefused, match=r"127.0.0.1 port 1: .*; check host, port and security"):
        deliver(message_of(MAIL, given), given)


def test_a_server_that_is_encrypted_from_the_start_is_spoken_to(certificate: Path) -> None:
    with mail_server(tls(certificate), encrypted_from_start=True) as server:
        given = settings(server.port, security="tls", authority=certificate)
        deliver(message_of(MAIL, given), given)
        with pytest.raises(MailRefused, match="certificate is not trusted"):
            deliver(message_of(MAIL, given), settings(server.port, security="tls"))
    assert server.encrypted == [True]


def test_the_settings_that_ship_show_a_table_that_works(tmp_path: Path) -> None:
    lines = (Path(__file__).parents[3] / "config" / "broadcaster.toml").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("# [mail]"))
    table = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines[start:]))["mail"]
    table["password"] = table.pop("password_file")
    shown = MailSettings.model_validate(table, context={"base": tmp_path})
    by_default = MailSettings.model_validate({"host": shown.host, "from": shown.sender, "to": shown.to})
    for name in ("port", "security", "after_minutes", "daily_at"):
        assert getattr(shown, name) == getattr(by_default, name), name


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from", "a@b.jp\r\nBcc: c@d.jp"),
        ("from", "a@b.jp, c@d.jp"),
        ("to", ["a@b.jp\nX: y"]),
        ("to", ["名前 <a@b.jp>"]),
        ("to", []),
        ("host", "mail\r\nQUIT"),
        ("user", "u\r\n"),
        ("user", "without a password"),
    ],
)
def test_settings_that_would_break_out_of_a_header_are_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        settings(25, **{field: value})


def test_a_subject_is_one_line_whatever_it_is_made_of() -> None:
    assert one_line("町\r\nBcc: a@b.jp\x00\u2028終") == "町 Bcc: a@b.jp 終"
    hostile = Mail(1, MAIL.message_id, "町\r\nBcc: a@b.jp", "", MAIL.made_at, 0)
    assert message_of(hostile, settings(25))["Bcc"] is None
