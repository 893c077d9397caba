"""How any number that runs leave behind is distributed: by cumulative share, or by density."""

from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from deference_sim.analysis.columns import RECORDS
from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.run import Result
from deference_sim.described import described
from deference_sim.plots.style import BLACK, OURS, axes, clean, drawn_from, entitle, in_percent, made_from, percent

BINS = 40


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
        drawn.step(known, np.arange(1, len(known) + 1) / len(values), where="post", color=OURS, linewidth=1.8)
        drawn.set_ylim(-0.02, 1.02)
    else:
        drawn.hist(known, bins=BINS, weights=np.full(len(known), 1.0 / len(values)), color=OURS, alpha=0.8)
    unit = RECORDS[column].unit
    drawn.set_xlabel(column.replace("_", " ") + (f" ({unit})" if unit in ("months", "py") else ""))
    drawn.set_ylabel("share of all runs" + (" with at most so much" if kind == "cdf" else ""))
    in_percent(drawn.yaxis)
    message = f"{result.scenario.name}: no run has a number"
    if len(known):
        low, median, high = np.quantile(known, (0.05, 0.5, 0.95))
        drawn.axvline(median, color=BLACK, linewidth=0.8, linestyle=(0, (4, 2)))
        told = with_minus(f"median {median:.3g}, 5 to 95 % {low:.3g} to {high:.3g}")
        message = f"{result.scenario.name}: {column.replace('_', ' ')}, {told}"
    there = f"{percent(len(known) / len(values))} of the runs have it; " if len(known) < len(values) else ""
    entitle(drawn, message, there + made_from(result))
    clean(np.array([drawn], dtype=object))
    return drawn
