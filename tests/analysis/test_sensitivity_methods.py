"""The estimators of the sensitivity methods, on functions with known answers, through the path that runs the model.

They would catch: an index of the wrong function or of the noise, one world used twice, groups mixed up, results paired
with the wrong input, a seed of 0 that is none, a winner's curse.
"""

from collections.abc import Callable
from math import pi

import numpy as np
import pytest
from numpy.typing import NDArray

from deference_sim.analysis.sensitivity.morris import elementary_effects
from deference_sim.analysis.sensitivity.rank import rank_correlation
from deference_sim.analysis.sensitivity.sobol import Indices, sobol_indices
from deference_sim.analysis.sensitivity.voi import value_of_information
from deference_sim.study.quasi_random import SCRAMBLINGS, design, interval, ratio, whole_design

Floats = NDArray[np.float64]
Worlds = NDArray[np.int64]
Model = Callable[[Floats, Worlds], Floats]


def values(found: list[tuple[float, float, float]]) -> list[float]:
    return [value for value, _, _ in found]


def tosses(chance: Callable[[Floats], Floats], seed: int, worlds: int) -> Model:
    """Return a model of coin tosses: the chance depends on the inputs, the luck on the world."""
    luck = np.random.default_rng([seed, 7]).random(worlds)
    return lambda points, world: (luck[world] < chance(points)).astype(float)


def mean_and_error(found: list[float]) -> tuple[float, float]:
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(len(found)))


# ---- designs


def test_a_design_is_balanced_and_its_scramblings_differ() -> None:
    points = design(3, 256, 0)
    assert points.shape == (SCRAMBLINGS, 16, 3)
    assert ((points > 0.0) & (points < 1.0)).all()
    # Each sixteenth of each axis holds one point of each scrambling: that is what makes it more even than chance.
    assert (np.sort((points * 16).astype(int), axis=1) == np.arange(16)[None, :, None]).all()
    assert len(np.unique(points[:, 0, 0])) == SCRAMBLINGS
    assert (design(3, 256, 0) == points).all()
    assert (design(3, 256, 1) != points).all()


@pytest.mark.parametrize(("asked", "made"), [(1, 128), (128, 128), (129, 256), (4096, 4096), (4097, 8192)])
def test_a_design_has_a_power_of_two_rows(asked: int, made: int) -> None:
    assert whole_design(asked) == made


def test_interval_is_students() -> None:
    low, high = interval(np.arange(16.0))
    assert (low + high) / 2.0 == pytest.approx(7.5)
    assert (high - low) / 2.0 == pytest.approx(2.131449546 * np.arange(16.0).std(ddof=1) / 4.0)


def test_ratio_is_exact_for_proportional_parts_and_nothing_for_a_denominator_that_may_be_zero() -> None:
    below = np.random.default_rng(1).random(16) + 1.0
    assert ratio(0.4 * below, below) == pytest.approx((0.4, 0.4, 0.4))
    assert np.isnan(ratio(below, below - below.mean() + 0.01)).all()


# ---- Sobol' indices


def ishigami(points: Floats, worlds: Worlds) -> Floats:
    x, y, z = (pi * (2.0 * points - 1.0)).T
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_ishigami_to_a_hundredth() -> None:
    alone = np.array([0.5 * (1.0 + 0.1 * pi**4 / 5.0) ** 2, 49.0 / 8.0, 0.0])
    together = 0.1**2 * pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = alone.sum() + together
    found = sobol_indices(ishigami, [(0,), (1,), (2,)], 2**15, 1)
    assert values(found.first) == pytest.approx(alone / variance, abs=0.01)
    assert values(found.total) == pytest.approx((alone + np.array([together, 0.0, together])) / variance, abs=0.01)
    assert found.variance[0] == pytest.approx(variance, rel=0.01)
    assert found.chance[0] == pytest.approx(0.0, abs=1e-6)  # there is no chance in it


def test_sobol_g_to_a_hundredth() -> None:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])
    alone = 1.0 / 3.0 / (1.0 + a) ** 2
    variance = np.prod(1.0 + alone) - 1.0
    total = alone * np.array([np.prod(np.delete(1.0 + alone, i)) for i in range(8)]) / variance

    def g(points: Floats, worlds: Worlds) -> Floats:
        return np.prod((np.abs(4.0 * points - 2.0) + a) / (1.0 + a), axis=1)

    found = sobol_indices(g, [(i,) for i in range(8)], 2**14, 0)
    assert values(found.first) == pytest.approx(alone / variance, abs=0.01)
    assert values(found.total) == pytest.approx(total, abs=0.01)


def test_a_group_is_one_input() -> None:
    """Ishigami's first and third input as one group: its first order is all that the second does not explain."""
    found = sobol_indices(ishigami, [(0, 2), (1,)], 2**14, 1)
    assert values(found.first) == pytest.approx([0.5576, 0.4424], abs=0.01)
    assert values(found.total) == pytest.approx([0.5576, 0.4424], abs=0.01)


def test_unions_explain_what_their_inputs_do_together() -> None:
    """Would catch a union that moves other columns, and indices of groups that change where unions are asked for."""
    together = sobol_indices(ishigami, [(0,), (1,), (2,)], 2**12, 1, [(0, 2), (1,)])
    alone = sobol_indices(ishigami, [(0,), (1,), (2,)], 2**12, 1)
    assert (together.first, together.total) == (alone.first, alone.total)
    for (first, total), exact in zip(together.unions, (0.5576, 0.4424), strict=True):
        assert (first[0], total[0]) == (pytest.approx(exact, abs=0.03), pytest.approx(exact, abs=0.03))


def test_indices_are_those_of_the_chance_however_noisy_the_futures() -> None:
    """Means over 60 seeds within 5 standard errors of the exact indices of the chance.

    Of the variance of a toss 87 % is luck; a world used twice in a product would put its share into them.
    """

    def chance(points: Floats) -> Floats:
        x = points - 0.5
        return 0.5 + 0.5 * x[:, 0] + 0.3 * x[:, 1] + 0.8 * x[:, 0] * x[:, 1]

    alone, together = np.array([0.25, 0.09]) / 12.0, 0.64 / 144.0
    variance = alone.sum() + together
    runs: list[Indices] = [sobol_indices(tosses(chance, seed, 4096), [(0,), (1,)], 2048, seed) for seed in range(60)]
    for place in range(2):
        for found, exact in (
            ([run.first[place][0] for run in runs], alone[place] / variance),
            ([run.total[place][0] for run in runs], (alone[place] + together) / variance),
        ):
            mean, error = mean_and_error(found)
            assert abs(mean - exact) < 5.0 * error + 0.01  # what is left of the bias of a ratio
            assert error < 0.02
    for found, exact in (
        ([run.chance[0] for run in runs], 1.0 - variance / 0.25),
        ([run.variance[0] for run in runs], variance),
    ):
        mean, error = mean_and_error(found)
        assert abs(mean - exact) < 5.0 * error


def test_chance_alone_is_its_first_order() -> None:
    """If the luck decides alone, it explains everything, and there is nothing for the inputs to explain."""
    found = sobol_indices(tosses(lambda points: np.full(len(points), 0.5), 3, 1024), [(0,)], 512, 3)
    assert found.chance_alone[0] == pytest.approx(1.0, abs=0.15)
    assert np.isnan(found.first[0]).all()


def test_an_effect_that_was_never_seen_may_still_be_there() -> None:
    found = sobol_indices(tosses(lambda points: points[:, 0], 5, 512), [(0,), (1,)], 256, 5)
    value, low, high = found.total[1]
    assert value == low == 0.0
    assert 0.0 < high < 0.2


# ---- rank correlations


def test_rank_correlation_of_a_monotone_function_is_one() -> None:
    points = design(1, 256, 2).reshape(-1)
    assert rank_correlation(points, np.exp(points))[0] == pytest.approx(1.0)
    assert rank_correlation(points, -(points**3))[0] == pytest.approx(-1.0)
    assert np.isnan(rank_correlation(points, np.ones(256))).all()


def test_rank_correlation_with_a_toss_is_exact() -> None:
    """If the chance is the input itself, Spearman's correlation is 1/√3; mean of 40 seeds within 5 standard errors."""
    found = []
    for seed in range(40):
        points = design(1, 1024, seed).reshape(-1, 1)
        outcomes = tosses(lambda points: points[:, 0], seed, 1024)(points, np.arange(1024))
        found.append(rank_correlation(points[:, 0], outcomes)[0])
    mean, error = mean_and_error(found)
    assert abs(mean - 3.0**-0.5) < 5.0 * error < 0.02


# ---- Morris


def test_elementary_effects_of_a_straight_line_are_its_slopes() -> None:
    def line(points: Floats, worlds: Worlds) -> Floats:
        return points @ np.array([3.0, -1.0, 0.0])

    found, _ = elementary_effects(line, [[0], [1], [2]], 8, 1)
    # From the 5th to the 95th percentile is 0.9 of the way.
    assert found["mu"] == pytest.approx([2.7, -0.9, 0.0])
    assert found["mu_star"] == pytest.approx([2.7, 0.9, 0.0])
    assert found["sigma"] == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)


def test_effects_of_groups_stay_with_their_group() -> None:
    """Groups whose columns are apart and out of order: each must get the effect of its own columns."""

    def line(points: Floats, worlds: Worlds) -> Floats:
        return points @ np.array([0.0, 5.0, 0.0, 1.0])

    found, _ = elementary_effects(line, [[3], [1], [0, 2]], 8, 3)
    assert found["mu_star"] == pytest.approx([0.9, 4.5, 0.0])


def test_seed_zero_is_a_seed() -> None:
    def noise(points: Floats, worlds: Worlds) -> Floats:
        return np.sin(40.0 * points).sum(axis=1)

    one, again, other = (elementary_effects(noise, [[0], [1]], 6, seed)[0] for seed in (0, 0, 1))
    assert all((one[name] == again[name]).all() for name in one)
    assert (one["mu_star"] != other["mu_star"]).any()


def test_points_of_a_trajectory_meet_the_same_worlds() -> None:
    """A model that is luck alone has effects of exactly 0."""
    found, chances = elementary_effects(tosses(lambda points: np.full(len(points), 0.5), 1, 999), [[0], [1]], 8, 1)
    assert found["mu_star"].tolist() == [0.0, 0.0]
    assert 0.0 < chances.std()


# ---- value of information


def test_value_of_information_is_exact() -> None:
    """One option succeeds with chance ½ + 0.6(u₁ − ½), the other with 0.4; knowing u₂ is worth nothing.

    Knowing u₁ is worth E max(0, 0.6v + 0.1) − 0.1, v uniform in ±½. Means of 24 seeds within 5 standard errors, up to
    the small loss of the rule.
    """
    found: tuple[list[float], list[float]] = ([], [])
    for seed in range(24):
        points = design(2, 4096, seed).reshape(-1, 2)
        luck = np.random.default_rng([seed, 9]).random((4096, 2))
        chances = np.column_stack([0.5 + 0.6 * (points[:, 0] - 0.5), np.full(4096, 0.4)])
        outcomes = (luck < chances).astype(float)
        for place in range(2):
            found[place].append(value_of_information(points[:, [place]], outcomes)[0])
    exact = 0.4**2 / 1.2 - 0.1
    mean, error = mean_and_error(found[0])
    assert -5.0 * error - 0.002 < mean - exact < 5.0 * error
    mean, error = mean_and_error(found[1])
    assert -0.002 < mean < 5.0 * error + 1e-12


def test_what_is_learned_on_one_half_is_judged_on_the_other() -> None:
    """Two halves that teach opposite rules: what either teaches loses in the other half all that there is to lose.

    A rule judged on the futures to which it was fitted would gain ½, one fitted to all of them nothing.
    """
    points = design(1, 512, 1).reshape(-1, 1)
    odd = np.arange(512) // (512 // SCRAMBLINGS) % 2 == 1
    first = (points[:, 0] < 0.5) != odd
    value, low, high = value_of_information(points, np.column_stack([first, ~first]).astype(float))
    assert value == pytest.approx(-0.5, abs=0.02)
    assert low <= value < high


def test_the_best_without_information_is_chosen_where_the_rule_is() -> None:
    """The third option is best without information in one half (0.51) and fails in the other.

    Knowing is then worth 1 − 0 in the half judged by that choice and 1 − ½ in the other; were the best chosen where it
    is judged, it would be worth ½ in both.
    """
    points = design(1, 512, 1).reshape(-1, 1)
    odd = np.arange(512) // (512 // SCRAMBLINGS) % 2 == 1
    first = points[:, 0] < 0.5
    outcomes = np.column_stack([first, ~first, np.where(odd, 0.0, 0.51)]).astype(float)
    assert value_of_information(points, outcomes)[0] == pytest.approx(0.75, abs=0.02)


def test_options_that_never_differ_are_worth_nothing() -> None:
    points = design(2, 256, 1).reshape(-1, 2)
    outcomes = np.repeat((points[:, :1] < 0.3).astype(float), 3, axis=1)
    assert value_of_information(points, outcomes) == (0.0, 0.0, 0.0)


def test_the_best_of_many_equal_options_is_no_better() -> None:
    """Eight options that are luck alone: the best looks better by some points, but knowing is worth nothing."""
    found = []
    for seed in range(24):
        points = design(1, 512, seed).reshape(-1, 1)
        outcomes = (np.random.default_rng([seed, 3]).random((512, 8)) < 0.5).astype(float)
        found.append(value_of_information(points, outcomes)[0])
    mean, error = mean_and_error(found)
    assert abs(mean) < 5.0 * error + 1e-12
    assert abs(mean) < 0.01
