"""The picture of a comparison: paired differences with their intervals."""

from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from deference_sim.analysis.compare import Comparison
from deference_sim.analysis.ledger import road_in_words
from deference_sim.analysis.paired import Difference
from deference_sim.described import described
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    axes,
    clean,
    drawn_from,
    entitle,
    in_points,
    legend_below,
    percent,
)

MOST_ROADS = 10  # that are drawn: those that differ most
_ROW, _FRAME, _WIDTH = 0.34, 1.4, 8.0  # inches
_LETTERS = 44  # in a line below the picture, of whose width the names of the rows take half
WORDS_OF = {BLUE: "better", ORANGE: "worse", GREY: "may be none"}


@described(
    found="One comparison that ``compare`` has returned.",
)
@drawn_from(Comparison, "ds.compare, of which it is one,")
def differences(found: Comparison, ax: Axes | None = None) -> Axes:
    """Draw by how many points the second scenario differs from the first, world by world, with 95 % intervals.

    On top the measures, below them the roads by which runs are lost, those that differ most first. A dot is grey and
    hollow where the interval holds 0. Draws on ``ax`` or a new figure; returns the Axes.
    """
    roads = sorted(found.losses.items(), key=lambda item: -abs(item[1][2].estimate))[:MOST_ROADS]
    rows = [(name, change) for name, (_, _, change) in found.measures.items()]
    rows += [(f"lost: {road_in_words(road)}", change) for road, (_, _, change) in roads]
    drawn = axes(ax, (_WIDTH, _FRAME + _ROW * len(rows)))
    for place, (_, change) in enumerate(rows):
        colour = _colour(change, is_good=place < len(found.measures))
        drawn.plot([change.low, change.high], [place, place], color=colour, linewidth=2.0, zorder=2)
        drawn.plot(change.estimate, place, "o", color=colour, markerfacecolor=_inside(colour), markersize=6, zorder=3)
    drawn.axvline(0.0, color=BLACK, linewidth=0.8)
    drawn.axhline(len(found.measures) - 0.5, color=GREY, linewidth=0.6, linestyle=":")
    drawn.set_yticks(range(len(rows)), [name for name, _ in rows])
    drawn.set_ylim(len(rows) - 0.5, -0.5)
    drawn.tick_params(axis="y", length=0)
    in_points(drawn.xaxis)
    label = f"change of the share of runs from {found.first.name} to {found.second.name} (points)"
    drawn.set_xlabel(fill(label, _LETTERS))
    before, after, _ = found.measures["p_stay"]
    message = (
        f"p_stay: {percent(before.estimate)} in {found.first.name}, {percent(after.estimate)} in {found.second.name}"
    )
    worlds = f"{found.replicates:,} worlds, the same for both, 95 % intervals, seed {found.seed}"
    entitle(drawn, message, worlds, from_edge=ax is None)
    legend_below(drawn, [_handle(colour) for colour in WORDS_OF], "", columns=3)
    drawn.xaxis.set_major_locator(MaxNLocator(5))
    clean(np.array([drawn], dtype=object))
    drawn.grid(axis="y", visible=False)
    return drawn


def _handle(colour: str) -> Line2D:
    return Line2D(
        [], [], color=colour, marker="o", markerfacecolor=_inside(colour), linewidth=2.0, label=WORDS_OF[colour]
    )


def _inside(colour: str) -> str:
    """Return the colour of a dot's inside: of what may be none it is hollow, to be told in grey too."""
    return "white" if colour == GREY else colour


def _colour(change: Difference, *, is_good: bool) -> str:
    """Return the colour of a difference: blue for better, orange for worse, grey where it may be none."""
    if change.low <= 0.0 <= change.high:
        return GREY
    return BLUE if (change.estimate > 0.0) == is_good else ORANGE
