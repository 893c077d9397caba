"""A waterfall: from the chance in one scenario to that in another, a step for each input in which they differ."""

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from deference_sim.analysis.digits import signed
from deference_sim.analysis.measure import success_of
from deference_sim.described import described
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    GREY,
    SMALL,
    VERMILION,
    WORDS,
    Panels,
    clean,
    drawn_from,
    entitle,
    in_percent,
    panels,
)
from deference_sim.scenario.catalogue import general_path, label_at, parameters

if TYPE_CHECKING:
    from deference_sim.analysis.explain import Explanation

MOST = 15  # steps; what is left is one more
_ROW, _FRAME, _WIDTH = 0.36, 1.8, 9.5  # inches
_LONGEST = 46  # letters of a label
LETTERS = 36  # in a line of a title: each panel has less than half the width
WHISKER = 1.1  # points


@described(
    found="What ``explain`` has returned.",
    ax="An array of an Axes for each measure; by default a figure of its own.",
)
@drawn_from("Explanation", "ds.explain")
def waterfall(found: "Explanation", ax: Any = None) -> Panels:
    """Draw how the chance goes from the first scenario's to the second's, the greatest share first.

    A panel for each measure, beside each other. A bar is the share of one input, its line the 95 % interval of that.
    Draws on new Axes, one for each measure, or on those given; returns them.
    """
    places, count = found.ranked[:MOST], len(found.measures)
    rest = found.ranked[MOST:]
    size = (_WIDTH, _FRAME + _ROW * (len(places) + 2 + bool(rest)))
    if ax is None:
        figure = plt.figure(figsize=size, layout="constrained")
        drawn: Panels = np.asarray(figure.subplots(1, count, sharey=True, squeeze=False), dtype=object)
    else:
        drawn = panels(ax, (1, count), size)
    labels = [found.first.name, *(_short(_words(found.players[place].name)) for place in places)]
    labels += [f"{len(rest)} more"] * bool(rest) + [found.second.name]
    rows = np.arange(len(labels))[::-1]
    for panel, name in zip(drawn.flat, found.measures, strict=True):
        _draw(panel, found, name, places, rest, rows)
    drawn.flat[0].set_yticks(rows, labels, fontsize=SMALL)
    clean(drawn)
    return drawn


def _draw(panel: Axes, found: "Explanation", name: str, places: list[int], rest: list[int], rows: Any) -> None:
    first, second, _ = found.measures[name]
    shares = found.shares[name]
    steps = [(shares[place].estimate, shares[place].low, shares[place].high) for place in places]
    if rest:
        total = sum(shares[place].estimate for place in rest)
        steps.append((total, total, total))
    for row, estimate in ((rows[0], first), (rows[-1], second)):
        panel.barh(row, estimate.estimate, height=0.6, color=GREY, zorder=2)
        panel.plot([estimate.low, estimate.high], [row, row], color=BLACK, linewidth=WHISKER, zorder=3)
        _write(panel, estimate.high, row, f"{100.0 * estimate.estimate:.1f} %")
    at = first.estimate
    for row, (share, low, high) in zip(rows[1:-1], steps, strict=True):
        end = at + share
        panel.barh(row, end - at, left=at, height=0.6, color=BLUE if share > 0.0 else VERMILION, zorder=2)
        panel.plot([at + low, at + high], [row, row], color=BLACK, linewidth=WHISKER, zorder=3)
        panel.plot([end, end], [row - 1.3, row + 0.3], color=BLACK, linewidth=0.6, zorder=3)
        _write(panel, max(at, end, at + high), row, signed(100.0 * share, 1))
        at = end
    low, high = panel.get_xlim()
    panel.set_xlim(min(low, 0.0), high + 0.12 * (high - low))
    panel.set_ylim(rows[-1] - 0.7, rows[0] + 0.7)
    label = name if name not in ("p_stay", "p_good") else success_of(name).label
    in_percent(panel.xaxis)
    panel.set_xlabel(label)
    change = signed(100.0 * (second.estimate - first.estimate), 0)
    message = f"{name}: {change} points"
    if places:
        most = max(places, key=lambda place: abs(shares[place].estimate))
        step = signed(100.0 * shares[most].estimate, 0)
        message += f", the largest step {step} by {_short(_words(found.players[most].name)).lower()}"
    entitle(panel, message, f"{found.replicates:,} worlds, 95 % intervals, seed {found.seed}", LETTERS)


def _write(panel: Axes, x: float, row: float, words: str) -> None:
    panel.annotate(words, (x, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=SMALL, color=WORDS)


def _words(name: str) -> str:
    """Return what the inputs of a player are called; of a whole hazard, or of several, as the player is named."""
    paths = name.split(" with ")
    return " with ".join(label_at(path) for path in paths) if _are_known(paths) else name


def _are_known(paths: list[str]) -> bool:
    return all(general_path(path) in parameters() for path in paths)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
