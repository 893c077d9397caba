"""Feedback loops: what the families of them carry over capability, and a diagram of what goes through which link."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from deference_sim.analysis.loops.families import BASIN, FAMILIES, OTHER
from deference_sim.described import described
from deference_sim.plots import diagrams
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    WORDS,
    YELLOW,
    Panels,
    axes,
    clean,
    drawn_from,
    entitle,
    hashed,
    in_percent,
    legend_beside,
    panels,
    percent,
)

if TYPE_CHECKING:
    import pandas as pd

    from deference_sim.analysis.loops import Loops

COLOURS = {
    "successors": "#006b4d",
    "goodness": GREEN,
    "humans": YELLOW,
    "bought time": ORANGE,
    "race": BLACK,
    "tax": PURPLE,
    "drift": "#8c510a",
    "reach": "#dfc27d",
    "growth": BLUE,
    "policy": SKY,
    "ageing": "#cfcfcf",
    "other": "#ececec",
}
ENDS = {"stayed": "runs that stay in the basin", "left": "runs that do not"}
_HATCH = "////"  # of the basin's own, so that they stand out in grey too
LEAST = 0.005  # of all, which a family must carry somewhere to be drawn
LEAST_LINK = 0.02  # of all, which must go through a link for it to be drawn


@described(found="What ``loops`` has returned.")
@drawn_from("Loops", "ds.loops")
def loop_areas(found: "Loops", ax: Panels | Axes | None = None) -> Panels:
    """Draw what each family of loops carries over capability: reinforcing upwards, balancing downwards.

    A panel for runs that stay in the basin, one for those that do not, as far as either has 20 runs. Draws on new Axes
    or those given; returns them.
    """
    bands = found.bands
    ends = [end for end in ENDS if (bands["end"] == end).any()] or ["stayed"]
    drawn = panels(ax, (len(ends), 1), (8.5, 1.0 + 2.9 * len(ends)))
    names = [family.name for family in (*FAMILIES, OTHER)]
    shown = [
        name
        for name in names
        if len(part := bands[bands["family"] == name]) and (part["reinforcing"] - part["balancing"]).max() > LEAST
    ]
    for panel, end in zip(drawn.flat, ends, strict=True):
        _draw(panel, bands[bands["end"] == end], shown)
        panel.set_ylabel(f"share of all movement:\n{ENDS[end]}")
    drawn.flat[-1].set_xlabel("capability, from the minimum for deference (py)")
    told = f"reinforcing above 0, balancing below; {_made_from(found)}"
    shares = found.groups["all"].shares.values() if found.handed_off else ()
    widest = max((abs(end - one.estimate) for one in shares for end in (one.low, one.high)), default=0.0)
    if widest > 0.0:
        told += f", shares in the title within ±{100.0 * widest:.1f} points (95 %)"
    entitle(drawn.flat[0], _message(found), told)
    clean(drawn)
    if shown:
        legend_beside(drawn.flat[0], [_handle(name) for name in shown])
    return drawn


def _made_from(found: "Loops") -> str:
    """Return what a picture of loops was made from."""
    runs = f"{found.replicates:,} runs" if found.replicate is None else f"replicate {found.replicate}"
    return f"{runs}, seed {found.seed}, {hashed(found.scenario)}"


def _draw(panel: Axes, bands: "pd.DataFrame", shown: list[str]) -> None:
    levels = np.unique(bands["capability"])
    for side in ("reinforcing", "balancing"):
        heights = [bands[bands["family"] == name][side].to_numpy() for name in shown]
        if len(levels) == 1:
            levels = np.array([levels[0] - 0.1, levels[0] + 0.1])
            heights = [np.repeat(one, 2) for one in heights]
        if shown and len(levels):
            colours, marks = [COLOURS[name] for name in shown], [_HATCH if name in BASIN else "" for name in shown]
            panel.stackplot(levels, heights, colors=colours, hatch=marks, linewidth=0.3, edgecolor="white")
    panel.axhline(0.0, color=GREY, linewidth=0.8)
    panel.set_ylim(-1.0, 1.0)
    in_percent(panel.yaxis)


def _handle(name: str) -> Patch:
    hatch = _HATCH if name in BASIN else None
    return Patch(facecolor=COLOURS[name], edgecolor="white", hatch=hatch, linewidth=0, label=_label(name))


def _label(name: str) -> str:
    return f"{name} (the basin's own)" if name in BASIN else name


def _message(found: "Loops") -> str:
    if not found.handed_off:
        return f"{found.scenario.name}: no run came to a handoff"
    shares = {name: one.estimate for name, one in found.groups["all"].shares.items()}
    first, second = sorted(shares, key=lambda name: -shares[name])[:2]
    own = sum(shares[name] for name in BASIN)
    return (
        f"{found.scenario.name}: of what moves the takeoff the basin's own loops carry {percent(own)}, "
        f"{first} {percent(shares[first])}, {second} {percent(shares[second])}"
    )


@described(found="What ``loops`` has returned.")
@drawn_from("Loops", "ds.loops")
def loop_diagram(found: "Loops", ax: Axes | None = None) -> Axes:
    """Draw the links that at least 2 % of the movement goes through, as thick as that, with their signs.

    Draws on ``ax`` or a new figure; returns the Axes.
    """
    links = {link: share for link, share in found.links.items() if share >= LEAST_LINK and link[0] != link[1]}
    if not links:
        drawn = axes(ax, (8.0, 2.0))
        drawn.set_axis_off()
        drawn.text(0.5, 0.5, "no link", transform=drawn.transAxes, ha="center", color=WORDS)
        entitle(drawn, _message(found), _made_from(found))
        return drawn
    drawn = diagrams.weighted(ax, found.scenario, links)
    (source, target), share = max(links.items(), key=lambda item: item[1])
    words = [diagrams.words_of(end) for end in (source, target)]
    message = f"{found.scenario.name}: most, {percent(share)}, goes from {words[0]} to {words[1]}"
    shown = f"links that at least {percent(LEAST_LINK)} of the movement goes through, as thick as that"
    entitle(drawn, message, f"{shown}; {_made_from(found)}")
    return drawn
