"""Plots with matplotlib: Axes in, Axes out; nothing is shown, saved or set globally."""

from deference_sim.plots.compare import differences
from deference_sim.plots.diagrams import causal_loops, stocks_and_flows
from deference_sim.plots.discover import boxes
from deference_sim.plots.distribution import distribution
from deference_sim.plots.effort import effort_over_time
from deference_sim.plots.explain import waterfall
from deference_sim.plots.fans import trajectories
from deference_sim.plots.handoff import handoff_timing
from deference_sim.plots.incidence import outcomes_over_time
from deference_sim.plots.portrait import phase_portrait
from deference_sim.plots.required_lead import region, required_lead
from deference_sim.plots.sensitivity import tornado
from deference_sim.plots.strategy import policies
from deference_sim.plots.sweep import heat_map, lead_curve, sweep_points
from deference_sim.plots.tax import tax_by_capability
from deference_sim.plots.trace import trajectory
from deference_sim.plots.uncertain_inputs import uncertain_inputs

__all__ = [
    "boxes",
    "causal_loops",
    "differences",
    "distribution",
    "effort_over_time",
    "handoff_timing",
    "heat_map",
    "lead_curve",
    "outcomes_over_time",
    "phase_portrait",
    "policies",
    "region",
    "required_lead",
    "stocks_and_flows",
    "sweep_points",
    "tax_by_capability",
    "tornado",
    "trajectories",
    "trajectory",
    "uncertain_inputs",
    "waterfall",
]


def __dir__() -> list[str]:
    """Return the names of the plots, without the files that hold them."""
    return __all__
