"""The pictures of a sweep: curves with their interval over one input, heat maps with contours over two."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import log10, prod
from textwrap import fill
from typing import Any, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import LogLocator
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
    ROUND_DIGITS,
    SKY,
    SMALL,
    VERMILION,
    WORDS,
    axes,
    clean,
    drawn_from,
    entitle,
    hashed,
    in_percent,
    in_words,
    legend_beside,
    logarithmic,
    panels,
    percent,
    room_for,
)
from deference_sim.scenario import Scenario
from deference_sim.scenario.problems import ArgumentError
from deference_sim.scenario.several import words_of
from deference_sim.study.arrangements import GRID, LATIN, PAIRED
from deference_sim.study.designs import Axis, Value
from deference_sim.study.limits import whole

CONTOURS = (0.1, 0.3, 0.5, 0.7, 0.9)
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK)
MARKS = ("o", "s", "^", "D", "v", "P", "X")  # a line each, to be told apart in grey
#: How each line is dashed, so that lines that lie on one another are both seen.
DASHES: tuple[Any, ...] = ("-", (0, (7, 2)), (0, (3, 1.5)), (0, (8, 2, 2, 2)), (0, (5, 3)), (0, (2, 1)), (0, (9, 3)))
BAND = 0.22  # opacity of an interval
LABEL_WIDTH = 60  # letters in a line below a picture
LETTERS = 26  # in a line below a small panel
MARK = 4.0  # points; size of a mark

Floats = NDArray[np.float64]
Found = TypeVar("Found")


@described(
    sweep="What ``sweep`` has returned.",
)
@drawn_from(Sweep, "ds.sweep")
def lead_curve(sweep: Sweep, measure: Measure = "p_stay", ax: Axes | None = None) -> Axes:
    """Draw the chance of success over the first numeric input swept, with its pointwise 95 % interval.

    A line for each scenario and each combination of the other inputs' values, at most seven; of inputs that are words a
    dot for each value of the first. Where values are paired, the others move along with the first. Below each line of
    p_good stands the part of it that is luck: overtaken safely. Draws on ``ax`` or a new figure; returns the Axes.
    Raises ``ValueError`` for more lines, and for a Latin hypercube, whose points lie on none.
    """
    if sweep.design == LATIN:
        raise ValueError("the points of a Latin hypercube lie on no curve: draw sweep_points")
    along = _along(sweep)
    lines = _lines(sweep, along, sweep.estimates(measure))
    if len(lines) > len(COLOURS):
        raise ValueError(f"{len(lines)} curves are too many for one picture ({len(COLOURS)}): draw a heat_map")
    drawn = axes(ax, (7.5, 4.2))
    axis = _drawn_along(sweep, along)
    handles = []
    for place, (colour, mark, dashes, (name, estimates)) in enumerate(zip(COLOURS, MARKS, DASHES, lines, strict=False)):
        if axis.is_numeric:
            curve(drawn, np.array(axis.values, float), estimates, colour, mark, dashes)
        else:
            _dots(drawn, _beside(axis, place, len(lines)), estimates, colour, mark)
        line: Any = dashes if axis.is_numeric else "none"
        handles.append(
            Line2D([], [], color=colour, linewidth=1.6, linestyle=line, marker=mark, markersize=MARK, label=name)
        )
    if len(lines) == 1:
        handles = []
    if measure == "p_good":
        handles.append(_draw_luck(drawn, sweep, along))
    if not axis.is_numeric:
        _ticks(axis, drawn.set_xticks)
    finish(drawn, axis.label + _moving_along(sweep, along), measure, axis.logarithmic)
    entitle(
        drawn, _message(measure, [(name or sweep.scenarios[0].name, line) for name, line in lines]), _made_from(sweep)
    )
    if handles:
        legend_beside(drawn, handles)
    return drawn


def _draw_luck(ax: Axes, sweep: Sweep, along: int) -> Line2D:
    """Draw the part of p_good that is luck, in the colour of each curve; return what the legend says of it."""
    axis = _drawn_along(sweep, along)
    look: dict[str, Any] = {"linestyle": ":" if axis.is_numeric else "none", "marker": "_", "linewidth": 1.2}
    lines = _lines(sweep, along, [tally.ended(SAFELY) / tally.n for tally in sweep.tallies])
    for place, (colour, (_, luck)) in enumerate(zip(COLOURS, lines, strict=False)):
        places = np.array(axis.values, float) if axis.is_numeric else _beside(axis, place, len(lines))
        ax.plot(places, luck, color=colour, zorder=2.5, **look)
    return Line2D([], [], color=WORDS, label="of it overtaken safely", **look)


def _beside(axis: Axis, place: int, lines: int) -> Floats:
    """Return where the dots of one of several lines stand over words: beside those of the others."""
    return _places(axis) + 0.1 * (place - (lines - 1) / 2.0)


def kind_of(sweep: Sweep) -> str:
    """Return which picture shows a sweep best: a heat map of two numbers, or in the place of too many curves."""
    if sweep.design == LATIN:
        return "sweep_points"
    if sweep.design == PAIRED or len(sweep.axes) < 2:
        return "lead_curve"
    along = _along(sweep)
    others = (len(axis.values) for place, axis in enumerate(sweep.axes) if place != along)
    lines = len(sweep.scenarios) * prod(others)
    return "heat_map" if lines > len(COLOURS) or all(axis.is_numeric for axis in sweep.axes) else "lead_curve"


@described(
    sweep="What ``sweep`` over two inputs or more has returned.",
    number="Which of several scenarios to draw, counted from 0.",
    inputs="The paths of the two, the first on the horizontal axis; by default the first two that were swept.",
    at="By path the value at which any other input stands; by default the middle one of its values.",
)
@drawn_from(Sweep, "ds.sweep")
def heat_map(
    sweep: Sweep,
    measure: Measure = "p_stay",
    ax: Axes | None = None,
    *,
    number: int = 0,
    inputs: Sequence[str] = (),
    at: Mapping[str, Value] | None = None,
) -> Axes:
    """Draw the chance of success over two inputs in colours, with contours where both are numbers.

    ``inputs`` are the two, the first on the horizontal axis; without them the first two that were swept. Every other
    input stands at its value in ``at``, or at the middle one of its values, which is named below the title. Of several
    scenarios that with this ``number``, from 0, is drawn. Draws on ``ax`` or a new figure; returns the Axes. Raises
    ``ValueError`` for what is no grid of two inputs or more, and for inputs and values that it does not have.
    """
    if sweep.design != GRID or len(sweep.axes) < 2:
        what = f"{len(sweep.axes)} was swept" if sweep.design == GRID else f"this is a {sweep.design} design"
        raise ValueError(f"a heat map needs a grid of two inputs, and {what}: draw a {kind_of(sweep)}")
    number = whole(number, "number", 0, len(sweep.scenarios) - 1)
    cut = _cut(sweep, inputs, at or {})
    across, up = (replace(axis, logarithmic=axis.logarithmic or _is_geometric(axis)) for axis in cut.axes)
    shape = len(across.values), len(up.values)
    size = len(sweep.points) // len(sweep.scenarios)
    everything = sweep.estimates(measure)[number * size : (number + 1) * size]
    estimates = [everything[place] for place in cut.places]
    chances = np.array([estimate.estimate for estimate in estimates]).reshape(shape).T
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
        set_label("\n".join([axis.label, cut.told]).strip() if axis is across else axis.label)
    message = _message(measure, [(sweep.scenarios[number].name, estimates)])
    widest = max(abs(end - one.estimate) for one in estimates for end in (one.low, one.high))
    made_from = _made_from(sweep, sweep.scenarios[number : number + 1], widest)
    entitle(drawn, message, made_from, from_edge=ax is None)
    drawn.spines[:].set_visible(False)
    return drawn


@dataclass(frozen=True, slots=True)
class _Cut:
    """Two axes of a grid, the places of the points at which all others are held fixed, and what that is in words."""

    axes: tuple[Axis, Axis]
    places: list[int]
    told: str


def _cut(sweep: Sweep, inputs: Sequence[str], at: Mapping[str, Value]) -> _Cut:
    by_path = {axis.path: axis for axis in sweep.axes}
    chosen = words_of(inputs, "inputs", "two paths that were swept") or tuple(by_path)[:2]
    if len(set(chosen)) != 2 or len(chosen) != 2 or not set(chosen) <= set(by_path):
        raise ArgumentError("inputs", ", ".join(chosen), f"two of {', '.join(by_path)}")
    held = {path: axis.values[len(axis.values) // 2] for path, axis in by_path.items() if path not in chosen}
    for path, value in at.items():
        if path not in held or value not in by_path[path].values:
            allowed = by_path[path].values if path in held else list(held)
            raise ArgumentError("at", f"{path} {value}", f"one of {', '.join(map(str, allowed))}")
        held[path] = value
    first, second = (list(by_path).index(path) for path in chosen)
    values = [point.values for point in sweep.points[: len(sweep.points) // len(sweep.scenarios)]]
    known = {value: place for place, value in enumerate(values)}
    across, up = sweep.axes[first], sweep.axes[second]
    wanted = [held.get(path) for path in by_path]
    places = []
    for one, other in product(across.values, up.values):
        wanted[first], wanted[second] = one, other
        places.append(known[tuple(wanted)])  # type: ignore[arg-type]  # whose gaps are filled in
    told = ", ".join(f"{by_path[path].label}: {_short(by_path[path], value)}" for path, value in held.items())
    return _Cut((across, up), places, fill(f"held fixed: {told}", LABEL_WIDTH) if told else "")


def _short(axis: Axis, value: Value) -> str:
    return f"{value:.4g}" if axis.is_numeric else _word(value)


@described(
    sweep="What ``sweep`` has returned.",
    ax="An array of as many Axes as inputs; by default a figure of its own.",
    number="Which of several scenarios to draw, counted from 0.",
)
@drawn_from(Sweep, "ds.sweep")
def sweep_points(sweep: Sweep, measure: Measure = "p_stay", ax: Any = None, *, number: int = 0) -> NDArray[Any]:
    """Draw the chance of success at every point of a sweep over each input that was swept, a panel and a dot each.

    This is the picture of a Latin hypercube: a trend in a panel is what the input does whatever the others are, the
    rest of the scatter is theirs. Of several scenarios that with this ``number``, from 0, is drawn. Returns the Axes,
    one for each input.
    """
    number = whole(number, "number", 0, len(sweep.scenarios) - 1)
    size = len(sweep.points) // len(sweep.scenarios)
    here = slice(number * size, (number + 1) * size)
    estimates = sweep.estimates(measure)[here]
    columns = min(len(sweep.axes), 3)
    lines = -(-len(sweep.axes) // columns)
    inches = (7.5, 4.2) if columns == 1 else (3.0 * columns + 0.6, 2.6 * lines + 0.4)
    drawn = panels(ax, (lines, columns), inches, share=False)
    for panel in drawn.flat[len(sweep.axes) :]:
        panel.set_visible(False)
    for place, (panel, axis) in enumerate(zip(drawn.flat, sweep.axes, strict=False)):
        values = [point.values[place] for point in sweep.points[here]]
        kinds = list(dict.fromkeys(values))
        at = np.array([float(value) if axis.is_numeric else kinds.index(value) for value in values])
        panel.vlines(at, *([getattr(one, end) for one in estimates] for end in ("low", "high")), color=BLUE, alpha=0.25)
        panel.plot(at, [estimate.estimate for estimate in estimates], ".", color=BLUE, markersize=1.5 * MARK)
        finish(panel, fill(axis.label, LETTERS), measure, axis.logarithmic)
        if not axis.is_numeric:
            panel.set_xticks(range(len(kinds)), [_word(value).replace(" ", "\n") for value in kinds])
        if place % columns:
            panel.set_ylabel("")
    message = _message(measure, [(sweep.scenarios[number].name, estimates)])
    entitle(drawn.flat[0], message, _made_from(sweep, sweep.scenarios[number : number + 1]))
    for words in (drawn.flat[0].texts[-1], *(drawn.flat[0].get_children())):
        if isinstance(words, Text) and words.get_text():
            words.set_in_layout(False)  # it stands above all panels, and must not widen the first
    drawn.flat[0].set_title(" ", loc="center", pad=SMALL + 8.0)  # which keeps the room above for it
    return drawn


def _order(sweep: Sweep, along: int) -> list[int]:
    """Return in which order the values of an axis are drawn: paired ones, which may be in any, as they rise."""
    axis = sweep.axes[along]
    values = [float(value) for value in axis.values] if sweep.design == PAIRED and axis.is_numeric else axis.values
    places = list(range(len(values)))
    return sorted(places, key=lambda place: values[place]) if values is not axis.values else places


def _drawn_along(sweep: Sweep, along: int) -> Axis:
    axis = sweep.axes[along]
    return replace(axis, values=tuple(axis.values[place] for place in _order(sweep, along)))


def _moving_along(sweep: Sweep, along: int) -> str:
    """Return what moves along with a paired axis, as a second line of its label."""
    others = [axis for place, axis in enumerate(sweep.axes) if place != along and sweep.design == PAIRED]
    order = _order(sweep, along)
    first, last = order[0], order[-1]
    told = [f"{one.label} from {_short(one, one.values[first])} to {_short(one, one.values[last])}" for one in others]
    return "\n" + fill(f"and with it {', '.join(told)}", LABEL_WIDTH) if told else ""


def _along(sweep: Sweep) -> int:
    """Return which input is on the horizontal axis of curves: the first that is a number, else the first."""
    return next((place for place, axis in enumerate(sweep.axes) if axis.is_numeric), 0)


def _lines(sweep: Sweep, along: int, found: Sequence[Found]) -> list[tuple[str, list[Found]]]:
    """Return the name of each line and what was ``found`` at its points, in order along the axis."""
    lines: dict[tuple[int, tuple[Value, ...]], list[Found]] = {}
    per_scenario = len(sweep.points) // len(sweep.scenarios)
    for number, (point, one) in enumerate(zip(sweep.points, found, strict=True)):
        others = tuple(value for place, value in enumerate(point.values) if place != along and sweep.design == GRID)
        lines.setdefault((number // per_scenario, others), []).append(one)
    order = _order(sweep, along)
    return [(_line_name(sweep, along, *key), [line[place] for place in order]) for key, line in lines.items()]


def _line_name(sweep: Sweep, along: int, scenario: int, others: tuple[Value, ...]) -> str:
    names = [sweep.scenarios[scenario].name] if len(sweep.scenarios) > 1 else []
    for axis, other in zip((axis for place, axis in enumerate(sweep.axes) if place != along), others, strict=False):
        shown = f"{other:.4g}" if axis.is_numeric else _word(other)
        says_what = not axis.is_numeric and not isinstance(other, bool)
        names.append(shown if says_what else f"{axis.path.rpartition('.')[2].replace('_', ' ')} {shown}")
    return ", ".join(names)


def curve(
    ax: Axes, values: Floats, estimates: Sequence[Estimate], colour: str, mark: str = "o", dashes: Any = "-"
) -> None:
    """Draw the band of the intervals of ``estimates`` over ``values``."""
    low, high = ([getattr(estimate, end) for estimate in estimates] for end in ("low", "high"))
    ax.fill_between(values, low, high, color=colour, alpha=BAND, linewidth=0, zorder=2)
    every = max(len(values) // 20, 1)  # marks that touch tell nothing
    shares = [estimate.estimate for estimate in estimates]
    look: dict[str, Any] = {"linewidth": 1.6, "linestyle": dashes, "marker": mark, "markersize": MARK}
    ax.plot(values, shares, color=colour, markevery=every, zorder=3, **look)


def _dots(ax: Axes, places: Floats, estimates: Sequence[Estimate], colour: str, mark: str) -> None:
    values = np.array([estimate.estimate for estimate in estimates])
    ends = [[abs(getattr(one, end) - one.estimate) for one in estimates] for end in ("low", "high")]
    ax.errorbar(places, values, yerr=ends, fmt=mark, color=colour, markersize=5, elinewidth=1.2, capsize=3)


def finish(ax: Axes, label: str, measure: Measure, is_logarithmic: bool) -> None:
    """Set axes and labels of a chance over an input."""
    if is_logarithmic:
        logarithmic(ax.xaxis)
    ax.set_ylim(*room_for(measure))
    ax.set_xlabel(label)
    ax.set_ylabel(success_of(measure).label)
    in_percent(ax.yaxis)
    clean(np.array([ax]))


MOST_NAMED = 3  # lines in a title
MOST_TICKS = 8  # that each stand at a value
LEAST_RATIO = 1.5  # of neighbours, from which on values by equal ratios are drawn so


def _message(measure: Measure, lines: Sequence[tuple[str, Sequence[Estimate]]]) -> str:
    """Return between which shares each line lies, of a few lines; of many, all of them together."""
    named = (
        lines if len(lines) <= MOST_NAMED else [(f"{len(lines)} curves", [one for _, line in lines for one in line])]
    )
    told = [(line_name, _span([one.estimate for one in line])) for line_name, line in named]
    name = success_of(measure).name
    if len(told) == 1:
        return f"{told[0][0]}: {name} {told[0][1]}"
    return f"{name}: {', '.join(f'{line} {span}' for line, span in told)}"


def _span(shares: Sequence[float]) -> str:
    low, high = percent(min(shares)), percent(max(shares))
    return f"{low} throughout" if low == high else f"{low.removesuffix(' %')} to {high}"


def _made_from(sweep: Sweep, scenarios: Sequence[Scenario] = (), widest: float | None = None) -> str:
    """Return what a picture was made from; one without intervals says how wide the ``widest`` is."""
    shown = scenarios or sweep.scenarios
    of = f", {hashed(shown[0])}" if len(shown) == 1 else ""
    counts = sorted({tally.n for tally in sweep.tallies})
    runs = f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"
    intervals = "95 % intervals" if widest is None else f"95 % intervals within ±{100.0 * widest:.1f} points"
    return f"{runs} replicates a point, the same worlds at each, {intervals}, seed {sweep.seed}{of}"


def _is_geometric(axis: Axis) -> bool:
    """Return whether an axis' values were chosen by equal ratios, whatever they were written as."""
    if not axis.is_numeric or len(axis.values) < 3 or min(float(value) for value in axis.values) <= 0.0:
        return False
    ratios = np.exp(np.diff(np.log(np.array(axis.values, float))))
    return bool(ratios[0] >= LEAST_RATIO and np.allclose(ratios, ratios[0], rtol=1e-3))


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
    """Put ticks at the values, at round numbers where these are many."""
    if not axis.is_numeric:
        set_ticks(_places(axis), [_word(value) for value in axis.values])
    elif len(axis.values) <= MOST_TICKS and _are_apart(axis) and all(f"{one:.2g}" == f"{one:g}" for one in axis.values):
        set_ticks(_places(axis), [f"{value:.4g}" for value in axis.values])
    elif axis.logarithmic:
        low, high = float(axis.values[0]), float(axis.values[-1])
        round_ones = [value for value in LogLocator(subs=ROUND_DIGITS).tick_values(low, high) if low <= value <= high]
        set_ticks([log10(value) for value in round_ones], [f"{value:g}" for value in round_ones])


def _are_apart(axis: Axis) -> bool:
    """Return whether numbers at all values of an axis leave one another room."""
    places = _places(axis)
    return len(places) < 2 or bool(np.diff(np.sort(places)).min() > 0.06 * np.ptp(places))


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else in_words(str(value))
