"""Tornado: each input at its low and at its high value, everything else as the scenario has it, in the same worlds.

Inputs that are one unknown move together; those that are merely correlated move each alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from deference_sim.analysis.measure import success_of
from deference_sim.analysis.sensitivity.plan import Finding, Plan, described
from deference_sim.scenario.distributions import Floats

DEFAULT = 4096


def runs(plan: Plan) -> int:
    """Return how many futures the study runs."""
    return plan.replicates * (2 * len(plan.varied.bundles) + 1)


def analyse(plan: Plan) -> Finding:
    """Run the study: one bar for each input, or for those that are one unknown."""
    worlds = np.arange(plan.replicates)
    as_it_is = success_of(plan.measure).chance_of(plan.run(plan.scenario, {}, worlds))
    rows = [_bar(plan, bundle) for bundle in plan.varied.bundles]
    rows.sort(key=lambda row: -abs(row["swing"]))
    return Finding(rows, (as_it_is.value, as_it_is.low, as_it_is.high), {"rows": plan.replicates})


def _bar(plan: Plan, bundle: Sequence[int]) -> dict[str, Any]:
    inputs = [plan.varied.inputs[place] for place in bundle]
    at_low, at_high = (_successes(plan, {one.path: one.ends[end] for one in inputs}) for end in (0, 1))
    swing = success_of(plan.measure).difference(at_high, at_low)
    return described(plan.varied, bundle) | {
        "low": inputs[0].ends[0],
        "high": inputs[0].ends[1],
        "at_low": float(at_low.mean()),
        "at_high": float(at_high.mean()),
        "swing": swing.value,
        "swing_low": swing.low,
        "swing_high": swing.high,
    }


def _successes(plan: Plan, values: Mapping[str, float]) -> Floats:
    draws = {path: np.full(plan.replicates, value) for path, value in values.items()}
    return plan.run(plan.scenario, draws, np.arange(plan.replicates))
