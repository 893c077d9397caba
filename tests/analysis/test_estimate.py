"""Intervals: the precision that was asked for, quantiles, and the spread over uncertain inputs."""

from math import exp, sqrt
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from deference_sim.analysis.estimate import (
    band_half_width,
    binomial_quantile,
    most_replicates,
    probability,
    quantile,
)
from deference_sim.analysis.nested import input_spread, spread_over_draws
from deference_sim.analysis.run import simulate
from deference_sim.scenario import load
from deference_sim.study.runner import BLOCK, _Numbers, next_look
from deference_sim.study.tally import Sketch


def test_a_run_to_a_precision_is_a_run_of_that_size() -> None:
    """Would catch a stop at another place than the end of a batch, and a batch that is run anew."""
    precise = simulate(load("rushed-handoff"), precision=0.018, seed=3)
    assert precise.replicates in looks(10 * BLOCK)
    assert precise.replicates > BLOCK
    fixed = simulate(load("rushed-handoff"), precise.replicates, seed=3)
    assert precise.as_dict() | {"seconds": 0} == fixed.as_dict() | {"seconds": 0}
    assert precise.records.equals(fixed.records)
    assert (precise.p_stay.high - precise.p_stay.low) / 2 <= 0.018
    before = probability(int(stayed(fixed)[: looks_before(precise.replicates)].sum()), looks_before(precise.replicates))
    assert (before.high - before.low) / 2 > 0.018


def stayed(result: Any) -> Any:
    return (result.records["in_basin_throughout"] & (result.records["outcome"] == "stabilised")).to_numpy()


def looks(most: int) -> list[int]:
    found = [next_look(0)]
    while found[-1] < most:
        found.append(next_look(found[-1]))
    return found


def looks_before(n: int) -> int:
    return max(look for look in looks(n) if look < n)


@pytest.mark.parametrize("share", [0.002, 0.03, 0.1, 0.5, 0.85, 0.99])
def test_stopping_at_a_precision_keeps_the_coverage(share: float) -> None:
    """The exact coverage of the interval at the end, over all ways to get there. Would catch stopping on good luck."""
    precision, covered, stopped = 0.012, 0.0, 0.0
    at, chances = 0, np.array([1.0])
    for look in looks(most_replicates(precision)):
        chances = np.convolve(chances, binom.pmf(np.arange(look - at + 1), look - at, share))
        at = look
        for successes in np.flatnonzero(chances > 1e-12):
            found = probability(int(successes), look)
            if (found.high - found.low) / 2 <= precision:
                stopped += chances[successes]
                covered += chances[successes] * (found.low <= share <= found.high)
                chances[successes] = 0.0
        if stopped > 1 - 1e-6:
            break
    assert stopped == pytest.approx(1.0, abs=1e-5)
    assert 0.93 <= covered <= 0.995


@pytest.mark.parametrize("precision", [0.0, 1e-9, 0.6, float("nan")])
def test_a_precision_out_of_range_is_refused(precision: float) -> None:
    with pytest.raises(ValueError, match=r"^precision: found .*; allowed: a number from 0\.0001 to 0\.5"):
        simulate(load("baseline"), precision=precision)


@pytest.mark.parametrize("precision", [0.3, 0.01, 1e-4])
def test_the_most_replicates_are_always_enough(precision: float) -> None:
    n = most_replicates(precision)
    for successes in (0, 5, 9, 10, n // 2):
        found = probability(successes, n)
        assert (found.high - found.low) / 2 <= precision


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("n", [20, 1000])
def test_a_quantile_lies_in_its_interval_and_knows_how_many_never_came(n: int, share: float) -> None:
    """How often the interval holds the truth is in ``test_interval_coverage.py``."""
    sketch = Sketch()
    sketch.add(np.arange(1, n + 1, dtype=float))
    found = quantile(sketch, share, 2 * n)
    assert found is not None
    assert (found.n, found.never) == (n, 0.5)
    assert (found.low or 0.0) <= found.estimate <= (found.high or n)
    assert found.estimate == pytest.approx(share * n, abs=1.0, rel=2.1e-3)
    assert quantile(Sketch(), share, 10) is None


def test_binomial_quantiles() -> None:
    for n in (1, 7, 100, 10_000, 10**6):
        for share in (0.01, 0.5, 0.95):
            for u in (0.025, 0.3, 0.975):
                assert binomial_quantile(u, n, share) == binom.ppf(u, n, share)


def test_a_band_of_several_curves_is_wider() -> None:
    """How often a band holds is in ``test_interval_coverage.py``."""
    assert 0.0 < band_half_width(200) < band_half_width(200, 9) < band_half_width(50, 9)


# ---- spread over inputs -------------------------------------------------------------------------------------


def lomax(draws: int, worlds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return chances and counts of no event in 20 years, at a rate from a Gamma(2) distribution of rate 40."""
    random = np.random.default_rng(seed)
    chances = np.exp(-20.0 * random.gamma(2.0, 1 / 40.0, draws))
    return chances, random.binomial(worlds, chances)


def test_spread_over_inputs_is_free_of_noise() -> None:
    """Exact answers of a mixed Poisson process; 5 standard errors. Would catch noise counted as spread (10 worlds)."""
    n = 20_000
    for worlds in (10, 100):
        found = spread_over_draws(lomax(n, worlds, worlds)[1][:4000], worlds)
        assert abs(found.sd - sqrt(0.0524691358025)) < 5 * found.sd_mcse
        assert found.sd_mcse < 0.004
        assert abs(found.overall.estimate - 4 / 9) < 5 * found.overall.mcse
        # Var(p) + noise over K draws: the design effect of the exact answer.
        expected = sqrt((0.0524691358025 + (0.246913580247 - 0.0524691358025) / worlds) / 4000)
        assert found.overall.mcse == pytest.approx(expected, rel=0.06)
        assert found.share_of_variance == pytest.approx(0.2125, abs=0.015)
    assert found.p5 == pytest.approx(0.0933002716838, abs=0.015)
    assert found.p95 == pytest.approx(0.837209655534, abs=0.015)


def test_spread_of_three_draws_by_hand() -> None:
    """Would catch noise of 1/4 of s(1 - s), not 1/3, from 4 worlds; and Student's t of 12 runs, not of 3 draws."""
    found = spread_over_draws(np.array([0, 2, 4]), 4)
    assert found.sd == pytest.approx(sqrt(0.25 - (0.25 / 3) / 3), rel=1e-12)
    half = 4.302652729911275 * sqrt(0.25 / 3) / 0.25  # Student's with 2 degrees of freedom, in log odds
    assert found.overall.low == pytest.approx(1 / (1 + exp(half)), rel=1e-9)
    assert found.overall.high == pytest.approx(1 / (1 + exp(-half)), rel=1e-9)


def test_worlds_that_share_a_draw_are_neighbours_from_the_first() -> None:
    """Would catch draws shifted by one, which only the first and the last draw of a run can show."""
    scenario = load("uncertain-baseline")
    shared = _Numbers([scenario], 1, 4).of(0, np.arange(8))[0]
    own = scenario.draws(1, np.arange(2))["rival.lead"]
    np.testing.assert_array_equal(shared["rival_lead"], np.repeat(own, 4))
    assert own[0] != own[1]


def test_spread_through_the_engine() -> None:
    """A hazard whose rate is uniform, until a steady takeoff ends after ten years: all is arithmetic."""
    fatal = {"name": "storm", "kind": "background", "rate": 0.1, "severity_mean": 1e9, "lethality": 1}
    world = load("baseline").with_(
        **{
            "horizon": 121,
            "capability.law": "exponential",
            "capability.exponent": 0,
            "capability.initial_speedup": 1,
            "capability.hardware_pace": 0,
            "capability.fizzle_pace": None,
            "capability.stabilise_at": 5,
            "goodness.broad_alignment": 1e3,
            "goodness.capability_profile": 1e3,
            "generations.step": 1e6,
            "strategy.policy": "race",
            "strategy.time_buying_share": 0,
            "strategy.defence_share": 0,
            "scheming.at_handoff": 0,
            "scheming.rate": 0,
            "rival.mode": "none",
            "hazards": [fatal],
        }
    )
    uncertain = world.with_(**{"hazards.storm.rate": "{uniform: {min: 0 per year, max: 0.2 per year}}"})
    found = input_spread(uncertain, 150, 40, seed=6, measure="p_good")
    mean, square = (1 - exp(-2.0)) / 2, (1 - exp(-4.0)) / 4
    assert abs(found.overall.estimate - mean) < 5 * found.overall.mcse
    assert abs(found.sd - sqrt(square - mean**2)) < 5 * found.sd_mcse
    assert found.p5 == pytest.approx(exp(-1.9), abs=0.05)
    assert (found.draws, found.worlds, found.overall.n) == (150, 40, 6000)


def test_spread_over_inputs_needs_something_uncertain() -> None:
    with pytest.raises(ValueError, match="no uncertain input"):
        input_spread(load("baseline"))
    with pytest.raises(ValueError, match="allowed: a whole number from 2"):
        input_spread(load("uncertain-baseline"), 1)


def test_draws_that_all_come_out_alike_know_little() -> None:
    found = spread_over_draws(np.full(20, 50), 50)
    assert (found.sd, found.p5, found.p95, found.overall.estimate) == (0.0, 1.0, 1.0, 1.0)
    assert 0.8 < found.overall.low < 0.9


def test_an_estimate_serves_as_its_number() -> None:
    """Would catch an estimate that a user must take apart before it can be printed or compared."""
    found, other = probability(622, 1000), probability(500, 1000)
    assert float(found) == 0.622
    assert f"{found:.1%}" == "62.2%"
    assert f"{found}" == str(found)
    assert found - 0.1 == 0.622 - 0.1
    assert 1.0 - found == 1.0 - 0.622
    assert found - other == 0.622 - 0.5
    assert np.asarray([found, other], dtype=float).tolist() == [0.622, 0.5]


def test_an_estimate_is_reckoned_with_as_its_number() -> None:
    """Would catch an operation that NumPy or Python does on something else than the value."""
    half, third = probability(50, 100), probability(30, 100)
    assert f"{half:.1%}" == "50.0%"
    assert (float(half), round(half, 1), -half, abs(-1.0 * half)) == (0.5, 0.5, -0.5, 0.5)
    assert (half + 0.25, 0.25 + half, half - third, 1 - half) == (0.75, 0.75, pytest.approx(0.2), 0.5)
    assert (half * 2, 2 * half, half / 2, 1 / half) == (1.0, 1.0, 0.25, 2.0)
    assert half > third
    assert third <= 0.3
    assert 0.4 < half < np.float64(0.6)
    assert max([third, half]) is half
    assert sum([third, half]) == pytest.approx(0.8)
    np.testing.assert_array_equal(np.asarray([half, third]), [0.5, 0.3])
    np.testing.assert_array_equal(np.array([1.0, 2.0]) * np.asarray(half), [0.5, 1.0])
    assert half == probability(50, 100)
    assert half != probability(500, 1000)
