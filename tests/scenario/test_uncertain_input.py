"""Uncertain inputs read as such: the median that a block holds inside never passes for the input's value.

Would catch: arithmetic, a comparison or a conversion that goes on with a number that nobody has chosen, in Python or
NumPy; an input that says so and can no longer be set, copied, sent to another process or run.
"""

import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.scenario.uncertain_input import UncertainInput

SAID = r"rival\.lead is uncertain: 2 to 9 months \(p5 2, median 4\.243, p95 9 months\)\. No single number stands for it"


@pytest.fixture(scope="module")
def scenario() -> ds.Scenario:
    return ds.load("five-hazards").with_(
        **{"rival.lead": "2 to 9 months", "horizon": "50 to 60 months", "hazards.misuse.rate": "0.01 to 0.2 per year"}
    )


@pytest.mark.parametrize(
    "use",
    [
        float,
        int,
        round,
        bool,
        abs,
        operator.neg,
        math.sqrt,
        operator.index,
        lambda lead: f"{lead:.1f}",
        lambda lead: lead + 1,
        lambda lead: 1 - lead,
        lambda lead: lead * 2.0,
        lambda lead: 2.0 / lead,
        lambda lead: lead**2,
        lambda lead: lead < 3,
        lambda lead: 3 >= lead,
        lambda lead: np.float64(2.0) * lead,
        lambda lead: np.array([1.0, 2.0]) + lead,
        lambda lead: np.asarray(lead),
        lambda lead: np.array([lead], float),
        lambda lead: np.sqrt(lead),
        lambda lead: max(3.0, lead),
        lambda lead: sum([lead]),
    ],
)
def test_it_is_no_number(scenario: ds.Scenario, use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match=r"rival\.lead is uncertain|UncertainInput|ufunc"):
        use(scenario.rival.lead)


def test_it_says_what_it_is_and_what_to_do(scenario: ds.Scenario) -> None:
    with pytest.raises(TypeError, match=SAID):
        scenario.rival.lead * 2
    assert f"{scenario.rival.lead}" == repr(scenario.rival.lead)
    assert scenario.rival.lead != 4.242640687119285
    assert isinstance(scenario.rival.lead, UncertainInput)
    assert scenario.rival.lead.median == scenario.medians.rival.lead == scenario.value("rival.lead")


def test_it_stands_wherever_an_input_may(scenario: ds.Scenario) -> None:
    """Would catch an input of no block, or of a hazard, that reads as its median, and a fixed one that does not."""
    assert isinstance(scenario.horizon, UncertainInput)
    rates = {hazard.name: hazard.rate for hazard in scenario.hazards}
    assert isinstance(rates["misuse"], UncertainInput)
    assert sum(isinstance(rate, UncertainInput) for rate in rates.values()) == 1
    assert scenario.rival.mode == "takeoff"
    fixed = scenario.with_(**{"rival.lead": 3, "horizon": 40})
    assert (fixed.rival.lead, fixed.horizon) == (3.0, 40.0)


def test_it_can_be_handed_on(scenario: ds.Scenario) -> None:
    """Would catch a block that can no longer be set as a whole, and a scenario that does not survive a copy."""
    other = ds.load("baseline").with_(**{"rival.lead": scenario.rival.lead})
    assert other.uncertain["rival.lead"] == scenario.uncertain["rival.lead"]
    assert ds.load("baseline").with_(rival=scenario.rival).uncertain["rival.lead"] == scenario.uncertain["rival.lead"]
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.rival.lead == scenario.rival.lead
    assert pickle.loads(pickle.dumps(scenario.rival.lead)) == scenario.rival.lead


def test_what_is_run_is_what_was_run(scenario: ds.Scenario) -> None:
    """Would catch an answer that goes by what it can no longer read: each takes a median or a draw."""
    assert ds.simulate(scenario, 64).cumulative_incidence()["month"].max() <= 60.0
    (answer,) = ds.required_lead(scenario, 0.3, 64).answers
    assert answer.level.n == 64
    assert ds.best_handoff(scenario, 16, moved=False).lead == scenario.medians.rival.lead
    assert ds.trace(scenario, 1).path.months[-1] > 0.0
    assert ds.aggregate_tax(scenario, 4).months > 0.0
    assert ds.export(scenario).stop > 0.0
