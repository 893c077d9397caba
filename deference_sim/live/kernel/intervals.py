"""Intervals inside the kernel: those of ``analysis.estimate``, from the same text."""

from typing import Any, Final

from deference_sim.analysis.estimate import binomial_quantile, exact_interval, wilson


def wilson_ends(successes: int, n: int, z: float, found: Any) -> int:
    """Put the ends of Wilson's interval into ``found``."""
    found[0], found[1] = wilson(successes, n, z)
    return 2


def exact_ends(successes: int, n: int, tail: float, found: Any) -> int:
    """Put the ends of Clopper and Pearson's interval into ``found``, which leaves out ``tail`` to either side."""
    found[0], found[1] = exact_interval(successes, n, tail)
    return 2


EQUATIONS: Final = (wilson, exact_interval, binomial_quantile)
