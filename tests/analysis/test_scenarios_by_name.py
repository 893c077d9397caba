"""Whatever takes a scenario takes the name of one that ships, and the path of a file.

Would catch: a public function that asks for ``load`` first, a name that is looked for too late, a wrong name or a
number in place of a scenario that ends in an ``AttributeError`` far inside.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest

import deference_sim as ds
from deference_sim.scenario import as_scenario, as_scenarios, shipped

NAME = "rushed-handoff"
FEW = 20


def said(found: Any) -> dict[str, Any]:
    """Everything that a result says but the time that it took."""
    return {name: value for name, value in found.as_dict().items() if name != "seconds"}


def title(ax: Any) -> str:
    told: str = ax.get_title(loc="left")
    plt.close(ax.figure)
    return told


QUESTIONS: dict[str, Callable[[Any], object]] = {
    "simulate": lambda scenario: said(ds.simulate(scenario, FEW)),
    "trace": lambda scenario: said(ds.trace(scenario, 2)),
    "sweep": lambda scenario: said(ds.sweep(scenario, {"rival.lead": [1, 2]}, FEW)),
    "sweep several": lambda scenario: said(ds.sweep([scenario, "baseline"], {"rival.lead": [1]}, FEW)),
    "required_lead": lambda scenario: said(ds.required_lead(scenario, 0.5, FEW)),
    "best_handoff": lambda scenario: said(ds.best_handoff(scenario, 4)),
    "best_strategy": lambda scenario: said(ds.best_strategy(scenario, 4)),
    "policy_regret": lambda scenario: said(ds.policy_regret([scenario, "baseline"], replicates=4)),
    "sensitivity": lambda scenario: said(ds.sensitivity(scenario, inputs=["rival.lead"], replicates=FEW)),
    "compare": lambda scenario: said(ds.compare("baseline", scenario, replicates=FEW)[0]),
    "compare first": lambda scenario: said(ds.compare(scenario, "baseline", replicates=FEW)[0]),
    "aggregate_tax": lambda scenario: said(ds.aggregate_tax(scenario)),
    "causal_loops": lambda scenario: title(ds.plot.causal_loops(scenario)),
    "stocks_and_flows": lambda scenario: title(ds.plot.stocks_and_flows(scenario)),
    "tax_by_capability": lambda scenario: title(ds.plot.tax_by_capability(scenario)),
}
WITH_EXTRAS: dict[str, Callable[[Any], object]] = {
    "discover": lambda scenario: said(ds.discover(scenario, inputs=["rival.lead"], replicates=64)),
    "ema_model": lambda scenario: ds.ema_model(scenario, inputs=["rival.lead"], replicates=FEW).function(
        rival_lead=3.0
    ),
}


@pytest.mark.parametrize("name", [*QUESTIONS, *WITH_EXTRAS])
def test_a_name_and_a_path_stand_for_the_scenario(name: str) -> None:
    if name in WITH_EXTRAS:
        pytest.importorskip("ema_workbench")
    ask = (QUESTIONS | WITH_EXTRAS)[name]
    assert ask(NAME) == ask(ds.load(NAME)) == ask(shipped()[NAME])


def test_the_spread_over_inputs_takes_a_name_too() -> None:
    by_name, plain = (ds.input_spread(one, 4, 4) for one in ("uncertain-baseline", ds.load("uncertain-baseline")))
    assert by_name == plain


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_no_scenario_is_refused_before_any_work(name: str) -> None:
    with pytest.raises(ds.ScenarioError, match=f"did you mean `{NAME}`"):
        QUESTIONS[name]("rushed-handof")
    with pytest.raises(TypeError, match="a scenario is a Scenario, a shipped scenario's name or the path of a file"):
        QUESTIONS[name](3)


def test_one_function_tells_what_is_a_scenario(tmp_path: Path) -> None:
    scenario = ds.load(NAME)
    assert as_scenario(scenario) is scenario
    copy = tmp_path / "mine.yaml"
    copy.write_text("schema: 1\nextends: baseline\n", encoding="utf-8")
    assert as_scenario(copy).name == as_scenario(str(copy)).name == "mine"
    assert as_scenarios(scenario) == as_scenarios([NAME]) == (scenario,)


def test_of_several_every_wrong_name_is_told() -> None:
    with pytest.raises(ds.ScenarioError) as caught:
        as_scenarios([NAME, "plan-x", "plan-y"])
    assert [problem.file for problem in caught.value.problems] == ["plan-x", "plan-y"]
