"""Plots with matplotlib: Axes in, Axes out; nothing is shown, saved or set globally."""

from deference_sim.plots.fans import trajectories
from deference_sim.plots.single import trajectory

__all__ = ["trajectories", "trajectory"]
