"""The process of the staff: it writes an alert, and presses the button when it is told to.

    python -m benchmarks.broker.clicking FOLDER PORT

For each line of JSON with a headline it looks at the alert once more for LOOK_SECONDS, says its identifier, and waits
for another line.
Then it sends it, and says when it pressed the button by time.perf_counter(), and when the answering page was there.

As a browser does, it keeps the connection that brought the page. What goes over it is there before the click, as the
message of the floor is: how long a client takes to put it together is neither kokuchi's time nor a browser's.
"""

import json
import socket
import sys
import time
from contextlib import closing
from http.client import HTTPResponse
from pathlib import Path

import httpx

from demo.places import Places
from demo.preparation import USERS
from demo.processes import DemoError
from demo.staff import Staff

CATEGORY = "scam"
LOOK_SECONDS = 0.25
"""Nobody presses a button sooner after a page has come: a simple reaction to what is seen takes as long."""

BODY = (
    "本日午前10時ごろ、町内で市役所の職員を名乗る不審な電話がありました。電話を切って、家族や役場に相談してください。"
)


class Button:
    """A request that is ready, on a connection that is there."""

    def __init__(self, request: httpx.Request) -> None:
        head = [
            f"{request.method} {request.url.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in request.headers.items()),
        ]
        self._bytes = "\r\n".join([*head, "", ""]).encode("latin-1") + request.content
        self._socket = socket.create_connection((request.url.host, request.url.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def press(self) -> str:
        """Send it; return the address of the page that comes next."""
        self._socket.sendall(self._bytes)
        with HTTPResponse(self._socket) as answer:
            answer.begin()
            answer.read()
            page = answer.getheader("Location", "")
            if not page.startswith("/alerts/2"):
                raise DemoError(f"the alert was not sent: HTTP {answer.status}")
        return page

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def main() -> None:
    """Do what the lines say."""
    account, password = USERS[0]
    with Staff(Places(Path(sys.argv[1]), int(sys.argv[2])), account.name, password) as staff:
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            check = staff.write(CATEGORY, json.loads(line)["headline"], BODY, ())
            print(json.dumps({"identifier": staff.identifier(check)}), flush=True)
            with closing(Button(staff.send_request(check))) as button:
                time.sleep(LOOK_SECONDS)
                sys.stdin.readline()
                clicked = time.perf_counter()
                page = button.press()
            staff.look(page)
            print(json.dumps({"clicked": clicked, "answered": time.perf_counter()}), flush=True)


if __name__ == "__main__":
    main()
