"""The server: on loopback, for its own address, with small requests; and the command that starts it."""

import json
import socket
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from deference_sim import cli, explore
from deference_sim.explorer.state import MOST_SHOWN

ROOT = Path(cli.__file__).parents[2]


def ask(address: str, path: str = "/", method: str = "GET", body: bytes | None = None, **headers: str) -> int:
    """Return the status of the answer to one request."""
    place = urlsplit(address)
    with closing(HTTPConnection(place.hostname or "", place.port, timeout=60)) as connection:
        connection.request(method, path, body, headers)
        return connection.getresponse().status


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def test_only_its_own_address_is_answered(address: str) -> None:
    own = urlsplit(address).netloc
    port = urlsplit(address).port
    assert ask(address) == 200
    assert ask(address, Host=f"localhost:{port}", Origin=f"http://{own}") == 200
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil.example:{port}", "127.0.0.1:1"):
        assert ask(address, Host=host) == 403, host
        assert ask(address, "/ws", **(UPGRADE | {"Host": host})) == 403, host
    for origin in ("http://evil.example", "null", f"http://evil.example:{port}", "http://127.0.0.1:1"):
        assert ask(address, Origin=origin) == 403, origin
        assert ask(address, "/ws", **(UPGRADE | {"Origin": origin})) == 403, origin
        assert ask(address, "/autoload.js", Origin=origin) == 403, origin


def test_a_large_body_is_refused(address: str) -> None:
    try:
        status = ask(address, method="POST", body=b"x" * (256 * 1024 + 1))
    except ConnectionError:
        return  # hung up on
    assert 400 <= status < 500


def test_it_listens_on_loopback_only(address: str) -> None:
    port = urlsplit(address).port
    other = next((found[4][0] for found in _own_addresses() if not found[4][0].startswith("127.")), None)
    if other is None:
        pytest.skip("this machine has no other address")
    with socket.socket() as probe:
        assert probe.connect_ex((str(other), port or 0)) != 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("baselin",), "did you mean `baseline`?"),
        (("no/such/file.yaml",), "no/such/file.yaml"),
        (("baseline", "--set", "rival.led=3"), "did you mean `rival.lead`?"),
        (("baseline", "--replicates", str(MOST_SHOWN + 1)), "allowed: a whole number from 1"),
        (("baseline", "--port", "70000"), "from 0 to 65535"),
        (("baseline", "--seed", "-1"), "found -1"),
    ],
)
def test_bad_input_is_said_before_anything_is_served(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(cli.app, ["explore", "--no-browser", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(cli.app, ["explore", "--no-browser", "--port", port])
    assert result.exit_code == 2
    assert f"{port}: " in result.stderr


def test_a_missing_extra_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deference_sim.explorer.is_installed", lambda: False)
    result = CliRunner().invoke(cli.app, ["explore"])
    assert result.exit_code == 2
    assert "pip install 'deference-sim[explorer]'" in result.stderr
    with pytest.raises(ImportError, match="pip install"):
        explore("baseline")


def test_the_command_does_not_load_panel_unless_it_is_run() -> None:
    script = (
        "import json, sys; import deference_sim.cli, deference_sim.explorer\n"
        "print(json.dumps([name for name in ('panel', 'bokeh', 'tornado') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout) == []


def _own_addresses() -> list[tuple[object, ...]]:
    try:
        return list(socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET))
    except OSError:
        return []
