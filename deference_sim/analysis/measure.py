"""Measures: what a run may have been, staying in the basin or a good end, told of records and of tallies."""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.study.tally import CATASTROPHE_CODES, SETTLED_CODES, Tally

Measure = Literal["p_good", "p_stay"]
Successes = NDArray[np.bool_]
MEANINGS: dict[Measure, str] = {
    "p_stay": "stays in the Basin of Good Deference",
    "p_good": "no catastrophe of any kind",
}


def good(records: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return for each record whether no catastrophe happened; p_good is the mean."""
    return ~_among(records, CATASTROPHE_CODES)


def stayed(records: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return for each record whether it was in the basin from a handoff until it settled; p_stay is the mean."""
    throughout: NDArray[np.bool_] = records["in_basin_throughout"] == 1
    return throughout & _among(records, SETTLED_CODES)


def _among(records: NDArray[np.void], codes: list[int]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isin(records["outcome"], codes)
    return found


MEASURES: dict[Measure, Callable[[NDArray[np.void]], Successes]] = {"p_good": good, "p_stay": stayed}
SUCCESSES: Mapping[Measure, Callable[[Tally], int]] = {
    "p_stay": lambda tally: tally.stayed,
    "p_good": lambda tally: tally.good,
}


def share_of(tally: Tally, measure: Measure) -> Estimate:
    """Return the probability that ``measure`` names."""
    return probability(SUCCESSES[measure](tally), tally.n)
