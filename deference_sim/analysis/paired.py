"""Paired differences: two ways tried on the same worlds, compared world by world."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import NORMAL_975, Statistic

LEVEL = 0.05  # of the test whether one way is worse
_NORMAL_95 = 1.6448536269514722  # 95 % quantile of the standard normal
_FEWEST = 5  # worlds that must differ before one way can be called worse: all against four have a chance of 6 %


@dataclass(frozen=True, slots=True, repr=False)
class Difference(Statistic):
    """A difference of two chances, or mean worths, on the same worlds, with 95 % interval and Monte Carlo error.

    ``gained`` and ``lost`` are the worlds in which only the first and only the second succeeds, or is worth more.
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


def difference_of_values(first: NDArray[np.float64], second: NDArray[np.float64], reach: float) -> Difference:
    """Return the mean of ``first`` less that of ``second``, what runs are worth on the same worlds in the same order.

    The interval is that of ``difference`` for worths: normal, with two worlds added that differ by ``reach``, one each
    way. It is the same where every worth is 0 or 1.
    """
    apart = first - second
    n, total, square = len(apart), float(apart.sum()), float((apart**2).sum())
    error = sqrt(max(square - total**2 / n, 0.0)) / n
    centre = total / (n + 2)
    half = NORMAL_975 * sqrt(max((square + 2.0 * reach**2) / (n + 2) - centre**2, 0.0) / (n + 2))
    gained, lost = int((apart > 0.0).sum()), int((apart < 0.0).sum())
    return Difference(total / n, centre - half, centre + half, error, n, gained, lost)


def is_worth_less(first: NDArray[np.float64], second: NDArray[np.float64]) -> bool:
    """Return whether ``first`` is worth significantly less: a test of the signs of what differs, one-sided, at 5 %.

    If the two ways were alike, each difference could as well have the other sign; its sum is then about normal.
    """
    apart = first - second
    if (apart != 0.0).sum() < _FEWEST:
        return False
    return bool(apart.sum() < -_NORMAL_95 * sqrt(float((apart**2).sum())))
