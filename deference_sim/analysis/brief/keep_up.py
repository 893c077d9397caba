"""Keeping up: how small the lead gets after the handoff, at which capability, and time bought beside the tax paid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.brief.parts import Told
from deference_sim.analysis.estimate import Quantile, quantile
from deference_sim.engines.compiled import sample_replicates
from deference_sim.scenario import Scenario
from deference_sim.study.runner import blocks, numbers_of
from deference_sim.study.tally import Sketch

POINTS = 60  # months at which the lead is looked at, from the start to the end of the last run
LOW, MIDDLE = 0.1, 0.5
_LEAST_TAX = 1e-3  # months of goodness work below which there is nothing to divide by


@dataclass(frozen=True, slots=True)
class KeepUp:
    """How well those keep up who handed off, in runs that handed off.

    ``least_lead`` are the median and the 10th percentile of the smallest lead from the handoff to the end, in months
    (below 0: the rival was ahead); ``binds_at`` the median capability (py) at which that was, ``bought`` the median and
    the 10th percentile of months bought for each month of the tax paid. None where no run tells.
    """

    least_lead: tuple[Quantile, Quantile] | None
    binds_at: Quantile | None
    bought: tuple[Quantile, Quantile] | None
    runs: int


def keep_up(scenario: Scenario, replicates: int, seed: int, last_month: float, told: Told) -> KeepUp:
    """Return how well a scenario keeps up, looked at some times on the way of each run, up to ``last_month``."""
    grid = np.linspace(0.0, last_month, POINTS)
    parts, least, level = [], [], []
    for block in blocks(0, replicates):
        ran, samples = sample_replicates(*numbers_of(scenario, seed, block), seed, block, grid)
        lead = np.where(samples["t"] >= ran["handoff_month"][:, None], samples["lead"], np.inf)
        lead = np.where(np.isnan(lead), np.inf, lead)
        place = lead.argmin(axis=1)
        rows = np.arange(len(block))
        least.append(lead[rows, place])
        level.append(samples["C"][rows, place])
        parts.append(ran)
        told(len(block))
    records = np.concatenate(parts)
    handed_off = np.isfinite(records["handoff_month"])
    smallest, at = np.concatenate(least), np.concatenate(level)
    known = handed_off & np.isfinite(smallest)
    tax = records["delay_goodness"]
    paid = handed_off & (tax > _LEAST_TAX)
    return KeepUp(
        _both(smallest[known], replicates),
        _at(at[known], MIDDLE, replicates),
        _both((records["bought"][paid] / tax[paid]), replicates),
        replicates,
    )


def _both(values: NDArray[np.float64], runs: int) -> tuple[Quantile, Quantile] | None:
    middle, low = _at(values, MIDDLE, runs), _at(values, LOW, runs)
    return None if middle is None or low is None else (middle, low)


def _at(values: NDArray[np.float64], share: float, runs: int) -> Quantile | None:
    sketch = Sketch()
    sketch.add(np.asarray(values, float))
    return quantile(sketch, share, runs)
