"""The command `broadcaster` as a real process, with the settings of a small centre."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from broadcaster.__main__ import main

REPOSITORY = Path(__file__).parents[3]


@dataclass(frozen=True)
class Done:
    """What became of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Somebody at the shell of the centre.

    `start` runs a real process, which takes a second; `run` does the same within this one.
    """

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "broadcaster.toml"

    def start(self, *arguments: str, stdin: bytes = b"") -> Done:
        """Run a command as a process; nothing that it says may be a traceback."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KOKUCHI_")}
        done = subprocess.run(
            [sys.executable, "-m", "broadcaster", "--config", str(self.config), *arguments],
            cwd=REPOSITORY,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err, err
        return Done(done.returncode, out, err)

    def run(self, *arguments: str, config: Path | None = None, stdin: bytes = b"") -> Done:
        """Run a command here."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr(sys, "argv", ["broadcaster", "--config", str(config or self.config), *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            code: int | str | None = 0
            try:
                main()
            except SystemExit as end:
                code = end.code
        return Done(int(code or 0), out.getvalue(), err.getvalue())

    def good(self, *arguments: str, stdin: bytes = b"") -> Done:
        """Start a command that succeeds and has nothing to complain of."""
        return _good(self.start(*arguments, stdin=stdin))

    def quick(self, *arguments: str, stdin: bytes = b"") -> Done:
        """Run a command that succeeds and has nothing to complain of."""
        return _good(self.run(*arguments, stdin=stdin))


def _good(done: Done) -> Done:
    assert (done.code, done.err) == (0, ""), done
    return done
