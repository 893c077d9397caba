"""A picture of every uncertain input: density, quantiles, and beside it what its author wrote."""

import textwrap
from math import ceil, log10
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from deference_sim.described import described
from deference_sim.plots.style import BLUE, GREEN, ORANGE, PURPLE, SKY, SMALL, VERMILION, WORDS, Panels, clean
from deference_sim.scenario import ScenarioLike, as_scenario
from deference_sim.scenario.catalogue import Parameter, find
from deference_sim.scenario.chosen import Pool
from deference_sim.scenario.distributions import Distribution, Floats
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.spreads import percentiles_text
from deference_sim.scenario.words import Words

COLUMNS = 2
BINS = 200
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
    drawn = _axes(count) if ax is None else np.asarray(ax, dtype=object).ravel()
    if len(drawn) != count:
        raise ValueError(f"ax must be {count} Axes, one for each uncertain input, not {len(drawn)}")
    for panel, (path, distribution) in zip(drawn, scenario.uncertain.items(), strict=True):
        _draw(panel, path, distribution, find(path, ARGUMENT), scenario.written.get(path, ""))
    clean(drawn)
    for panel in drawn:
        panel.grid(False, axis="y")
    return drawn


def _axes(count: int) -> Panels:
    columns = min(COLUMNS, count)
    rows = ceil(count / columns)
    figure = plt.figure(figsize=(5.2 * columns, 2.5 * rows), layout="constrained")
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
        _bars(ax, list(range(len(names))), [share for _, share in distribution.probabilities])
        ax.set_xticks(range(len(names)), names, fontsize=SMALL)
        ax.set_xlim(-0.6, len(names) - 0.4)
    else:
        _draw_number(ax, distribution)
        unit = "" if parameter.unit == "1" else f", {parameter.unit}"
        ax.set_xlabel(f"{parameter.label}{unit}\n{percentiles_text(distribution, parameter.unit)}", fontsize=SMALL)


def _draw_number(ax: Axes, distribution: Distribution) -> None:
    low, high = (float(end) for end in distribution.quantile(OUTER))
    if not low < high:
        low, high = low - 0.5, high + 0.5
    marks = distribution.quantile(MARKS)
    is_log = low > 0.0 and high / low > FAR_APART and _is_evener_by_ratio(*marks.tolist())
    edges = np.geomspace(low, high, BINS + 1) if is_log else np.linspace(low, high, BINS + 1)
    places = edges[:-1] + np.diff(edges) / 2.0
    widths = np.diff(np.log(edges)) if is_log else np.diff(edges)
    heights = _mass(distribution, edges) / widths
    ax.fill_between(places, heights, color=BLUE, alpha=0.25, linewidth=0)
    ax.plot(places, heights, color=BLUE, linewidth=1.2)
    if isinstance(distribution, Pool):
        for number, ((name, share), (part, _)) in enumerate(zip(distribution.shares, distribution.parts, strict=True)):
            own = share * _mass(part, edges) / widths
            ax.plot(places, own, color=OF_EXPERTS[number % len(OF_EXPERTS)], linewidth=1.0, linestyle="--", label=name)
        ax.legend(fontsize=SMALL, frameon=False)
    if is_log:
        ax.set_xscale("log")
        ax.set_xticks(marks, [f"{mark:.3g}" for mark in marks])
        ax.xaxis.set_minor_formatter(NullFormatter())
    points = [(value, share) for value, share in distribution.points if low <= value <= high]
    if points:
        scale = max(float(heights.max()), 0.0) / max(share for _, share in points)
        thick = 0.004 if len(points) > BINS // 4 else 0.012
        _bars(ax, [value for value, _ in points], [share * (scale or 1.0) for _, share in points], thick)
    ax.plot(marks, np.zeros(3), "o", color=WORDS, markersize=4, clip_on=False, zorder=5)
    ax.set_xlim(*_with_room(low, high, is_log))
    ax.set_ylim(0.0, 1.15 * max(ax.dataLim.y1, 1e-9))


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


def _bars(ax: Axes, places: list[Any], heights: list[float], thick: float = 0.5) -> None:
    if thick >= 0.5:
        ax.bar(places, heights, width=thick, color=BLUE, alpha=0.7)
        for place, height in zip(places, heights, strict=True):
            ax.annotate(f"{100.0 * height:.3g} %", (place, height), ha="center", va="bottom", fontsize=SMALL)
        ax.set_ylim(0.0, 1.25 * max(heights))
    else:
        ax.vlines(places, 0.0, heights, color=BLUE, linewidth=250.0 * thick, alpha=0.7)


def _with_room(low: float, high: float, is_log: bool) -> tuple[float, float]:
    if is_log:
        room = 0.03 * (log10(high) - log10(low))
        return low * 10.0**-room, high * 10.0**room
    room = 0.03 * (high - low)
    return low - room, high + room
