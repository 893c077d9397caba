"""The pictures of a sweep: curves with their interval over one input, heat maps with contours over two."""

from collections.abc import Callable, Sequence
from math import log10
from typing import Any, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.sweep import Sweep
from deference_sim.analysis.worlds import SAFELY
from deference_sim.described import described
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    SMALL,
    VERMILION,
    WORDS,
    axes,
    clean,
    entitle,
    in_percent,
    legend_beside,
    percent,
    room_for,
)
from deference_sim.scenario import Scenario
from deference_sim.study.designs import Axis, Value
from deference_sim.study.limits import whole

CONTOURS = (0.1, 0.3, 0.5, 0.7, 0.9)
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK)
MARKS = ("o", "s", "^", "D", "v", "P", "X")  # a line each, to be told apart in grey
ROUND_DIGITS = (1.0, 2.0, 5.0)
BAND = 0.22  # opacity of an interval
MARK = 4.0  # points; size of a mark

Floats = NDArray[np.float64]
Found = TypeVar("Found")


@described(
    sweep="What ``sweep`` has returned.",
)
def lead_curve(sweep: Sweep, measure: Measure = "p_stay", ax: Axes | None = None) -> Axes:
    """Draw the chance of success over the first numeric input swept, with its pointwise 95 % interval.

    A line for each scenario and each value of the other input, at most seven; of inputs that are words a dot for each
    value of the first. Below each line of p_good stands the part of it that is luck: overtaken safely. Draws on ``ax``
    or a new figure; returns the Axes. Raises ``ValueError`` for more lines.
    """
    along = _along(sweep)
    lines = _lines(sweep, along, sweep.estimates(measure))
    if len(lines) > len(COLOURS):
        raise ValueError(f"{len(lines)} curves are too many for one picture ({len(COLOURS)}): draw a heat_map")
    drawn = axes(ax, (7.5, 4.2))
    axis = sweep.axes[along]
    handles = []
    for place, (colour, mark, (name, estimates)) in enumerate(zip(COLOURS, MARKS, lines, strict=False)):
        if axis.is_numeric:
            curve(drawn, np.array(axis.values, float), estimates, colour, mark)
        else:
            _dots(drawn, _places(axis) + 0.1 * (place - (len(lines) - 1) / 2.0), estimates, colour, mark)
        handles.append(Line2D([], [], color=colour, linewidth=2.0, marker=mark, markersize=MARK, label=name))
    if len(lines) == 1:
        handles = []
    if measure == "p_good":
        handles.append(_draw_luck(drawn, sweep, along))
    if not axis.is_numeric:
        _ticks(axis, drawn.set_xticks)
    finish(drawn, axis.label, measure, axis.logarithmic)
    entitle(
        drawn, _message(measure, [(name or sweep.scenarios[0].name, line) for name, line in lines]), _made_from(sweep)
    )
    if handles:
        legend_beside(drawn, handles)
    return drawn


def _draw_luck(ax: Axes, sweep: Sweep, along: int) -> Line2D:
    """Draw the part of p_good that is luck, in the colour of each curve; return what the legend says of it."""
    look: dict[str, Any] = {"linestyle": ":", "marker": "_", "linewidth": 1.2}
    axis = sweep.axes[along]
    places = np.array(axis.values, float) if axis.is_numeric else _places(axis)
    shares = [tally.ended(SAFELY) / tally.n for tally in sweep.tallies]
    for colour, (_, luck) in zip(COLOURS, _lines(sweep, along, shares), strict=False):
        ax.plot(places, luck, color=colour, zorder=2.5, **look)
    return Line2D([], [], color=WORDS, label="of it overtaken safely", **look)


def is_grid(sweep: Sweep) -> bool:
    """Return whether a heat map shows a sweep better than curves: of two numbers, or of too many curves."""
    if len(sweep.axes) < 2:
        return False
    lines = len(sweep.scenarios) * len(sweep.axes[1 - _along(sweep)].values)
    return lines > len(COLOURS) or all(axis.is_numeric for axis in sweep.axes)


@described(
    sweep="What ``sweep`` over two inputs has returned.",
    number="Which of several scenarios to draw, counted from 0.",
)
def heat_map(sweep: Sweep, measure: Measure = "p_stay", ax: Axes | None = None, *, number: int = 0) -> Axes:
    """Draw the chance of success over two inputs in colours, with contours where both are numbers.

    The first input is on the horizontal axis. Of several scenarios that with this ``number``, from 0, is drawn. Draws
    on ``ax`` or a new figure; returns the Axes. Raises ``ValueError`` if not exactly two inputs were swept.
    """
    if len(sweep.axes) != 2:
        raise ValueError(f"a heat map needs two inputs, and {len(sweep.axes)} was swept: draw a lead_curve")
    number = whole(number, "number", 0, len(sweep.scenarios) - 1)
    across, up = sweep.axes
    shape = len(across.values), len(up.values)
    size = shape[0] * shape[1]
    estimates = sweep.estimates(measure)[number * size : (number + 1) * size]
    chances = np.array([estimate.value for estimate in estimates]).reshape(shape).T
    drawn = axes(ax, (7.0, 5.2))
    places = _places(across), _places(up)
    mesh = drawn.pcolormesh(_edges(places[0]), _edges(places[1]), chances, cmap="cividis", vmin=0.0, vmax=1.0)
    bar = drawn.figure.colorbar(mesh, ax=drawn)
    bar.set_label(success_of(measure).label)
    in_percent(bar.ax.yaxis)
    bar.outline.set_visible(False)
    if across.is_numeric and up.is_numeric and min(shape) > 1:
        _contours(drawn, *places, chances)
    for axis, set_ticks, set_label in (
        (across, drawn.set_xticks, drawn.set_xlabel),
        (up, drawn.set_yticks, drawn.set_ylabel),
    ):
        _ticks(axis, set_ticks)
        set_label(axis.label)
    message = _message(measure, [(sweep.scenarios[number].name, estimates)])
    entitle(drawn, message, _made_from(sweep, sweep.scenarios[number : number + 1]))
    drawn.spines[:].set_visible(False)
    return drawn


def _along(sweep: Sweep) -> int:
    """Return which input is on the horizontal axis of curves: the first that is a number, else the first."""
    return next((place for place, axis in enumerate(sweep.axes) if axis.is_numeric), 0)


def _lines(sweep: Sweep, along: int, found: Sequence[Found]) -> list[tuple[str, list[Found]]]:
    """Return the name of each line and what was ``found`` at its points, in order along the axis."""
    lines: dict[tuple[int, Value | None], list[Found]] = {}
    per_scenario = len(sweep.points) // len(sweep.scenarios)
    for number, (point, one) in enumerate(zip(sweep.points, found, strict=True)):
        other = point.values[1 - along] if len(sweep.axes) == 2 else None
        lines.setdefault((number // per_scenario, other), []).append(one)
    return [(_line_name(sweep, along, *key), line) for key, line in lines.items()]


def _line_name(sweep: Sweep, along: int, scenario: int, other: Value | None) -> str:
    names = [sweep.scenarios[scenario].name] if len(sweep.scenarios) > 1 else []
    if other is not None:
        axis = sweep.axes[1 - along]
        shown = f"{other:.4g}" if axis.is_numeric else _word(other)
        says_what = not axis.is_numeric and not isinstance(other, bool)
        names.append(shown if says_what else f"{axis.path.rpartition('.')[2].replace('_', ' ')} {shown}")
    return ", ".join(names)


def curve(ax: Axes, values: Floats, estimates: Sequence[Estimate], colour: str, mark: str = "o") -> None:
    """Draw the band of the intervals of ``estimates`` over ``values``."""
    low, high = ([getattr(estimate, end) for estimate in estimates] for end in ("low", "high"))
    ax.fill_between(values, low, high, color=colour, alpha=BAND, linewidth=0, zorder=2)
    every = max(len(values) // 20, 1)  # marks that touch tell nothing
    shares = [estimate.value for estimate in estimates]
    ax.plot(values, shares, color=colour, linewidth=1.6, marker=mark, markersize=MARK, markevery=every, zorder=3)


def _dots(ax: Axes, places: Floats, estimates: Sequence[Estimate], colour: str, mark: str) -> None:
    values = np.array([estimate.value for estimate in estimates])
    ends = [[abs(getattr(one, end) - one.value) for one in estimates] for end in ("low", "high")]
    ax.errorbar(places, values, yerr=ends, fmt=mark, color=colour, markersize=5, elinewidth=1.2, capsize=3)


def finish(ax: Axes, label: str, measure: Measure, logarithmic: bool) -> None:
    """Set axes and labels of a chance over an input."""
    if logarithmic:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=ROUND_DIGITS))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(*room_for(measure))
    ax.set_xlabel(label)
    ax.set_ylabel(success_of(measure).label)
    in_percent(ax.yaxis)
    clean(np.array([ax]))


MOST_NAMED = 3  # lines in a title


def _message(measure: Measure, lines: Sequence[tuple[str, Sequence[Estimate]]]) -> str:
    """Return between which shares each line lies, of a few lines; of many, all of them together."""
    named = lines if len(lines) <= MOST_NAMED else [("all", [one for _, line in lines for one in line])]
    told = ((name, [estimate.value for estimate in line]) for name, line in named)
    ranges = (f"{name} {percent(min(values))} to {percent(max(values))}".strip() for name, values in told)
    return f"{success_of(measure).name}: {', '.join(ranges)}"


def _made_from(sweep: Sweep, scenarios: Sequence[Scenario] = ()) -> str:
    names = ", ".join(scenario.name for scenario in scenarios or sweep.scenarios)
    counts = sorted({tally.n for tally in sweep.tallies})
    runs = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"
    return f"{names}: {runs} replicates a point, the same worlds at each, 95 % intervals, seed {sweep.seed}"


def _places(axis: Axis) -> Floats:
    """Return where the values of an axis stand: numbers at themselves (their logarithm), words side by side."""
    if not axis.is_numeric:
        return np.arange(len(axis.values), dtype=float)
    values = np.array(axis.values, float)
    return np.log10(values) if axis.logarithmic else values


def _edges(places: Floats) -> Floats:
    """Return the edges between cells, half-way between places."""
    if len(places) == 1:
        return np.array([places[0] - 0.5, places[0] + 0.5])
    middles = (places[1:] + places[:-1]) / 2.0
    return np.concatenate([[2.0 * places[0] - middles[0]], middles, [2.0 * places[-1] - middles[-1]]])


def _contours(ax: Axes, across: Floats, up: Floats, chances: Floats) -> None:
    within = [level for level in CONTOURS if chances.min() < level < chances.max()]
    if not within:
        return
    lines = ax.contour(across, up, chances, levels=within, colors="white", linewidths=1.2)
    lines.set_path_effects([withStroke(linewidth=2.0, foreground=WORDS)])
    labels = ax.clabel(lines, fmt=lambda level: f"{100.0 * level:g} %", fontsize=SMALL, colors="white")
    for label in labels or ():
        label.set_path_effects([withStroke(linewidth=2.0, foreground=WORDS)])


def _ticks(axis: Axis, set_ticks: Callable[..., Any]) -> None:
    if axis.is_numeric and not axis.logarithmic:
        return
    if axis.is_numeric:
        low, high = float(axis.values[0]), float(axis.values[-1])
        round_ones = [value for value in LogLocator(subs=ROUND_DIGITS).tick_values(low, high) if low <= value <= high]
        set_ticks([log10(value) for value in round_ones], [f"{value:g}" for value in round_ones])
        return
    set_ticks(_places(axis), [_word(value) for value in axis.values])


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).replace("_", " ")
