"""Exported files opened in PySD, against the law's own text integrated by SciPy; and the engine against the same.

    python -m validation.xmile      ten scenarios and five policies at two steps, the engine at two review intervals

The error of PySD, which integrates by Euler's method, has to fall with its step in proportion.
"""

import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.analysis.continuous import CHANCE, MOVED, continuous, path
from deference_sim.analysis.trace import paths
from deference_sim.model.stocks import STOCKS
from deference_sim.study.runner import Own

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
    found = paths(scenario.with_(**quiet), 1, np.arange(1), exact["month"], Own())
    compared = {"C": found.capability, "A": found.broad_alignment, "W": found.capability_profile, "R": found.rival}
    return max(float(np.max(np.abs(values[0] - exact[name]))) for name, values in compared.items())


def errors(scenario: ds.Scenario) -> list[float]:
    """Return the largest error of PySD's path at each of ``STEPS``."""
    exact = reference(scenario)
    return [largest_error(by_pysd(scenario, exact["month"], step), exact) for step in STEPS]


def main() -> None:
    """Print the errors of every comparison."""
    cases = [(name, ds.load(name)) for name in SCENARIOS]
    cases += [(policy, ds.load("baseline").with_(**{"strategy.policy": policy})) for policy in POLICIES]
    print(f"{'world':24} {'auxiliaries':>11} " + " ".join(f"step {step:g}".rjust(12) for step in STEPS) + "  ratio")
    for name, scenario in cases:
        first, second = errors(scenario)
        print(f"{name:24} {len(ds.export(scenario).auxiliaries):11} {first:12.2e} {second:12.2e} {first / second:6.2f}")
        sys.stdout.flush()
    print(f"\n{'engine':24} {'':11} " + " ".join(interval.rjust(12) for interval in INTERVALS) + "  ratio")
    for name in ("baseline", "rushed-handoff"):
        first, second = (engine_error(ds.load(name), interval) for interval in INTERVALS)
        print(f"{name:24} {'':11} {first:12.2e} {second:12.2e} {first / second:6.2f}")


if __name__ == "__main__":
    main()
