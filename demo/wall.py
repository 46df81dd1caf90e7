"""A page with the screens of all terminals side by side, and a browser that nobody sees to open it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from demo.places import HOST, TERMINALS, Places

_STYLE = (
    "body{margin:0;background:#222;color:#fff;font:16px 'BIZ UDPGothic','Noto Sans CJK JP',sans-serif;"
    "display:flex;flex-wrap:wrap;gap:16px;padding:16px}iframe{border:0;width:1024px;height:600px;background:#fff}"
    "h1{font-size:16px;margin:0 0 8px}"
)


@contextmanager
def wall(places: Places) -> Iterator[str]:
    """Serve the page for the length of a block; yield its address."""
    screens = "".join(
        f'<section><h1>{terminal}</h1><iframe title="{terminal}" src="{places.terminal_url(terminal)}/"></iframe>'
        "</section>"
        for terminal in TERMINALS
    )
    page = (
        f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>kokuchi: {len(TERMINALS)} terminals</title>'
        f"<style>{_STYLE}</style>{screens}</html>"
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_request(self, *_arguments: object) -> None:
            return

    server = ThreadingHTTPServer((HOST, places.wall_port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{places.wall_port}/"
    finally:
        server.shutdown()
        server.server_close()


def browser_command(places: Places, url: str) -> list[str]:
    """Return the command of a browser without a window that keeps a page open, tall enough to show all screens."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [
        "chromium",
        "--headless",
        *root,
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1100,2000",
        f"--user-data-dir={places.data / 'browser'}",
        # Without it a browser without a window draws the page once and ends.
        "--remote-debugging-port=0",
        url,
    ]
