"""How everything is drawn: colours, markers and panels that all plots share."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from math import isfinite
from textwrap import fill
from typing import Any, Final, TypeVar, cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import AutoLocator, FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory
from numpy.typing import NDArray

from deference_sim.analysis import digits
from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.run import Result
from deference_sim.scenario import Scenario
from deference_sim.scenario.problems import ArgumentError

#: Colours that colour-blind readers can tell apart (Okabe and Ito, 2008).
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
GREY = "#777777"
OURS, RIVALS = BLUE, BLACK
RIVAL_LINE: Final = "--"
WORDS = "#333333"

TIME = "time since the lead clock started (months)"
TITLE, TITLE_WIDTH = 11.0, 66  # points, and letters in a line
SMALL = 8.0  # points: legends, labels of lines
PAD = SMALL + 8.0  # points from an Axes up to its title, with room for a small line between
EDGE = 0.012  # of a figure's width, left of words at its edge
HANDLE = 1.4  # length of what a legend shows, in its letters
LINE = 14.0  # points of a line of a label
BELOW = 38.0  # points from the axis down to a legend below its label
GOOD, BAD, OPEN = "o", "X", ">"
#: How words on a picture look: small, with a halo that hides little.
NOTE: Final[dict[str, Any]] = {
    "fontsize": SMALL,
    "color": WORDS,
    "path_effects": [withStroke(linewidth=2.0, foreground="white")],
    "zorder": 5,
}
#: Places for words beside a line, the best first: whether on the left, and whether above the line.
PLACES = ((True, False), (True, True), (False, False), (False, True))
ROUND_DIGITS = (1.0, 2.0, 5.0)
PROVENANCE: Final = "provenance"  # by which the small line below a title is found again
BESIDE: Final = "beside"  # by which a legend beside an Axes is
STEPS = (1, 2, 5, 10)  # between ticks, times a power of ten: 2.5 would need a decimal

Panels = NDArray[Any]  # of Axes


@dataclass(frozen=True, slots=True)
class Look:
    """How an outcome is drawn; ``marker`` is a dot for a good end, a cross for a catastrophe."""

    colour: str
    marker: str


LOOKS = {
    "ai_takeover": Look(VERMILION, BAD),
    "catastrophic_mistake": Look(ORANGE, BAD),
    "exogenous_catastrophe": Look(PURPLE, BAD),
    "rival_catastrophe": Look(BLACK, BAD),
    "overtaken_safely": Look(YELLOW, GOOD),
    "punted": Look(BLUE, GOOD),
    "stabilised": Look(GREEN, GOOD),
    "ridden_out": Look(SKY, GOOD),
    "unresolved": Look(GREY, OPEN),
}


Drawing = TypeVar("Drawing", bound=Callable[..., Any])


def panels(
    ax: Any, shape: tuple[int, int], size: tuple[float, float], heights: Sequence[float] = (), *, share: bool = True
) -> Panels:
    """Return the Axes to draw on, row by row: new ones, those given, or new ones in the place of the one given.

    ``shape`` is rows and columns, ``size`` that of a new figure in inches; new ones ``share`` their horizontal axis.
    Raises ``ValueError`` for another number of Axes.
    """
    count = shape[0] * shape[1]
    ratios = list(heights) or None
    if ax is None:
        figure = plt.figure(figsize=size, layout="constrained")
        return _subplots(figure.subplots(*shape, sharex=share, height_ratios=ratios))
    if isinstance(ax, Axes):
        place = ax.get_subplotspec()
        if place is None:
            raise ValueError("ax is not a subplot: pass one from plt.subplots, or an array of them")
        ax.set_axis_off()
        return _subplots(place.subgridspec(*shape, height_ratios=ratios).subplots(sharex=share))
    given = np.asarray(ax, dtype=object)
    if given.size != count or not all(isinstance(panel, Axes) for panel in given.flat):
        raise ValueError(f"ax must be one Axes or {count} of them, not {given.size}")
    return given


def drawn_from(kind: type[Any] | str, made_by: str) -> Callable[[Drawing], Drawing]:
    """Let a plot check that what it is given first is of ``kind``, which ``made_by`` returns, before it begins.

    A kind that is not to be imported is given by its name.
    """

    def checking(draw: Drawing) -> Drawing:
        name = next(iter(signature(draw).parameters))

        @wraps(draw)
        def drawing(*given: Any, **more: Any) -> Any:
            shown = given[0] if given else more.get(name)
            if type(shown).__name__ != kind if isinstance(kind, str) else not isinstance(shown, kind):
                raise ArgumentError(name, shown, f"what {made_by} returns")
            return draw(*given, **more)

        return cast(Drawing, drawing)

    return checking


def axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return the Axes to draw on: the one given, or that of a new figure of ``size`` inches."""
    if ax is not None and not isinstance(ax, Axes):
        raise ArgumentError("ax", ax, "an Axes of matplotlib, or None for a figure of its own")
    return plt.figure(figsize=size, layout="constrained").subplots() if ax is None else ax


def entitle(ax: Axes, message: str, made_from: str, width: int = TITLE_WIDTH, *, from_edge: bool = False) -> None:
    """Write what a picture says above ``ax``, ``width`` letters a line, and small below that what it was made from.

    Both begin where ``ax`` does, or at the left edge of the figure, where names of rows would leave them little room.
    """
    write_title(ax, in_lines(message, width), PAD, from_edge)
    below = ax.annotate(
        made_from,
        (EDGE, 1.0) if from_edge else (0.0, 1.0),
        xycoords=("subfigure fraction" if from_edge else "axes fraction", "axes fraction"),
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=SMALL - 1.0,
        color=GREY,
        gid=PROVENANCE,
    )
    below.set_in_layout(False)  # a long one may stand above what is beside, and must not squeeze it


def write_title(ax: Axes, title: str, pad: float, from_edge: bool) -> Text:
    """Write a title ``pad`` points above ``ax``, from its left end or from that of the figure on."""
    words = ax.set_title(title, loc="left", fontsize=TITLE, pad=pad)
    if from_edge:
        up = ScaledTranslation(0.0, pad / 72.0, ax.figure.dpi_scale_trans)
        words.set_transform(blended_transform_factory(ax.figure.transSubfigure, ax.transAxes) + up)
        words.set_x(EDGE)
    return words


def in_lines(message: str, width: int) -> str:
    """Return a title in lines, in which a number stays with its unit and a name is not broken."""
    kept = re.sub(r"(?<=\d) (?=%|py\b|months?\b|points?\b)", "\u00a0", message)
    return fill(kept, width, break_on_hyphens=False).replace("\u00a0", " ")


def made_from(result: Result, drawn: int | None = None) -> str:
    """Return what a picture of many runs is made from: replicates, how many are ``drawn``, seed, scenario's hash."""
    runs = f"{result.replicates:,} replicates"
    if drawn is not None and drawn < result.replicates:
        runs += f" (drawn: the first {drawn:,})"
    return f"{runs}, seed {result.seed}, {hashed(result.scenario)}"


def hashed(scenario: Scenario) -> str:
    """Return the hash by which a picture names the scenario that it was made from."""
    return f"scenario hash {scenario.hash[:12]}"


def in_percent(axis: XAxis | YAxis) -> None:
    """Let an axis of shares tell them in per cent."""
    axis.set_major_formatter(FuncFormatter(lambda share, _: with_minus(f"{100.0 * share:.10g} %")))


def in_points(axis: XAxis | YAxis) -> None:
    """Let an axis of differences between shares tell them in points."""
    axis.set_major_formatter(FuncFormatter(lambda share, _: with_minus(f"{100.0 * share:+.4g}".replace("+0", "0"))))


def percent(share: float) -> str:
    """Return a share in whole per cent, as titles tell it; what is not 0 or 1 does not read 0 or 100 %."""
    return ">99 %" if 0.995 <= share < 1.0 else digits.in_percent(share, 0)


def in_words(name: str) -> str:
    """Return a name from a file, such as that of a policy, as a picture says it."""
    return name.replace("_", " ")


def _subplots(made: Any) -> Panels:
    return np.asarray(made, dtype=object)


def lead_line(ax: Axes, with_deadline: bool, room: float = 0.1) -> None:
    """Draw the line at lead 0 and say what it is: a deadline, or being level with the rival."""
    level_line(ax, 0.0, "deadline" if with_deadline else "level with the rival", room)


def level_line(ax: Axes, level: float, words: str, room: float = 0.1) -> None:
    """Draw a thin horizontal line at ``level`` and say beside it what it is, where lines leave the most room for it.

    The axis is widened so that there is ``room`` on that side of the line, as a share of what is in sight.
    """
    ax.axhline(level, color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1.5)
    low, high = ax.get_ylim()
    height = room * (max(high, level) - min(low, level))
    is_left, is_above = min(PLACES, key=lambda place: _crowd(ax, place[0], place[1], level, height))
    ax.set_ylim(min(low, level if is_above else level - height), max(high, level + height if is_above else level))
    ax.annotate(
        words,
        (0.015 if is_left else 0.985, level),
        xycoords=("axes fraction", "data"),
        xytext=(0, 2 if is_above else -3),
        textcoords="offset points",
        ha="left" if is_left else "right",
        va="bottom" if is_above else "top",
        **NOTE,
    )


def _crowd(ax: Axes, is_left: bool, is_above: bool, level: float, height: float) -> int:
    """Return how much of the lines of ``ax`` lies where words beside a line at ``level`` would stand."""
    low, high = ax.get_xlim()
    along = np.linspace(low, high, 200)[slice(0, 90) if is_left else slice(110, 200)]
    bottom, top = (level, level + height) if is_above else (level - height, level)
    found = 0
    for line in ax.lines:
        months, levels = (np.asarray(values, float) for values in (line.get_xdata(), line.get_ydata()))
        known = np.isfinite(months) & np.isfinite(levels)
        if known.sum() > 1 and line.get_linestyle() != "None" and line.get_transform() == ax.transData:
            heights = np.interp(along, months[known], levels[known], np.nan, np.nan)
            found += int(((heights > bottom) & (heights < top)).sum())
    return found


def note(
    ax: Axes,
    words: str,
    place: tuple[float, float],
    coordinates: tuple[str, str],
    points: tuple[float, float],
) -> None:
    """Write small words below and right of ``place``, moved by ``points``, with a halo that hides little."""
    ax.annotate(words, place, xycoords=coordinates, xytext=points, textcoords="offset points", va="top", **NOTE)


def logarithmic(axis: XAxis | YAxis) -> None:
    """Let an axis be logarithmic, with plain numbers at 1, 2 and 5 times powers of ten."""
    (axis.axes.set_xscale if isinstance(axis, XAxis) else axis.axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(subs=ROUND_DIGITS))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def clean(drawn: Panels) -> None:
    """Take away frames, add a faint grid, and put ticks at round numbers; shares may stand at 25 %."""
    for ax in drawn.flat:
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(color="#e6e6e6", linewidth=0.6)
        ax.set_axisbelow(True)
        for axis in (ax.xaxis, ax.yaxis):
            if type(axis.get_major_locator()) is AutoLocator and not isinstance(
                axis.get_major_formatter(), FuncFormatter
            ):
                axis.set_major_locator(MaxNLocator("auto", steps=STEPS))


def legend_beside(ax: Axes, handles: Sequence[Any]) -> None:
    """Add a legend in small print right of ``ax``."""
    _legend(ax, handles, (1.01, 1.0), ax.transAxes)
    legend = ax.get_legend()
    if legend is not None:
        legend.set_gid(BESIDE)


def legend_below(ax: Axes, handles: Sequence[Any], title: str, columns: int) -> None:
    """Add a legend in small print below ``ax`` and the label of its axis, which is there already."""
    lines = ax.get_xlabel().count("\n")
    down = ScaledTranslation(0.0, -(BELOW + LINE * lines) / 72.0, ax.figure.dpi_scale_trans)
    _legend(ax, handles, (0.0, 0.0), ax.transAxes + down, title, columns)


def legend_under(ax: Axes, handles: Sequence[Any], columns: int) -> None:
    """Add a legend in small print under ``ax``, which has no axis."""
    _legend(ax, handles, (0.0, -0.01), ax.transAxes, columns=columns)


def _legend(
    ax: Axes,
    handles: Sequence[Any],
    corner: tuple[float, float],
    transform: Transform,
    title: str = "",
    columns: int = 1,
) -> None:
    ax.legend(
        handles=handles,
        title=title,
        ncols=columns,
        loc="upper left",
        bbox_to_anchor=corner,
        bbox_transform=transform,
        fontsize=SMALL,
        title_fontsize=SMALL,
        alignment="left",
        frameon=False,
        borderpad=0.0,
        columnspacing=1.2,
        handlelength=HANDLE,
        borderaxespad=0.0,
    )


def outcome_handle(outcome: str, words: str) -> Line2D:
    """Return a legend's entry for a run that ends with ``outcome``."""
    look = LOOKS[outcome]
    return Line2D([], [], color=look.colour, marker=look.marker, markersize=5, linewidth=1.2, label=words)


def room_for(measure: Measure) -> tuple[float | None, float | None]:
    """Return the ends of an axis of chances, or of what futures are worth; None where months have no limit."""
    low, high = success_of(measure).bounds
    room = 0.02 * (high - low)
    return (low - room, high + room) if isfinite(room) else (None, None)
