"""deference_sim: a simulator of takeoff after humans defer to AIs, and of staying in the Basin of Good Deference."""

from typing import TYPE_CHECKING, Any

from deference_sim import pages as pages  # which registers what results show of themselves
from deference_sim.version import __version__ as __version__

if TYPE_CHECKING:
    from deference_sim import plots as plot
    from deference_sim.analysis.compare import Comparison, compare
    from deference_sim.analysis.discover import Discovery, discover
    from deference_sim.analysis.ema import ema_model
    from deference_sim.analysis.estimate import Estimate
    from deference_sim.analysis.handoff import BestHandoff, best_handoff
    from deference_sim.analysis.nested import InputSpread, input_spread
    from deference_sim.analysis.required_lead import Requirement, required_lead
    from deference_sim.analysis.run import Result, simulate
    from deference_sim.analysis.sensitivity import Sensitivity, sensitivity
    from deference_sim.analysis.strategy import BestStrategy, PolicyRegret, best_strategy, policy_regret
    from deference_sim.analysis.sweep import Sweep, sweep
    from deference_sim.analysis.takeoff import takeoff
    from deference_sim.analysis.tax import AggregateTax, aggregate_tax
    from deference_sim.analysis.trace import Trajectories, Trajectory
    from deference_sim.batches.result import BatchResult, batch
    from deference_sim.engines.events import Observation, Shares, World
    from deference_sim.explorer import explore
    from deference_sim.scenario import Scenario, ScenarioError, load
    from deference_sim.study.designs import linspace, logspace

_HOMES = {
    "BatchResult": "deference_sim.batches.result",
    "batch": "deference_sim.batches.result",
    "BestHandoff": "deference_sim.analysis.handoff",
    "best_handoff": "deference_sim.analysis.handoff",
    "BestStrategy": "deference_sim.analysis.strategy",
    "PolicyRegret": "deference_sim.analysis.strategy",
    "best_strategy": "deference_sim.analysis.strategy",
    "policy_regret": "deference_sim.analysis.strategy",
    "AggregateTax": "deference_sim.analysis.tax",
    "aggregate_tax": "deference_sim.analysis.tax",
    "Comparison": "deference_sim.analysis.compare",
    "compare": "deference_sim.analysis.compare",
    "InputSpread": "deference_sim.analysis.nested",
    "input_spread": "deference_sim.analysis.nested",
    "Requirement": "deference_sim.analysis.required_lead",
    "required_lead": "deference_sim.analysis.required_lead",
    "Sweep": "deference_sim.analysis.sweep",
    "sweep": "deference_sim.analysis.sweep",
    "takeoff": "deference_sim.analysis.takeoff",
    "linspace": "deference_sim.study.designs",
    "logspace": "deference_sim.study.designs",
    "Estimate": "deference_sim.analysis.estimate",
    "Trajectories": "deference_sim.analysis.trace",
    "Trajectory": "deference_sim.analysis.trace",
    "Result": "deference_sim.analysis.run",
    "simulate": "deference_sim.analysis.run",
    "Sensitivity": "deference_sim.analysis.sensitivity",
    "Discovery": "deference_sim.analysis.discover",
    "discover": "deference_sim.analysis.discover",
    "ema_model": "deference_sim.analysis.ema",
    "sensitivity": "deference_sim.analysis.sensitivity",
    "explore": "deference_sim.explorer",
    "Observation": "deference_sim.engines.events",
    "Shares": "deference_sim.engines.events",
    "World": "deference_sim.engines.events",
    "Scenario": "deference_sim.scenario",
    "ScenarioError": "deference_sim.scenario",
    "load": "deference_sim.scenario",
}
__all__ = [
    "AggregateTax",
    "BatchResult",
    "BestHandoff",
    "BestStrategy",
    "Comparison",
    "Discovery",
    "Estimate",
    "InputSpread",
    "Observation",
    "PolicyRegret",
    "Requirement",
    "Result",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "Shares",
    "Sweep",
    "Trajectories",
    "Trajectory",
    "World",
    "aggregate_tax",
    "batch",
    "best_handoff",
    "best_strategy",
    "compare",
    "discover",
    "ema_model",
    "explore",
    "input_spread",
    "linspace",
    "load",
    "logspace",
    "plot",
    "policy_regret",
    "required_lead",
    "sensitivity",
    "simulate",
    "sweep",
    "takeoff",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that reading a scenario needs neither compiler nor plots."""
    from importlib import import_module

    if name == "plot":
        return import_module("deference_sim.plots")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'deference_sim' has no attribute {name!r}")
