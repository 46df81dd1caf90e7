"""The centre's settings as they are shipped."""

import shutil
from pathlib import Path

import pytest

from broadcaster.domain.policy import Approval
from broadcaster.settings import load_settings
from kokuchi.configuration import ConfigurationError
from kokuchi.wire import Level
from terminal_client.enrolment.address import centre_url
from tests.broadcaster.settings_files import TOML, write_secrets, write_settings

CONFIG = Path(__file__).parents[2] / "config"
SECRETS = {"KOKUCHI_WEB__SESSION_SECRET": "s" * 32, "KOKUCHI_BROKER__PASSWORD": "x"}


def test_a_town_asks_for_no_second_person_unless_it_says_so() -> None:
    _, town = load_settings(CONFIG / "broadcaster.toml", SECRETS)
    assert town.approval == Approval()


def test_the_example_of_what_needs_a_second_person_is_right_once_it_is_switched_on(tmp_path: Path) -> None:
    for name in ("categories.toml", "hard_words.toml"):
        shutil.copy(CONFIG / name, tmp_path)
    switched_on = [
        line.removeprefix("# ")
        if line.startswith(("# [town.approval]", "# levels", "# categories", "# drills"))
        else line
        for line in (CONFIG / "broadcaster.toml").read_text(encoding="utf-8").splitlines()
    ]
    path = tmp_path / "broadcaster.toml"
    path.write_text("\n".join(switched_on), encoding="utf-8")
    _, town = load_settings(path, SECRETS)
    assert town.approval == Approval(
        levels=frozenset({Level.EMERGENCY, Level.IMPORTANT}), categories=frozenset({"prefecture_notice"}), drills=False
    )


@pytest.mark.parametrize(("tls", "port"), [("true", 8883), ("false", 1883)])
def test_tls_is_on_unless_it_is_switched_off_and_the_broker_s_port_and_the_cookies_follow(
    tmp_path: Path, tls: str, port: int
) -> None:
    path = write_settings(tmp_path, TOML.replace("tls = false\n", "").replace("port = {port}\n", ""))
    write_secrets(tmp_path)
    settings, _ = load_settings(path, {"KOKUCHI_WEB__TLS": tls, "KOKUCHI_BROKER__TLS": tls})
    assert (settings.broker.port, settings.broker_address.authority is None) == (port, tls == "false")
    assert settings.web.secure_cookies is (tls == "true")
    usual, _ = load_settings(path, {})
    assert (usual.broker.tls, usual.web.tls, usual.web.secure_cookies) == (True, True, True)
    assert usual.certificates == tmp_path / "certificates"


@pytest.mark.parametrize(
    ("host", "tls", "address"),
    [
        ("192.168.1.10", "true", "192.168.1.10:8080"),
        ("192.168.1.10", "false", "http://192.168.1.10:8080"),
        ("127.0.0.1", "true", "https://127.0.0.1:8080"),
        ("127.0.0.1", "false", "127.0.0.1:8080"),
    ],
)
def test_a_device_that_is_given_the_centre_s_address_finds_it(
    tmp_path: Path, host: str, tls: str, address: str
) -> None:
    path = write_settings(tmp_path)
    write_secrets(tmp_path)
    settings, _ = load_settings(path, {"KOKUCHI_WEB__TLS": tls, "KOKUCHI_WEB__HOST": host})
    assert settings.web.address_at(host) == address
    assert centre_url(address) == f"http{'s' if tls == 'true' else ''}://{host}:8080"


def test_the_port_of_a_town_from_before_tls_is_refused_before_its_terminals_are_shut_out(tmp_path: Path) -> None:
    path = write_settings(tmp_path, TOML.replace("tls = false\n", "").replace("port = {port}\n", "port = 1883\n"))
    write_secrets(tmp_path)
    with pytest.raises(ConfigurationError, match="write port = 8883, and plain_port = 1883 while there are any"):
        load_settings(path, {})


def test_of_two_areas_with_one_id_nobody_could_mean_one(tmp_path: Path) -> None:
    path = write_settings(tmp_path, TOML.replace('id = "minami"', 'id = "kita"'))
    write_secrets(tmp_path)
    with pytest.raises(ConfigurationError, match="town: areas: 'kita' is there twice; give each an id of its own"):
        load_settings(path, {})
