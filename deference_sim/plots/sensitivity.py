"""What matters most, as bars: a tornado, or an index and its interval for each input."""

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.measure import success_of
from deference_sim.analysis.sensitivity.plan import short
from deference_sim.described import described
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    ORANGE,
    SKY,
    SMALL,
    TITLE_WIDTH,
    WORDS,
    clean,
    drawn_from,
    entitle,
    hashed,
    in_percent,
    legend_below,
)
from deference_sim.scenario.catalogue import label_at

if TYPE_CHECKING:
    from deference_sim.analysis.sensitivity import Sensitivity

MOST = 20  # bars; the rest matter least
_ROW, _FRAME, _WIDTH = 0.36, 1.6, 8.0  # inches
MORE = 20  # letters in a line of the title, which has the width of the figure
#: By method: column, legend and colour of each bar of an input; and the label of the axis.
_BARS: dict[str, tuple[tuple[tuple[str, str, str], ...], str]] = {
    "sobol": (
        (("total", "total order", SKY), ("first", "first order", BLUE)),
        "share of the variance of the chance, with 95 % intervals",
    ),
    "morris": ((("mu_star", "", BLUE),), "µ*: mean absolute change of the chance, with 95 % intervals"),
    "rank": ((("correlation", "", BLUE),), "rank correlation with success, with 95 % intervals"),
    "voi": ((("value", "", BLUE),), "value of knowing it, in chance of success, with 95 % intervals"),
}


@described(
    found="What ``sensitivity`` has returned, by whatever method.",
)
@drawn_from("Sensitivity", "ds.sensitivity")
def tornado(found: "Sensitivity", ax: Axes | None = None) -> Axes:
    """Draw what a sensitivity study found, the most important input on top; return the Axes.

    Of a tornado: bars from the chance at the low end of each input to that at the high end, around the chance with the
    scenario as it is, and for the distance between the two its paired 95 % interval. Of any other method: the index of
    each input with its 95 % interval.
    """
    table = found.table.head(MOST)
    drawn: Axes = _new_axes(len(table)) if ax is None else ax
    places = np.arange(len(table))[::-1]
    if found.method == "tornado":
        _draw_swings(drawn, found, table, places)
    else:
        _draw_indices(drawn, table, places, *_BARS[found.method])
    drawn.set_yticks(places, [_label(*row) for row in zip(table["input"], table["unit"], strict=True)])
    if found.method != "rank":
        in_percent(drawn.xaxis)
    drawn.tick_params(axis="y", length=0)
    drawn.set_ylim(-0.7, len(table) - 0.3)
    name = success_of(found.plan.measure).name
    message = f"{found.plan.scenario.name}: {_message(found, table, name)}"
    made_from = f"{found.runs:,} replicates, seed {found.plan.seed}, {hashed(found.plan.scenario)}"
    entitle(drawn, message, made_from, TITLE_WIDTH + MORE, from_edge=ax is None)
    clean(np.array([drawn], dtype=object))
    drawn.grid(axis="y", visible=False)
    return drawn


def _new_axes(rows: int) -> Axes:
    figure = plt.figure(figsize=(_WIDTH, _FRAME + _ROW * rows), layout="constrained")
    return figure.subplots()


def _label(inputs: str, unit: str) -> str:
    """Return what names a bar: the input with its unit, or correlated ones below one another."""
    names = [label_at(path) for path in inputs.split(" + ")]
    return "\n".join(names) if len(names) > 1 or not unit else f"{names[0]} ({unit})"


def _message(found: "Sensitivity", table: Any, name: str) -> str:
    """Return which input matters most, or that none does."""
    of_most = table.iloc[0]
    if found.method == "voi" and of_most["value"] <= 0.0:
        return f"no input alone is worth knowing for {name}"
    inputs = _label(of_most["input"], "").replace("\n", " and ").lower()
    return f"what matters most for {name} is {inputs}"


def _draw_swings(ax: Axes, found: "Sensitivity", table: Any, places: Any) -> None:
    centre = found.expected[0]
    swings = {end: table[f"at_{end}"].to_numpy() - centre for end in ("low", "high")}
    for end, other, words, colour in (
        ("low", "high", "at the low end", ORANGE),
        ("high", "low", "at the high end", BLUE),
    ):
        bars = ax.barh(places, swings[end], left=centre, height=0.62, color=colour, label=words)
        for bar, own, of_other in zip(bars, swings[end], swings[other], strict=True):
            bar.set_zorder(2.0 if abs(own) < abs(of_other) else 1.5)  # where both point to one side, both are seen
    # The interval of the swing, laid off from the low end: around the high one.
    spans = [(row.at_low + row.swing_low, row.at_low + row.swing_high) for row in table.itertuples()]
    ax.hlines(places, *zip(*spans, strict=True), color=BLACK, linewidth=0.9, zorder=3, label="swing, 95 %")
    for place, row, span in zip(places, table.itertuples(), spans, strict=True):
        # Where the bar points, beyond the whisker; of a flat one the low value left and the high one right.
        ends = (row.low, row.high) if row.at_low <= row.at_high else (row.high, row.low)
        left, right = (one if isinstance(one, str) else with_minus(short(one)) for one in ends)
        _write_value(ax, left, min(row.at_low, row.at_high, span[0], centre), place, is_left=True)
        _write_value(ax, right, max(row.at_low, row.at_high, span[1], centre), place, is_left=False)
    ax.axvline(centre, color=BLACK, linewidth=0.8)
    ax.set_xlabel(f"{success_of(found.plan.measure).name} with one input moved, everything else as the scenario has it")
    ax.margins(x=0.12)
    legend_below(ax, ax.get_legend_handles_labels()[0], "", columns=3)


def _write_value(ax: Axes, text: str, chance: float, place: int, *, is_left: bool) -> None:
    ax.annotate(
        text,
        (chance, place),
        xytext=(-3 if is_left else 3, 0),
        textcoords="offset points",
        ha="right" if is_left else "left",
        va="center",
        fontsize=SMALL,
        color=WORDS,
        path_effects=[withStroke(linewidth=2.0, foreground="white")],
        zorder=4,
    )


def _draw_indices(ax: Axes, table: Any, places: Any, bars: tuple[tuple[str, str, str], ...], label: str) -> None:
    height = 0.7 / len(bars)
    for number, (column, words, colour) in enumerate(bars):
        shifted = places - (number - (len(bars) - 1) / 2.0) * height
        values = table[column].to_numpy()
        ends = np.array([values - table[f"{column}_low"], table[f"{column}_high"] - values])
        ax.barh(shifted, values, height=height, color=colour, label=words)
        ax.errorbar(values, shifted, xerr=ends, fmt="none", ecolor=BLACK, elinewidth=0.9, capsize=2)
    ax.axvline(0.0, color=BLACK, linewidth=0.8)
    ax.set_xlabel(label)
    if len(bars) > 1:
        legend_below(ax, ax.get_legend_handles_labels()[0], "", columns=len(bars))
