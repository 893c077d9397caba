"""Scenario files: read strictly, resolved, hashed; uncertain inputs; the scenarios that ship."""

from deference_sim.scenario.library import load, shipped
from deference_sim.scenario.problems import Problem, ScenarioError
from deference_sim.scenario.scenario import Scenario

__all__ = ["Problem", "Scenario", "ScenarioError", "load", "shipped"]
