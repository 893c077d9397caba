"""Tornado: each input at its low and at its high value, everything else as the scenario has it, in the same worlds."""

from typing import Any

import numpy as np

from deference_sim.analysis.estimate import probability
from deference_sim.analysis.paired import difference
from deference_sim.analysis.sensitivity.inputs import Input
from deference_sim.analysis.sensitivity.plan import Finding, Plan, described
from deference_sim.scenario.distributions import Floats

DEFAULT = 4096


def runs(plan: Plan) -> int:
    """Return how many futures the study runs."""
    return plan.replicates * (2 * len(plan.varied.inputs) + 1)


def analyse(plan: Plan) -> Finding:
    """Run the study: one bar an input, correlated ones too, each moved alone."""
    worlds = np.arange(plan.replicates)
    as_it_is = probability(int(plan.run(plan.scenario, {}, worlds).sum()), plan.replicates)
    rows = [_bar(plan, place, one) for place, one in enumerate(plan.varied.inputs)]
    rows.sort(key=lambda row: -abs(row["swing"]))
    return Finding(rows, (as_it_is.value, as_it_is.low, as_it_is.high), {"rows": plan.replicates})


def _bar(plan: Plan, place: int, one: Input) -> dict[str, Any]:
    low, high = one.ends
    at_low, at_high = (_successes(plan, one.path, value) for value in (low, high))
    swing = difference(at_high > 0.5, at_low > 0.5)
    return described(plan.varied, (place,)) | {
        "low": low,
        "high": high,
        "at_low": float(at_low.mean()),
        "at_high": float(at_high.mean()),
        "swing": swing.value,
        "swing_low": swing.low,
        "swing_high": swing.high,
    }


def _successes(plan: Plan, path: str, value: float) -> Floats:
    return plan.run(plan.scenario, {path: np.full(plan.replicates, value)}, np.arange(plan.replicates))
