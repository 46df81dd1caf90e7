"""How to find a broker, and how to be known to it."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker is, who we are to it, and the file of those whom we trust about it; without that, no TLS."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    authority: Path | None = None
