"""What docs/broker.md shows."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "broker.md"


def sample(name: str) -> str:
    """Return the output that the page shows under a name."""
    found = re.search(rf"<!-- {name} -->\n```\n(.*?)\n```\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"docs/broker.md shows nothing called {name}"
    return found[1]


def without_chance(output: str) -> str:
    """Return an output without what differs from run to run: port, made-up town, date of the certificate."""
    for varying, constant in (
        (r"127\.0\.0\.1:\d+", "127.0.0.1:8883"),
        (r"port \d+", "port 8883"),
        (r"check-[0-9a-f]{8}", "check-5e3a91c0"),
        (r"until \d{4}-\d\d-\d\d", "until 2029-03-01"),
    ):
        output = re.sub(varying, constant, output)
    return output
