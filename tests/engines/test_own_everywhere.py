"""Processes and policies of one's own go wherever a scenario goes, and what they count appears in its tables.

Would catch: a function that runs the model without them, a changed copy that loses them, counts of another replicate,
a mistake in them that ends in a traceback from inside SimPy.
"""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds

from ..analysis.quick import QUICK


def storm(world: ds.World) -> Any:
    """End every run that lasts to month 0.4."""
    yield world.timeout(0.4)
    world.catastrophe("storm")


def inspections(world: ds.World) -> Any:
    """Count the half months that a run lasts, and note the capability at the last of them."""
    while True:
        yield world.timeout(0.5)
        world.count("inspections")
        world.note("seen", world.state.C)


def cautious(seen: ds.Observation) -> ds.Shares:
    return ds.Shares(goodness=0.5)


STORMY = QUICK.with_own(processes=storm)
COUNTING = QUICK.with_own(processes=[inspections], measures=["inspections", "seen"])


def compared(scenario: ds.Scenario) -> float:
    (found,) = ds.compare(scenario, scenario.with_(**{"rival.lead": 9}), replicates=16)
    return found.measures["p_stay"][1].estimate


def on_an_edge(scenario: ds.Scenario) -> float:
    found = ds.region(scenario, [("rival.lead", None), ("tax.broad_alignment", None)], 0.5, 4)
    return max(answer.level.estimate for _, answer in found.edge)


def moved(scenario: ds.Scenario) -> float:
    return ds.least_change(scenario, ["rival.lead", "tax.broad_alignment"], 0.3, 48).together.judged.estimate


def racing(scenario: ds.Scenario) -> float:
    found = ds.policy_regret([scenario], {"race": {"strategy.policy": "race"}}, 16, measure="p_good")
    return max(one.estimate for row in found.estimates.values() for one in row)


#: Each returns a chance of success that is 0 where every run ends in month 0.4.
EVERYWHERE: dict[str, Callable[[ds.Scenario], float]] = {
    "simulate": lambda scenario: ds.simulate(scenario, 16).p_stay.estimate,
    "sweep": lambda scenario: float(ds.sweep(scenario, {"rival.lead": [1, 9]}, 16).table["p_stay"].max()),
    "compare": compared,
    "required_lead": lambda scenario: max(one.estimate for _, one in ds.required_lead(scenario, 0.5, 16).curve),
    "region": on_an_edge,
    "least_change": moved,
    "best_handoff": lambda scenario: ds.best_handoff(scenario, 8, measure="p_stay", moved=False).best.estimate.estimate,
    "input_spread": lambda scenario: ds.input_spread(scenario, 3, 4).overall.estimate,
    "sensitivity": lambda scenario: ds.sensitivity(scenario, inputs="rival.lead", replicates=16).expected[0],
    "discover": lambda scenario: 1.0 - ds.discover(scenario, inputs="rival.lead", replicates=64).failures.estimate,
    "policy_regret": racing,
    "trace": lambda scenario: float(ds.trace(scenario, 1).month > 0.4 + 1e-9),
    "trajectories": lambda scenario: float(ds.simulate(scenario, 4).trajectories().end_month.max() > 0.4 + 1e-9),
}


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_process_is_there_wherever_a_scenario_goes(name: str) -> None:
    assert EVERYWHERE[name](QUICK) > 0.0
    assert EVERYWHERE[name](STORMY) == 0.0


@pytest.mark.parametrize(
    "ask",
    [
        lambda: ds.brief(STORMY),
        lambda: ds.export(STORMY),
        lambda: ds.page(STORMY),
        lambda: ds.explain(STORMY, QUICK),
        lambda: ds.best_strategy(QUICK.with_own(policy=cautious)),
        lambda: ds.policy_regret([QUICK.with_own(policy=cautious)]),
    ],
)
def test_where_they_cannot_go_is_told(ask: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"^scenario: found .* with a policy .*; allowed: "):
        ask()


def test_a_changed_copy_keeps_them_and_another_has_none() -> None:
    changed = STORMY.with_(**{"rival.lead": 2})
    assert changed.own.processes == (storm,)
    assert changed != QUICK.with_(**{"rival.lead": 2})
    assert not changed.with_own().own
    assert pickle.loads(pickle.dumps(STORMY)) == STORMY
    assert ds.sweep(STORMY, {"rival.lead": [1]}, 4).engine == "events"


def test_what_is_counted_appears_in_every_table() -> None:
    result = ds.simulate(COUNTING, 40)
    halves = np.floor(result.records["months"] / 0.5 - 1e-9)
    # A run that ends at a moment of inspection may end before it.
    assert (np.abs(result.records["inspections"] - halves) <= 1).all()
    assert (result.records["seen"] <= result.records["C"] + 1e-9).all()
    mean = result.own_measures["inspections"]
    assert mean.estimate == pytest.approx(result.records["inspections"].mean(), abs=1e-6)
    assert mean.mcse == pytest.approx(result.records["inspections"].sem(), rel=1e-6)
    assert result.as_dict()["own_measures"]["seen"]["n"] == 40
    assert "inspections" in result._repr_html_()
    swept = ds.sweep([COUNTING, QUICK], {"rival.lead": [1, 3]}, 20).table
    assert swept["inspections"].notna().tolist() == [True, True, False, False]
    (found,) = ds.compare(COUNTING, COUNTING.with_(**{"horizon": 3}), replicates=40)
    row = found.table.set_index("quantity").loc["inspections"]
    assert row["first"] == pytest.approx(mean.estimate)
    assert row["second"] <= row["first"]
    assert row["difference"] == pytest.approx(row["second"] - row["first"])
    assert "inspections" in found._repr_html_()


def test_counting_changes_nothing_else() -> None:
    plain, counted = ds.simulate(QUICK, 40).records, ds.simulate(COUNTING, 40).records
    pd.testing.assert_frame_equal(counted[plain.columns], plain)


def test_a_policy_counts_too() -> None:
    """Would catch an own policy that another one replaces on the way."""
    found = ds.sweep(QUICK.with_own(policy=cautious), {"rival.lead": [2]}, 30)
    alone = ds.simulate(QUICK.with_(**{"rival.lead": 2}), 30, policy=cautious)
    assert found.table["p_good"][0] == alone.p_good.estimate


def test_processes_of_a_run_join_those_of_its_scenario() -> None:
    result = ds.simulate(COUNTING, 10, processes=[storm])
    assert (result.records["months"] <= 0.4 + 1e-9).all()
    assert list(result.own_measures) == ["inspections", "seen"]


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"policy": lambda seen: 0.5}, TypeError, r"a policy returned 0\.5: it must return Shares, such as"),
        ({"policy": lambda seen: None}, TypeError, "a policy returned None: it must return Shares"),
        ({"policy": 0.5}, ValueError, r"policy: found 0\.5; allowed: a function from an Observation"),
        ({"processes": lambda world: 3}, TypeError, "returned 3: it must be a generator function"),
        ({"processes": 3}, ValueError, "processes: found 3; allowed: a generator function"),
        ({"processes": [storm, 3]}, ValueError, "processes: found 3; allowed: a generator function"),
        ({"processes": inspections}, ValueError, "no measure 'inspections': name it in with_own"),
        ({"processes": storm, "measures": "Storm"}, ValueError, "measures: found Storm; allowed: names of small"),
        ({"processes": storm, "measures": ["a", "a"]}, ValueError, "measures: found a; allowed: names .* each once"),
        ({"processes": storm, "measures": "months"}, ValueError, "measures: found months; allowed: names that no"),
        ({"measures": "a"}, ValueError, "measures: found a; allowed: measures that a process"),
    ],
)
def test_mistakes_are_told_in_a_sentence(given: dict[str, Any], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        ds.simulate(QUICK.with_own(**given), 2)
