"""Intervals inside the kernel: what ``analysis.estimate`` takes from SciPy, made of the beta distribution here."""

from typing import Any, Final

from deference_sim.analysis.estimate import wilson
from deference_sim.quantiles import beta_cumulative, beta_quantile


def wilson_interval(successes: int, n: int, z: float, found: Any) -> int:
    """Put the ends of Wilson's interval into ``found``."""
    found[0], found[1] = wilson(successes, n, z)
    return 2


def exact_interval(successes: int, n: int, tail: float, found: Any) -> int:
    """Put the ends of Clopper and Pearson's interval into ``found``, which leaves out ``tail`` to either side."""
    found[0] = 0.0 if successes == 0 else beta_quantile(float(successes), n - successes + 1.0, tail)
    found[1] = 1.0 if successes == n else beta_quantile(successes + 1.0, float(n - successes), 1.0 - tail)
    return 2


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


EQUATIONS: Final = (wilson,)
