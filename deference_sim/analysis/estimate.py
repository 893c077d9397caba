"""Estimates: a number found by simulation, with its interval and its Monte Carlo error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from math import ceil, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.listed import Named
from deference_sim.described import described
from deference_sim.quantiles import beta_cumulative, beta_quantile
from deference_sim.shown import Shown
from deference_sim.study.limits import number_in
from deference_sim.study.tally import OWN_TICK, Sketch, Tally

NORMAL_975 = 1.959963984540054  # 97.5 % quantile of the standard normal
FINEST = 1e-4  # precision that can be asked for: it takes up to a hundred million replicates
SPREAD = ("p5", "p50", "p95", "mean")
FEW = 10  # with fewer successes or failures than this, the exact interval is used


@dataclass(frozen=True, slots=True, repr=False)
class Statistic(Shown):
    """A number found from ``n`` replicates, with its 95 % interval and its Monte Carlo standard error.

    It converts, is formatted, is compared and counts as its ``estimate``: ``float(found)``, ``f"{found:.1%}"``,
    ``found > 0.3``, ``found - 0.1``, ``np.asarray([one, other])``. Two are equal only if all of them is.
    """

    estimate: float
    low: float
    high: float
    mcse: float
    n: int

    def __float__(self) -> float:
        return float(self.estimate)

    def __format__(self, form: str) -> str:
        return format(float(self), form) if form else str(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the estimate for NumPy, without its interval."""
        return np.array(float(self), dtype)

    def __round__(self, digits: int | None = None) -> float:
        return round(float(self), digits) if digits is not None else float(round(float(self)))

    def __neg__(self) -> float:
        return -float(self)

    def __abs__(self) -> float:
        return abs(float(self))

    def __add__(self, other: "Statistic | float") -> float:
        return float(self) + float(other)

    def __radd__(self, other: float) -> float:
        return float(other) + float(self)

    def __sub__(self, other: "Statistic | float") -> float:
        return float(self) - float(other)

    def __rsub__(self, other: float) -> float:
        return float(other) - float(self)

    def __mul__(self, other: "Statistic | float") -> float:
        return float(self) * float(other)

    def __rmul__(self, other: float) -> float:
        return float(other) * float(self)

    def __truediv__(self, other: "Statistic | float") -> float:
        return float(self) / float(other)

    def __rtruediv__(self, other: float) -> float:
        return float(other) / float(self)

    def __lt__(self, other: "Statistic | float") -> bool:
        return float(self) < float(other)

    def __le__(self, other: "Statistic | float") -> bool:
        return float(self) <= float(other)

    def __gt__(self, other: "Statistic | float") -> bool:
        return float(self) > float(other)

    def __ge__(self, other: "Statistic | float") -> bool:
        return float(self) >= float(other)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for JSON, in full precision."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@described(
    estimate="The probability itself.",
    low="The low end of its 95 % interval.",
    high="The high end.",
    mcse="Its Monte Carlo standard error.",
    n="How many replicates it comes from.",
    method="How the interval was made.",
)
@dataclass(frozen=True, slots=True, repr=False)
class Estimate(Statistic):
    """A probability with its 95 % interval, Monte Carlo standard error and number of replicates."""

    method: str

    def __str__(self) -> str:
        """Return value and interval with no more digits than the standard error supports."""
        digits = digits_for(self.mcse)
        return f"{self.estimate:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def digits_for(error: float, most: int = 4) -> int:
    """Return how many decimals to print: at most one beyond the first digit of the standard error."""
    if error <= 0.0:
        return most
    digits = 2
    while digits < most and error < 10.0 ** (1 - digits) / 2.0:
        digits += 1
    return digits


def probability(successes: int, n: int) -> Estimate:
    """Estimate a probability from ``successes`` in ``n`` replicates, with a 95 % interval.

    Wilson's interval; Clopper and Pearson's exact one with fewer than 10 successes or failures.
    Raises ``ValueError`` if ``n`` is 0.
    """
    if n <= 0:
        raise ValueError("a probability needs at least one replicate")
    share = successes / n
    error = sqrt(share * (1.0 - share) / n)
    if min(successes, n - successes) < FEW:
        low, high = clopper_pearson(successes, n)
        return Estimate(share, low, high, error, n, "clopper-pearson")
    low, high = wilson(successes, n)
    return Estimate(share, low, high, error, n, "wilson")


def mean_of_own(tally: Tally, name: str) -> Statistic:
    """Return the mean over all runs of a measure of a user's own, with its normal 95 % interval."""
    n = tally.n
    mean = tally.own_sums[name] * OWN_TICK / n
    return _normal_mean(mean, tally.own_squares[name] * OWN_TICK**2 / n - mean * mean, n)


def mean_of_values(values: NDArray[np.float64]) -> Statistic:
    """Return the same of the values of single runs."""
    return _normal_mean(float(values.mean()), float(values.var()), len(values))


def _normal_mean(mean: float, variance: float, n: int) -> Statistic:
    error = sqrt(max(variance, 0.0) / max(n - 1, 1))
    return Statistic(mean, mean - NORMAL_975 * error, mean + NORMAL_975 * error, error, n)


def chance_of(found: NDArray[np.bool_]) -> Estimate:
    """Estimate the probability of what ``found`` says of each replicate."""
    return probability(int(found.sum()), len(found))


def is_precise(tally: Tally, precision: float) -> bool:
    """Return whether the 95 % interval of p_stay is at most ``precision`` to either side, on average of both."""
    estimate = probability(tally.stayed, tally.n)
    return (estimate.high - estimate.low) / 2.0 <= precision


def enough_for(precision: float | None) -> Callable[[Tally], bool] | None:
    """Return what tells whether a tally is precise enough; None if no precision is asked for."""
    return None if precision is None else partial(is_precise, precision=precision)


def most_replicates(precision: float) -> int:
    """Return a number of replicates that is always enough for ``precision``. Raises ``ValueError`` with the range."""
    half_width = number_in(precision, "precision", FINEST, 0.5)
    return ceil((NORMAL_975 / (2.0 * half_width)) ** 2) + 1024


def wilson(successes: int, n: int, z: float = NORMAL_975) -> tuple[float, float]:
    """Return Wilson's score interval (J. Am. Stat. Assoc. 22, 1927)."""
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    return max((centre - half) / (1 + z * z / n), 0.0), min((centre + half) / (1 + z * z / n), 1.0)


def clopper_pearson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Clopper and Pearson's exact interval (Biometrika 26, 1934)."""
    return exact_interval(successes, n, (1.0 - level) / 2.0)


def exact_interval(successes: int, n: int, tail: float) -> tuple[float, float]:
    """Return Clopper and Pearson's interval that leaves out ``tail`` to either side."""
    low = 0.0 if successes == 0 else beta_quantile(float(successes), n - successes + 1.0, tail)
    high = 1.0 if successes == n else beta_quantile(successes + 1.0, float(n - successes), 1.0 - tail)
    return low, high


def simultaneous_shares(counts: Mapping[str, int]) -> dict[str, Estimate]:
    """Estimate the shares of all categories at once: with at least 95 % all intervals hold together.

    Clopper and Pearson's exact intervals at level 1 - 0.05/k for k categories (Bonferroni).
    Raises ``ValueError`` if nothing was counted.
    """
    n = sum(counts.values())
    if n <= 0:
        raise ValueError("shares need at least one replicate")
    level = 1.0 - 0.05 / len(counts)
    made = Named[Estimate](about=f"Shares of {n:,} runs, with intervals that all hold together")
    for name, count in counts.items():
        share = count / n
        low, high = clopper_pearson(count, n, level)
        made[name] = Estimate(share, low, high, sqrt(share * (1.0 - share) / n), n, "clopper-pearson, bonferroni")
    return made


def band_half_width(n: int, curves: int = 1) -> float:
    """Return the half-width of a 95 % band around cumulative shares that holds everywhere, on all ``curves`` at once.

    Dvoretzky, Kiefer and Wolfowitz' inequality with Massart's constant (Ann. Probab. 18, 1990), Bonferroni over
    curves. It holds for the cumulative incidence of one of several outcomes, which is the distribution function of the
    month of that outcome, infinite where another comes first.
    """
    return sqrt(log(2.0 * curves / 0.05) / (2.0 * n))


@dataclass(frozen=True, slots=True, repr=False)
class Quantile(Shown):
    """A quantile in months of the values that there are, with its 95 % interval, and of how many.

    ``low`` or ``high`` is None where so few values bound nothing on that side. ``never`` is the share of runs in which
    the quantity does not exist, such as the month of a handoff that never came.
    """

    estimate: float
    low: float | None
    high: float | None
    n: int
    never: float


def quantile(sketch: Sketch, share: float, runs: int) -> Quantile | None:
    """Estimate the quantile at ``share`` (of 1) of what ``sketch`` holds of ``runs`` runs; None if it holds nothing.

    The interval lies between two order statistics whose ranks a binomial distribution gives, equivalently from the
    Beta distribution of a uniform order statistic: it holds with at least 95 % whatever the distribution.
    """
    n = sketch.n
    if n == 0:
        return None
    first, last = quantile_ranks(n, share)
    low = sketch.of_rank(first) if first >= 1 else None
    high = sketch.of_rank(last) if last <= n else None
    return Quantile(sketch.quantile(share), low, high, n, 1.0 - n / runs)


def quantile_ranks(n: int, share: float) -> tuple[int, int]:
    """Return the ranks, from 1, of the values of ``n`` between which a quantile lies with at least 95 %.

    A rank of 0, or above ``n``, bounds nothing on that side.
    """
    return binomial_quantile(0.025, n, share), binomial_quantile(0.975, n, share) + 1


def binomial_quantile(u: float, n: int, share: float) -> int:
    """Return the least count k with P(K ≤ k) ≥ ``u`` for a binomial K of ``n`` tries, by bisection."""
    low, high = -1, n
    while high - low > 1:
        middle = (low + high) // 2
        if beta_cumulative(float(n - middle), middle + 1.0, 1.0 - share) >= u:
            high = middle
        else:
            low = middle
    return high


def spread(values: NDArray[np.float64]) -> dict[str, float | None]:
    """Return the 5 %, 50 % and 95 % quantiles and the mean of ``values``; None where there are no values."""
    if len(values) == 0:
        return dict.fromkeys(SPREAD)
    p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
    return {"p5": float(p5), "p50": float(p50), "p95": float(p95), "mean": float(values.mean())}


def spread_of(sketch: Sketch) -> dict[str, float | None]:
    """Return what ``spread`` returns, of the values that ``sketch`` has taken up."""
    if sketch.n == 0:
        return dict.fromkeys(SPREAD)
    p5, p50, p95 = (sketch.quantile(share) for share in (0.05, 0.5, 0.95))
    return {"p5": p5, "p50": p50, "p95": p95, "mean": sketch.mean}
