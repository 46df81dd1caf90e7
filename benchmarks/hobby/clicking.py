"""The process of whoever sends an alert through Node-RED: it writes one, and posts it when it is told to.

    python -m benchmarks.hobby.clicking ADDRESS

For each line of JSON with the identifier of an alert it posts that alert, and says when it began by
time.perf_counter(), which all processes of a machine share. The answer comes when the alert is stored.
"""

import json
import sys
import time
import urllib.request

from benchmarks.broker.clicking import BODY

HEADLINE = "市役所職員をかたる不審な電話に注意"
_MESSAGE_BYTES = 1024
_ANSWER_SECONDS = 60.0


def message(identifier: str) -> bytes:
    """Return an alert as long as the floor's message."""
    alert = {"identifier": identifier, "revision": 1, "headline": HEADLINE, "body": BODY, "phone": ""}
    missing = _MESSAGE_BYTES - len(json.dumps(alert).encode())
    return json.dumps({**alert, "phone": "0" * max(0, missing)}).encode()


def main() -> None:
    """Do what the lines say."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        content = {"Content-Type": "application/json"}
        wanted = urllib.request.Request(sys.argv[1], message(json.loads(line)["identifier"]), content)  # noqa: S310 - http
        clicked = time.perf_counter()
        with urllib.request.urlopen(wanted, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310 - the same
            answer.read()
        print(json.dumps({"clicked": clicked, "answered": time.perf_counter()}), flush=True)


if __name__ == "__main__":
    main()
