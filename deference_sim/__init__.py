"""deference_sim: a simulator of takeoff after humans defer to AIs, and of staying in the Basin of Good Deference."""

from importlib import import_module
from typing import TYPE_CHECKING

from deference_sim import pages as pages  # which registers what results show of themselves
from deference_sim.version import __version__ as __version__

if TYPE_CHECKING:  # the same names for editors and type checkers, which import nothing
    from deference_sim import plots
    from deference_sim.analysis.alternatives import Alternatives as Alternatives
    from deference_sim.analysis.alternatives import alternatives as alternatives
    from deference_sim.analysis.brief import Brief as Brief
    from deference_sim.analysis.brief import brief as brief
    from deference_sim.analysis.compare import Comparison as Comparison
    from deference_sim.analysis.compare import compare as compare
    from deference_sim.analysis.discover import Discovery as Discovery
    from deference_sim.analysis.discover import discover as discover
    from deference_sim.analysis.ema import ema_model as ema_model
    from deference_sim.analysis.estimate import Estimate as Estimate
    from deference_sim.analysis.explain import Explanation as Explanation
    from deference_sim.analysis.explain import explain as explain
    from deference_sim.analysis.handoff import BestHandoff as BestHandoff
    from deference_sim.analysis.handoff import best_handoff as best_handoff
    from deference_sim.analysis.least_change import LeastChange as LeastChange
    from deference_sim.analysis.least_change import least_change as least_change
    from deference_sim.analysis.listings import diff as diff
    from deference_sim.analysis.listings import parameters as parameters
    from deference_sim.analysis.listings import scenarios as scenarios
    from deference_sim.analysis.listings import schema as schema
    from deference_sim.analysis.listings import show as show
    from deference_sim.analysis.loops import Loops as Loops
    from deference_sim.analysis.loops import loops as loops
    from deference_sim.analysis.nested import InputSpread as InputSpread
    from deference_sim.analysis.nested import input_spread as input_spread
    from deference_sim.analysis.region import Region as Region
    from deference_sim.analysis.region import region as region
    from deference_sim.analysis.required_lead import Requirement as Requirement
    from deference_sim.analysis.required_lead import required_lead as required_lead
    from deference_sim.analysis.run import Result as Result
    from deference_sim.analysis.run import simulate as simulate
    from deference_sim.analysis.sensitivity import Sensitivity as Sensitivity
    from deference_sim.analysis.sensitivity import sensitivity as sensitivity
    from deference_sim.analysis.strategy import BestStrategy as BestStrategy
    from deference_sim.analysis.strategy import PolicyRegret as PolicyRegret
    from deference_sim.analysis.strategy import best_strategy as best_strategy
    from deference_sim.analysis.strategy import policy_regret as policy_regret
    from deference_sim.analysis.sweep import Sweep as Sweep
    from deference_sim.analysis.sweep import sweep as sweep
    from deference_sim.analysis.takeoff import takeoff as takeoff
    from deference_sim.analysis.tax import AggregateTax as AggregateTax
    from deference_sim.analysis.tax import aggregate_tax as aggregate_tax
    from deference_sim.analysis.trace import Trajectories as Trajectories
    from deference_sim.analysis.trace import Trajectory as Trajectory
    from deference_sim.analysis.trace import trace as trace
    from deference_sim.batches.result import BatchResult as BatchResult
    from deference_sim.batches.result import batch as batch
    from deference_sim.engines.events import Observation as Observation
    from deference_sim.engines.events import Shares as Shares
    from deference_sim.engines.events import World as World
    from deference_sim.exchange.xmile import export as export
    from deference_sim.live.page import LivePage as LivePage
    from deference_sim.live.page import explore as explore
    from deference_sim.live.page import page as page
    from deference_sim.scenario import Scenario as Scenario
    from deference_sim.scenario import ScenarioError as ScenarioError
    from deference_sim.scenario import load as load
    from deference_sim.study.designs import linspace as linspace
    from deference_sim.study.designs import logspace as logspace

    plot = plots
else:
    #: The one list of public names, by where they live.
    _HOMES = {
        "analysis.alternatives": ("Alternatives", "alternatives"),
        "analysis.brief": ("Brief", "brief"),
        "analysis.compare": ("Comparison", "compare"),
        "analysis.discover": ("Discovery", "discover"),
        "analysis.ema": ("ema_model",),
        "analysis.estimate": ("Estimate",),
        "analysis.explain": ("Explanation", "explain"),
        "analysis.handoff": ("BestHandoff", "best_handoff"),
        "analysis.least_change": ("LeastChange", "least_change"),
        "analysis.listings": ("diff", "parameters", "scenarios", "schema", "show"),
        "analysis.loops": ("Loops", "loops"),
        "analysis.nested": ("InputSpread", "input_spread"),
        "analysis.region": ("Region", "region"),
        "analysis.required_lead": ("Requirement", "required_lead"),
        "analysis.run": ("Result", "simulate"),
        "analysis.sensitivity": ("Sensitivity", "sensitivity"),
        "analysis.strategy": ("BestStrategy", "PolicyRegret", "best_strategy", "policy_regret"),
        "analysis.sweep": ("Sweep", "sweep"),
        "analysis.takeoff": ("takeoff",),
        "analysis.tax": ("AggregateTax", "aggregate_tax"),
        "analysis.trace": ("Trajectories", "Trajectory", "trace"),
        "batches.result": ("BatchResult", "batch"),
        "engines.events": ("Observation", "Shares", "World"),
        "exchange.xmile": ("export",),
        "live.page": ("LivePage", "explore", "page"),
        "plots": ("plot",),
        "scenario": ("Scenario", "ScenarioError", "load"),
        "study.designs": ("linspace", "logspace"),
    }
    _PUBLIC = {name: f"deference_sim.{home}" for home, names in _HOMES.items() for name in names}
    __all__ = sorted(_PUBLIC)

    def __dir__() -> list[str]:
        """Return the public names, whether or not they have been used."""
        return [*__all__, "__version__"]

    def __getattr__(name: str) -> object:
        """Import a public name when it is used, so that reading a scenario needs neither compiler nor plots."""
        if name not in _PUBLIC:
            raise AttributeError(f"module 'deference_sim' has no attribute {name!r}")
        home = import_module(_PUBLIC[name])
        return home if name == "plot" else getattr(home, name)
