"""The command ``explore``: a server for one page, on this machine alone, under whatever port or path leads to it.

Would catch: a page that another site can read, one that an SSH tunnel or a proxy with a path of its own breaks, a tab
whose end ends the server, an address that is not told, a port that is taken met with a traceback.
"""

import http.client
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deference_sim.live.serving import LOOPBACK, PageServer

from .commands import call

ROOT = Path(__file__).parents[2]
PAGE = "<!DOCTYPE html><title>the page</title>" + "é" * 2_000_000


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer(PAGE) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def answer(server: PageServer, path: str = "/", host: str = "", method: str = "GET") -> tuple[int, str]:
    with closing(http.client.HTTPConnection(LOOPBACK, server.server_port, timeout=20)) as connection:
        connection.request(method, path, headers={"Host": host} if host else {})
        response = connection.getresponse()
        assert response.headers["Content-Type"].endswith("charset=utf-8")
        return response.status, response.read().decode()


@pytest.mark.parametrize(
    "path", ["/", "/user/me/proxy/8765/", "/user/me/proxy/absolute/8765", "//x", "/../../etc/passwd"]
)
def test_every_path_is_the_page(server: PageServer, path: str) -> None:
    assert answer(server, path) == (200, PAGE)


@pytest.mark.parametrize("host", ["localhost:9999", "LOCALHOST", "127.0.0.1", "[::1]:8000"])
def test_a_tunnel_may_use_another_port(server: PageServer, host: str) -> None:
    assert answer(server, host=host) == (200, PAGE)
    assert answer(server, host=host, method="HEAD") == (200, "")


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "127.0.0.1.example.org:80", "[", "10.0.0.1"])
def test_another_name_is_told_which_address_it_answers_to(server: PageServer, host: str) -> None:
    status, told = answer(server, host=host)
    assert status == 403
    assert server.address in told
    assert "localhost" in told
    assert "the page" not in told


def test_a_tab_that_is_closed_while_it_loads_harms_no_other(
    server: PageServer, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with socket.create_connection((LOOPBACK, server.server_port)) as tab:
            tab.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert tab.recv(10)
    waiting = socket.create_connection((LOOPBACK, server.server_port))  # a tab that never says what it wants
    found: list[tuple[int, str]] = []
    tabs = [threading.Thread(target=lambda: found.append(answer(server))) for _ in range(2)]
    for tab_of_two in tabs:
        tab_of_two.start()
    for tab_of_two in tabs:
        tab_of_two.join()
    waiting.close()
    assert found == [(200, PAGE)] * 2
    assert capfd.readouterr().err == ""


def test_nothing_is_taken_from_a_page_but_its_address(server: PageServer) -> None:
    assert answer(server, method="POST")[0] == 501


def test_the_command_tells_its_address_and_ends_by_a_signal() -> None:
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # whoever runs this may ignore it
    code = f"{heard}; import sys; sys.argv[0] = 'deference-sim'; from deference_sim.cli import main; main()"
    arguments = ("explore", "rushed-handoff", "--set", "rival.lead=1 month", "--no-browser")
    started = subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    address, _, rest = started.stdout.readline().partition("  ")
    assert address.startswith(f"http://{LOOPBACK}:")
    assert rest == "(Ctrl-C ends it)\n"
    with urllib.request.urlopen(address, timeout=20) as response:
        page = response.read().decode()
    assert '"view":{"preset":"rushed-handoff","settings":[["rival.lead","1 month"]]' in page
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=20) == 0
    started.stdout.close()


def test_what_cannot_be_shown_is_told_before_anything_is_served(server: PageServer) -> None:
    taken = call("explore", "--no-browser", "--port", server.server_port)
    assert taken.exit_code == 2
    assert "in use" in taken.output
    for arguments, told in (
        (("rushed-handof",), "did you mean"),
        (("baseline", "--set", "rival.led=3"), "unknown parameter"),
        (("baseline", "--replicates", "1000000"), "from 100 to 100,000"),
    ):
        refused = call("explore", *arguments, "--no-browser")
        assert refused.exit_code == 2
        assert told in refused.output
