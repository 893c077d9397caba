"""Exported files opened in PySD and BPTK-Py, against the law's own text integrated by SciPy; and the engine too.

    python -m validation.xmile      ten scenarios and five policies at two steps, the engine at two review intervals

The error of the other tools, which integrate by Euler's method, has to fall with their step in proportion. BPTK-Py
insists on older versions of other packages than ours, so it runs in an environment of its own, where ``BPTK_PYTHON``
names the Python of one, or in ours if it is there.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.analysis.continuous import CHANCE, MOVED, continuous, path
from deference_sim.analysis.trace import paths
from deference_sim.model.stocks import STOCKS

SCENARIOS = (
    "baseline",
    "rushed-handoff",
    "forethought-median",
    "ai-2027",
    "clymer-start",
    "tax-hump",
    "commercial-spillover",
    "partial-deference",
    "single-deadline",
    "plan-b",
)
POLICIES = ("fixed", "race", "margin_target", "safety_case", "deadline_aware")
STEPS = (0.01, 0.005)
INTERVALS = ("0.1 months", "0.05 months")  # between reviews
REVIEWED = 3.0  # months over which the engine is compared
MONTHS = 4.0  # after the handoff, in which all of these scenarios still grow
POINTS = 4
Paths = Mapping[str, NDArray[np.float64]]


def reference(scenario: ds.Scenario, months: float = MONTHS) -> Paths:
    """Return the law's own text, integrated by SciPy, at some months after the handoff."""
    world = continuous(scenario)
    return path(world, (world.state.t + np.linspace(0.0, months, POINTS + 1)).tolist())


def by_pysd(scenario: ds.Scenario, at: NDArray[np.float64], step: float) -> Paths:
    """Return what PySD makes of the exported file, with Euler's method, at these months."""
    import pysd

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pysd.read_xmile(str(ds.export(scenario).save(Path(folder) / "world.xmile")))
        words = {name: STOCKS[name].words for name in MOVED}
        columns = {name: word.replace("'", "") for name, word in words.items()}
        found = model.run(
            return_columns=list(columns.values()), final_time=at[-1], time_step=step, return_timestamps=at.tolist()
        )
    return {name: found[column].to_numpy() for name, column in columns.items()}


def bptk_python() -> str | None:
    """Return the Python that has BPTK-Py; None if there is none."""
    return os.environ.get("BPTK_PYTHON") or (sys.executable if importlib.util.find_spec("BPTK_Py") else None)


def by_bptk(python: str, scenario: ds.Scenario, at: NDArray[np.float64], step: float) -> Paths:
    """Return what BPTK-Py makes of the exported file, with Euler's method, at these months."""
    with tempfile.TemporaryDirectory() as folder:
        file = ds.export(scenario).save(Path(folder) / "world.xmile")
        command = [python, Path(__file__).with_name("bptk_run.py"), file, repr(step), *map(repr, at.tolist())]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: np.array(found[_in_camel_case(STOCKS[name].words)]) for name in MOVED}


def _in_camel_case(words: str) -> str:
    first, *others = words.replace("'", "").split()
    return first.lower() + "".join(word.capitalize() for word in others)


def largest_error(found: Paths, exact: Paths) -> float:
    """Return by how much a stock is off at most, in py or months, relative where it is above 1."""
    return max(
        float(np.max(np.abs(found[name] - exact[name]) / np.maximum(1.0, np.abs(exact[name])))) for name in MOVED
    )


def engine_error(scenario: ds.Scenario, interval: str) -> float:
    """Return by how much the compiled engine, without chance and reviewed at this interval, is off at most, in py."""
    exact = reference(scenario, REVIEWED)
    quiet = {
        **dict.fromkeys(CHANCE, 0.0),
        "hazard_factor": 0.0,
        "scheming.rate": 0.0,
        "basin.hazard_at_edge": 0.0,
        "evaluation.review_interval": interval,
        "evaluation.review_work": None,
    }
    found = paths(scenario.with_(**quiet), 1, np.arange(1), exact["month"])
    compared = {"C": found.capability, "A": found.broad_alignment, "W": found.capability_profile, "R": found.rival}
    return max(float(np.max(np.abs(values[0] - exact[name]))) for name, values in compared.items())


def errors(scenario: ds.Scenario, followed: Callable[..., Paths] = by_pysd) -> list[float]:
    """Return the largest error of the path that another tool follows, at each of ``STEPS``."""
    exact = reference(scenario)
    return [largest_error(followed(scenario, exact["month"], step), exact) for step in STEPS]


def main() -> None:
    """Print the errors of every comparison."""
    cases = [(name, ds.load(name)) for name in SCENARIOS]
    cases += [(policy, ds.load("baseline").with_(**{"strategy.policy": policy})) for policy in POLICIES]
    print(f"{'world':24} {'auxiliaries':>11} " + " ".join(f"step {step:g}".rjust(12) for step in STEPS) + "  ratio")
    for name, scenario in cases:
        first, second = errors(scenario)
        print(f"{name:24} {len(ds.export(scenario).auxiliaries):11} {first:12.2e} {second:12.2e} {first / second:6.2f}")
        sys.stdout.flush()
    print("\nBPTK-Py" if (python := bptk_python()) else "\nBPTK-Py is not there: set BPTK_PYTHON")
    for name, scenario in cases if python else []:
        first, second = errors(scenario, partial(by_bptk, python))
        print(f"{name:24} {'':11} {first:12.2e} {second:12.2e} {first / second:6.2f}")
        sys.stdout.flush()
    print(f"\n{'engine':24} {'':11} " + " ".join(interval.rjust(12) for interval in INTERVALS) + "  ratio")
    for name in ("baseline", "rushed-handoff"):
        first, second = (engine_error(ds.load(name), interval) for interval in INTERVALS)
        print(f"{name:24} {'':11} {first:12.2e} {second:12.2e} {first / second:6.2f}")


if __name__ == "__main__":
    main()
