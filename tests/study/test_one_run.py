"""The law for a single run: in plain Python it leaves what the compiled engine leaves, and needs no Numba.

Would catch a field that is not written back, one that is shared where it should be copied, inputs that are read before
they are set, a run that goes on in plain Python for ever, and a trace that makes its user wait for a compiler.
"""

import subprocess
import sys

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.scenario import Scenario
from deference_sim.study import one_run, runner
from validation.soak_worlds import worlds

SEED = 5
WORLDS = {name: one for name, one in worlds().items() if not one.handoff.indifference}
SHIPPED = (
    "rushed-handoff",
    "partial-deference",
    "five-hazards",
    "tax-hump",
    "never-hand-off",
    "deals-and-coordination",
)


def left_by(scenario: Scenario, replicate: int, grid: np.ndarray, **more: object) -> tuple[bytes, bytes, bytes]:
    """Return record, samples and log of one run."""
    world = runner.world_of(scenario, SEED, replicate, log=True, grid=grid, **more)  # type: ignore[arg-type]
    record = world.run_to_the_end()
    return record.tobytes(), world.samples.tobytes(), np.array(world.log).tobytes()


@pytest.mark.parametrize("name", [*WORLDS, *SHIPPED])
def test_plain_python_leaves_the_same_record_samples_and_log(name: str) -> None:
    scenario = WORLDS[name] if name in WORLDS else ds.load(name)
    grid = np.linspace(0.0, 6.0, 7)
    for replicate in range(2):
        plain = left_by(scenario, replicate, grid, law=one_run.plain_at_first())
        assert plain == left_by(scenario, replicate, grid)


def test_a_run_that_takes_long_goes_on_compiled_and_leaves_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_run, "LOADING", 0.01)
    monkeypatch.setattr(one_run, "COMPILING", 0.01)
    called: list[str] = []
    compiled = one_run.compiled_law()
    monkeypatch.setattr(one_run, "compiled_law", lambda: called.append("once") or compiled)
    scenario, grid = ds.load("partial-deference"), np.empty(0)
    plain = left_by(scenario, 2, grid, law=one_run.plain_at_first())
    assert called
    assert plain == left_by(scenario, 2, grid)


def test_a_trace_needs_no_numba() -> None:
    code = (
        "import sys, deference_sim as ds; trace = ds.trace('rushed-handoff', 3); "
        "print(trace.record['C'], 'numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    value, is_loaded = done.stdout.split()
    assert is_loaded == "False"
    assert float(value) == ds.simulate("rushed-handoff", 4).records["C"][3]
