"""A process of the bench that is told what to do in lines of JSON, and answers in such lines."""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.broker.ground import PATIENCE_SECONDS
from benchmarks.precedence import give_way
from demo.places import REPOSITORY
from demo.processes import DemoError
from fleet import Fleet
from kokuchi.wire.fields import JsonObject

ANSWER_SECONDS = 300.0


class Helper:
    """A module that runs beside the fleet, so that neither waits for the other."""

    def __init__(self, module: str, log: Path, *arguments: str) -> None:
        self._module = module
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - a module of the bench
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=REPOSITORY,
                start_new_session=True,
            )
        give_way(self._process.pid)
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        assert self._process.stdout is not None  # noqa: S101
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._from.fileno(), False)
        self._read = b""

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def tell(self, **what: object) -> None:
        """Tell it to do something."""
        self._to.write(json.dumps(what).encode() + b"\n")
        self._to.flush()

    def answer(self) -> JsonObject | None:
        """Return what it has answered, None while it has not; raises DemoError if it has ended."""
        self._read += self._from.read() or b""
        line, end, rest = self._read.partition(b"\n")
        if end:
            self._read = rest
            answer: JsonObject = json.loads(line)
            return answer
        if self._process.poll() is not None:
            raise DemoError(f"{self._module} has ended; {self._log} tells why")
        return None

    def wait(self, fleet: Fleet) -> JsonObject:
        """Return what it answers next, and drive the fleet until then; raises DemoError, FleetError."""
        answers: list[JsonObject] = []

        def is_answered() -> bool:
            answers.extend(answer for answer in [self.answer()] if answer)
            return bool(answers)

        fleet.run_until(is_answered, ANSWER_SECONDS, PATIENCE_SECONDS)
        return answers[0]

    def close(self) -> None:
        """End it."""
        self._to.close()
        self._from.close()
        self._process.terminate()
        self._process.wait()
