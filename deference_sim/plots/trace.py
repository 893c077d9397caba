"""One run in one picture: stocks, margin, lead, shares of effort, and what happened when."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.trace import Trajectory
from deference_sim.described import described
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LOOKS,
    ORANGE,
    OURS,
    PURPLE,
    RIVAL_LINE,
    RIVALS,
    SKY,
    TIME,
    VERMILION,
    WORDS,
    Panels,
    clean,
    drawn_from,
    entitle,
    hashed,
    in_percent,
    lead_line,
    legend_beside,
    level_line,
    note,
    panels,
)

ROUTINE = ("reviewed", "effort shared")  # too many to mark one by one
TURNING_POINTS = (
    "handed off",
    "fully deferred",
    "halted",
    "resumed",
    "halt given up",
    "entered the basin",
    "left the basin",
    "rival takes off",
    "rival dangerous",
    "weights stolen",
    "overtaken",
    "resolved",
)
SHARES = {
    "capability_share": ("capability", BLUE),
    "goodness_share": ("goodness", GREEN),
    "time_buying_share": ("buying time", ORANGE),
    "defence_share": ("defence", PURPLE),
    "tests_share": ("tests", SKY),
}
#: Phases that are shaded through all panels: words, colour, opacity.
SHADES = {"partial": ("partial deference", SKY, 0.15), "halted": ("deference halted", VERMILION, 0.13)}
PROFILE_LINE = "-."  # which tells it from alignment in grey
SCHEMING = "AIs scheme, known or not"
#: Marker and colour of a logged event; what is not listed is a grey bar.
EVENT_LOOKS = {
    "handed off": (">", BLUE),
    "successor deferred to": ("|", BLUE),
    "successor sent back": ("x", ORANGE),
    "successor waits": ("s", ORANGE),
    "entered the basin": ("^", GREEN),
    "left the basin": ("v", VERMILION),
    "rival takes off": ("D", BLACK),
    "hazard handled": ("o", SKY),
    "hazard suffered": ("P", ORANGE),
    "hazard fatal": ("X", VERMILION),
    "rival dangerous": ("d", BLACK),
    "overtaken": ("X", BLACK),
    "deadline missed": ("X", BLACK),
    "weights stolen": ("P", BLACK),
    "deal struck": ("o", GREEN),
    "deal backfired": ("x", VERMILION),
    "paradigm shifted": ("*", PURPLE),
    "outbreak": ("v", ORANGE),
    "trial run begun": ("|", BLUE),
    "deadline met": ("o", GREEN),
    "began to scheme": ("v", VERMILION),
    "schemers found": ("D", ORANGE),
    "showdown won": ("o", GREEN),
    "showdown lost": ("X", VERMILION),
    "halted": ("s", VERMILION),
    "resumed": (">", GREEN),
    "halt given up": (">", ORANGE),
    "fully deferred": (">", BLUE),
}


@described(
    trajectory="What ``trace`` has returned.",
    ax="An array of five Axes, or one Axes that gives its place to five; by default a figure of its own.",
)
@drawn_from(Trajectory, "ds.trace")
def trajectory(trajectory: Trajectory, ax: Any = None) -> Panels:
    """Draw one replicate over months: stocks and margin in py, lead in months, shares of effort, and events.

    From the top: capability C with broad alignment A, capability profile W and a rival's capability R; the margin,
    with what each review took it for; the lead; shares of effort, stacked; and a row for each kind of logged event,
    routine reviews left out. Thin lines through all panels mark the turning points; spells of partial and of halted
    deference are shaded. A bar below the events shows when the AIs scheme.

    Returns the five Axes. Legends stand right of the panels, for which a figure of constrained layout makes room.
    """
    events = _events(trajectory.log)
    events.pop((_end_words(trajectory), ""), None)  # the end itself says it, in a row of its own
    rows = len(events) + bool(trajectory.scheming)
    heights = (3.0, 1.6, 1.3, 1.3, max(0.22 * rows, 0.5))
    drawn = panels(ax, (5, 1), (9.0, 1.15 * sum(heights)), heights)
    stocks, margin, lead, shares, timeline = drawn.flat
    for panel in drawn.flat:
        panel.set_xlim(0.0, trajectory.month * 1.02 or 1.0)
    _draw_stocks(stocks, trajectory)
    _draw_margin(margin, trajectory)
    _draw_lead(lead, trajectory)
    _draw_shares(shares, trajectory)
    _draw_events(timeline, events, trajectory)
    for month in trajectory.log.loc[trajectory.log["event"].isin(TURNING_POINTS), "month"]:
        for panel in drawn.flat:
            panel.axvline(month, color=GREY, linewidth=0.7, linestyle=":", zorder=1.5)
    for panel in drawn.flat:
        for spell in trajectory.phases:
            if spell.phase in SHADES:
                _, colour, opacity = SHADES[spell.phase]
                panel.axvspan(spell.start, spell.end, color=colour, alpha=opacity, linewidth=0, zorder=0.5)
    timeline.set_xlabel(TIME)
    made_from = f"replicate {trajectory.replicate}, seed {trajectory.seed}, {hashed(trajectory.scenario)}"
    entitle(stocks, _message(trajectory), made_from)
    clean(drawn)
    return drawn


def _message(trajectory: Trajectory) -> str:
    cause = f" ({trajectory.cause})" if trajectory.cause else ""
    return f"{trajectory.scenario.name}: {_end_words(trajectory)}{cause} after {trajectory.month:.1f} months"


def _end_words(trajectory: Trajectory) -> str:
    return outcome_words(trajectory.outcome, trajectory.scenario.rival.mode == "deadline")


def _has_rival(trajectory: Trajectory) -> bool:
    return bool(np.isfinite(trajectory.path.rival).any())


def _events(log: pd.DataFrame) -> dict[tuple[str, str], list[float]]:
    """Return the months of every kind of event that is worth a row, in the order in which kinds first occur."""
    found: dict[tuple[str, str], list[float]] = {}
    for month, event, about in log[["month", "event", "about"]].itertuples(index=False):
        if event not in ROUTINE:
            found.setdefault((event, about), []).append(month)
    return found


def _draw_stocks(ax: Axes, trajectory: Trajectory) -> None:
    path = trajectory.path
    shaded = {spell.phase for spell in trajectory.phases}
    of_ais_alone = np.minimum(path.broad_alignment, path.capability_profile)
    filled_in = (path.deference_goodness > of_ais_alone).any()
    goodness = "G, with what humans fill in" if filled_in else "G = min(A, W)"
    lines: list[Any] = [
        *ax.plot(path.months, path.deference_goodness[0], color=GREY, linewidth=4.0, alpha=0.35, label=goodness),
        *ax.plot(path.months, path.broad_alignment[0], color=GREEN, linewidth=1.1, label="broad alignment A"),
        *ax.plot(path.months, path.capability_profile[0], PROFILE_LINE, color=ORANGE, label="capability profile W"),
        *ax.plot(path.months, path.capability[0], color=OURS, linewidth=2.0, label="capability C"),
    ]
    if _has_rival(trajectory):
        lines += ax.plot(
            path.months, path.rival[0], color=RIVALS, linewidth=1.5, linestyle=RIVAL_LINE, label="rival's capability R"
        )
    for phase, (words, colour, opacity) in SHADES.items():
        if phase in shaded:
            lines.append(Patch(color=colour, alpha=2.0 * opacity, linewidth=0, label=words))
    ax.set_ylabel("level (py)")
    legend_beside(ax, lines)


def _draw_margin(ax: Axes, trajectory: Trajectory) -> None:
    path, log = trajectory.path, trajectory.log
    reviews = log[log["event"] == "reviewed"]
    margin = ax.plot(path.months, path.margin[0], color=OURS, linewidth=1.5, label="margin M")
    found = ax.plot(
        reviews["month"], reviews["margin_estimate"], ".", color=ORANGE, markersize=3.5, label="as reviewed"
    )
    outside = path.margin[0] < 0.0
    for start, end in trajectory.scheming:
        outside |= (path.months >= start) & (path.months <= end)
    ax.fill_between(path.months, path.margin[0], 0.0, where=outside, color=VERMILION, alpha=0.3, linewidth=0)
    ax.set_ylabel("margin M (py)")
    level_line(ax, 0.0, "edge of the Basin of Good Deference", room=0.2)
    handles: list[Any] = [*margin, *found]
    if outside.any():
        handles.append(Patch(color=VERMILION, alpha=0.3, linewidth=0, label="outside the basin"))
    legend_beside(ax, handles)


def _draw_lead(ax: Axes, trajectory: Trajectory) -> None:
    path = trajectory.path
    ax.set_ylabel("lead L (months)")
    if not np.isfinite(path.lead[0]).any():
        ax.text(0.5, 0.5, "no rival", transform=ax.transAxes, ha="center", color=WORDS)
        ax.set_yticks([])
        return
    ax.plot(path.months, path.lead[0], color=OURS, linewidth=1.5)
    lead_line(ax, not _has_rival(trajectory), room=0.25)


def _draw_shares(ax: Axes, trajectory: Trajectory) -> None:
    log = trajectory.log
    handoffs = log.loc[log["event"] == "handed off", "month"]
    before = handoffs.iloc[0] if len(handoffs) else trajectory.month
    after = log[log["month"] >= before]
    drawn = {name: look for name, look in SHARES.items() if name != "tests_share" or after[name].any()}
    colours = [colour for _, colour in drawn.values()]
    look: dict[str, Any] = {"alpha": 0.7, "step": "post", "linewidth": 0.6, "edgecolor": "white"}
    ax.stackplot(after["month"], *(after[name] for name in drawn), colors=colours, **look)
    if before > 0.0:
        ax.axvspan(0.0, before, color=GREY, alpha=0.15, linewidth=0)
        note(ax, "humans", (0.0, 0.95), ("data", "axes fraction"), (2, 0))
    ax.set_ylim(0.0, 1.0)
    ax.set_ylabel("share of effort")
    in_percent(ax.yaxis)
    handles = [Line2D([], [], color=colour, linewidth=6, alpha=0.7, label=words) for words, colour in drawn.values()]
    legend_beside(ax, handles[::-1])


def _draw_events(ax: Axes, events: dict[tuple[str, str], list[float]], trajectory: Trajectory) -> None:
    names = []
    for row, ((event, about), months) in enumerate(events.items()):
        marker, colour = EVENT_LOOKS.get(event, ("|", GREY))
        names.append(f"{event}: {about}" if about else event)
        if event == "resolved":
            marker, colour = LOOKS[trajectory.outcome].marker, LOOKS[trajectory.outcome].colour
            names[-1] = _end_words(trajectory)
        ax.plot(months, [row] * len(months), marker, color=colour, markersize=7, clip_on=False)
    if trajectory.scheming:
        starts, ends = zip(*trajectory.scheming, strict=True)
        at = [len(names)] * len(starts)
        ax.hlines(at, starts, ends, color=VERMILION, linewidth=5, alpha=0.6)
        ax.plot(starts, at, "|", color=VERMILION, markersize=7, clip_on=False)  # a spell may last but an instant
        names.append(SCHEMING)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", labelsize="small", length=0, pad=8)
