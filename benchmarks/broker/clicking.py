"""The process of the staff: it writes an alert, and presses the button when it is told to.

    python -m benchmarks.broker.clicking FOLDER PORT

For each line of JSON with a headline it looks at the alert once more for LOOK_SECONDS, says its identifier, and waits
for another line.
Then it sends it, and says when it pressed the button by time.perf_counter(), and when the answering page was there.
"""

import json
import sys
import time
from pathlib import Path

from demo.places import Places
from demo.preparation import USERS
from demo.staff import Staff

CATEGORY = "scam"
LOOK_SECONDS = 0.25
"""Nobody presses a button sooner after a page has come: a simple reaction to what is seen takes as long."""

BODY = (
    "本日午前10時ごろ、町内で市役所の職員を名乗る不審な電話がありました。電話を切って、家族や役場に相談してください。"
)


def main() -> None:
    """Do what the lines say."""
    account, password = USERS[0]
    with Staff(Places(Path(sys.argv[1]), int(sys.argv[2])), account.name, password) as staff:
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            check = staff.write(CATEGORY, json.loads(line)["headline"], BODY, ())
            print(json.dumps({"identifier": staff.identifier(check)}), flush=True)
            form = staff.send_form(check)
            time.sleep(LOOK_SECONDS)
            sys.stdin.readline()
            clicked = time.perf_counter()
            staff.press_send(form)
            print(json.dumps({"clicked": clicked, "answered": time.perf_counter()}), flush=True)


if __name__ == "__main__":
    main()
