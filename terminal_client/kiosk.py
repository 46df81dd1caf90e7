"""The browser on the terminal's screen, watched: `python -m terminal_client.kiosk BROWSER URL [OPTION…]`.

It is started once the page is served, and started anew when it has died, or when the terminal's `/healthz` says for
PATIENCE_SECONDS that no page draws. Its profile is a folder in memory where there is one ($RUNTIME_DIRECTORY,
$XDG_RUNTIME_DIR): nothing is written to the card, and no crash of yesterday is asked about. This module loads nothing
but the standard library, since it stays in memory as long as the device is on.
"""

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

log = logging.getLogger("terminal_client.kiosk")

PATIENCE_SECONDS = 60.0
"""A page that froze is told to load itself anew after 30 s; this is its time to come back, or to appear at all."""

LOOK_SECONDS = 2.0
SHORTEST_LIFE = 10.0
"""A browser that ends at once is not started again before so many seconds."""

_OPTIONS = (
    "--kiosk",
    "--no-first-run",
    "--noerrdialogs",
    "--disable-session-crashed-bubble",
    "--disable-infobars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--password-store=basic",
    "--autoplay-policy=no-user-gesture-required",
    "--disk-cache-size=1",
    "--media-cache-size=1",
)


def profile_folder() -> Path:
    """Return where the browser keeps its profile: a folder in memory if the system offers one."""
    base = os.environ.get("RUNTIME_DIRECTORY") or os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / "kokuchi-kiosk"


def is_alive(url: str) -> bool | None:
    """Ask the terminal whether a page draws; None if the terminal does not answer."""
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/healthz", timeout=5) as answer:  # noqa: S310 - http, see main
            return bool(json.load(answer)["page_alive"])
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return None


class Kiosk:
    """A browser that shows one page. `patience` is how long the page may draw nothing, in seconds."""

    def __init__(
        self,
        command: Sequence[str],
        url: str,
        profile: Path,
        *,
        patience: float = PATIENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = [*command, *_OPTIONS, f"--user-data-dir={profile}", url]
        self._url = url
        self._profile = profile
        self._patience = patience
        self._clock = clock
        self._browser: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._alive = 0.0

    @property
    def browser_pid(self) -> int | None:
        """The process identifier of the browser, while it is there."""
        return self._browser.pid if self._browser else None

    def look(self) -> None:
        """Look once: start the browser if it is not there and the page is, end it if its page is not alive."""
        now, page = self._clock(), is_alive(self._url)
        if self._browser is None:
            if page is not None and (not self._started or now - self._started >= SHORTEST_LIFE):
                self._start(now)
            return
        if self._browser.poll() is not None:
            log.error("the browser has ended, exit code %s", self._browser.returncode)
            self.stop()
        elif page is not False:
            # A terminal that is away will be back; the page waits for it by itself.
            self._alive = now
        elif now - self._alive > self._patience:
            log.error("the page has drawn nothing for %g s; the browser is started anew", now - self._alive)
            self.stop()

    def stop(self) -> None:
        """End the browser and all of its processes."""
        if self._browser is None:
            return
        with contextlib.suppress(ProcessLookupError):
            # One that is frozen hears nothing softer.
            os.killpg(self._browser.pid, signal.SIGKILL)
        self._browser.wait()
        self._browser = None

    def _start(self, now: float) -> None:
        # Nothing of the last one is wanted: neither its lock nor its question whether to restore what crashed.
        shutil.rmtree(self._profile, ignore_errors=True)
        self._profile.mkdir(parents=True, mode=0o700)
        log.info("the browser starts")
        self._browser = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603 - as the settings of the device say
        self._started = self._alive = now


def main() -> None:
    """Keep the browser going until told to end. Exit code 1: there is no such browser or address."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    browser, url, *options = sys.argv[1:]
    if shutil.which(browser) is None:
        sys.exit(f"error: {browser} is not installed; install it or name another one with --browser")
    if not url.startswith(("http://", "https://")):
        sys.exit(f"error: {url} is not the address of a page; it begins with http://")
    kiosk = Kiosk([browser, *options], url, profile_folder())

    def end(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        while True:
            kiosk.look()
            time.sleep(LOOK_SECONDS)
    finally:
        kiosk.stop()


if __name__ == "__main__":
    main()
