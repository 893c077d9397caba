"""Scenario files: read strictly, resolved, hashed; uncertain inputs; the scenarios that ship."""

from deference_sim.scenario.library import ScenarioLike, as_scenario, as_scenarios, load, shipped
from deference_sim.scenario.problems import Problem, ScenarioError
from deference_sim.scenario.scenario import Scenario

__all__ = [
    "Problem",
    "Scenario",
    "ScenarioError",
    "ScenarioLike",
    "as_scenario",
    "as_scenarios",
    "load",
    "shipped",
]
