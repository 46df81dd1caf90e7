"""Where the centre is: what was typed, and what is proposed. Pure, but for the files that are read."""

import re
import unicodedata
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_PORT = 8080
PREPARED = Path("/etc/kokuchi/centre-address")
"""What whoever prepares devices may write the centre's address into."""

_LONGEST = 200


class AddressError(ValueError):
    """What was typed is no address."""


def centre_url(typed: str) -> str:
    """Return the centre's URL for what was typed, such as "192.168.1.10:8080": HTTPS unless http:// is written.

    Within the machine itself, where nobody listens in between, it is HTTP. The port is 8080 if none is told, 443 for a
    written https://. Raises AddressError.
    """
    text = unicodedata.normalize("NFKC", typed).strip().rstrip("/")
    is_bare = "://" not in text
    if is_bare:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressError(typed) from error
    host = parts.hostname or ""
    scheme = "http" if is_bare and _is_loopback(host) else parts.scheme
    if (
        parts.scheme not in ("http", "https")
        or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host)
        or parts.username is not None
        or (parts.path, parts.query, parts.fragment) != ("", "", "")
        or parts.netloc.endswith(":")
        or len(text) > _LONGEST
        or not _is_plausible(host)
    ):
        raise AddressError(typed)
    name = f"[{host}]" if ":" in host else host
    if port is None:
        port = DEFAULT_PORT if is_bare or scheme == "http" else 443
    return f"{scheme}://{name}:{port}"


def proposed(remembered: Path, environment: str, prepared: Path = PREPARED) -> str:
    """Return the address that is most likely right: the one that worked here before, else one that was prepared."""
    return next((text for text in (_line(remembered), environment.strip(), _line(prepared)) if text), "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_plausible(host: str) -> bool:
    """Tell whether a host of digits and dots alone is a whole IPv4 address: half of one must not be asked for."""
    numbers: Iterable[str] = host.split(".")
    if not re.fullmatch(r"[0-9.]+", host):
        return True
    return len(host.split(".")) == 4 and all(number and int(number) < 256 for number in numbers)


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()[:_LONGEST]
    except (OSError, UnicodeDecodeError):
        return ""
