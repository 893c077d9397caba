"""Paired differences: two ways tried on the same worlds, compared world by world."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import NORMAL_975, Statistic

LEVEL = 0.05  # of the test whether one way is worse


@dataclass(frozen=True, slots=True)
class Difference(Statistic):
    """A difference of two probabilities on the same worlds, with its 95 % interval and Monte Carlo standard error.

    ``gained`` and ``lost`` are the worlds in which only the first and only the second succeeds.
    """

    gained: int
    lost: int


def difference(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Difference:
    """Return the share of successes of ``first`` less that of ``second``, on the same worlds in the same order.

    The interval is that of Bonett and Price (J. Educ. Behav. Stat. 37, 2012), which stays honest where few worlds or
    none differ.
    """
    n = len(first)
    gained, lost = int((first & ~second).sum()), int((second & ~first).sum())
    error = sqrt(gained + lost - (gained - lost) ** 2 / n) / n
    more, fewer = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = NORMAL_975 * sqrt((more + fewer - (more - fewer) ** 2) / (n + 2))
    low, high = max(more - fewer - half, -1.0), min(more - fewer + half, 1.0)
    return Difference((gained - lost) / n, low, high, error, n, gained, lost)


def is_worse(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> bool:
    """Return whether ``first`` does significantly worse than ``second``: McNemar's exact test, one-sided, at 5 %."""
    from scipy.special import bdtr

    gained, lost = int((first & ~second).sum()), int((second & ~first).sum())
    return bool(lost > gained and bdtr(gained, gained + lost, 0.5) < LEVEL)
