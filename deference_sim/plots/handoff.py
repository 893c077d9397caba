"""The picture of the best handoff: the chance of success and what goes wrong, by its month."""

from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from deference_sim.analysis.handoff import INDIFFERENCE, NEVER, OWN_WAY, WAYS, BestHandoff, Timing
from deference_sim.analysis.measure import success_of
from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.worlds import SAFELY
from deference_sim.described import described
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots.bands import name_bands
from deference_sim.plots.incidence import DARK
from deference_sim.plots.style import (
    GREEN,
    GREY,
    LOOKS,
    ORANGE,
    OURS,
    PURPLE,
    Panels,
    clean,
    drawn_from,
    entitle,
    hashed,
    in_percent,
    legend_beside,
    panels,
    percent,
    room_for,
)

Line = Literal["--", "-.", ":"]
WAYS_DRAWN: dict[str, tuple[str, Line]] = {OWN_WAY: (ORANGE, "--"), INDIFFERENCE: (PURPLE, "-."), NEVER: (GREY, ":")}
ALONE = 0.5  # months on either side of the only month that there is
BAND = 0.25  # opacity of an interval


@described(
    found="What ``best_handoff`` has returned.",
    ax="An array of two Axes, or one Axes that gives its place to two; by default a figure of its own.",
)
@drawn_from(BestHandoff, "ds.best_handoff")
def handoff_timing(found: BestHandoff, ax: Any = None) -> Panels:
    """Draw the chance of success over the month of the handoff, and below it the catastrophes that the rest ends in.

    The band is the pointwise 95 % interval on fresh worlds, the shaded months do as well as the best one (the dot),
    horizontal lines are other ways to decide. Of p_good the part that is luck is filled from below. Returns the two
    Axes.
    """
    drawn = panels(ax, (2, 1), (8.5, 6.0))
    chances, risks = drawn.flat
    _draw_chances(chances, found)
    months, bands = _draw_risks(risks, found)
    for panel in drawn.flat:
        last = max(found.window, found.curve[-1].month)
        panel.set_xlim(*((0.0, last) if last else (-ALONE, ALONE)))
        if len(found.curve) == 1:
            panel.set_xticks([found.curve[0].month])
    chances.set_ylim(*room_for(found.measure))
    risks.set_ylim(-0.02, 1.02)
    for panel in drawn.flat:
        in_percent(panel.yaxis)
    risks.set_xlabel("month of the handoff")
    clean(drawn)
    if len(found.curve) > 1:
        with_deadline = found.scenario.rival.mode == "deadline"
        name_bands(risks, months, bands, [outcome_words(name, with_deadline) for name in DARK])
    return drawn


def _drawn_at(found: BestHandoff) -> tuple[list[float], list[Timing]]:
    """Return the months at which there is something to draw, and what; the only one there is has a width."""
    months = [timing.month for timing in found.curve]
    if len(months) > 1:
        return months, list(found.curve)
    return [months[0] - ALONE / 8.0, months[0] + ALONE / 8.0], [found.curve[0]] * 2


def _draw_chances(ax: Axes, found: BestHandoff) -> None:
    months, timings = _drawn_at(found)
    estimates = [timing.estimate for timing in timings]
    ax.axvspan(*found.as_good, color=GREEN, alpha=0.15, linewidth=0, zorder=1)
    low, high = ([getattr(one, end) for one in estimates] for end in ("low", "high"))
    ax.fill_between(months, low, high, color=OURS, alpha=BAND, linewidth=0, zorder=2)
    ax.plot(months, estimates, color=OURS, linewidth=2.0, zorder=3)
    ax.plot(found.best.month, found.best.estimate.estimate, "o", color=OURS, markersize=7, zorder=4)
    first, last = found.as_good
    handles: list[Any] = [
        Line2D([], [], color=OURS, linewidth=2.0, label="handoff in a fixed month,\n95 % interval"),
        Line2D([], [], color=OURS, marker="o", linewidth=0, label=f"best: month {found.best.month:.3g}"),
        Patch(color=GREEN, alpha=0.15, linewidth=0, label=f"as good: {first:.3g} to {last:.3g}"),
    ]
    if found.measure == "p_good":
        luck = [timing.risks[SAFELY] for timing in timings]
        ax.fill_between(months, 0.0, luck, color=LOOKS[SAFELY].colour, alpha=0.7, linewidth=0, zorder=1.5)
        handles.append(Patch(color=LOOKS[SAFELY].colour, alpha=0.7, label="of it overtaken safely"))
    for way in found.alternatives:
        colour, line = WAYS_DRAWN[way.name]
        ax.axhline(way.estimate.estimate, color=colour, linewidth=1.2, linestyle=line, zorder=2.5)
        handles.append(Line2D([], [], color=colour, linewidth=1.2, linestyle=line, label=WAYS[way.name]))
    ax.set_ylabel(success_of(found.measure).name)
    runs = f"{found.replicates:,} fresh worlds a month, seed {found.seed}, AIs of {found.best.capability:g} py"
    entitle(ax, _message(found), f"{runs}, {hashed(found.scenario)}")
    legend_beside(ax, handles)


def _message(found: BestHandoff) -> str:
    """Return which fixed month does best, and which do as well."""
    first, last = found.as_good
    chance = f"{success_of(found.measure).name} {percent(found.best.estimate.estimate)}"
    if first == last:
        return f"{found.scenario.name}: of fixed months a handoff in month {found.best.month:.3g} does best, {chance}"
    months = f"from month {first:.3g} to {last:.3g}"
    return f"{found.scenario.name}: of fixed months those {months} do best for the handoff, {chance}"


def _draw_risks(ax: Axes, found: BestHandoff) -> tuple[NDArray[Any], dict[str, Any]]:
    """Draw what the runs end in that go wrong; return the months, and the edges of each band."""
    months, timings = _drawn_at(found)
    occurring = [name for name in CATASTROPHES if any(timing.risks[name] > 0.0 for timing in found.curve)]
    below = np.zeros(len(months))
    handles, bands = [], {}
    for name in occurring:
        above = below + np.array([timing.risks[name] for timing in timings])
        look: dict[str, Any] = {"facecolor": LOOKS[name].colour, "edgecolor": "white", "alpha": 0.8, "linewidth": 0.7}
        ax.fill_between(months, below, above, zorder=2, **look)
        words = outcome_words(name, found.scenario.rival.mode == "deadline")
        handles.append(Patch(color=LOOKS[name].colour, alpha=0.8, label=words))
        bands[words] = (below, above)
        below = above
    ax.set_ylabel("share of runs that end in")
    if handles:
        legend_beside(ax, handles[::-1])
    return np.array(months), bands
