"""The kernel in Chromium, with workers as a page has them: the native engine's records, bit for bit.

On CI a missing Chromium fails, elsewhere it skips; the same is tried in Node in any case (``test_kernel_records``).
"""

import hashlib
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import deference_sim as ds
from deference_sim.live import kernel
from deference_sim.live.kernel.facts import facts
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from validation.kernel_in_node import as_data
from validation.record_hashes import EVERY_DISTRIBUTION

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 300.0  # seconds: machines differ
N = 12
PAGE = """<!doctype html><title>kernel</title><script type="module">
import { Pool } from "./kernel/pool.js";
const hex = async (bytes) => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
const told = { hashes: {} };
try {
  const { facts, scenarios, count } = await (await fetch("jobs.json")).json();
  const module = await WebAssembly.compile(await (await fetch("kernel.wasm")).arrayBuffer());
  const spawn = () => new Worker("./kernel/worker.js", { type: "module" });
  const pool = new Pool({ module, facts, spawn, size: 2 });
  for (const [name, scenario] of Object.entries(scenarios)) {
    const { records } = await pool.run(scenario, { seed: 1, worlds: count });
    told.hashes[name] = await hex(records.bytes);
  }
} catch (error) {
  told.error = String(error);
}
await fetch("told", { method: "POST", body: JSON.stringify(told) });
</script>"""


class Served(SimpleHTTPRequestHandler):
    """Serves a folder, and hands on what is posted."""

    def __init__(self, told: "queue.Queue[Any]", *given: Any, **named: Any) -> None:
        self._told = told
        super().__init__(*given, **named)

    def do_POST(self) -> None:
        self._told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *given: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, "queue.Queue[Any]"]]:
    told: queue.Queue[Any] = queue.Queue()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, told, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", told
        server.shutdown()


@pytest.fixture
def browser() -> str:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        told = "no Chromium: on Debian, apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    return program


def test_chromium_leaves_the_native_records(browser: str, tmp_path: Path) -> None:
    """Would catch what Chromium's workers, or its WebAssembly, do otherwise."""
    scenarios = {name: ds.load(name) for name in shipped()}
    scenarios["every-distribution"] = ds.load("baseline").with_(**EVERY_DISTRIBUTION)
    folder = tmp_path / "served"
    shutil.copytree(Path(kernel.__file__).parents[1] / "js" / "kernel", folder / "kernel")
    (folder / "index.html").write_text(PAGE)
    (folder / "kernel.wasm").write_bytes(kernel.kernel_bytes())
    told = {name: as_data(scenario) for name, scenario in scenarios.items()}
    (folder / "jobs.json").write_text(json.dumps({"facts": facts(), "scenarios": told, "count": N}))
    with serving(folder) as (address, answers):
        flags = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'user'}"]
        with subprocess.Popen([browser, *flags, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
            try:
                found = answers.get(timeout=PATIENCE)
            finally:
                run.terminate()
    assert "error" not in found, found
    expected = {name: runner.run(scenario, N, 1)[0].tobytes() for name, scenario in scenarios.items()}
    assert found["hashes"] == {name: hashlib.sha256(records).hexdigest() for name, records in expected.items()}
