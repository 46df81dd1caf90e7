"""Settings: what is read, what the environment changes, and what a wrong one is told."""

import re
from datetime import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from broadcaster.domain.town import QuietHours
from broadcaster.settings import Settings, load_settings, secret_files
from kokuchi.configuration import ConfigurationError, FilePath, Section, from_environment, load, read_toml
from tests.broadcaster.settings_files import CATEGORIES, TOML, write_secrets, write_settings


class Broker(Section):
    port: int = 1883
    password: SecretStr = SecretStr("")
    secure: bool = False


class Example(Section):
    name: str = "nobody"
    ledger: FilePath = Path("default.sqlite")
    broker: Broker = Broker()


def read(folder: Path, toml: str, **environment: str) -> Example:
    path = folder / "example.toml"
    path.write_text(toml, encoding="utf-8")
    return load(Example, path, environment)


def error_of(folder: Path, toml: str, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, toml, **environment)
    return str(caught.value).replace(str(folder), "FOLDER")


def password(settings: Example) -> str:
    return settings.broker.password.get_secret_value()


def test_a_file_is_read_and_paths_are_relative_to_it(tmp_path: Path) -> None:
    settings = read(tmp_path, 'name = "月形町"\nledger = "../ledger.sqlite"\n[broker]\nport = 1\n')
    assert (settings.name, settings.broker.port) == ("月形町", 1)
    assert settings.ledger == tmp_path.parent / "ledger.sqlite"


def test_an_absolute_path_and_one_of_the_home_folder_stay_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/hanako")
    assert read(tmp_path, 'ledger = "/var/ledger.sqlite"').ledger == Path("/var/ledger.sqlite")
    assert read(tmp_path, 'ledger = "~/ledger.sqlite"').ledger == Path("/home/hanako/ledger.sqlite")


def test_a_missing_file_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"nowhere\.toml: there is no such file; name another one with --config"
    ):
        load(Example, tmp_path / "nowhere.toml", {})


def test_a_folder_in_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read: Is a directory"):
        load(Example, tmp_path, {})


@pytest.mark.parametrize("toml", ["name =", "[broker", 'name = "a"\nname = "b"'])
def test_broken_toml_names_the_file_and_the_place(tmp_path: Path, toml: str) -> None:
    error = error_of(tmp_path, toml)
    assert error.startswith("FOLDER/example.toml: this is not valid TOML: ")
    assert re.search(r"\(at (line \d+, column \d+|end of document)\)", error)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sjis.toml"
    path.write_bytes('name = "月形町"'.encode("shift_jis"))
    with pytest.raises(ConfigurationError, match=r"sjis\.toml: this is not valid TOML"):
        load(Example, path, {})


@pytest.mark.parametrize(
    ("toml", "error"),
    [
        ("nmae = 1", "FOLDER/example.toml: nmae: is not a setting; is it misspelt?"),
        ("[broker]\nprot = 1", "FOLDER/example.toml: broker.prot: is not a setting; is it misspelt?"),
        ("broker = 5", "FOLDER/example.toml: broker: input should be a valid dictionary or instance of Broker"),
        (
            '[broker]\nport = "a lot"',
            "FOLDER/example.toml: broker.port: input should be a valid integer, unable to parse string as an integer",
        ),
        ("name = 5", "FOLDER/example.toml: name: input should be a valid string"),
    ],
)
def test_a_wrong_key_names_the_file_the_key_and_what_is_wrong(tmp_path: Path, toml: str, error: str) -> None:
    assert error_of(tmp_path, toml) == error


def test_everything_that_is_wrong_has_its_line(tmp_path: Path) -> None:
    assert len(error_of(tmp_path, 'name = 5\nmore = 1\n[broker]\nport = "x"\n').splitlines()) == 3


def test_a_wrong_secret_is_not_printed(tmp_path: Path) -> None:
    assert "hunter2" not in error_of(tmp_path, '[broker]\npassword = ["hunter2"]\n')
    assert "hunter2" not in repr(read(tmp_path, '[broker]\npassword = "hunter2"\n'))


def test_a_secret_can_come_from_a_file_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    assert password(read(tmp_path, '[broker]\npassword_file = "secret"\n')) == "hunter2"


@pytest.mark.parametrize("secret", ["missing", "binary", "."])
def test_a_secret_that_cannot_be_read_names_the_file_and_the_key(tmp_path: Path, secret: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    error = error_of(tmp_path, f'[broker]\npassword_file = "{secret}"\n')
    assert error.startswith("FOLDER/example.toml: password_file: cannot read FOLDER")


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        "[broker]\nport = 1\n",
        KOKUCHI_BROKER__PORT="2",
        KOKUCHI_BROKER__SECURE="true",
        KOKUCHI_BROKER__PASSWORD="x",
    )
    assert (settings.broker.port, settings.broker.secure, password(settings)) == (2, True, "x")


def test_every_key_can_come_from_the_environment_also_one_outside_of_a_table(tmp_path: Path) -> None:
    settings = read(tmp_path, 'name = "a"\n', KOKUCHI_NAME="b", KOKUCHI_LEDGER="x.sqlite")
    assert (settings.name, settings.ledger) == ("b", tmp_path / "x.sqlite")


def test_variables_that_are_for_others_are_left_alone(tmp_path: Path) -> None:
    others = {"KOKUCHI_CONFIG": "x.toml", "KOKUCHI_VOICE_ENGINE": "espeak", "HOME": "/", "BROKER__PORT": "x"}
    assert read(tmp_path, "", **others) == Example()


def test_a_secret_of_the_environment_can_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    absolute = str(tmp_path / "secret")
    assert password(read(tmp_path, '[broker]\npassword = "x"\n', KOKUCHI_BROKER__PASSWORD_FILE=absolute)) == "hunter2"


def test_the_environment_wins_over_a_file_that_the_settings_name(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the file")
    toml = '[broker]\npassword_file = "secret"\n'
    assert password(read(tmp_path, toml, KOKUCHI_BROKER__PASSWORD="of the environment")) == "of the environment"


def test_the_environment_helps_when_the_file_that_the_settings_name_is_not_there(tmp_path: Path) -> None:
    toml = '[broker]\npassword_file = "missing"\n'
    assert password(read(tmp_path, toml, KOKUCHI_BROKER__PASSWORD="x")) == "x"


def test_a_wrong_variable_names_its_key(tmp_path: Path) -> None:
    assert "broker.port" in error_of(tmp_path, "", KOKUCHI_BROKER__PORT="many")
    assert "broker.prot" in error_of(tmp_path, "", KOKUCHI_BROKER__PROT="1")
    assert "name is not a table" in error_of(tmp_path, 'name = "a"', KOKUCHI_NAME__PORT="1")


def test_the_centres_settings_are_read_with_the_town_that_they_describe(tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    write_secrets(tmp_path)
    settings, town = load_settings(path, {})
    assert settings.ledger == tmp_path / "var" / "ledger.sqlite"
    assert settings.broker_address.password == "password of the centre"
    assert (town.name, town.time_zone.key) == ("月形町", "Asia/Tokyo")
    assert [place.id for place in (*town.areas, *town.groups)] == ["kita", "minami", "elderly", "business"]
    assert [category.id for category in town.categories] == ["scam"]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('id = "tsukigata"', "", "broadcaster.toml: town.id: is missing"),
        ('id = "tsukigata"', 'id = "月形"', "broadcaster.toml: town.id: string should match pattern"),
        ("[web]\n", "[web]\nport = 70000\n", "broadcaster.toml: web.port: input should be less than or equal to 65535"),
        ('kana = "ツキガタチョウ"', 'kana = "つき"', "broadcaster.toml: town.kana: "),
        ("[town]\n", '[town]\ntime_zone = "Asia/Nowhere"\n', "broadcaster.toml: town.time_zone: "),
        ("[town]\n", '[town]\ntime_zone = "../../etc/passwd"\n', "broadcaster.toml: town.time_zone: "),
        ('telephone = "0126-53-2321"', 'telephone = "call me"', "broadcaster.toml: town.desk.telephone: "),
        ('id = "kita"', "", "broadcaster.toml: town.areas.0.id: is missing"),
        ('"categories.toml"', '"nowhere.toml"', "nowhere.toml: there is no such file"),
        (
            "session_secret_file",
            "# session_secret_file",
            "broadcaster.toml: web: is missing|web.session_secret: is missing",
        ),
    ],
)
def test_wrong_settings_of_the_centre_name_file_and_key(tmp_path: Path, old: str, new: str, error: str) -> None:
    assert old in TOML
    path = write_settings(tmp_path, TOML.replace(old, new))
    write_secrets(tmp_path)
    with pytest.raises(ConfigurationError, match=error):
        load_settings(path, {})


@pytest.mark.parametrize(
    ("categories", "error"),
    [
        ("", "categories.toml: categories: is missing"),
        ("categories = []", "broadcaster.toml: town.categories: "),
        (CATEGORIES.replace("Severe", "Bad"), "categories.toml: categories.0.severity: "),
        (CATEGORIES + "vaild_hours = 1\n", "categories.toml: categories.0.vaild_hours: is not a setting"),
        (CATEGORIES + "valid_hours = 0\n", "categories.toml: categories.0.valid_hours: "),
    ],
)
def test_wrong_categories_name_file_and_key(tmp_path: Path, categories: str, error: str) -> None:
    path = write_settings(tmp_path, categories=categories)
    write_secrets(tmp_path)
    with pytest.raises(ConfigurationError, match=error):
        load_settings(path, {})


def test_short_session_secrets_are_refused(tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    write_secrets(tmp_path)
    with pytest.raises(ConfigurationError, match=r"web\.session_secret: ") as caught:
        load_settings(path, {"KOKUCHI_WEB__SESSION_SECRET": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_the_secret_files_are_those_that_the_settings_will_read(tmp_path: Path) -> None:
    path = write_settings(tmp_path)
    assert secret_files(path) == [tmp_path / "var" / "session", tmp_path / "var" / "broker-password"]
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.toml"
    link.symlink_to(path)
    assert secret_files(link) == secret_files(path)


@pytest.mark.parametrize("toml", ["web = 5\nbroker = []\n", "", "[web]\nsession_secret_file = 5\n"])
def test_settings_that_are_no_tables_name_no_secret_files(tmp_path: Path, toml: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(toml)
    assert secret_files(path) == []


def test_the_example_that_is_shipped_can_be_read() -> None:
    example = Path(__file__).parents[2] / "config" / "broadcaster.toml"
    environment = {"KOKUCHI_WEB__SESSION_SECRET": "s" * 32, "KOKUCHI_BROKER__PASSWORD": "x"}
    settings, town = load_settings(example, environment)
    assert isinstance(settings, Settings)
    assert {"scam", "consumer_harm", "suspicious_person"} <= {category.id for category in town.categories}
    assert town.quiet_hours == QuietHours(start=time(21), end=time(7))
    assert read_toml(example)["town"]["id"] == town.id


def test_without_a_file_the_environment_alone_gives_what_the_model_knows() -> None:
    environment = {
        "KOKUCHI_BROKER__PORT": "7",
        "KOKUCHI_NAME": "x",
        "KOKUCHI_OTHER__FILE": "y",
        "BROKER__SECURE": "true",
    }
    settings = from_environment(Example, environment)
    assert (settings.name, settings.broker.port, settings.broker.secure) == ("x", 7, False)
    with pytest.raises(ConfigurationError, match=r"environment: broker\.prot: is not a setting; is it misspelt\?"):
        from_environment(Example, {"KOKUCHI_BROKER__PROT": "7"})
