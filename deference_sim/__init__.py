"""deference_sim: a simulator of takeoff after humans defer to AIs, and of staying in the Basin of Good Deference."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deference_sim import plots as plot
    from deference_sim.analysis.best_handoff import BestHandoff, best_handoff
    from deference_sim.analysis.estimate import Estimate
    from deference_sim.analysis.paths import Trajectories, Trajectory
    from deference_sim.analysis.result import Result, simulate
    from deference_sim.analysis.strategies import BestStrategy, PolicyRegret, best_strategy, policy_regret
    from deference_sim.engines.events import Observation, Shares, World
    from deference_sim.scenario import Scenario, ScenarioError, load

__version__ = "0.1.0"

_HOMES = {
    "BestHandoff": "deference_sim.analysis.best_handoff",
    "best_handoff": "deference_sim.analysis.best_handoff",
    "BestStrategy": "deference_sim.analysis.strategies",
    "PolicyRegret": "deference_sim.analysis.strategies",
    "best_strategy": "deference_sim.analysis.strategies",
    "policy_regret": "deference_sim.analysis.strategies",
    "Estimate": "deference_sim.analysis.estimate",
    "Trajectories": "deference_sim.analysis.paths",
    "Trajectory": "deference_sim.analysis.paths",
    "Result": "deference_sim.analysis.result",
    "simulate": "deference_sim.analysis.result",
    "Observation": "deference_sim.engines.events",
    "Shares": "deference_sim.engines.events",
    "World": "deference_sim.engines.events",
    "Scenario": "deference_sim.scenario",
    "ScenarioError": "deference_sim.scenario",
    "load": "deference_sim.scenario",
}
__all__ = [
    "BestHandoff",
    "BestStrategy",
    "Estimate",
    "Observation",
    "PolicyRegret",
    "Result",
    "Scenario",
    "ScenarioError",
    "Shares",
    "Trajectories",
    "Trajectory",
    "World",
    "best_handoff",
    "best_strategy",
    "load",
    "plot",
    "policy_regret",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that reading a scenario needs neither compiler nor plots."""
    from importlib import import_module

    if name == "plot":
        return import_module("deference_sim.plots")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'deference_sim' has no attribute {name!r}")
