"""Measures: each is counted alike in records and tallies, weights of ends like any, and wrong ones refused alike.

Would catch: a measure that a tally counts otherwise than records do, a question that takes an unknown measure and
fails late or in words of its own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.measure import MEASURES, success_of
from deference_sim.analysis.paired import difference, difference_of_values, is_worth_less
from deference_sim.study.runner import hazard_names, run
from deference_sim.study.tally import GOOD_ENDS, Tally

BAD: Any = "p_bad"
REFUSAL = r"^argument  measure  p_bad  allowed: one of p_stay, p_good$"
QUESTIONS: dict[str, Callable[[ds.Scenario], object]] = {
    "sweep": lambda scenario: ds.sweep(scenario, {"rival.lead": [1]}, 1).estimates(BAD),
    "required_lead": lambda scenario: ds.required_lead(scenario, replicates=1, measure=BAD),
    "best_handoff": lambda scenario: ds.best_handoff(scenario, 1, measure=BAD),
    "best_strategy": lambda scenario: ds.best_strategy(scenario, 1, measure=BAD),
    "policy_regret": lambda scenario: ds.policy_regret([scenario], replicates=1, measure=BAD),
    "sensitivity": lambda scenario: ds.sensitivity(scenario, replicates=1, measure=BAD),
    "input_spread": lambda scenario: ds.input_spread(scenario, 2, 2, measure=BAD),
    "lead_curve": lambda scenario: ds.plot.lead_curve(ds.sweep(scenario, {"rival.lead": [1]}, 1), BAD),
}


@pytest.fixture(scope="module")
def scenario() -> ds.Scenario:
    return ds.load("five-hazards", set=["rival.lead=1 to 6 months"])


def test_records_and_tallies_count_alike(scenario: ds.Scenario) -> None:
    records, _ = run(scenario, 500, 3)
    tally = Tally()
    tally.add(records, hazard_names(scenario))
    for success in MEASURES.values():
        found = success.of_records(records)
        assert 0 < found.sum() < len(found)
        assert success.of_tally(tally) == found.sum()
        assert success.chance(tally).estimate == found.mean()


def test_columns_do_in_place_of_records(scenario: ds.Scenario) -> None:
    records, _ = run(scenario, 200, 3)
    columns = {name: np.asarray(records[name]) for name in ("outcome", "road")}
    for success in MEASURES.values():
        np.testing.assert_array_equal(success.of_records(columns), success.of_records(records))


def test_every_measure_has_its_words() -> None:
    for name, success in MEASURES.items():
        assert success.name == name
        assert success.headline.endswith(f"({name})")
        assert success.label.startswith(f"{name}: ")


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_unknown_measure_is_refused_in_one_wording(scenario: ds.Scenario, name: str) -> None:
    with pytest.raises(ds.ScenarioError, match=REFUSAL):
        QUESTIONS[name](scenario)


def test_discover_refuses_an_unknown_measure_too(scenario: ds.Scenario) -> None:
    pytest.importorskip("ema_workbench")
    with pytest.raises(ds.ScenarioError, match=REFUSAL):
        ds.discover(scenario, replicates=64, measure=BAD)


# ---- weights ------------------------------------------------------------------------------------------------

GOOD = ",".join(f"{name}=1" for name in GOOD_ENDS)
GRADED = "stabilised=1,overtaken_safely=.5,unresolved=.3,ai_takeover=-0.5,month=-.002"


def test_weights_of_0_and_1_are_p_good_to_the_last_digit(scenario: ds.Scenario) -> None:
    """Would catch any question that treats weights otherwise than the probability that they amount to."""
    plain, weighed = (
        ds.sweep(scenario, {"rival.lead": [1, 4]}, 300).estimates(measure) for measure in ("p_good", GOOD)
    )
    assert plain == weighed
    needed = [ds.required_lead(scenario, [0.3, 0.6], 200, measure=measure) for measure in ("p_good", GOOD)]
    assert needed[0].answers == needed[1].answers
    assert needed[0].curve == needed[1].curve
    swings = [ds.sensitivity(scenario, replicates=64, measure=measure) for measure in ("p_good", GOOD)]
    assert swings[0].table.equals(swings[1].table)
    spreads = [ds.input_spread(scenario, 20, 10, measure=measure) for measure in ("p_good", GOOD)]
    assert spreads[0] == spreads[1]
    (compared,) = ds.compare(scenario, "baseline", replicates=200, value=GOOD)
    assert compared.measures["value"] == compared.measures["p_good"]


def test_a_worth_is_the_sum_of_weights_times_shares(scenario: ds.Scenario) -> None:
    """Would catch weights on the wrong ends, months left out, and a tally that knows less than the records."""
    success = success_of(GRADED)
    records, _ = run(scenario, 2_000, 3)
    tally = Tally()
    tally.add(records, hazard_names(scenario))
    share = {name: tally.ended(name) / tally.n for name in ("stabilised", "overtaken_safely", "unresolved")}
    expected = share["stabilised"] + 0.5 * share["overtaken_safely"] + 0.3 * share["unresolved"]
    expected += -0.5 * tally.ended("ai_takeover") / tally.n - 0.002 * records["months"].mean()
    worths = success.of_records(records)
    from_tally, from_records = success.chance(tally), success.chance_of(worths)
    assert from_tally.estimate == pytest.approx(expected, abs=1e-6)
    assert from_records.estimate == pytest.approx(expected, abs=1e-12)
    assert from_records.mcse == pytest.approx(worths.std() / np.sqrt(len(worths)), rel=1e-9)
    for name in ("estimate", "low", "high", "mcse"):
        assert getattr(from_tally, name) == pytest.approx(getattr(from_records, name), abs=1e-5)


def test_intervals_of_worths_cover_and_are_not_certain_of_few_runs() -> None:
    """1,000 repetitions of 100 runs: 95 % less 5 standard errors. Would catch the wrong error, and zero widths."""
    success = success_of("stabilised=1,overtaken_safely=0.5")
    random = np.random.default_rng(1)
    worths = random.choice([0.0, 0.5, 1.0], p=[0.6, 0.3, 0.1], size=(1000, 100))
    held = [one.low <= 0.25 <= one.high for one in map(success.chance_of, worths)]
    assert np.mean(held) > 0.95 - 5 * np.sqrt(0.95 * 0.05 / 1000)
    alike = success.chance_of(np.zeros(10))
    assert (alike.estimate, alike.mcse) == (0.0, 0.0)
    assert alike.high > 0.2


def test_differences_of_worths_are_those_of_chances_where_these_are_0_or_1() -> None:
    random = np.random.default_rng(2)
    first, second = random.random((2, 400)) < [[0.6], [0.5]]
    of_chances, of_worths = difference(first, second), difference_of_values(first + 0.0, second + 0.0, 1.0)
    for name in ("estimate", "low", "high", "mcse", "gained", "lost"):
        assert getattr(of_worths, name) == pytest.approx(getattr(of_chances, name), abs=1e-12)


def test_a_way_that_is_no_worse_is_seldom_called_so() -> None:
    """2,000 repetitions at 5 %, and 5 standard errors: would catch a test of the wrong side or level."""
    random = np.random.default_rng(3)
    called = np.mean([is_worth_less(*random.choice([0.0, 0.5, 1.0], (2, 60))) for _ in range(2000)])
    assert called < 0.05 + 5 * np.sqrt(0.05 * 0.95 / 2000)
    assert called > 0.02
    assert is_worth_less(np.zeros(20), np.full(20, 0.5))
    assert not is_worth_less(np.zeros(4), np.ones(4))


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("stabilized=1", "did you mean `stabilised`"),
        ("stabilised=2", "a number from -1 to 1"),
        ("stabilised=nan", "a number from -1 to 1"),
        ("stabilised=1,stabilised=0", "stabilised twice"),
        ("month=-0.01", "a weight other than 0"),
        ("=", "NAME=WEIGHT"),
    ],
)
def test_wrong_weights_are_refused_with_the_remedy(scenario: ds.Scenario, weights: str, said: str) -> None:
    with pytest.raises(ds.ScenarioError, match=said):
        ds.best_handoff(scenario, 1, measure=weights)


def test_weights_reach_every_question(scenario: ds.Scenario) -> None:
    """Would catch a question that takes worths for truth values."""
    half = "stabilised=.5,ridden_out=.5,punted=.5,overtaken_safely=.5"
    plain, weighed = (ds.best_handoff(scenario, 60, measure=measure) for measure in ("p_good", half))
    assert weighed.best.month == plain.best.month
    assert weighed.best.estimate.estimate == pytest.approx(plain.best.estimate.estimate / 2)
    voi = [ds.sensitivity(scenario, "voi", replicates=256, measure=measure).table for measure in ("p_good", half)]
    assert (voi[1]["value"].sort_values() * 2).to_numpy() == pytest.approx(voi[0]["value"].sort_values().to_numpy())
    lead = [ds.required_lead(scenario, target, 200, measure=m) for target, m in ((0.5, "p_good"), (0.25, half))]
    assert lead[1].answers[0].estimate == pytest.approx(lead[0].answers[0].estimate, rel=0.05)
