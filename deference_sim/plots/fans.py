"""Many runs in one picture: fans of quantiles, and sample paths coloured by how they end."""

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.run import Result
from deference_sim.analysis.trace import Trajectories
from deference_sim.described import described
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots.style import (
    GREY,
    LOOKS,
    OURS,
    RIVAL_LINE,
    RIVALS,
    SMALL,
    TIME,
    WORDS,
    Panels,
    clean,
    drawn_from,
    entitle,
    in_percent,
    lead_line,
    legend_below,
    level_line,
    made_from,
    note,
    outcome_handle,
    panels,
)
from deference_sim.study.limits import MOST_REPLICATES, whole

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST_UNDER_WAY = 0.2  # with a smaller share of the runs still under way, a mean of these would describe stragglers
SAMPLE_PATHS = 12
POINTS = 200  # times on the grid that are in view
MOST_POINTS = 4000
OUTER, INNER = 0.18, 0.25  # opacity of the bands
END: dict[str, Any] = {"markersize": 6.5, "markeredgecolor": "white", "markeredgewidth": 0.5}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What one panel shows: a field of ``Trajectories`` and its label with the unit."""

    field: str
    label: str


QUANTITIES = (
    Quantity("capability", "capability C (py)"),
    Quantity("deference_goodness", "deference-goodness G (py)"),
    Quantity("margin", "margin M = G − C (py)"),
    Quantity("lead", "lead L (months)"),
)


@described(
    ax="An array of four Axes, or one Axes that gives its place to four; by default a figure of its own.",
)
@drawn_from(Result, "ds.simulate")
def trajectories(result: Result, n: int = 200, ax: Any = None) -> Panels:
    """Draw how runs unfold: capability, deference-goodness and margin in py, lead in months, over months.

    Each of the four panels has a fan (median, 25 to 75 %, 5 to 95 %) of the first ``n`` replicates, in which a run
    that has ended stays where it ended, so that lost runs do not drop out of it; a grey area, on the axis to the
    right of the first panel, is the share that has ended. Behind the fan are about a dozen single runs, coloured by
    outcome, that end in a dot or, for a catastrophe, in a cross. At least one run of every outcome among the ``n``
    is drawn; the legend gives the share of each outcome in all replicates. A rival's capability is a line, its
    median. Runs that last much longer than nearly all others leave the picture on the right.

    Returns the four Axes. Legends stand below the last two panels, for which a figure of constrained layout makes
    room.
    """
    n = min(whole(n, "n", 1, MOST_REPLICATES), result.replicates)
    drawn = panels(ax, (2, 2), (9.0, 6.0))
    last = _last_month_in_view(result, n)
    paths = result.trajectories(n, _points(result, n, last))
    chosen = _sample(paths.outcome)
    for panel, quantity in zip(drawn.flat, QUANTITIES, strict=True):
        _draw_fan(panel, paths.months, held(getattr(paths, quantity.field), paths.at_end[quantity.field]))
        panel.set_xlim(0.0, last)
        _draw_samples(panel, paths, quantity.field, chosen)
        panel.set_ylabel(quantity.label)
    _finish(drawn, result, paths)
    return drawn


def held(values: Floats, at_end: Floats) -> Floats:
    """Return the paths of runs (rows), each from its end on where it ended."""
    paths: Floats = np.where(np.isfinite(values), values, at_end[:, None])
    return paths


def _last(values: Floats) -> Floats:
    """Return the last value of each run (row) that there is on the grid; NaN where there is none."""
    known = np.isfinite(values)
    places = values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    last: Floats = values[np.arange(len(values)), places]
    return last


def fan(values: Floats) -> Floats:
    """Return the five ``QUANTILES`` over runs (rows) at each time; NaN where none has the quantity."""
    quantiles = np.full((len(QUANTILES), values.shape[1]), np.nan)
    shown = np.isfinite(values).any(axis=0)
    quantiles[:, shown] = np.nanquantile(values[:, shown], QUANTILES, axis=0)
    return quantiles


def _last_month_in_view(result: Result, n: int) -> float:
    """Return a month by which nearly all runs are over; the few that go on longer would squeeze the others."""
    ends = result.records["months"].to_numpy()[:n]
    return float(min(ends.max(), 1.1 * np.quantile(ends, 0.9)) * 1.02) or 1.0


def _points(result: Result, n: int, last: float) -> int:
    """Return how many points the grid, which goes on to the last end, needs to have ``POINTS`` in view."""
    end = float(result.records["months"].to_numpy()[:n].max())
    return min(ceil(POINTS * max(end / last, 1.0)), MOST_POINTS)


def _sample(outcomes: list[str]) -> list[int]:
    """Return the rows to draw as single paths: the first of every outcome, then the first of all."""
    firsts = [outcomes.index(outcome) for outcome in LOOKS if outcome in outcomes]
    others = [row for row in range(len(outcomes)) if row not in firsts]
    rows = [*firsts, *others[: max(SAMPLE_PATHS - len(firsts), 0)]]
    return sorted(rows, key=lambda row: outcomes[row] in CATASTROPHES)


def _draw_fan(ax: Axes, months: Floats, values: Floats) -> None:
    if not np.isfinite(values).any():
        return
    p5, p25, p50, p75, p95 = fan(values)
    ax.fill_between(months, p5, p95, color=OURS, alpha=OUTER, linewidth=0, zorder=2)
    ax.fill_between(months, p25, p75, color=OURS, alpha=INNER, linewidth=0, zorder=2)
    ax.plot(months, p50, color=OURS, linewidth=2.0, zorder=3.8)


def _draw_samples(ax: Axes, paths: Trajectories, field: str, chosen: list[int]) -> None:
    """Draw single runs up to the right end of ``ax``; what is beyond must not stretch the other axis."""
    values, ends = getattr(paths, field), paths.at_end[field]
    last = ax.get_xlim()[1]
    for row in chosen:
        look = LOOKS[paths.outcome[row]]
        known = np.isfinite(values[row])
        months = np.append(paths.months[known], paths.end_month[row])
        path = np.append(values[row][known], ends[row])
        in_view = months <= last
        ax.plot(months[in_view], path[in_view], color=look.colour, linewidth=0.8, alpha=0.45, zorder=1.8)
        if in_view[-1]:
            ax.plot(months[-1], path[-1], look.marker, color=look.colour, zorder=4, **END)


def _finish(drawn: Panels, result: Result, paths: Trajectories) -> None:
    """Add the rival, the lines that mean something, legends and the title."""
    capability, _, margin, lead = drawn.flat
    rival = result.scenario.rival.mode
    median = fan(held(paths.rival, _last(paths.rival)))[2]
    capability.plot(paths.months, median, color=RIVALS, linewidth=2.0, linestyle=RIVAL_LINE, zorder=3.8)
    _draw_ended(capability, paths)
    level_line(margin, 0.0, "edge of the Basin of Good Deference")
    if rival == "none":
        lead.text(0.5, 0.5, "no rival", transform=lead.transAxes, ha="center", color=WORDS)
        lead.set_yticks([])
    else:
        lead_line(lead, rival == "deadline")
    _mark_handoff(drawn, result)
    for panel in (margin, lead):
        panel.set_xlabel(TIME)
    title = f"of all {len(paths.outcome):,} runs drawn; one that has ended stays where it ended"
    legend_below(margin, _fan_handles(rival == "takeoff"), title, columns=2)
    legend_below(lead, _outcome_handles(result), "how runs end", columns=2)
    month = float(np.median(result.records["months"]))
    message = f"{result.scenario.name}: half of the runs have ended by month {month:.1f}"
    entitle(capability, message, made_from(result))
    clean(drawn)


def _draw_ended(ax: Axes, paths: Trajectories) -> None:
    """Draw on an axis of its own, to the right, which share of the runs has ended."""
    beside = ax.twinx()
    share = (paths.end_month[:, None] <= paths.months[None, :]).mean(axis=0)
    beside.fill_between(paths.months, 0.0, share, color=GREY, alpha=0.18, linewidth=0)
    beside.set_ylim(0.0, 1.0)
    in_percent(beside.yaxis)
    beside.set_ylabel("share of runs that have ended", color=GREY, fontsize=SMALL)
    beside.tick_params(colors=GREY, labelsize=SMALL)
    beside.spines[["top", "left"]].set_visible(False)
    beside.spines["right"].set_color(GREY)
    ax.set_zorder(beside.get_zorder() + 1)
    ax.patch.set_visible(False)


def _mark_handoff(drawn: Panels, result: Result) -> None:
    """Draw a vertical line at the handoff if it is at one same month, not 0, in all runs that hand off."""
    months = result.records["handoff_month"].dropna().unique()
    if len(months) != 1 or months[0] <= 0.0:
        return
    for panel in drawn.flat:
        panel.axvline(months[0], color=WORDS, linewidth=0.8, linestyle=":", zorder=1.5)
    note(drawn.flat[2], "handoff", (months[0], 0.98), ("data", "axes fraction"), (2, 0))


def _fan_handles(with_rival: bool) -> list[Any]:
    handles: list[Any] = [
        Line2D([], [], color=OURS, linewidth=2.0, label="median"),
        Patch(color=OURS, alpha=INNER + OUTER, linewidth=0, label="25–75 %"),
        Patch(color=OURS, alpha=OUTER, linewidth=0, label="5–95 %"),
        Patch(color=GREY, alpha=0.18, linewidth=0, label="share that has ended"),
    ]
    if with_rival:
        handles.append(
            Line2D([], [], color=RIVALS, linewidth=2.0, linestyle=RIVAL_LINE, label="rival's capability R (median)")
        )
    return handles


def _outcome_handles(result: Result) -> list[Line2D]:
    with_deadline = result.scenario.rival.mode == "deadline"
    shares = {name: estimate.estimate for name, estimate in result.outcomes.items() if estimate.estimate > 0.0}
    return [
        outcome_handle(name, f"{outcome_words(name, with_deadline)} {100.0 * share:.1f} %")
        for name, share in shares.items()
    ]
