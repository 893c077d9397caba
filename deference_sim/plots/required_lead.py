"""The picture of a required lead."""

import numpy as np
from matplotlib.axes import Axes

from deference_sim.analysis.measure import success_of
from deference_sim.analysis.required_lead import Requirement
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    SMALL,
    VERMILION,
    WORDS,
    axes,
    entitle,
)
from deference_sim.plots.sweep import curve, finish
from deference_sim.scenario.catalogue import label_at


def required_lead(requirement: Requirement, ax: Axes | None = None) -> Axes:
    """Draw the curve that a required lead was read from, with the target chances and the interval of each answer.

    Draws on ``ax`` or a new figure; returns the Axes.
    """
    drawn = axes(ax, (7.5, 4.2))
    values = np.array([value for value, _ in requirement.curve])
    curve(drawn, values, [estimate for _, estimate in requirement.curve], BLUE)
    reached = [answer.high or answer.value for answer in requirement.answers if answer.status == "found"]
    ends = [end for end in reached if end is not None]
    if requirement.rising and values[0] == 0.0 and ends:
        drawn.set_xlim(0.0, min(values[-1], 2.0 * max(ends)))
    for answer in requirement.answers:
        drawn.axhline(answer.target, color=BLACK, linewidth=0.6, linestyle=(0, (4, 2)), zorder=1.5)
        if answer.status == "found" and answer.value is not None:
            low = values[0] if answer.low is None else answer.low
            high = drawn.get_xlim()[1] if answer.high is None else answer.high
            drawn.plot([low, high], [answer.target] * 2, color=VERMILION, linewidth=4.0, alpha=0.5, zorder=3)
            drawn.plot(answer.value, answer.target, "o", color=VERMILION, markersize=5, zorder=4)
        words = f"{100.0 * answer.target:g} %" + ("" if answer.status == "found" else f": {answer.status}")
        drawn.annotate(
            words,
            (1.0, answer.target),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=WORDS,
        )
    unit = "" if requirement.unit == "1" else f" ({requirement.unit})"
    finish(drawn, label_at(requirement.path) + unit, requirement.measure, logarithmic=False)
    runs = f"{requirement.replicates:,} replicates at each value, the same worlds, seed {requirement.seed}"
    entitle(drawn, _message(requirement), f"{requirement.path}: {runs}; bars are 95 % intervals")
    return drawn


def _message(requirement: Requirement) -> str:
    """Return what the first target takes."""
    first = requirement.answers[0]
    target = f"{100.0 * first.target:g} %"
    if first.status == "found" and first.value is not None:
        unit = "" if requirement.unit == "1" else f" {requirement.unit}"
        target += f" takes {first.value:.3g}{unit} ({label_at(requirement.path).lower()})"
    else:
        target += f" is {first.status}" if first.status == "not reachable" else f": {first.status}"
    return f"{requirement.scenario.name}: {success_of(requirement.measure).name} of {target}"
