"""Calls with what a function cannot take end in a sentence of ours, never in a traceback from inside.

Would catch: a path that is no text, a list in the place of a word, a plot of the wrong result, a mapping that is none.
"""

from collections.abc import Callable
from math import nan
from typing import Any

import matplotlib.pyplot as plt
import pytest

import deference_sim as ds
from deference_sim.scenario.problems import ArgumentError

WRONG = [3, None, [], nan, {"a": 1}, object()]
ARGUMENTS: dict[str, Callable[[Any], Any]] = {
    "measure": lambda wrong: ds.sweep("baseline", {"rival.lead": [1]}, 1).estimates(wrong),
    "measure of a requirement": lambda wrong: ds.required_lead("baseline", 0.5, 1, measure=wrong),
    "measure of a choice": lambda wrong: ds.best_handoff("baseline", 8, measure=wrong),
    "over": lambda wrong: ds.sweep("baseline", wrong, 1),
    "key of over": lambda wrong: ds.sweep("baseline", {3: [wrong]}, 1),  # type: ignore[dict-item]
    "value of over": lambda wrong: ds.sweep("baseline", {"rival.lead": [[wrong]]}, 1),
    "solve": lambda wrong: ds.required_lead("baseline", 0.5, 1, solve=wrong),
    "between": lambda wrong: ds.required_lead("baseline", 0.5, 1, solve="basin.width", between=wrong or 3),
    "inputs of a region": lambda wrong: ds.region("baseline", wrong, 0.5, 1),
    "inputs to change": lambda wrong: ds.least_change("baseline", wrong, 0.5, 1),
    "method": lambda wrong: ds.sensitivity("baseline", wrong),
    "decision": lambda wrong: ds.sensitivity("baseline", "voi", inputs="rival.lead", decision=wrong or 3),
    "policies": lambda wrong: ds.policy_regret("baseline", wrong or 3, 1),
    "changes of a policy": lambda wrong: ds.policy_regret("baseline", {"a": wrong}, 1),
    "given": lambda wrong: ds.simulate("baseline", 1, given=wrong or 3),
    "preset": lambda wrong: ds.takeoff(wrong),
    "groups": lambda wrong: ds.explain("baseline", "plan-b", 1, groups=wrong or "rival"),
    "path": lambda wrong: ds.load("baseline").value(wrong),
    "what": lambda wrong: ds.parameters(wrong or 3),
    "file": lambda wrong: ds.batch(wrong, "nowhere"),
}
PLOTS = {name: getattr(ds.plot, name) for name in dir(ds.plot)}


@pytest.mark.parametrize("name", ARGUMENTS)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_what_an_argument_cannot_be_is_told(name: str, wrong: Any) -> None:
    with pytest.raises((ArgumentError, ds.ScenarioError)) as told:
        ARGUMENTS[name](wrong)
    assert str(told.value)


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_a_plot_of_something_else_says_what_it_takes(name: str, wrong: Any) -> None:
    with pytest.raises((ArgumentError, TypeError), match=r"allowed: what ds\.\w+.* returns|a scenario is a Scenario"):
        PLOTS[name](wrong, wrong) if name == "policies" else PLOTS[name](wrong)
    assert plt.get_fignums() == []  # nothing was begun


@pytest.mark.parametrize("wrong", [3, "x", nan, (1, 2)])
def test_axes_that_are_none_are_told(wrong: Any) -> None:
    swept = ds.sweep("baseline", {"rival.lead": [1, 2]}, 5)
    with pytest.raises(ArgumentError, match=r"^ax: found .*; allowed: an Axes of matplotlib"):
        ds.plot.lead_curve(swept, ax=wrong)


def test_two_ends_and_two_paths_may_be_given_plainly() -> None:
    """Would catch ends that are taken for options, and a path alone that is taken apart."""
    requirement = ds.required_lead("baseline", 0.3, 64, solve="tax.broad_alignment", between=(0.01, 1))
    assert (min(value for value, _ in requirement.curve), max(value for value, _ in requirement.curve)) == (0.01, 1.0)
    found = ds.region("baseline", ["rival.lead", ("tax.broad_alignment", (0.01, 1))], 0.3, 16)
    assert (found.up.low, found.up.high) == (0.01, 1.0)
