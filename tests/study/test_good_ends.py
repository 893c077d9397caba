"""The table of good ends: the fit is the best there is, and what is all alike or never handed off is no error."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from deference_sim.model.parameters import GOOD_END_TABLE
from deference_sim.scenario import load
from deference_sim.study.indifference import TABLE_REPLICATES, TABLE_SEED, table_of_good_ends
from deference_sim.study.runner import good_ends, numbers_of, run
from deference_sim.study.tally import GOOD_CODES
from deference_sim.trajectory.record import RECORD_DTYPE

NOT_GOOD = next(code for code in range(99) if code not in GOOD_CODES)


def simulated(base: float, slope: float, n: int = 1_000) -> NDArray[np.void]:
    """Records of handoffs with these log odds of a good end, every fifth replicate not handed off."""
    random = np.random.default_rng(3)
    records = np.zeros(n, RECORD_DTYPE)
    records["handoff_estimate"] = random.normal(0.3, 0.5, n)
    chance = 1.0 / (1.0 + np.exp(-base - slope * records["handoff_estimate"]))
    records["outcome"] = np.where(random.random(n) < chance, GOOD_CODES[0], NOT_GOOD)
    records["handoff_month"] = np.where(np.arange(n) % 5 == 0, np.inf, 1.0)
    return records


def misfit(weights: NDArray[np.float64], records: NDArray[np.void]) -> float:
    """Minus the logarithm of the posterior density, the prior being normal with variance 1."""
    used = records[np.isfinite(records["handoff_month"])]
    odds = weights[0] + weights[1] * used["handoff_estimate"]
    good = np.isin(used["outcome"], GOOD_CODES)
    return float(np.sum(np.logaddexp(0.0, odds) - good * odds) + 0.5 * np.sum(weights * weights))


@pytest.mark.parametrize(("base", "slope"), [(0.4, 1.5), (-2.0, 4.0), (3.0, -1.0)])
def test_the_fit_is_the_best(base: float, slope: float) -> None:
    """Would catch a wrong derivative, a wrong solution of the two equations, a replicate that should not count."""
    records = simulated(base, slope)
    table = table_of_good_ends(lambda month: records, 6.0)
    best = optimize.minimize(misfit, np.zeros(2), args=(records,), method="BFGS", options={"gtol": 1e-7}).x
    np.testing.assert_allclose(table[:, 1:], np.tile(best, (len(table), 1)), rtol=1e-5)
    assert table[0, 0] == 0.0
    assert table[-1, 0] == 6.0
    assert np.all(np.diff(table[:, 0], 2) > 0.0)  # denser towards the start


def test_ends_that_are_all_alike() -> None:
    records = simulated(50.0, 0.0)
    (_, base, slope), *_ = table_of_good_ends(lambda month: records, 1.0)
    assert 2.0 < base < 20.0
    assert np.isfinite(slope)


def test_without_a_handoff_the_odds_are_those_of_all() -> None:
    records = simulated(0.0, 0.0)
    records["handoff_month"] = np.inf
    good = int(np.isin(records["outcome"], GOOD_CODES).sum())
    (_, base, slope), *_ = table_of_good_ends(lambda month: records, 1.0)
    assert base == pytest.approx(np.log((good + 0.5) / (1_000.5 - good)))
    assert slope == 0.0


def test_the_table_is_made_on_a_seed_of_its_own() -> None:
    """Would catch a table made from the very worlds that are judged by it, which would know their luck."""
    scenario = load("baseline").with_(**{"handoff.indifference": True})
    made = []
    for seed in (1, 2):
        good_ends.cache_clear()
        row = numbers_of(scenario, seed, np.arange(1))[0][0]
        made.append([row[name].tolist() for name in GOOD_END_TABLE])
    assert made[0] == made[1]
    at_once = scenario.with_(**{"handoff.indifference": False, "handoff.at": 0})
    first = {
        seed: table_of_good_ends(lambda month, seed=seed: run(at_once, TABLE_REPLICATES, seed)[0], 0.0)[0].tolist()
        for seed in (1, TABLE_SEED)
    }
    assert [column[0] for column in made[0]] == first[TABLE_SEED] != first[1]
