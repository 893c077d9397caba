"""Indifference: the table of how likely a good end is after a handoff now or later, made beforehand by simulation.

The table reaches the records, so it is made without a library's logarithm, sum or linear algebra, whose last bits can
differ from machine to machine.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deference_sim.elementary import exp, log
from deference_sim.model.declare import MAX_KNOTS
from deference_sim.model.parameters import GOOD_END_TABLE
from deference_sim.study.tally import GOOD_CODES

TABLE_REPLICATES = 1_000
TABLE_SEED = 2**127  # no seed that anyone would use for a run
#: The month of the handoff, in the scenario that makes a row of the table, and what else is changed in it.
MONTH_PATH: Final = "handoff.at"
CHANGED: Final[Mapping[str, bool | None]] = MappingProxyType(
    {"handoff.indifference": False, "handoff.when_lead_below": None, "handoff.when_margin_above": None}
)
LEAST_LEAD = 0.25  # months
NEWTON_STEPS = 30
PRIOR = 1.0  # pseudo-observations that keep the fit finite where every run ends alike


def table_of_good_ends(outcomes: Callable[[float], NDArray[np.void]], lead: float) -> NDArray[np.float64]:
    """Return rows (month, log odds of a good end at margin 0, slope in py of margin found) for months up to the lead.

    ``outcomes`` simulates a handoff in a given month and returns its records; the months are denser towards the start.
    """
    parts = np.arange(MAX_KNOTS) / (MAX_KNOTS - 1)
    months = max(lead, LEAST_LEAD) * parts * np.sqrt(parts)
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
        return log((np.count_nonzero(good) + 0.5) / (np.count_nonzero(~good) + 0.5)), 0.0
    margin, good = records["handoff_estimate"][handed_off], good[handed_off].astype(float)
    base, slope = 0.0, 0.0
    for _ in range(NEWTON_STEPS):
        chance = 1.0 / (1.0 + exp(np.clip(-(base + slope * margin), -30.0, 30.0)))
        spread = chance * (1.0 - chance)
        by_base = _total(good - chance) - PRIOR * base
        by_slope = _total((good - chance) * margin) - PRIOR * slope
        bent_base, bent_both = _total(spread) + PRIOR, _total(spread * margin)
        bent_slope = _total(spread * margin * margin) + PRIOR
        determinant = bent_base * bent_slope - bent_both * bent_both
        base += (bent_slope * by_base - bent_both * by_slope) / determinant
        slope += (bent_base * by_slope - bent_both * by_base) / determinant
    return base, slope


def _total(values: NDArray[np.float64]) -> float:
    """Return the sum of ``values``, added one after the other, as NumPy's own sum is not."""
    return float(np.cumsum(values)[-1])
