"""One centre for a ledger, and one collector of each number."""

import subprocess
import sys
from pathlib import Path

import pytest

from broadcaster.alone import RunsAlready, alone
from tests.broadcaster.commands.shell import REPOSITORY

HOLD = """
import sys, time
from pathlib import Path
from broadcaster.alone import alone
with alone(Path(sys.argv[1]), "a centre"):
    # A child that outlives the process holds nothing.
    import subprocess
    child = subprocess.Popen(["sleep", "600"], close_fds=False)
    print(child.pid, flush=True)
    time.sleep(600)
"""


def test_a_second_one_is_refused_until_the_first_is_gone_however_it_went(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "centre.lock"
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    child = int(first.stdout.readline())
    try:
        with (
            pytest.raises(RunsAlready, match=r"a centre runs already and holds .*centre\.lock; stop it first"),
            alone(file, "a centre"),
        ):
            pass
        first.kill()
        first.wait()
        with alone(file, "a centre"):
            pass
    finally:
        subprocess.run(["kill", str(child)], check=True)
        first.stdout.close()
