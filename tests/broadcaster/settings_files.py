"""A folder with the settings of a small centre, as `broadcaster` reads them."""

from pathlib import Path

from tests.contract.broker import HOST
from tests.ports import free_port

TOML = """\
ledger = "var/ledger.sqlite"
signing_key = "var/signing.pem"
chimes = "chimes"
categories = "categories.toml"
terminals = "var/terminals"

[town]
id = "tsukigata"
name = "月形町"
kana = "ツキガタチョウ"
office = "月形町役場"

[town.desk]
name = "月形町役場 産業課"
telephone = "0126-53-2321"

[[town.areas]]
id = "kita"
name = "北地区"

[[town.areas]]
id = "minami"
name = "南地区"

[[town.groups]]
id = "elderly"
name = "高齢者のみの世帯"

[[town.groups]]
id = "business"
name = "事業所"

[web]
tls = false
session_secret_file = "var/session"

[broker]
tls = false
host = "{host}"
port = {port}
password_file = "var/broker-password"
configuration = "var/mosquitto"
"""

CATEGORIES = """\
[[categories]]
id = "scam"
name = "詐欺事案情報"
severity = "Severe"
"""

ROSTER = """\
terminal,household,kind,area,groups
t-1,見本 花子,household,kita,elderly
t-2,見本 太郎,household,kita,
t-3,みほん商店,business,minami,business elderly
"""


def write_settings(folder: Path, toml: str = TOML, categories: str = CATEGORIES) -> Path:
    """Write the settings of a centre whose broker is on a free port; return the file for --config."""
    path = folder / "broadcaster.toml"
    path.write_text(toml.replace("{host}", HOST).replace("{port}", str(free_port())), encoding="utf-8")
    (folder / "categories.toml").write_text(categories, encoding="utf-8")
    return path


def write_secrets(folder: Path) -> None:
    """Write the secrets that the settings name."""
    (folder / "var").mkdir(exist_ok=True)
    (folder / "var" / "session").write_text("s" * 32)
    (folder / "var" / "broker-password").write_text("password of the centre\n")
