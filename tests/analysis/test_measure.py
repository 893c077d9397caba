"""Measures are declared once: each is counted alike in records and tallies, and one that there is not is refused alike.

Would catch: a measure that a tally counts otherwise than records do, a question that takes an unknown measure and
fails late or in words of its own.
"""

from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.measure import MEASURES, Measure
from deference_sim.study.runner import hazard_names, run
from deference_sim.study.tally import Tally

BAD: Any = "p_bad"
REFUSAL = r"^argument  measure  p_bad  one of p_stay, p_good$"
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
        assert success.chance(tally).value == found.mean()


def test_columns_do_in_place_of_records(scenario: ds.Scenario) -> None:
    records, _ = run(scenario, 200, 3)
    columns = {name: np.asarray(records[name]) for name in ("outcome", "road")}
    for success in MEASURES.values():
        np.testing.assert_array_equal(success.of_records(columns), success.of_records(records))


def test_every_measure_has_its_words() -> None:
    assert tuple(MEASURES) == get_args(Measure)
    for name, success in MEASURES.items():
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
