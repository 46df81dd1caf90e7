"""Where a town's files go when it is restored elsewhere."""

from pathlib import Path

from broadcaster.backup.places import common_root, moved_settings

SAVED = [
    Path("/etc/kokuchi/broadcaster.toml"),
    Path("/var/lib/kokuchi/ledger.sqlite"),
    Path("/var/lib/kokuchi/keys/signing.pem"),
    Path("/opt/kokuchi/config/categories.toml"),
]
SETTINGS = """\
ledger = "/var/lib/kokuchi/ledger.sqlite"
categories = "/opt/kokuchi/config/categories.toml"
chimes = "/opt/kokuchi/sounds"
terminals = "terminals"
[broker]
configuration = "/var/lib/kokuchi/mosquitto"
reload = ["/usr/bin/systemctl", "reload", "kokuchi-broker"]
[backup]
folder = "/var/backups/kokuchi"
"""


def test_an_installed_town_lies_below_the_root_and_goes_back_as_it_was() -> None:
    assert common_root(SAVED) == Path("/")
    assert moved_settings(SETTINGS, SAVED, Path("/"), Path("/")) == SETTINGS


def test_elsewhere_the_settings_find_what_was_restored_and_nothing_else_is_moved() -> None:
    moved = moved_settings(SETTINGS, SAVED, Path("/"), Path("/tmp/look"))  # noqa: S108 - nothing is written
    assert moved == SETTINGS.replace('"/var/lib/', '"/tmp/look/var/lib/').replace(
        '"/opt/kokuchi/config/',
        '"/tmp/look/opt/kokuchi/config/',
    )
