"""A picture of every uncertain input: density, quantiles, and beside it what its author wrote."""

import textwrap
from math import ceil, log10
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from deference_sim.analysis.digits import with_minus
from deference_sim.described import described
from deference_sim.plots.style import (
    BLUE,
    EDGE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    SMALL,
    TITLE,
    VERMILION,
    WORDS,
    Panels,
    clean,
    hashed,
    in_words,
)
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.catalogue import Parameter, find, label_at
from deference_sim.scenario.chosen import Pool
from deference_sim.scenario.distributions import Distribution, Floats
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.spreads import percentiles_text
from deference_sim.scenario.words import Words

COLUMNS = 2
BINS = 200
FEW = 8  # values of which each says how probable it is
NO_MASS = 1e-9  # probability that is none
OUTER = np.array([0.005, 0.995])  # how far the axis goes
MARKS = np.array([0.05, 0.5, 0.95])
FAR_APART = 30.0  # ratio of the ends from which on the axis is logarithmic
TINY = 1e-300
WIDTH = 62  # letters a line of the author's text
MOST_LINES = 4
OF_EXPERTS = (VERMILION, GREEN, ORANGE, PURPLE, SKY)


@described(
    ax="An array of as many Axes as there are uncertain inputs; by default a figure of its own.",
)
def uncertain_inputs(scenario: ScenarioLike, ax: Any = None) -> Panels:
    """Draw every uncertain input of ``scenario``, a panel each, with the text that its author wrote above it.

    A panel shows the density (over a logarithmic axis that of the logarithm), with dots at the 5th, 50th and 95th
    percentile, and bars for values and words of a probability of their own. Of a pool the experts' own densities,
    by weight, stand below that of all. The axis goes from the 0.5th to the 99.5th percentile. Returns the Axes.
    Raises ``ValueError`` if nothing is uncertain, or for another number of Axes.
    """
    scenario = as_scenario(scenario)
    count = len(scenario.uncertain)
    if not count:
        raise ValueError(
            f"{scenario.name} has no uncertain input: give one a range, such as rival.lead='2 to 9 months'"
        )
    drawn = _axes(scenario, count) if ax is None else np.asarray(ax, dtype=object).ravel()
    if len(drawn) != count:
        raise ValueError(f"ax must be {count} Axes, one for each uncertain input, not {len(drawn)}")
    for panel, (path, distribution) in zip(drawn, scenario.uncertain.items(), strict=True):
        _draw(panel, path, distribution, find(path, ARGUMENT), scenario.written.get(path, ""))
    clean(drawn)
    for panel in drawn:
        panel.grid(False, axis="y")
    return drawn


def _axes(scenario: Scenario, count: int) -> Panels:
    columns = min(COLUMNS, count)
    rows = ceil(count / columns)
    figure = plt.figure(figsize=(5.2 * columns, 2.5 * rows + 0.6), layout="constrained")
    message = "one input is" if count == 1 else f"{count} inputs are"
    figure.suptitle(f"{scenario.name}: {message} uncertain", x=EDGE, ha="left", fontsize=TITLE)
    told = f"dots: 5th, 50th and 95th percentile; {hashed(scenario)}"
    figure.supxlabel(told, x=EDGE, ha="left", fontsize=SMALL - 1.0, color=GREY)
    made = np.asarray(figure.subplots(rows, columns, squeeze=False), dtype=object).ravel()
    for panel in made[count:]:
        panel.set_axis_off()
    return made[:count]


def _draw(ax: Axes, path: str, distribution: Distribution, parameter: Parameter, text: str) -> None:
    lines = textwrap.wrap(text, WIDTH, max_lines=MOST_LINES, placeholder=" …")
    ax.set_title("\n".join([path, *lines]), loc="left", fontsize=SMALL, color=WORDS)
    ax.set_yticks([])
    if isinstance(distribution, Words):
        names = [word for word, _ in distribution.probabilities]
        _bars(ax, [share for _, share in distribution.probabilities])
        ax.set_xticks(range(len(names)), [in_words(name) for name in names], fontsize=SMALL)
        ax.set_xlim(-0.6, len(names) - 0.4)
    else:
        _draw_number(ax, distribution)
        unit = "" if parameter.unit == "1" else f" ({parameter.unit})"
        told = with_minus(percentiles_text(distribution, parameter.unit))
        ax.set_xlabel(f"{label_at(path)}{unit}\n{told}", fontsize=SMALL)


def _draw_number(ax: Axes, distribution: Distribution) -> None:
    points, marks = distribution.points, distribution.quantile(MARKS)
    is_discrete = sum(share for _, share in points) > 1.0 - NO_MASS
    ends = [value for value, _ in points] if is_discrete else distribution.quantile(OUTER).tolist()
    low, high = float(min(ends)), float(max(ends))
    if not low < high:
        low, high = low - 0.5, high + 0.5
    is_log = low > 0.0 and high / low > FAR_APART and (is_discrete or _is_evener_by_ratio(*marks.tolist()))
    edges = np.geomspace(low, high, BINS + 1) if is_log else np.linspace(low, high, BINS + 1)
    places = edges[:-1] + np.diff(edges) / 2.0
    widths = np.diff(np.log(edges)) if is_log else np.diff(edges)
    heights = np.zeros(BINS) if is_discrete else _mass(distribution, edges) / widths
    if not is_discrete:
        ax.fill_between(places, heights, color=BLUE, alpha=0.25, linewidth=0)
        ax.plot(places, heights, color=BLUE, linewidth=1.2)
    if isinstance(distribution, Pool):
        for number, ((name, share), (part, _)) in enumerate(zip(distribution.shares, distribution.parts, strict=True)):
            own = share * _mass(part, edges) / widths
            ax.plot(places, own, color=OF_EXPERTS[number % len(OF_EXPERTS)], linewidth=1.0, linestyle="--", label=name)
        ax.legend(fontsize=SMALL, frameon=False)
    if is_log:
        ax.set_xscale("log")
        ticks = np.unique(ends if is_discrete else marks)
        ax.set_xticks(ticks, [f"{tick:.3g}" for tick in ticks])
        ax.xaxis.set_minor_formatter(NullFormatter())
    within = [(value, share) for value, share in points if low <= value <= high]
    if within:
        _draw_points(ax, within, float(heights.max()))
    ax.plot(marks, np.zeros(3), "o", color=WORDS, markersize=4, clip_on=False, zorder=5)
    ax.set_xlim(*_with_room(low, high, is_log, 0.06 if is_discrete else 0.03))
    ax.set_ylim(0.0, 1.2 * max(ax.dataLim.y1, 1e-9))


def _draw_points(ax: Axes, points: list[tuple[float, float]], highest: float) -> None:
    """Draw values that have a probability of their own, as high as the ``highest`` density; of few, say how much."""
    scale = highest / max(share for _, share in points) or 1.0
    places, heights = [value for value, _ in points], [share * scale for _, share in points]
    is_few = len(points) <= FEW
    ax.vlines(places, 0.0, heights, color=BLUE, linewidth=3.0 if is_few else 1.0, alpha=0.7)
    for (value, share), height in zip(points, heights, strict=True) if is_few else ():
        _write(ax, value, height, share)


def _write(ax: Axes, place: float, height: float, share: float) -> None:
    look: dict[str, Any] = {"xytext": (0, 1), "textcoords": "offset points", "ha": "center", "va": "bottom"}
    ax.annotate(f"{100.0 * share:.3g} %", (place, height), fontsize=SMALL, **look)


def _is_evener_by_ratio(low: float, median: float, high: float) -> bool:
    """Return whether the outer percentiles lie more evenly about the median by their ratios than by their distances."""
    by_ratio = abs(log10(high) + log10(low) - 2.0 * log10(median)) / max(log10(high) - log10(low), TINY)
    return by_ratio < abs(high + low - 2.0 * median) / max(high - low, TINY)


def _mass(distribution: Distribution, edges: Floats) -> Floats:
    """Return the probability between ``edges`` that belongs to no single value."""
    upto = np.asarray(distribution.cumulative(edges), dtype=float).copy()
    for value, share in distribution.points:
        upto -= share * (edges >= value)
    return np.maximum(np.diff(upto), 0.0)


def _bars(ax: Axes, heights: list[float]) -> None:
    ax.bar(range(len(heights)), heights, width=0.5, color=BLUE, alpha=0.7)
    for place, height in enumerate(heights):
        _write(ax, place, height, height)
    ax.set_ylim(0.0, 1.25 * max(heights))


def _with_room(low: float, high: float, is_log: bool, share: float) -> tuple[float, float]:
    if is_log:
        room = share * (log10(high) - log10(low))
        return low * 10.0**-room, high * 10.0**room
    room = share * (high - low)
    return low - room, high + room
