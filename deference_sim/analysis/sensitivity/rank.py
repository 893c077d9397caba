"""Rank correlations (Spearman) of each input with whether a future succeeds, all inputs drawn together."""

import numpy as np

from deference_sim.analysis.sensitivity.plan import Finding, Plan, described
from deference_sim.analysis.sensitivity.sobol import named
from deference_sim.scenario.distributions import Floats
from deference_sim.study.quasi_random import SCRAMBLINGS, design, interval, whole_design

DEFAULT = 16_384


def rank_correlation(first: Floats, second: Floats) -> tuple[float, float, float]:
    """Return Spearman's rank correlation with its 95 % interval; rows in order, scrambling by scrambling.

    The interval comes from how far the scramblings differ in what single rows add to the correlation. NaN if one of
    the two never changes.
    """
    x, y = _standard_ranks(first), _standard_ranks(second)
    found = float((x * y).mean())
    parts = x * y - found / 2.0 * (x**2 + y**2) + found
    return (found, *interval(parts.reshape(SCRAMBLINGS, -1).mean(axis=1)))


def _standard_ranks(values: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks: Floats = rankdata(values)
    spread = ranks.std()
    return (ranks - ranks.mean()) / spread if spread > 0.0 else np.full(len(ranks), np.nan)


def runs(plan: Plan) -> int:
    """Return how many futures the study runs."""
    return whole_design(plan.replicates)


def analyse(plan: Plan) -> Finding:
    """Run the study: a row an input, or for those that are one unknown, whose ranks are the same."""
    rows = whole_design(plan.replicates)
    points = design(len(plan.varied.inputs), rows, plan.seed).reshape(rows, -1)
    values = plan.varied.scenario.draws_at(plan.varied.own(points))
    outcomes = plan.run(plan.varied.scenario, values, np.arange(rows))
    table = [
        described(plan.varied, bundle)
        | named("correlation", rank_correlation(values[plan.varied.inputs[bundle[0]].path], outcomes))
        for bundle in plan.varied.bundles
    ]
    table.sort(key=lambda row: -abs(np.nan_to_num(row["correlation"])))
    expected = (float(outcomes.mean()), *interval(outcomes.reshape(SCRAMBLINGS, -1).mean(axis=1)))
    return Finding(table, expected, {"rows": rows})
