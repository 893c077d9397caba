"""Pictures of a required lead, and of the region of two inputs in which success is likely enough."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from deference_sim.analysis.measure import success_of
from deference_sim.analysis.region import Region, Side
from deference_sim.analysis.required_lead import Answer, Requirement
from deference_sim.described import described
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    SMALL,
    VERMILION,
    WORDS,
    axes,
    clean,
    drawn_from,
    entitle,
    hashed,
    legend_below,
    logarithmic,
)
from deference_sim.plots.sweep import curve, finish
from deference_sim.scenario.catalogue import label_at

APART = 0.05  # of an axis, between the names of two lines


@described(
    requirement="What ``required_lead`` has returned.",
)
@drawn_from(Requirement, "ds.required_lead")
def required_lead(requirement: Requirement, ax: Axes | None = None) -> Axes:
    """Draw the curve that a required lead was read from, with the target chances and the interval of each answer.

    Draws on ``ax`` or a new figure; returns the Axes.
    """
    drawn = axes(ax, (7.5, 4.2))
    values = np.array([value for value, _ in requirement.curve])
    curve(drawn, values, [estimate for _, estimate in requirement.curve], BLUE)
    reached = [answer.high or answer.estimate for answer in requirement.answers if answer.status == "found"]
    ends = [end for end in reached if end is not None]
    if requirement.rising and values[0] == 0.0 and ends:
        drawn.set_xlim(0.0, min(values[-1], 2.0 * max(ends)))
    for answer in requirement.answers:
        drawn.axhline(answer.target, color=BLACK, linewidth=0.6, linestyle=(0, (4, 2)), zorder=1.5)
        if answer.status == "found" and answer.estimate is not None:
            low = values[0] if answer.low is None else answer.low
            high = drawn.get_xlim()[1] if answer.high is None else answer.high
            drawn.plot([low, high], [answer.target] * 2, color=VERMILION, linewidth=4.0, alpha=0.5, zorder=3)
            drawn.plot(answer.estimate, answer.target, "o", color=VERMILION, markersize=5, zorder=4)
    unit = "" if requirement.unit == "1" else f" ({requirement.unit})"
    finish(drawn, label_at(requirement.path) + unit, requirement.measure, is_logarithmic=False)
    _name_targets(drawn, requirement)
    runs = f"{requirement.replicates:,} replicates at each value, the same worlds, seed {requirement.seed}"
    made_from = f"{runs}, {hashed(requirement.scenario)}; bars and band: 95 % intervals"
    entitle(drawn, _message(requirement), made_from)
    return drawn


def _name_targets(ax: Axes, requirement: Requirement) -> None:
    """Write each target chance right of its line, apart from the others, with what is to be said of it."""
    low, high = ax.get_ylim()
    apart, place = APART * (high - low), -np.inf
    for answer in sorted(requirement.answers, key=lambda answer: answer.target):
        place = max(answer.target, place + apart)
        ax.annotate(
            f"{100.0 * answer.target:g} %" + ("" if answer.status == "found" else f": {answer.status}"),
            (1.0, place),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=WORDS,
        )


@described(
    found="What ``region`` has returned.",
)
@drawn_from(Region, "ds.region")
def region(found: Region, ax: Axes | None = None) -> Axes:
    """Draw where in two inputs success reaches the target: the edge, its 95 % band, and the side that does shaded.

    Draws on ``ax`` or a new figure; returns the Axes.
    """
    drawn = axes(ax, (6.5, 4.8))
    values = np.array([value for value, _ in found.edge])
    hard = found.up.high if found.rising else found.up.low
    edge = np.array([one.estimate if one.estimate is not None else hard for _, one in found.edge])
    reached = np.array([one.status == "found" for _, one in found.edge])
    low = np.array([_or(one.low, found.up.low) for _, one in found.edge])
    high = np.array([_or(one.high, found.up.high) for _, one in found.edge])
    enough = np.array([one.status != "not reachable" for _, one in found.edge])
    drawn.fill_between(values, edge, hard, where=enough, color=BLUE, alpha=0.12, linewidth=0, zorder=1)
    drawn.fill_between(values, low, high, where=reached, color=BLUE, alpha=0.3, linewidth=0, zorder=2)
    drawn.plot(values, np.where(reached, edge, np.nan), color=BLUE, linewidth=1.8, marker=".", zorder=3)
    for side, axis, set_limits, set_label in (
        (found.across, drawn.xaxis, drawn.set_xlim, drawn.set_xlabel),
        (found.up, drawn.yaxis, drawn.set_ylim, drawn.set_ylabel),
    ):
        if side.is_logarithmic:
            logarithmic(axis)
        set_limits(side.low, side.high)
        set_label(_label(side))
    name = success_of(found.measure).name
    handles: list[Any] = [
        Patch(color=BLUE, alpha=0.3, linewidth=0, label="the edge, 95 % band"),
        Patch(color=BLUE, alpha=0.12, linewidth=0, label=f"{name} of {100.0 * found.target:g} % or more"),
    ]
    own = [float(found.scenario.value(side.path)) for side in (found.across, found.up)]
    if all(side.low <= value <= side.high for side, value in zip((found.across, found.up), own, strict=True)):
        handles += drawn.plot(
            *own, "o", color=VERMILION, markersize=6, zorder=4, clip_on=False, label="as the scenario has it"
        )
    clean(np.array([drawn]))
    legend_below(drawn, handles, "", columns=3)
    where = f"{name} is {100.0 * found.target:g} % or more"
    message = f"{found.scenario.name}: where {where}"
    if not enough.any():
        message = f"{found.scenario.name}: {where} nowhere in these ranges"
        drawn.text(0.5, 0.5, "nowhere", transform=drawn.transAxes, ha="center", color=WORDS)
    runs = f"{found.replicates:,} replicates at each value, the same worlds, seed {found.seed}"
    entitle(drawn, message, f"{runs}, {hashed(found.scenario)}")
    return drawn


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _label(side: Side) -> str:
    return label_at(side.path) + ("" if side.unit == "1" else f" ({side.unit})")


def _message(requirement: Requirement) -> str:
    """Return what the highest chance takes that can be had, and the lowest that cannot."""
    answers = sorted(requirement.answers, key=lambda answer: answer.target)
    reached = [answer for answer in answers if answer.status != "not reachable"]
    beyond = [answer for answer in answers if answer.status == "not reachable"]
    name, told = success_of(requirement.measure).name, []
    if reached:
        told.append(f"{name} of {100.0 * reached[-1].target:g} % {_takes(requirement, reached[-1])}")
    if beyond:
        told.append(f"{'' if told else f'{name} of '}{100.0 * beyond[0].target:g} % is not reachable")
    return f"{requirement.scenario.name}: {', '.join(told)}"


def _takes(requirement: Requirement, answer: Answer) -> str:
    if answer.estimate is None or answer.status != "found":
        return f"({label_at(requirement.path).lower()}): {answer.status}"
    unit = "" if requirement.unit == "1" else f" {requirement.unit}"
    least = "at least" if requirement.rising else "at most"
    return f"takes {least} {answer.estimate:.3g}{unit} ({label_at(requirement.path).lower()})"
