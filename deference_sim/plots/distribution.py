"""How any number that runs leave behind is distributed: by cumulative share, or by density."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from deference_sim.analysis.columns import RECORDS
from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.estimate import probability
from deference_sim.analysis.run import Result
from deference_sim.described import described
from deference_sim.plots.style import (
    BLACK,
    OURS,
    WORDS,
    axes,
    clean,
    drawn_from,
    entitle,
    in_percent,
    made_from,
    note,
    percent,
)

BINS = 40
MOST_ENDS = 300  # places at which intervals are worked out
BAND = 0.25  # opacity of an interval

Floats = NDArray[np.float64]


@described(
    column="A column of ``result.records`` that holds numbers; ``result.columns`` lists them.",
    kind="``cdf``, the share of all runs in which it is at most so much, or ``pdf``, a histogram of shares.",
)
@drawn_from(Result, "ds.simulate")
def distribution(
    result: Result, column: str = "months", kind: Literal["cdf", "pdf"] = "cdf", ax: Axes | None = None
) -> Axes:
    """Draw how ``column`` of the records is distributed over all runs.

    Runs that have no such number stay in the denominator: the curve then ends below 100 %. Draws on ``ax`` or a new
    figure; returns the Axes. Raises ``ValueError`` for a column that there is not, or that holds no numbers.
    """
    records = result.records
    numbers = [str(name) for name in records.columns if records[name].dtype.kind in "fiub"]
    if column not in numbers:
        raise ValueError(f"no number {column!r} in the records: there are {', '.join(numbers)}")
    values = records[column].to_numpy(float)
    known = np.sort(values[np.isfinite(values)])
    drawn = axes(ax, (7.5, 4.2))
    if kind == "cdf":
        _draw_shares(drawn, known, len(values))
    else:
        _draw_histogram(drawn, known, len(values))
    told = RECORDS[column]
    unit = f" ({told.unit})" if told.unit in ("months", "py") else ""
    drawn.set_xlabel(told.label + unit)
    drawn.set_ylabel("share of all runs" + (" with at most so much" if kind == "cdf" else ""))
    in_percent(drawn.yaxis)
    message = "no run has a number"
    if len(known):
        median = float(np.median(known))
        drawn.axvline(median, color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)))
        note(drawn, "median", (median, 0.98), ("data", "axes fraction"), (3, 0))
        message = _message(known, told.unit if unit and not told.label.startswith("month") else "")
    there = f"{percent(len(known) / len(values))} of the runs have it; " if len(known) < len(values) else ""
    entitle(drawn, f"{result.scenario.name}: {told.label}: {message}", f"{there}{made_from(result)}, 95 % intervals")
    clean(np.array([drawn], dtype=object))
    return drawn


def _message(known: Floats, unit: str) -> str:
    low, median, high = (with_minus(f"{value:.3g}") for value in np.quantile(known, (0.05, 0.5, 0.95)))
    return f"median {median}{unit and ' '}{unit}, 90 % from {low} to {high}"


def _draw_shares(ax: Axes, known: Floats, runs: int) -> None:
    """Draw which share of all runs has at most so much, with its pointwise 95 % interval."""
    counts = np.arange(1, len(known) + 1)
    ax.step(known, counts / runs, where="post", color=OURS, linewidth=1.8)
    some = np.unique(np.linspace(0, len(known) - 1, MOST_ENDS).astype(int)) if len(known) else np.empty(0, int)
    found = [probability(int(count), runs) for count in counts[some]]
    low, high = ([getattr(one, end) for one in found] for end in ("low", "high"))
    ax.fill_between(known[some], low, high, step="post", color=OURS, alpha=BAND, linewidth=0)
    ax.set_ylim(-0.02, 1.02)


def _draw_histogram(ax: Axes, known: Floats, runs: int) -> None:
    """Draw the share of all runs in each bar, with its 95 % interval; a bar for each number where these are whole."""
    edges: Floats | int = BINS
    if len(known) and (known == np.round(known)).all() and np.ptp(known) < BINS:
        edges = np.arange(known.min(), known.max() + 2.0) - 0.5
    counts, edges = np.histogram(known, edges)
    found = [probability(int(count), runs) for count in counts]
    shares = np.array([one.estimate for one in found])
    ends = [[abs(getattr(one, end) - one.estimate) for one in found] for end in ("low", "high")]
    middles = (edges[1:] + edges[:-1]) / 2.0
    ax.bar(middles, shares, width=0.96 * np.diff(edges), color=OURS, alpha=0.8)
    ax.errorbar(middles, shares, yerr=ends, fmt="none", ecolor=WORDS, elinewidth=0.8)
    ax.set_ylim(bottom=0.0)
