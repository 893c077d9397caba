"""Paired differences: the right sign, the error from discordant counts, an exact test.

How often the interval holds the truth is in ``test_interval_coverage.py``. Would catch here: first and second swapped,
concordant worlds counted, an interval of no width, a two-sided test.
"""

from math import sqrt

import numpy as np
import pytest

from deference_sim.analysis.paired import difference, is_worse


def two_ways(both: int, gained: int, lost: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    first = [True] * (both + gained) + [False] * (lost + neither)
    second = [True] * both + [False] * gained + [True] * lost + [False] * neither
    return np.array(first), np.array(second)


def test_difference_and_error_come_from_the_worlds_that_differ() -> None:
    found = difference(*two_ways(60, 14, 6, 20))
    assert (found.gained, found.lost, found.n) == (14, 6, 100)
    assert found.estimate == pytest.approx(0.08)
    assert found.mcse == pytest.approx(sqrt(20 - 64 / 100) / 100)
    # Bonett and Price by hand: (15 - 7)/102 ± 1.96·sqrt((22/102 - (8/102)²)/102)
    half = 1.959963984540054 * sqrt((22 / 102 - (8 / 102) ** 2) / 102)
    assert (found.low, found.high) == pytest.approx((8 / 102 - half, 8 / 102 + half))


def test_the_interval_has_a_width_where_no_world_differs() -> None:
    found = difference(*two_ways(50, 0, 0, 50))
    assert found.estimate == found.mcse == 0.0
    assert found.low < 0.0 < found.high


@pytest.mark.parametrize(
    ("gained", "lost", "worse"),
    [(0, 4, False), (0, 5, True), (1, 7, True), (1, 6, False), (5, 0, False), (0, 0, False)],
)
def test_worse_is_mcnemars_exact_one_sided_test(gained: int, lost: int, worse: bool) -> None:
    """By hand: 1/2⁴ = .0625, 1/2⁵ = .031, (1 + 8)/2⁸ = .035, (1 + 7)/2⁷ = .0625."""
    assert is_worse(*two_ways(30, gained, lost, 30)) is worse
