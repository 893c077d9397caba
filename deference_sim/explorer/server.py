"""The local server of the page: on loopback only, for its own address only, with small requests only."""

import socket
import webbrowser
from typing import Any
from urllib.parse import urlsplit

import panel as pn
from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher, Rule
from tornado.web import RequestHandler

from deference_sim.explorer.page import Explorer
from deference_sim.explorer.state import Presets, View, in_words, of_arguments
from deference_sim.scenario import ScenarioError
from deference_sim.study.runner import warm_up

LOOPBACK = "127.0.0.1"
OWN_NAMES = (LOOPBACK, "localhost")
LARGEST_BODY = 256 * 1024  # bytes
#: Milliseconds: how long a page that nobody looks at any more is kept, and how often that is looked at.
UNUSED, LOOK = 3000, 1000


class Foreign(Matcher):
    """Matches requests that are not for this very server, or that a page of another one makes."""

    def __init__(self, own: set[str]) -> None:
        self._own = own

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Return something for a request that must be refused."""
        origin = request.headers.get("Origin")
        is_own = request.host in self._own and (origin is None or _host_of(origin) in self._own)
        return None if is_own else {}


class Refusal(RequestHandler):
    """Says no."""

    def prepare(self) -> None:
        """Answer with 403, whatever was asked."""
        self.set_status(403)
        self.finish("This page answers requests for its own address alone.\n")


def make_server(presets: Presets, view: View, port: int = 0) -> Any:
    """Return the server of the page, listening but not yet running; port 0 takes a free one.

    Raises ``OSError`` if the port is taken.
    """
    port = _free(port)
    own = {f"{name}:{port}" for name in OWN_NAMES}
    server = pn.io.server.get_server(
        {"/": lambda: _page(presets, view)},
        port=port,
        address=LOOPBACK,
        title="deference_sim explorer",
        websocket_origin=sorted(own),
        websocket_max_message_size=LARGEST_BODY,
        http_server_kwargs={"max_body_size": LARGEST_BODY},
        unused_session_lifetime_milliseconds=UNUSED,
        check_unused_sessions_milliseconds=LOOK,
    )
    server._tornado.default_router.rules.insert(0, Rule(Foreign(own), Refusal))
    return server


def _page(presets: Presets, usual: View) -> Any:
    """Return the page for one visitor: what the address says, or what is usual and why the address was not followed."""
    problem, view = "", usual
    arguments = {
        key: [value.decode("utf-8", "replace") for value in values] for key, values in pn.state.session_args.items()
    }
    try:
        view = of_arguments(arguments, presets, usual)
    except ScenarioError as error:
        problem = f"The address cannot be shown. {in_words(error)}"
    explorer = Explorer(presets, view, problem)
    pn.state.on_session_destroyed(lambda _: explorer.close())
    return explorer.__panel__()


def _free(port: int) -> int:
    """Return ``port``, or for 0 one that nobody listens on: the origins that may connect are told it beforehand.

    Raises ``OSError`` if it is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        return int(probe.getsockname()[1])


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def serve(server: Any, *, open_browser: bool) -> None:
    """Print the address and answer until interrupted."""
    warm_up("compiled")
    address = f"http://{LOOPBACK}:{server.port}/"
    print(f"{address}  (Ctrl-C ends it)", flush=True)
    if open_browser:
        webbrowser.open(address)
    server.start()
    try:
        server.io_loop.start()
    except KeyboardInterrupt:
        print()
    finally:
        server.stop()
