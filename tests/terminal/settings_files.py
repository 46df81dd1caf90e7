"""A terminal's settings as files."""

from pathlib import Path

TOML = """
terminal = "t-1"
inbox = "inbox.sqlite"
chimes = "sounds"

[town]
id = "tsukigata"
name = "月形町"
kana = "ツキガタチョウ"
public_keys = ["town.pem"]

[broker]
host = "127.0.0.1"
password = "secret"
"""


def write_terminal_settings(folder: Path, more: str = "") -> Path:
    path = folder / "terminal.toml"
    path.write_text(TOML + more, encoding="utf-8")
    return path
