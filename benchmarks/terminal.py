"""`make bench-terminal`: how light a terminal is, beside its browser: memory, processor, start, writes to the card.

A real terminal with the real voice, at the pace of speech, and Chromium on its page. It takes about four minutes.
Exit code 0 when everything is within its bound, else 1. With JSON=1 in the environment the last line is a JSON object.
"""

import json
import os
import signal
import sys
import time
import urllib.request
from dataclasses import dataclass

from benchmarks.disk import folder_on_disk
from benchmarks.lines import Line
from benchmarks.processes import memory, processor_seconds, tree, written_bytes
from demo.places import TERMINALS, Places
from demo.preparation import USERS, environment, open_ledger, prepare
from demo.processes import Processes, answers, first_free
from demo.staff import Staff, confirm
from demo.town import centre_command, start_mosquitto, start_terminal
from demo.wall import browser_command

TERMINAL = TERMINALS[0]
REST_SECONDS = 30.0
SETTLED_AFTER = 70.0
VOICE_RESTS_WITHIN = 60.0
LOOK_SECONDS = 0.1
HEADLINE = "市役所職員をかたる不審な電話に注意してください"
BODY = (
    "本日午前10時ごろから正午にかけて、町内の市街地区と南地区で、役場の職員を名乗る男から不審な電話が相次ぎました。"
    "男は「医療費の払い戻しがあります。期限は今日までです」と言い、近くのスーパーのATMへ行くように求めます。"
    "役場や年金事務所が、電話でATMの操作をお願いすることは決してありません。"
)


@dataclass(frozen=True)
class Measured:
    """Seconds, MiB, share of a processor, bytes a minute."""

    start_seconds: float
    memory_speaking: float
    memory_at_rest: float
    processor_share_at_rest: float
    written_at_rest: float


def measure(places: Places) -> Measured:
    """Start a terminal, let it speak, and leave it alone."""
    prepare(places)
    with Processes(places.logs) as processes, open_ledger(places) as ledger:
        start_mosquitto(places, processes)
        processes.start("centre", centre_command(places), environment(places))
        processes.wait_for("the centre", lambda: answers(places.port), 60)
        first_start = _start(places, processes)
        pid = processes.pid(TERMINAL)
        processes.start("browser", browser_command(places, f"{places.terminal_url(TERMINAL)}/"))
        account, password = USERS[0]
        with Staff(places, account.name, password) as staff:
            accepted = ledger.alerts.get(staff.send("scam", HEADLINE, BODY, (TERMINAL,)))
        assert accepted is not None  # noqa: S101 - the page has answered, so it is in the ledger
        speaking = 0.0
        while not next(iter(ledger.deliveries.of_alert(accepted.row))).delivery.voiced_at:
            speaking = max(speaking, memory(pid))
            time.sleep(LOOK_SECONDS)
        confirm(places, TERMINAL, accepted.alert.identifier)
        # The last sync about the alert comes at a random time within a minute.
        time.sleep(SETTLED_AFTER)
        processes.wait_for("the voice at rest", lambda: len(tree(pid)) == 1, VOICE_RESTS_WITHIN)
        seconds, written = processor_seconds(pid), written_bytes(pid)
        time.sleep(REST_SECONDS)
        at_rest = memory(pid)
        share = (processor_seconds(pid) - seconds) / REST_SECONDS
        written = written_bytes(pid) - written
        # Now it has a dictionary of the town, which its voice is given first.
        processes.end(TERMINAL, signal.SIGTERM)
        slowest = max(first_start, _start(places, processes))
        return Measured(slowest, speaking, at_rest, share, written * 60 / REST_SECONDS)


def _start(places: Places, processes: Processes) -> float:
    begin = time.monotonic()
    start_terminal(places, processes, TERMINAL, audible=False, paced=True)
    processes.wait_for("the terminal", lambda: _is_healthy(places), 60)
    return time.monotonic() - begin


def _is_healthy(places: Places) -> bool:
    try:
        with urllib.request.urlopen(f"{places.terminal_url(TERMINAL)}/healthz", timeout=5) as answer:  # noqa: S310 - http
            return bool(answer.status == 200)
    except OSError:
        return False


def lines_of(measured: Measured) -> list[Line]:
    """Return what must be small, with its bounds."""
    return [
        Line("from the start to a page that is served", measured.start_seconds, 5, "s"),
        Line("memory while speaking, the most", measured.memory_speaking, 250, "MiB"),
        Line("memory at rest", measured.memory_at_rest, 120, "MiB"),
        Line("processor at rest", 100 * measured.processor_share_at_rest, 2, "% of a core"),
        Line("written at rest", measured.written_at_rest / 1024, 16, "KiB a minute"),
    ]


def main() -> int:
    """Measure, print, and tell whether all is well."""
    with folder_on_disk() as folder:
        lines = lines_of(measure(Places(folder, first_free(range(20000, 30000), 12))))
    print(f"{'a terminal, without its browser':<44} {'value':>9}  at most")
    for line in lines:
        mark = "" if line.is_good else "   OUT OF BOUND"
        print(f"{line.name:<44} {line.value:9.3f}  {line.bound:g} {line.unit}{mark}")
    is_good = all(line.is_good for line in lines)
    if os.environ.get("JSON"):
        print(json.dumps({"good": is_good, **{line.name: line.value for line in lines}}))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
