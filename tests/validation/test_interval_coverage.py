"""Intervals hold the truth as often as they say, by enumeration (``python -m validation.interval_coverage``)."""

from math import isnan
from typing import Any

import numpy as np
import pytest

from deference_sim.analysis.estimate import clopper_pearson, wilson
from validation.interval_coverage import (
    CHANCES_GIVEN_INPUTS,
    CHANCES_OF_MONTHS,
    NOMINAL,
    TRUTHS,
    bands,
    coverage_at_once,
    coverage_of_best,
    coverage_of_quantile,
    coverage_of_share,
    coverage_of_spread,
    coverage_over_inputs,
    coverage_when_stopped,
    displayed,
    paired,
    published,
    wald,
)


@pytest.mark.parametrize(("n", "least"), [(20, 0.95), (100, 0.925), (1_000, 0.935)])
def test_shares_cover(n: int, least: float) -> None:
    """Would catch a wrong switch to the exact interval, and Wald's (0.928 at worst of 1,000, even with the switch)."""
    truths = [p for p in TRUTHS if 1.0 <= n * p <= n - 1.0]
    _, held = coverage_of_share(displayed, n, truths)
    assert held.min() > least
    assert NOMINAL - 0.002 < held.mean() < 0.985
    _, rare = coverage_of_share(displayed, n, TRUTHS.tolist())
    assert rare.min() > least  # however rare
    assert coverage_of_share(wald, 1_000, [0.001])[1][0] < 0.64  # what would not do


@pytest.mark.parametrize("n", [20, 100, 1_000])
def test_exact_intervals_guarantee_their_level(n: int) -> None:
    """Would catch tails of the wrong size: at least 95 % for every truth, and no more than needed on the whole."""
    _, held = coverage_of_share(clopper_pearson, n, TRUTHS.tolist())
    assert held.min() >= NOMINAL
    assert held.min() < NOMINAL + 0.02


@pytest.mark.parametrize(
    ("interval", "successes", "n", "low", "high"),
    [
        (wilson, 81, 263, 0.2553, 0.3662),
        (wilson, 15, 148, 0.0624, 0.1605),
        (clopper_pearson, 1, 29, 0.0009, 0.1776),
        (clopper_pearson, 0, 20, 0.0, 0.1684),
    ],
)
def test_published_intervals(interval: Any, successes: int, n: int, low: float, high: float) -> None:
    """Would catch an interval around the wrong centre (R. G. Newcombe, Stat. Med. 17, 1998, table I)."""
    assert interval(successes, n) == pytest.approx((low, high), abs=5.1e-5)


@pytest.mark.parametrize("n", [12, 30])
def test_simultaneous_shares_cover(n: int) -> None:
    """Would catch intervals that hold one by one only: all of a table at once with at least 95 %."""
    assert min(coverage_at_once(n)) >= NOMINAL
    assert min(coverage_at_once(n)) < 0.985


@pytest.mark.parametrize("n", [30, 60])
def test_differences_cover(n: int) -> None:
    """Would catch an interval that ignores pairing or fails where few worlds differ, and a test with a wrong level."""
    held, _, alarms = paired(n)
    assert min(held) > 0.94
    assert np.mean(held) < 0.985
    assert max(alarm for alarm in alarms if not isnan(alarm)) <= 0.05


def test_standard_error_of_a_difference() -> None:
    """Would catch a standard error of independent samples: E[se²] is (1 − 1/n) of the variance, whatever the truth."""
    _, ratios, _ = paired(30)
    np.testing.assert_allclose(ratios, 1.0 - 1.0 / 30.0, rtol=1e-9)


@pytest.mark.parametrize("n", [10, 50, 200, 1_000])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_quantiles_cover(n: int, share: float) -> None:
    """Would catch order statistics that are off by one: at least 95 %, and two ranks less would not do."""
    held = coverage_of_quantile(n, share)
    assert NOMINAL <= held < 0.9999


def test_bands_cover() -> None:
    """Would catch a band that is too narrow anywhere: Kolmogorov's distribution says how often one is left."""
    assert all(NOMINAL <= band.least < 0.956 for band in bands())


def test_stopping_early_does_not_spoil_the_interval() -> None:
    """Would catch a rule that stops on lucky intervals (2,000 runs: known to 0.5 points)."""
    held, replicates = coverage_when_stopped(0.5, 0.02, 2_000, seed=1)
    assert held > NOMINAL - 5 * 0.0049
    assert 2_000 < replicates < 4_000


def test_quantiles_of_published_tables_cover() -> None:
    """Would catch ranks that are off by one in the tables of ``takeoff``."""
    (found,) = published()
    assert NOMINAL <= found.least < 0.97


@pytest.mark.parametrize(("alpha", "beta"), [(40.0, 10.0), (0.5, 0.2)])
def test_the_chance_over_inputs_covers(alpha: float, beta: float) -> None:
    """Would catch an error of worlds alone, as if inputs were certain (300 runs: known to 1.3 points)."""
    assert NOMINAL - 5 * 0.0126 < coverage_over_inputs(alpha, beta, 30, 300, seed=1) < 0.995


@pytest.mark.parametrize(("alpha", "beta"), CHANCES_GIVEN_INPUTS)
def test_percentiles_over_inputs_and_their_share_of_variance_cover(alpha: float, beta: float) -> None:
    """300 repetitions of 50 draws: at least 95 % less 5 standard errors.

    Would catch percentiles told as if they were known, and the noise of few worlds taken for spread.
    """
    assert (coverage_of_spread(alpha, beta, 50, 300, seed=1) > NOMINAL - 5 * 0.0126).all()


@pytest.mark.parametrize("chances", CHANCES_OF_MONTHS)
def test_months_called_as_good_hold_the_best(chances: Any) -> None:
    """Would catch a test at the wrong level, or one on the worlds of the search (300 runs: known to 1.3 points)."""
    assert coverage_of_best(chances, 400, 300, seed=1) > NOMINAL - 5 * 0.0126
