"""Estimates: a number found by simulation, with its interval and its Monte Carlo error."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

NORMAL_975 = 1.959963984540054  # 97.5 % quantile of the standard normal
FEW = 10  # with fewer successes or failures than this, the exact interval is used


@dataclass(frozen=True, slots=True)
class Estimate:
    """A probability with its 95 % interval, Monte Carlo standard error and number of replicates."""

    value: float
    low: float
    high: float
    mcse: float
    n: int
    method: str

    def __str__(self) -> str:
        """Return value and interval with no more digits than the standard error supports."""
        digits = digits_for(self.mcse)
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"

    def as_dict(self) -> dict[str, Any]:
        """Return the estimate for JSON, in full precision."""
        return {
            "estimate": self.value,
            "low": self.low,
            "high": self.high,
            "mcse": self.mcse,
            "n": self.n,
            "method": self.method,
        }


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


def wilson(successes: int, n: int, z: float = NORMAL_975) -> tuple[float, float]:
    """Return Wilson's score interval (J. Am. Stat. Assoc. 22, 1927)."""
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    return max((centre - half) / (1 + z * z / n), 0.0), min((centre + half) / (1 + z * z / n), 1.0)


def clopper_pearson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Clopper and Pearson's exact interval (Biometrika 26, 1934)."""
    from scipy.special import betaincinv

    tail = (1.0 - level) / 2.0
    low = 0.0 if successes == 0 else float(betaincinv(successes, n - successes + 1, tail))
    high = 1.0 if successes == n else float(betaincinv(successes + 1, n - successes, 1.0 - tail))
    return low, high


def spread(values: NDArray[np.float64]) -> dict[str, float | None]:
    """Return the 5 %, 50 % and 95 % quantiles and the mean of ``values``; None where there are no values."""
    if len(values) == 0:
        return {"p5": None, "p50": None, "p95": None, "mean": None}
    p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
    return {"p5": float(p5), "p50": float(p50), "p95": float(p95), "mean": float(values.mean())}
