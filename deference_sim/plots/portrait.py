"""Phase portrait: margin against capability, where runs go, and the edges of the basin."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from deference_sim.analysis.moment import just_deferring, parameters_of, rates_of
from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.run import Result
from deference_sim.analysis.tax import effective_edge
from deference_sim.analysis.trace import Trajectories
from deference_sim.described import described
from deference_sim.plots.fans import END
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    LOOKS,
    VERMILION,
    WORDS,
    axes,
    clean,
    drawn_from,
    entitle,
    legend_beside,
    made_from,
    outcome_handle,
    percent,
)
from deference_sim.scenario import Scenario
from deference_sim.study.limits import MOST_REPLICATES, whole

RUNS = 60
POINTS = 400  # times on the grid of the runs
ARROWS = (13, 11)  # along capability and margin
EDGE_POINTS = 40

Floats = NDArray[np.float64]


@described()
@drawn_from(Result, "ds.simulate")
def phase_portrait(result: Result, n: int = RUNS, ax: Axes | None = None) -> Axes:
    """Draw margin M against capability C, both in py: the first ``n`` runs since handoff, coloured by how they end.

    Below the line at 0 AIs are outside the Basin of Good Deference. Above the dashed line, its *effective* edge, all
    research on goodness can still raise it faster than drift wears it down; between the two it cannot. Arrows show
    where the law alone, without chance, moves AIs whose two components are level, with effort shared by the scenario's
    policy on true estimates and the lead of the start; of uncertain inputs, at the medians. Draws on ``ax`` or a new
    figure; returns the Axes.
    """
    paths = result.trajectories(min(whole(n, "n", 1, MOST_REPLICATES), result.replicates), POINTS)
    drawn = axes(ax, (8.5, 5.0))
    _draw_runs(drawn, paths, result)
    low, high = drawn.get_ylim()
    drawn.set_ylim(min(low, -0.25 * high), high)
    drawn.set_xlim(drawn.get_xlim())
    drawn.set_ylim(drawn.get_ylim())
    _draw_field(drawn, result.scenario)
    drawn.axhline(0.0, color=BLACK, linewidth=1.2, zorder=3)
    drawn.axhspan(drawn.get_ylim()[0], 0.0, color=VERMILION, alpha=0.10, linewidth=0, zorder=0.5)
    levels = np.linspace(*drawn.get_xlim(), EDGE_POINTS)
    edge = effective_edge(result.scenario, levels)
    drawn.plot(levels, edge, color=BLACK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
    drawn.set_xlabel("capability C (py)")
    drawn.set_ylabel("margin M = G − C (py)")
    entitle(drawn, f"{result.scenario.name}: {_message(result)}", made_from(result, len(paths.outcome)))
    clean(np.array([drawn]))
    legend_beside(drawn, _handles(result, paths, bool(np.isfinite(edge).any())))
    return drawn


def _message(result: Result) -> str:
    """Return how often the margin falls below 0, of all runs and not only of those that are drawn."""
    least = result.records["minimum_margin"].dropna()
    if least.empty:
        return "no run comes to a handoff"
    return f"the margin falls below 0 in {percent(float((least < 0.0).mean()))} of the runs with a handoff"


def _draw_runs(ax: Axes, paths: Trajectories, result: Result) -> None:
    """Draw each run from its handoff to its end."""
    handoff = result.records["handoff_month"].to_numpy()
    for row, outcome in enumerate(paths.outcome):
        if np.isnan(handoff[row]):
            continue
        look = LOOKS[outcome]
        since = np.isfinite(paths.capability[row]) & (paths.months >= handoff[row])
        capability = np.append(paths.capability[row][since], paths.at_end["capability"][row])
        margin = np.append(paths.margin[row][since], paths.at_end["margin"][row])
        ax.plot(capability, margin, color=look.colour, linewidth=0.7, alpha=0.55, zorder=2.5)
        ax.plot(capability[-1], margin[-1], look.marker, color=look.colour, zorder=4, **END)


def _draw_field(ax: Axes, scenario: Scenario) -> None:
    """Draw arrows of one length on the page: where the law moves capability and margin."""
    p = parameters_of(scenario)
    places = [
        np.linspace(*limits, count + 2)[1:-1]
        for limits, count in zip((ax.get_xlim(), ax.get_ylim()), ARROWS, strict=True)
    ]
    spans = [np.ptp(limits) for limits in (ax.get_xlim(), ax.get_ylim())]
    for level in places[0]:
        for margin in places[1]:
            rates = rates_of(just_deferring(p, C=level, A=level + margin, W=level + margin), p)
            step = np.array([rates["C"], min(rates["A"], rates["W"]) - rates["C"]]) / spans
            size = np.hypot(*step)
            if size > 0.0:
                _arrow(ax, (level, margin), step / size)


def _arrow(ax: Axes, place: tuple[float, float], direction: Floats) -> None:
    ax.annotate(
        "",
        place,
        xytext=tuple(-16.0 * direction),
        textcoords="offset points",
        arrowprops={"arrowstyle": "->", "color": BLUE, "alpha": 0.4, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
        annotation_clip=True,
        zorder=2,
    )


def _handles(result: Result, paths: Trajectories, with_effective_edge: bool) -> list[Any]:
    with_deadline = result.scenario.rival.mode == "deadline"
    runs = [outcome_handle(name, outcome_words(name, with_deadline)) for name in LOOKS if name in paths.outcome]
    edges: list[Any] = [
        Line2D([], [], color=BLACK, linewidth=1.2, label="edge of the Basin\nof Good Deference"),
        Patch(color=VERMILION, alpha=0.2, linewidth=0, label="outside the basin"),
        Line2D(
            [],
            [],
            color=BLUE,
            alpha=0.5,
            marker=r"$\rightarrow$",
            markersize=10,
            linestyle="",
            label="where the law\nmoves runs",
        ),
    ]
    if with_effective_edge:
        edges.insert(1, Line2D([], [], color=BLACK, linewidth=1.2, linestyle=(0, (4, 2)), label="effective edge"))
    return [*runs, Line2D([], [], color=WORDS, linewidth=0, label=f"({len(paths.outcome)} runs drawn)"), *edges]
