"""Indifference: the table of how likely a good end is after a handoff now or later, made beforehand by simulation."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from deference_sim.model.declare import MAX_KNOTS
from deference_sim.model.parameters import GOOD_END_TABLE
from deference_sim.study.tally import GOOD_CODES

TABLE_REPLICATES = 1_000
TABLE_SEED = 2**127  # no seed that anyone would use for a run
_NEWTON_STEPS = 30
_PRIOR = 1.0  # pseudo-observations that keep the fit finite where every run ends alike


def table_of_good_ends(outcomes: Callable[[float], NDArray[np.void]], lead: float) -> NDArray[np.float64]:
    """Return rows (month, log odds of a good end at margin 0, slope in py of margin found) for months up to the lead.

    ``outcomes`` simulates a handoff in a given month and returns its records; the months are denser towards the start.
    """
    months = max(lead, 0.25) * np.linspace(0.0, 1.0, MAX_KNOTS) ** 1.5
    return np.array([(month, *_logistic_fit(outcomes(float(month)))) for month in months])


def fill_in_good_ends(parameters: NDArray[np.void], table: NDArray[np.float64]) -> None:
    """Write the table into every row of the law's parameters."""
    for column, name in enumerate(GOOD_END_TABLE):
        parameters[name][:, : len(table)] = table[:, column]
    parameters["good_end_count"] = len(table)


def _logistic_fit(records: NDArray[np.void]) -> tuple[float, float]:
    """Fit the log odds of a good end as base + slope·margin found, by Newton's method with a weak prior at 0."""
    handed_off = np.isfinite(records["handoff_month"])
    good = np.isin(records["outcome"], GOOD_CODES)
    if not handed_off.any():
        return _log_odds(float(good.mean()), len(good)), 0.0
    margin, good = records["handoff_estimate"][handed_off], good[handed_off].astype(float)
    design = np.column_stack([np.ones_like(margin), margin])
    weights = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30.0, 30.0)))
        gradient = design.T @ (good - chance) - _PRIOR * weights
        curvature = (design * (chance * (1.0 - chance))[:, None]).T @ design + _PRIOR * np.eye(2)
        weights = weights + np.linalg.solve(curvature, gradient)
    return float(weights[0]), float(weights[1])


def _log_odds(share: float, n: int) -> float:
    return float(np.log((share * n + 0.5) / ((1.0 - share) * n + 0.5)))
