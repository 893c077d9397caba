"""Shares of effort over time, averaged over the runs that are still under way."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from deference_sim.analysis.run import Result
from deference_sim.described import described
from deference_sim.plots.bands import name_bands
from deference_sim.plots.fans import LEAST_UNDER_WAY
from deference_sim.plots.style import (
    TIME,
    axes,
    clean,
    drawn_from,
    entitle,
    in_percent,
    legend_beside,
    made_from,
    percent,
)
from deference_sim.plots.trace import SHARES
from deference_sim.study.limits import MOST_REPLICATES, whole

RUNS = 200
POINTS = 300  # times
DARK = ("capability",)  # bands on which white is read


@described()
@drawn_from(Result, "ds.simulate")
def effort_over_time(result: Result, n: int = RUNS, ax: Axes | None = None) -> Axes:
    """Draw how effort is shared over months: the mean over those of the first ``n`` runs that are still under way.

    Drawn for as long as 20 % of them are. Before their handoff humans do the work. Draws on ``ax`` or a new figure;
    returns the Axes.
    """
    paths = result.trajectories(min(whole(n, "n", 1, MOST_REPLICATES), result.replicates), POINTS)
    drawn = axes(ax, (8.5, 3.4))
    shown = np.isfinite(paths.capability).mean(axis=0) >= LEAST_UNDER_WAY
    months = paths.months[shown]
    means = {words: np.nanmean(getattr(paths, name)[:, shown], axis=0) for name, (words, _) in SHARES.items()}
    colours = dict(SHARES.values())
    used = [words for words, mean in means.items() if mean.any()]
    before = np.clip(1.0 - sum(means.values()), 0.0, 1.0)
    drawn.stackplot(
        months,
        *(means[words] for words in used),
        before,
        colors=[*(colours[words] for words in used), "#dddddd"],
        alpha=0.8,
        linewidth=0.7,
        edgecolor="white",
    )
    handles = [Patch(color=colours[words], alpha=0.8, linewidth=0, label=words) for words in used]
    if before.max() > 1e-9:
        handles.append(Patch(color="#dddddd", linewidth=0, label="humans, before\nthe handoff"))
    drawn.set_xlim(0.0, months[-1] if months[-1] > 0.0 else 1.0)
    drawn.set_ylim(0.0, 1.0)
    drawn.set_xlabel(TIME)
    drawn.set_ylabel("share of effort")
    in_percent(drawn.yaxis)
    message = f"{result.scenario.name}: {_message(means)}"
    entitle(drawn, message, f"mean of the runs that are under way; {made_from(result, len(paths.outcome))}")
    clean(np.array([drawn]))
    legend_beside(drawn, handles[::-1])
    edges = np.cumsum([np.zeros(len(months)), *(means[words] for words in used)], axis=0)
    bands = {words: (edges[place], edges[place + 1]) for place, words in enumerate(used)}
    name_bands(drawn, months, bands, DARK)
    return drawn


def _message(means: Mapping[str, NDArray[np.float64]]) -> str:
    """Return what AIs spend their effort on, of all of it since their handoff."""
    whole_effort = sum(float(mean.sum()) for mean in means.values())
    if whole_effort == 0.0:
        return "humans do all the work"
    told = " and ".join(
        f"{percent(means[words].sum() / whole_effort)} on {words}" for words in ("capability", "goodness")
    )
    return f"AIs spend {told}"
