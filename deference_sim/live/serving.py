"""The local server of a live page: on loopback only, for that page alone, whatever port or path leads to it."""

import sys
import webbrowser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
#: Names that only this machine, a tunnel to it, or a proxy on it uses: a page of another site cannot ask under them.
OWN_NAMES = (LOOPBACK, "localhost", "::1")
PATIENCE = 30.0  # seconds for a request to be sent, and for an answer to be taken


class PageServer(ThreadingHTTPServer):
    """Answers every path with one page, so that a proxy may put it under any; port 0 takes a free one.

    Raises ``OSError`` if the port is taken.
    """

    daemon_threads = True

    def __init__(self, html: str, port: int = 0) -> None:
        self.page = html.encode()
        super().__init__((LOOPBACK, port), _Answer)

    @property
    def address(self) -> str:
        """The address that a browser on this machine opens."""
        return f"http://{LOOPBACK}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a tab that was closed before it had its answer: the others go on."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Answer(BaseHTTPRequestHandler):
    """Gives the page to whoever asks under a name of this machine, and says to anybody else what it answers to."""

    server: PageServer
    timeout = PATIENCE

    def do_GET(self) -> None:
        """Answer with the page."""
        if self._is_own():
            self._send(HTTPStatus.OK, "text/html", self.server.page)
        else:
            told = (
                f"This page answers to {self.server.address}, and to localhost with any port, as an SSH tunnel has it; "
                "a proxy must pass requests on under one of these names (the header Host).\n"
            )
            self._send(HTTPStatus.FORBIDDEN, "text/plain", told.encode())

    do_HEAD = do_GET

    def _is_own(self) -> bool:
        try:
            return urlsplit(f"//{self.headers.get('Host', '')}").hostname in OWN_NAMES
        except ValueError:  # no address at all
            return False

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for the address."""


def serve(server: PageServer, *, open_browser: bool) -> None:
    """Print the address and answer until interrupted."""
    print(f"{server.address}  (Ctrl-C ends it)", flush=True)
    if open_browser:
        webbrowser.open(server.address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()
