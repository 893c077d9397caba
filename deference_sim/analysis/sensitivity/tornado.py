"""Tornado: each input at its low and at its high value, everything else as the scenario has it, in the same worlds.

Inputs that are one unknown move together; those that are merely correlated move each alone. A word that is uncertain
goes through all that it may be: low is the one with the lowest chance, high the one with the highest.
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
    return plan.replicates * (sum(len(_settings(plan, bundle)) for bundle in plan.varied.bundles) + 1)


def analyse(plan: Plan) -> Finding:
    """Run the study: one bar for each input, or for those that are one unknown."""
    worlds = np.arange(plan.replicates)
    as_it_is = success_of(plan.measure).chance_of(plan.run(plan.scenario, {}, worlds))
    rows = [_bar(plan, bundle) for bundle in plan.varied.bundles]
    rows.sort(key=lambda row: -abs(row["swing"]))
    return Finding(rows, (as_it_is.estimate, as_it_is.low, as_it_is.high), {"rows": plan.replicates})


def _bar(plan: Plan, bundle: Sequence[int]) -> dict[str, Any]:
    found = [(value, _successes(plan, settings)) for value, settings in _settings(plan, bundle)]
    about = described(plan.varied, bundle)
    if plan.varied.inputs[bundle[0]].words:
        found.sort(key=lambda one: float(one[1].mean()))
        about |= {"range": f"{found[0][0]} to {found[-1][0]}"}
    (low, at_low), (high, at_high) = found[0], found[-1]
    swing = success_of(plan.measure).difference(at_high, at_low)
    return about | {
        "low": low,
        "high": high,
        "at_low": float(at_low.mean()),
        "at_high": float(at_high.mean()),
        "swing": swing.estimate,
        "swing_low": swing.low,
        "swing_high": swing.high,
    }


def _settings(plan: Plan, bundle: Sequence[int]) -> list[tuple[Any, dict[str, float]]]:
    """Return what the inputs of one bar are set to, each time with the value of the first, or its word."""
    inputs = [plan.varied.inputs[place] for place in bundle]
    if inputs[0].words:
        return [(word, {inputs[0].path: place}) for word, place in inputs[0].words.items()]
    return [(inputs[0].ends[end], {one.path: one.ends[end] for one in inputs}) for end in (0, 1)]


def _successes(plan: Plan, values: Mapping[str, float]) -> Floats:
    draws = {path: np.full(plan.replicates, value) for path, value in values.items()}
    return plan.run(plan.scenario, draws, np.arange(plan.replicates))
