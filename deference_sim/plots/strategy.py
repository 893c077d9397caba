"""The picture of policies: their chances, and their regret in each world."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import success_of
from deference_sim.analysis.strategy import AS_IT_IS, BestStrategy, PolicyRegret
from deference_sim.analysis.worlds import SAFELY
from deference_sim.described import described
from deference_sim.plots.style import (
    LOOKS,
    ORANGE,
    OURS,
    SMALL,
    WORDS,
    Panels,
    clean,
    drawn_from,
    entitle,
    hashed,
    in_percent,
    in_words,
    legend_below,
    panels,
    room_for,
)

LETTERS = 44  # in a line of the title on the left
MOST_REGRET = 100.0  # points, where the colour of a regret ends


@described(
    found="What ``best_strategy`` has returned.",
    regret="What ``policy_regret`` has returned.",
    ax="An array of two Axes; by default a figure of its own.",
)
@drawn_from(BestStrategy, "ds.best_strategy")
def policies(found: BestStrategy, regret: PolicyRegret, ax: Any = None) -> Panels:
    """Draw how each policy does with its best settings, and what policies regret in each world.

    On the left a dot with its 95 % interval on fresh worlds, a ring for what the search had promised, and of p_good
    a bar for the part of it that is luck; on the right regrets in points, the best policy of a world marked. Raises
    ``ValueError`` for another number of Axes. Returns the two.
    """
    drawn = _two_beside(len(regret.worlds)) if ax is None else panels(ax, (1, 2), (0.0, 0.0))
    chances, regrets = drawn.flat
    _draw_policies(chances, found)
    _draw_regret(regrets, regret)
    return drawn


def _two_beside(worlds: int) -> Panels:
    width = 4.0 + 0.8 * max(worlds, 3)
    figure = plt.figure(figsize=(4.0 + width, 4.2), layout="constrained")
    return np.asarray(figure.subplots(1, 2, width_ratios=(4.0, width)), dtype=object)


def _draw_policies(ax: Axes, found: BestStrategy) -> None:
    rows: list[tuple[str, Estimate, float | None]] = [(AS_IT_IS, found.own, None)]
    rows += [(tuned.policy, tuned.estimate, tuned.searched) for tuned in found.policies]
    handles: list[Any] = [
        Line2D([], [], color=OURS, marker="o", linewidth=2.0, label="on fresh worlds,\n95 % interval"),
        Line2D(
            [], [], color=ORANGE, marker="o", markersize=9, markerfacecolor="none", linewidth=0, label="when chosen"
        ),
    ]
    if found.measure == "p_good":
        luck = [found.own_overtaken_safely, *(tuned.overtaken_safely for tuned in found.policies)]
        ax.barh(range(len(rows)), luck, height=0.3, color=LOOKS[SAFELY].colour, zorder=1.5)
        handles.append(Patch(color=LOOKS[SAFELY].colour, label="of it over-\ntaken safely"))
    for place, (_, estimate, searched) in enumerate(rows):
        ax.plot([estimate.low, estimate.high], [place, place], color=OURS, linewidth=2.0, zorder=2)
        ax.plot(estimate.estimate, place, "o", color=OURS, markersize=6, zorder=3)
        if searched is not None:
            ax.plot(searched, place, "o", markersize=9, markerfacecolor="none", markeredgecolor=ORANGE, zorder=4)
    ax.set_yticks(range(len(rows)), [in_words(name) for name, _, _ in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(*room_for(found.measure))
    ax.set_xlabel(success_of(found.measure).label)
    in_percent(ax.xaxis)
    message = f"{found.scenario.name}: {in_words(found.best.policy)}, tuned, does best"
    entitle(ax, message, f"{found.replicates:,} fresh worlds, seed {found.seed}, {hashed(found.scenario)}", LETTERS)
    clean(np.array([ax]))
    legend_below(ax, handles, "", columns=len(handles))


def _draw_regret(ax: Axes, found: PolicyRegret) -> None:
    points = np.array([[100.0 * regret.estimate for regret in row] for row in found.regret.values()])
    ax.imshow(points, cmap="Oranges", vmin=0.0, vmax=MOST_REGRET, aspect="auto")
    for row, policy in enumerate(found.policies):
        for column, best in enumerate(found.best):
            value = points[row, column]
            words = "best" if policy == best else with_minus(f"{value:.0f}")
            colour = "white" if value > 0.6 * MOST_REGRET else WORDS
            ax.text(column, row, words, ha="center", va="center", fontsize=SMALL, color=colour)
    marks = {found.minimax: "minimax regret", found.best_on_average: "best on average"}
    if found.minimax == found.best_on_average:
        marks = {found.minimax: "minimax regret,\nbest on average"}
    names = [in_words(name) + (f"\n({marks[name]})" if name in marks else "") for name in found.policies]
    ax.set_yticks(range(len(names)), names, fontsize=SMALL)
    ax.set_xticks(range(len(found.worlds)), found.worlds, rotation=40, ha="right", fontsize=SMALL)
    widest = max(abs(end - one.estimate) for row in found.regret.values() for one in row for end in (one.low, one.high))
    told = (
        f"points below the best policy of a world, 95 % within ±{100.0 * widest:.0f}; {found.replicates:,} worlds each"
    )
    entitle(ax, f"{in_words(found.minimax)} regrets least at worst", told)
