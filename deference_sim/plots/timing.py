"""Choices in pictures: the chance of success and what goes wrong by month of handoff; policies and their regret."""

from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deference_sim.analysis.best_handoff import INDIFFERENCE, NEVER, OWN_WAY, BestHandoff
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.strategies import AS_IT_IS, BestStrategy, PolicyRegret
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots.style import (
    GREEN,
    GREY,
    LOOKS,
    ORANGE,
    OURS,
    PURPLE,
    SMALL,
    WORDS,
    Panels,
    clean,
    legend_beside,
    panels,
    words_of,
)

Line = Literal["--", "-.", ":"]
WAYS: dict[str, tuple[str, str, Line]] = {
    OWN_WAY: ("as the scenario says", ORANGE, "--"),
    INDIFFERENCE: ("by indifference", PURPLE, "-."),
    NEVER: ("never", GREY, ":"),
}
BAND = 0.25  # opacity of an interval
MOST_REGRET = 100.0  # points, where the colour of a regret ends


def handoff_timing(found: BestHandoff, ax: Any = None) -> Panels:
    """Draw the chance of success over the month of the handoff, and below it the catastrophes that the rest ends in.

    The band is the pointwise 95 % interval on fresh worlds, the shaded months do as well as the best one (the dot),
    horizontal lines are other ways to decide. ``ax`` is an array of two Axes, or one Axes that gives its place to two;
    None makes a figure. Returns the two.
    """
    drawn = panels(ax, (2, 1), (8.5, 6.0))
    chances, risks = drawn.flat
    _draw_chances(chances, found)
    _draw_risks(risks, found)
    for panel in drawn.flat:
        panel.set_xlim(0.0, max(found.window, found.curve[-1].month) or 1.0)
        panel.set_ylim(-0.02, 1.02)
    risks.set_xlabel("month of the handoff")
    clean(drawn)
    return drawn


def _draw_chances(ax: Axes, found: BestHandoff) -> None:
    months = [timing.month for timing in found.curve]
    low, value, high = (np.array([getattr(t.estimate, side) for t in found.curve]) for side in ("low", "value", "high"))
    ax.axvspan(*found.as_good, color=GREEN, alpha=0.15, linewidth=0, zorder=1)
    ax.fill_between(months, low, high, color=OURS, alpha=BAND, linewidth=0, zorder=2)
    ax.plot(months, value, color=OURS, linewidth=2.0, zorder=3)
    ax.plot(found.best.month, found.best.estimate.value, "o", color=OURS, markersize=7, zorder=4)
    first, last = found.as_good
    handles: list[Any] = [
        Line2D([], [], color=OURS, linewidth=2.0, label="handoff in a fixed month,\n95 % interval"),
        Line2D([], [], color=OURS, marker="o", linewidth=0, label=f"best: month {found.best.month:g}"),
        Patch(color=GREEN, alpha=0.15, linewidth=0, label=f"as good: {first:g} to {last:g}"),
    ]
    for way in found.alternatives:
        words, colour, line = WAYS[way.name]
        ax.axhline(way.estimate.value, color=colour, linewidth=1.2, linestyle=line, zorder=2.5)
        handles.append(Line2D([], [], color=colour, linewidth=1.2, linestyle=line, label=words))
    ax.set_ylabel(found.measure)
    runs = f"{found.replicates:,} fresh worlds a month, seed {found.seed}"
    title = f"{found.scenario.name}: {runs}, AIs of {found.best.capability:g} py"
    ax.set_title(title, loc="left")
    legend_beside(ax, handles)


def _draw_risks(ax: Axes, found: BestHandoff) -> None:
    months = [timing.month for timing in found.curve]
    occurring = [name for name in CATASTROPHES if any(timing.risks[name] > 0.0 for timing in found.curve)]
    below = np.zeros(len(months))
    handles = []
    for name in occurring:
        above = below + np.array([timing.risks[name] for timing in found.curve])
        ax.fill_between(months, below, above, color=LOOKS[name].colour, alpha=0.8, linewidth=0, zorder=2)
        words = words_of(name, found.scenario.rival.mode == "deadline")
        handles.append(Patch(color=LOOKS[name].colour, alpha=0.8, label=words))
        below = above
    ax.set_ylabel("share of runs that end in")
    if handles:
        legend_beside(ax, handles[::-1])


def policies(found: BestStrategy, regret: PolicyRegret, ax: Any = None) -> Panels:
    """Draw how each policy does with its best settings, and what policies regret in each world.

    On the left a dot with its 95 % interval on fresh worlds, and a ring for what the search had promised; on the right
    regrets in points, the best policy of a world marked. ``ax`` is an array of two Axes, or None for a figure of its
    own. Raises ``ValueError`` for another number of Axes. Returns the two.
    """
    drawn = _two_beside(len(regret.worlds)) if ax is None else panels(ax, (1, 2), (0.0, 0.0))
    chances, regrets = drawn.flat
    _draw_policies(chances, found)
    _draw_regret(regrets, regret)
    return drawn


def _two_beside(worlds: int) -> Panels:
    width = 4.0 + 0.8 * worlds
    figure = plt.figure(figsize=(4.0 + width, 4.2), layout="constrained")
    return np.asarray(figure.subplots(1, 2, width_ratios=(4.0, width)), dtype=object)


def _draw_policies(ax: Axes, found: BestStrategy) -> None:
    rows: list[tuple[str, Estimate, float | None]] = [(AS_IT_IS, found.own, None)]
    rows += [(tuned.policy, tuned.estimate, tuned.searched) for tuned in found.policies]
    for place, (_, estimate, searched) in enumerate(rows):
        ax.plot([estimate.low, estimate.high], [place, place], color=OURS, linewidth=2.0, zorder=2)
        ax.plot(estimate.value, place, "o", color=OURS, markersize=6, zorder=3)
        if searched is not None:
            ax.plot(searched, place, "o", markersize=9, markerfacecolor="none", markeredgecolor=ORANGE, zorder=4)
    ax.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xlabel(f"{found.measure}: fresh worlds, 95 %\nring: when chosen")
    ax.set_title(f"{found.scenario.name}: {found.replicates:,} worlds, seed {found.seed}", loc="left", fontsize=10)
    clean(np.array([ax]))


def _draw_regret(ax: Axes, found: PolicyRegret) -> None:
    points = np.array([[100.0 * regret.value for regret in row] for row in found.regret.values()])
    ax.imshow(points, cmap="Oranges", vmin=0.0, vmax=MOST_REGRET, aspect="auto")
    for row, policy in enumerate(found.policies):
        for column, best in enumerate(found.best):
            value = points[row, column]
            words = "best" if policy == best else f"{value:.0f}"
            colour = "white" if value > 0.6 * MOST_REGRET else WORDS
            ax.text(column, row, words, ha="center", va="center", fontsize=SMALL, color=colour)
    marks = {found.minimax: "minimax regret", found.best_on_average: "best on average"}
    if found.minimax == found.best_on_average:
        marks = {found.minimax: "minimax regret,\nbest on average"}
    names = [f"{policy}\n({marks[policy]})" if policy in marks else policy for policy in found.policies]
    ax.set_yticks(range(len(names)), names, fontsize=SMALL)
    ax.set_xticks(range(len(found.worlds)), found.worlds, rotation=40, ha="right", fontsize=SMALL)
    ax.set_title(f"regret: points that the best does better, {found.replicates:,} worlds", loc="left", fontsize=10)
