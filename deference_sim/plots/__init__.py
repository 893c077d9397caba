"""Plots with matplotlib: Axes in, Axes out; nothing is shown, saved or set globally."""

from deference_sim.plots.fans import trajectories
from deference_sim.plots.incidence import outcomes_over_time
from deference_sim.plots.portrait import phase_portrait
from deference_sim.plots.single import trajectory
from deference_sim.plots.tax import tax_by_capability

__all__ = [
    "outcomes_over_time",
    "phase_portrait",
    "tax_by_capability",
    "trajectories",
    "trajectory",
]
