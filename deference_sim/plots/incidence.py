"""Outcomes over time: how many runs have ended by each month, and how."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.run import Result
from deference_sim.described import described
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots.bands import name_bands
from deference_sim.plots.style import (
    LOOKS,
    TIME,
    WORDS,
    axes,
    clean,
    drawn_from,
    entitle,
    in_percent,
    legend_beside,
    made_from,
    percent,
)

POINTS = 300  # months at which runs are counted
DARK = ("rival_catastrophe", "stabilised", "punted")  # bands on which white is read

Floats = NDArray[np.float64]


@described()
@drawn_from(Result, "ds.simulate")
def outcomes_over_time(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the cumulative incidence of every outcome over months: the share of all runs that have ended so by then.

    Catastrophes are stacked from below, other ends from above, so that the lower edge of the white is the chance of
    a catastrophe by that month and its height the share of runs still under way (or unresolved at the horizon). Around
    either edge lies its pointwise 95 % interval. All replicates are in the denominator: these are competing risks.
    Draws on ``ax`` or a new figure; returns the Axes.
    """
    drawn = axes(ax, (8.5, 4.2))
    ends = result.records["months"].to_numpy()
    outcomes = result.records["outcome"].to_numpy()
    months = np.linspace(0.0, _last_month(ends[outcomes != "unresolved"], ends), POINTS)
    occurring = [name for name in LOOKS if name != "unresolved" and result.outcomes[name].estimate > 0.0]
    counts = {name: np.searchsorted(np.sort(ends[outcomes == name]), months, side="right") for name in occurring}
    bad = [name for name in occurring if name in CATASTROPHES]
    well = [name for name in LOOKS if name in occurring and name not in CATASTROPHES][::-1]
    with_deadline = result.scenario.rival.mode == "deadline"
    bands = _stack(drawn, months, [(name, counts[name]) for name in bad], result.replicates, from_above=False)
    bands |= _stack(drawn, months, [(name, counts[name]) for name in well], result.replicates, from_above=True)
    drawn.set_xlim(0.0, months[-1])
    drawn.set_ylim(0.0, 1.0)
    drawn.set_xlabel(TIME)
    drawn.set_ylabel("share of all runs")
    in_percent(drawn.yaxis)
    lost = sum(result.outcomes[name].estimate for name in bad)
    message = f"{result.scenario.name}: {percent(lost)} of the runs end in a catastrophe"
    entitle(drawn, message, made_from(result))
    clean(np.array([drawn]))
    drawn.set_axisbelow(False)
    handles = [_handle(name, result.outcomes[name], with_deadline) for name in (*well, *bad[::-1])]
    left = result.outcomes["unresolved"]
    handles.insert(len(well), Patch(facecolor="white", edgecolor=WORDS, linewidth=0.6, label=_under_way(left)))
    legend_beside(drawn, handles)
    named = {outcome_words(name, with_deadline): band for name, band in bands.items()}
    name_bands(drawn, months, named, [outcome_words(name, with_deadline) for name in DARK])
    return drawn


def _last_month(resolved: Floats, ends: Floats) -> float:
    """Return a month by which nearly all runs that resolve have done so; of none, the horizon."""
    if len(resolved) == 0:
        return float(ends.max())
    return float(min(resolved.max(), 1.15 * np.quantile(resolved, 0.98)) * 1.05) or 1.0


def _stack(
    ax: Axes, months: Floats, counts: list[tuple[str, NDArray[np.int64]]], replicates: int, *, from_above: bool
) -> dict[str, tuple[Floats, Floats]]:
    """Stack shares of runs from the bottom, or from the top downwards, with the interval of their sum at its edge.

    Returns the lower and the upper edge of each band.
    """
    bands: dict[str, tuple[Floats, Floats]] = {}
    total = np.zeros(len(months), dtype=np.int64)
    for name, count in counts:
        before, total = total, total + count
        low, high = before / replicates, total / replicates
        if from_above:
            low, high = 1.0 - high, 1.0 - low
        bands[name] = (low, high)
        ax.fill_between(months, low, high, facecolor=LOOKS[name].colour, alpha=0.8, linewidth=0, zorder=2)
        ax.plot(months, high if not from_above else low, color="white", linewidth=0.7, zorder=2.5)
    found = [probability(int(count), replicates) for count in total]
    low, high = (np.array([getattr(share, side) for share in found]) for side in ("low", "high"))
    edge = np.array([share.estimate for share in found])
    if from_above:
        low, high, edge = 1.0 - high, 1.0 - low, 1.0 - edge
    if counts:
        ax.fill_between(months, low, high, color=WORDS, alpha=0.35, linewidth=0, zorder=3)
        ax.plot(months, edge, color=WORDS, linewidth=0.8, zorder=3.5)
    return bands


def _handle(name: str, share: Estimate, with_deadline: bool) -> Patch:
    return Patch(color=LOOKS[name].colour, alpha=0.8, label=f"{outcome_words(name, with_deadline)}\n{_percent(share)}")


def _under_way(unresolved: Estimate) -> str:
    return (
        "under way"
        if unresolved.estimate == 0.0
        else f"under way, or unresolved\nat the horizon {_percent(unresolved)}"
    )


def _percent(share: Estimate) -> str:
    return f"{100 * share.estimate:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"
