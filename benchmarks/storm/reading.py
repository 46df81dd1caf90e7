"""The process of somebody who reads the pages while the storm rages.

    python -m benchmarks.storm.reading FOLDER PORT

For a line of JSON with an alert it asks for each page every quarter of a second, one after the other; at the next line
it stops, and says how many milliseconds each of them took, and which had another status than 200.
"""

import json
import sys
import threading
import time
from pathlib import Path

from demo.places import Places
from demo.preparation import USERS
from demo.staff import Staff

LOOK_SECONDS = 0.25


def read(staff: Staff, alert: str, over: threading.Event) -> dict[str, list[float]]:
    """Ask until it is over; return the milliseconds of each page, a page that failed as one that took a minute."""
    pages = {"home": "/", "log": "/log", "alert": f"/alerts/{alert}", "healthz": "/healthz"}
    took: dict[str, list[float]] = {name: [] for name in pages}
    due = time.perf_counter()
    while not over.is_set():
        for name, address in pages.items():
            began = time.perf_counter()
            answer = staff.look(address)
            took[name].append((time.perf_counter() - began) * 1000 if answer.status_code == 200 else 60_000.0)
        due = max(time.perf_counter(), due + LOOK_SECONDS)
        over.wait(due - time.perf_counter())
    return took


def main() -> None:
    """Do what the lines say."""
    account, password = USERS[0]
    with Staff(Places(Path(sys.argv[1]), int(sys.argv[2])), account.name, password) as staff:
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            over = threading.Event()
            took: dict[str, list[float]] = {}
            reader = threading.Thread(target=lambda: took.update(read(staff, json.loads(line)["alert"], over)))  # noqa: B023 - it ends before the next line
            reader.start()
            sys.stdin.readline()
            over.set()
            reader.join()
            print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
