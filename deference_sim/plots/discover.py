"""The picture of scenario discovery: how good each box is, and what its limits are."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.discover import Box, Discovery, Limit
from deference_sim.analysis.sensitivity.plan import short
from deference_sim.described import described
from deference_sim.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    WORDS,
    Panels,
    clean,
    drawn_from,
    entitle,
    hashed,
    in_percent,
    panels,
    percent,
)
from deference_sim.scenario.catalogue import label_at
from deference_sim.scenario.distributions import Distribution

LOOKS = {"prim": (BLUE, "o", "PRIM"), "cart": (ORANGE, "s", "CART")}
_ROW, _FRAME = 0.3, 1.6  # inches
RIGHT = 0.85  # coverage from which on a name stands left of its dot
NEAR = (0.2, 0.06)  # how close names may be, across and up, as shares of the picture
FEWEST = 5  # rows that limits are drawn in, so that no bar is thick
_SHARES = np.linspace(0.001, 0.999, 999)


@described(
    found="What ``discover`` has returned.",
    ax="An array of two Axes; by default a figure of its own.",
)
@drawn_from(Discovery, "ds.discover")
def boxes(found: Discovery, ax: Any = None) -> Panels:
    """Draw the boxes of a study: coverage and density of each, and its limits as bars.

    On the left each box at its coverage (share of all failures that lie in it) and density (share of the futures in
    it that fail), with 95 % intervals and the share that fails anywhere as a line.
    What a box before it holds counts there. On the right a bar for each
    limit, from the lowest to the highest percentile of the input's range that the box holds, with the values where
    it ends. Raises ``ValueError`` for another number of Axes. Returns the two.
    """
    named = {
        f"{LOOKS[algorithm][2]} {number}": (algorithm, box)
        for algorithm, several in found.boxes.items()
        for number, box in enumerate(several, start=1)
    }
    rows = sum(len(box.limits) for _, box in named.values())
    drawn = _two_beside(rows) if ax is None else panels(ax, (1, 2), (0.0, 0.0))
    quality, limits = drawn.flat
    _draw_quality(quality, named, found)
    _draw_limits(limits, named, found)
    clean(drawn)
    limits.grid(axis="y", visible=False)
    return drawn


def _two_beside(rows: int) -> Panels:
    figure = plt.figure(figsize=(12.0, max(_FRAME + _ROW * rows, 4.2)), layout="constrained")
    return np.asarray(figure.subplots(1, 2, width_ratios=(4.0, 5.0)), dtype=object)


def _draw_quality(ax: Axes, named: Mapping[str, tuple[str, Box]], found: Discovery) -> None:
    anywhere = found.failures.estimate
    ax.axhline(anywhere, color=GREY, linewidth=0.9, linestyle=(0, (4, 2)))
    ax.annotate("anywhere", (1.0, anywhere), xytext=(-2, -10), textcoords="offset points", ha="right", fontsize=SMALL)
    for algorithm, box in named.values():
        colour, marker, _ = LOOKS[algorithm]
        at, up = box.coverage, box.density
        ax.plot([at.low, at.high], [up.estimate] * 2, color=colour, linewidth=1.0, alpha=0.6)
        ax.plot([at.estimate] * 2, [up.low, up.high], color=colour, linewidth=1.0, alpha=0.6)
        ax.plot(at.estimate, up.estimate, marker, color=colour, markersize=7, zorder=3)
    _name_boxes(ax, {name: (box.coverage.estimate, box.density.estimate) for name, (_, box) in named.items()})
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)
    in_percent(ax.xaxis)
    in_percent(ax.yaxis)
    ax.set_xlabel("coverage: share of all failures that lie in the box")
    ax.set_ylabel("density: share of the futures in the box that fail")
    densest = max((box.density.estimate for _, box in named.values()), default=None)
    inside = "no box holds many more" if densest is None else f"{percent(densest)} in the densest box"
    message = f"{found.plan.scenario.name}: {percent(anywhere)} of the futures fail, {inside}"
    made_from = f"{found.runs:,} futures, half of them to judge, 95 % intervals, seed {found.plan.seed}"
    entitle(ax, message, f"{made_from}, {hashed(found.plan.scenario)}")


def _name_boxes(ax: Axes, places: Mapping[str, tuple[float, float]]) -> None:
    """Write the names of boxes beside their dots, those of dots that are close below one another."""
    taken: list[tuple[float, float]] = []
    for name, (x, y) in places.items():
        is_left = x > RIGHT
        place = min(y + 0.03, 0.97)
        while any(abs(x - other) < NEAR[0] and abs(place - up) < NEAR[1] for other, up in taken):
            place -= NEAR[1] / 2.0
        taken.append((x, place))
        look: dict[str, Any] = {"ha": "right" if is_left else "left", "va": "center"}
        words = ax.annotate(name, (x, place), xytext=(-7 if is_left else 7, 0), textcoords="offset points", **look)
        words.set(fontsize=SMALL, color=WORDS, zorder=4)


def _draw_limits(ax: Axes, named: Mapping[str, tuple[str, Box]], found: Discovery) -> None:
    ranges = {one.path: one.distribution for one in found.plan.varied.inputs}
    names: list[str] = []
    for name, (algorithm, box) in named.items():
        for limit in box.limits:
            low, high = _percentiles(limit, ranges[limit.path])
            place = len(names)
            ax.barh(place, high - low, left=low, height=0.6, color=LOOKS[algorithm][0], alpha=0.8)
            _write_end(ax, limit.low, low, place, is_left=True)
            _write_end(ax, limit.high, high, place, is_left=False)
            unit = "" if limit.unit == "1" else f" ({limit.unit})"
            names.append(f"{name}: {label_at(limit.path)}{unit}")
    ax.set_yticks(range(len(names)), names, fontsize=SMALL)
    ax.set_ylim(max(len(names), FEWEST) - 0.5, -0.5)
    if not names:
        ax.text(0.5, 0.5, "no box", transform=ax.transAxes, ha="center", color=WORDS)
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(-0.08, 1.08)
    in_percent(ax.xaxis)
    ax.set_xlabel("percentiles of the input's range that the box holds")


def _percentiles(limit: Limit, over: Distribution) -> tuple[float, float]:
    """Return at which percentiles of an input's range a limit begins and ends."""
    values = over.quantile(_SHARES)
    low = 0.0 if limit.low is None else float(np.interp(limit.low, values, _SHARES))
    high = 1.0 if limit.high is None else float(np.interp(limit.high, values, _SHARES))
    return low, high


def _write_end(ax: Axes, value: float | None, share: float, place: int, *, is_left: bool) -> None:
    if value is not None:
        ax.annotate(
            with_minus(short(value)),
            (share, place),
            xytext=(-3 if is_left else 3, 0),
            textcoords="offset points",
            ha="right" if is_left else "left",
            va="center",
            fontsize=SMALL,
            color=WORDS,
        )
