"""Many runs in one picture: fans of quantiles, and sample paths coloured by how they end."""

from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.run import Result
from deference_sim.analysis.trace import Trajectories
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots.style import (
    LOOKS,
    OURS,
    RIVAL_LINE,
    RIVALS,
    TIME,
    WORDS,
    Panels,
    clean,
    lead_line,
    legend_below,
    level_line,
    note,
    outcome_handle,
    panels,
    title_of,
)

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST_UNDER_WAY = 0.2  # with a smaller share of the runs still under way, a fan would describe stragglers
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


def trajectories(result: Result, n: int = 200, ax: Any = None) -> Panels:
    """Draw how runs unfold: capability, deference-goodness and margin in py, lead in months, over months.

    Each of the four panels has a fan (median, 25 to 75 %, 5 to 95 %) of those of the first ``n`` replicates that are
    still under way, for as long as 20 % of them are; and about a dozen single runs, coloured by outcome, that end in
    a dot or, for a catastrophe, in a cross. At least one run of every outcome among the ``n`` is drawn; the legend
    gives the share of each outcome in all replicates. A rival's capability is a second fan beside our own. Runs that
    last much longer than nearly all others leave the picture on the right.

    ``ax`` is an array of four Axes, or one Axes that gives its place to four; None makes a figure. Returns the four.
    Legends stand below the last two panels, for which a figure of constrained layout makes room.
    """
    drawn = panels(ax, (2, 2), (9.0, 6.0))
    n = min(n, result.replicates)
    last = _last_month_in_view(result, n)
    paths = result.trajectories(n, _points(result, n, last))
    chosen = _sample(paths.outcome)
    for panel, quantity in zip(drawn.flat, QUANTITIES, strict=True):
        _draw_fan(panel, paths.months, getattr(paths, quantity.field), OURS)
        panel.set_xlim(0.0, last)
        _draw_samples(panel, paths, quantity.field, chosen)
        panel.set_ylabel(quantity.label)
    _finish(drawn, result, paths)
    return drawn


def fan(values: Floats) -> Floats:
    """Return the five ``QUANTILES`` over runs (rows) at each time, NaN where fewer than 20 % are under way."""
    quantiles = np.full((len(QUANTILES), values.shape[1]), np.nan)
    shown = np.isfinite(values).mean(axis=0) >= LEAST_UNDER_WAY
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


def _draw_fan(ax: Axes, months: Floats, values: Floats, colour: str, line: Literal["-", "--"] = "-") -> None:
    if not np.isfinite(values).any():
        return
    p5, p25, p50, p75, p95 = fan(values)
    ax.fill_between(months, p5, p95, color=colour, alpha=OUTER, linewidth=0, zorder=2)
    ax.fill_between(months, p25, p75, color=colour, alpha=INNER, linewidth=0, zorder=2)
    ax.plot(months, p50, color=colour, linewidth=2.0, linestyle=line, zorder=3.8)


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
        ax.plot(months[in_view], path[in_view], color=look.colour, linewidth=0.8, alpha=0.75, zorder=3.5)
        if in_view[-1]:
            ax.plot(months[-1], path[-1], look.marker, color=look.colour, zorder=4, **END)


def _finish(drawn: Panels, result: Result, paths: Trajectories) -> None:
    """Add the rival, the lines that mean something, legends and the title."""
    capability, _, margin, lead = drawn.flat
    rival = result.scenario.rival.mode
    _draw_fan(capability, paths.months, paths.rival, RIVALS, RIVAL_LINE)
    level_line(margin, 0.0, "edge of the Basin of Good Deference")
    if rival == "none":
        lead.text(0.5, 0.5, "no rival", transform=lead.transAxes, ha="center", color=WORDS)
        lead.set_yticks([])
    else:
        lead_line(lead, rival == "deadline")
    _mark_handoff(drawn, result)
    for panel in (margin, lead):
        panel.set_xlabel(TIME)
    title = f"of {len(paths.outcome):,} runs those still under way, while at least {100 * LEAST_UNDER_WAY:.0f} % are"
    legend_below(margin, _fan_handles(rival == "takeoff"), title, columns=2)
    legend_below(lead, _outcome_handles(result), "how runs end", columns=2)
    capability.set_title(title_of(result), loc="left")
    clean(drawn)


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
    ]
    if with_rival:
        handles.append(Line2D([], [], color=RIVALS, linewidth=2.0, linestyle=RIVAL_LINE, label="rival's capability R"))
    return handles


def _outcome_handles(result: Result) -> list[Line2D]:
    with_deadline = result.scenario.rival.mode == "deadline"
    shares = {name: estimate.value for name, estimate in result.outcomes.items() if estimate.value > 0.0}
    return [
        outcome_handle(name, f"{outcome_words(name, with_deadline)} {100.0 * share:.1f} %")
        for name, share in shares.items()
    ]
