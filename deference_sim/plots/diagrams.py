"""Diagrams of the model: causal loops, stocks and flows. The law says what influences what; here are only places."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, Patch, Polygon
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from deference_sim.analysis.influences import Influences, influences
from deference_sim.plots.style import BLACK, BLUE, GREY, SKY, SMALL, VERMILION, WORDS, axes, legend_under
from deference_sim.scenario import ScenarioLike, as_scenario

Floats = NDArray[np.float64]

#: Colour, dashes and words of an influence by its sign.
SIGNS: dict[str, tuple[str, Any, str]] = {
    "+": (BLUE, "-", "+  more makes for more"),
    "−": (VERMILION, (0, (4, 2)), "−  more makes for less"),
    "±": (GREY, (0, (1, 1.5)), "±  depends on where the run is"),
}
CHARACTER, LINE, MARGIN = 0.085, 0.2, 0.13  # size of letters and room around them, in units of the diagram
ARROW: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0}
BEND = 0.14  # of an arrow, as a share of its length


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quantity stands in a diagram, and the words there."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Loop:
    """A feedback loop worth a name: the quantities on it, in order."""

    name: str
    quantities: tuple[str, ...]


#: Quantities that one node of the causal-loop diagram stands for.
GROUPS = {
    "A": "goodness",
    "W": "goodness",
    "depth": "margin",
    "rival's pace": "R",
    "bought": "time buying",
}
CAUSES = {
    "pace": Place(4.3, 8.6, "pace P"),
    "C": Place(8.2, 8.6, "capability C"),
    "diffused capability": Place(12.4, 8.6, "diffused\ncapability X"),
    "effort on capability": Place(0.9, 8.6, "effort on\ncapability"),
    "tax": Place(4.0, 7.0, "tax τ"),
    "room": Place(6.2, 6.5, "room to prove\nmethods"),
    "margin": Place(10.2, 6.3, "margin M\n(depth in basin)"),
    "estimated margin": Place(0.9, 6.4, "estimated\nmargin"),
    "effort on goodness": Place(2.3, 4.6, "effort on\ngoodness"),
    "goodness": Place(6.9, 4.6, "deference-goodness\nG = min(A, W)"),
    "aligned capability": Place(10.2, 3.5, "aligned\ncapability Q"),
    "AI catastrophe": Place(13.8, 6.7, "catastrophe\nby the AIs"),
    "exogenous catastrophe": Place(13.8, 4.4, "exogenous\ncatastrophe"),
    "overtaking": Place(13.8, 1.8, "overtaken\nby the rival"),
    "slack": Place(1.6, 2.6, "slack"),
    "lead": Place(3.6, 0.9, "lead L"),
    "time buying": Place(6.6, 2.3, "time bought b"),
    "R": Place(9.2, 0.3, "rival's\ncapability R"),
    "D": Place(11.8, 2.5, "active\ndefence D"),
    "effort on buying time": Place(6.4, 0.4, "effort on\nbuying time"),
    "effort on defence": Place(11.8, 0.6, "effort on\ndefence"),
    "Z": Place(8.6, 2.9, "methods\nspread Z"),
    "theft": Place(10.6, -0.6, "weights\nstolen"),
    "deal": Place(4.9, -0.2, "deals"),
    "punt": Place(7.9, -0.6, "punting"),
    "paradigm shift": Place(5.7, 7.6, "paradigm\nshift"),
    "outbreak": Place(4.2, 5.8, "outbreak of\nmisalignment"),
}
EVENTS = {
    "AI catastrophe",
    "overtaking",
    "exogenous catastrophe",
    "theft",
    "deal",
    "punt",
    "paradigm shift",
    "outbreak",
}
LOOPS = (
    Loop("bootstrapping", ("goodness", "margin")),
    Loop("takeoff", ("C", "pace")),
    Loop("correction", ("goodness", "estimated margin", "effort on goodness")),
    Loop("outgrowing one's goodness", ("C", "estimated margin", "effort on capability")),
    Loop("buying time", ("goodness", "aligned capability", "time buying", "lead", "slack", "effort on goodness")),
)


def causal_loops(scenario: ScenarioLike, ax: Axes | None = None) -> Axes:
    """Draw what influences what after the handoff in ``scenario``, with the sign of each influence.

    ``scenario`` is one, or a shipped one's name or a file's path. Every arrow is a slope found in the law's own
    equations at the scenario's parameters (of uncertain inputs, the medians): what is switched off has no arrow. ``+``:
    more makes for more, all else being equal; ``−``: for less; ``±``: it depends on where the run is. Draws on ``ax``
    or a new figure; returns the Axes.
    """
    scenario, drawn = as_scenario(scenario), axes(ax, (11.5, 8.7))
    found = influences(scenario).merged(GROUPS)
    links = {link: found.polarity(*link) for link in found.signs if all(end in CAUSES for end in link)}
    nodes = {name: place for name, place in CAUSES.items() if any(name in link for link in links)}
    _frame(drawn, nodes.values(), f"{scenario.name}: what influences what after the handoff")
    for link, sign in links.items():
        _influence(drawn, nodes[link[0]], nodes[link[1]], sign)
    for name, place in nodes.items():
        _node(drawn, place, "event" if name in EVENTS else "quantity")
    legend_under(drawn, [*_sign_handles(links.values()), *_loop_handles(found)], columns=2)
    return drawn


def polarity_of(found: Influences, loop: Loop) -> str:
    """Return ``R`` for a loop that reinforces, ``B`` for one that balances, ``R/B`` if it depends; empty: no loop."""
    links = zip(loop.quantities, (*loop.quantities[1:], loop.quantities[0]), strict=True)
    signs = [found.polarity(*link) for link in links]
    if "" in signs:
        return ""
    return "R/B" if "±" in signs else "RB"[signs.count("−") % 2]


# ---- stocks and flows ---------------------------------------------------------------------------------------

STOCKS = {
    "C": Place(8.6, 8.6, "capability\nC"),
    "A": Place(8.6, 5.8, "broad alignment A,\ncapability profile W"),
    "D": Place(8.6, 3.5, "active\ndefence D"),
    "bought": Place(8.6, 1.7, "time\nbought"),
    "R": Place(8.6, -0.1, "rival's\ncapability R"),
    "Z": Place(8.6, -1.9, "methods\nspread Z"),
}
CLOUD, VALVE = 4.2, 2.5  # how far left of a stock its flow begins and is governed
FLOWS = {name: Place(place.x - VALVE, place.y, "") for name, place in STOCKS.items()}
#: Quantities that one node stands for: two stocks of one form, and a flow where what governs it has a name of its own.
TOGETHER = {"W": "A", "depth": "margin", "time buying": "bought", "rival's pace": "R"}
AUXILIARIES = {
    "pace": Place(4.4, 7.3, "pace P"),
    "effort on capability": Place(1.6, 9.4, "effort on\ncapability"),
    "tax": Place(2.7, 6.5, "tax τ"),
    "estimated margin": Place(0.4, 7.6, "estimated\nmargin"),
    "effort on goodness": Place(1.2, 4.7, "effort on\ngoodness"),
    "slack": Place(0.4, 2.4, "slack"),
    "effort on defence": Place(3.0, 3.7, "effort on\ndefence"),
    "effort on buying time": Place(3.0, 1.7, "effort on\nbuying time"),
    "room": Place(11.3, 7.4, "room to prove\nmethods"),
    "margin": Place(13.4, 6.7, "margin M\n(depth in basin)"),
    "goodness": Place(12.0, 4.9, "goodness\nG = min(A, W)"),
    "aligned capability": Place(11.6, 2.9, "aligned\ncapability Q"),
    "lead": Place(11.6, 0.7, "lead L"),
}


def stocks_and_flows(scenario: ScenarioLike, ax: Axes | None = None) -> Axes:
    """Draw the stocks of the model, the flows that fill them, and what governs each flow after the handoff.

    ``scenario`` is one, or a shipped one's name or a file's path. Boxes are stocks, double lines with a valve their
    flows; thin arrows say what governs a flow or a quantity, with signs found in the law's own equations as in
    ``causal_loops``. A stock that never moves in ``scenario`` is left out. Draws on ``ax`` or a new figure; returns the
    Axes.
    """
    scenario, drawn = as_scenario(scenario), axes(ax, (11.5, 9.6))
    found = influences(scenario).merged(TOGETHER)
    moving = {name: place for name, place in STOCKS.items() if any(target == name for _, target in found.signs)}
    sources = {**moving, **AUXILIARIES}
    targets = {**AUXILIARIES, **{name: FLOWS[name] for name in moving}}
    links = {link: found.polarity(*link) for link in found.signs if link[0] in sources and link[1] in targets}
    shown = {name: place for name, place in AUXILIARIES.items() if any(name in link for link in links)}
    ends = [Place(place.x - CLOUD, place.y, "") for place in moving.values()]
    _frame(drawn, [*moving.values(), *shown.values(), *ends], f"{scenario.name}: stocks, flows and what governs them")
    for place in moving.values():
        _flow(drawn, place)
    for (source, target), sign in links.items():
        _influence(drawn, sources[source], targets[target], sign)
    for place in moving.values():
        _node(drawn, place, "stock")
    for place in shown.values():
        _node(drawn, place, "quantity")
    legend_under(drawn, _sign_handles(links.values()), columns=3)
    return drawn


# ---- drawing ------------------------------------------------------------------------------------------------


def _frame(ax: Axes, places: Collection[Place], title: str) -> None:
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.set_xlim(min(place.x for place in places) - 1.1, max(place.x for place in places) + 1.1)
    ax.set_ylim(min(place.y for place in places) - 0.6, max(place.y for place in places) + 0.6)
    ax.set_title(title, loc="left")


def _half_size(words: str) -> tuple[float, float]:
    """Return half the width and half the height of a node with these words."""
    lines = words.split("\n") if words else []
    return 0.5 * CHARACTER * max(map(len, lines), default=0) + MARGIN, 0.5 * LINE * len(lines) + MARGIN


def _node(ax: Axes, place: Place, kind: Literal["quantity", "event", "stock"]) -> None:
    fill, line = {"quantity": ("white", 0.6), "event": ("#fbe3d6", 0.6), "stock": ("#d9edf9", 1.4)}[kind]
    shape = "square,pad=0.5" if kind == "stock" else "round,pad=0.35"
    box = {"boxstyle": shape, "facecolor": fill, "edgecolor": WORDS, "linewidth": line}
    ax.text(place.x, place.y, place.words, ha="center", va="center", fontsize=SMALL, color=BLACK, bbox=box, zorder=4)


def _flow(ax: Axes, stock: Place) -> None:
    """Draw the pipe from a cloud into ``stock``, and its valve."""
    cloud, valve = stock.x - CLOUD, stock.x - VALVE
    end = stock.x - _half_size(stock.words)[0]
    pipe = {**ARROW, "mutation_scale": 16, "linewidth": 3.0}
    ax.add_patch(FancyArrowPatch((cloud, stock.y), (end, stock.y), color=GREY, zorder=1.6, **pipe))
    ax.plot([cloud, end - 0.3], [stock.y, stock.y], color="white", linewidth=1.2, zorder=1.7)
    for dx, dy, size in ((-0.2, 0.0, 0.2), (0.0, 0.12, 0.22), (0.18, -0.02, 0.2), (0.0, -0.1, 0.2)):
        ax.add_patch(Circle((cloud + dx, stock.y + dy), size, color=GREY, linewidth=0, alpha=0.55, zorder=1.8))
    for side in (-1, 1):
        corners = [(valve, stock.y), (valve - 0.2, stock.y + 0.26 * side), (valve + 0.2, stock.y + 0.26 * side)]
        ax.add_patch(Polygon(corners, facecolor=SKY, edgecolor=WORDS, linewidth=0.8, zorder=3))


def _influence(ax: Axes, source: Place, target: Place, sign: str) -> None:
    """Draw one influence as a bent arrow from node to node, with its sign on the way."""
    way = _way(source, target)
    colour, dashes, _ = SIGNS[sign]
    ax.plot(*way[:-3].T, color=colour, linestyle=dashes, linewidth=0.9, zorder=2)
    ax.add_patch(FancyArrowPatch(path=Path(way[-6:]), color=colour, linewidth=0.9, zorder=2, **ARROW))
    halo = [withStroke(linewidth=2.0, foreground="white")]
    x, y = way[int(0.72 * len(way))]
    ax.text(x, y, sign, ha="center", va="center", fontsize=SMALL + 1.5, color=colour, path_effects=halo, zorder=2.5)


def _way(source: Place, target: Place) -> Floats:
    """Return points along a parabola from the border of one node to that of another, bent to the right."""
    start, end = np.array([source.x, source.y]), np.array([target.x, target.y])
    along = end - start
    control = 0.5 * (start + end) + BEND * np.array([along[1], -along[0]])
    part = np.linspace(0.0, 1.0, 200)[:, None]
    way: Floats = (1 - part) ** 2 * start + 2 * part * (1 - part) * control + part**2 * end
    return way[~(_inside(way, source) | _inside(way, target))]


def _inside(points: Floats, place: Place) -> NDArray[np.bool_]:
    width, height = _half_size(place.words)
    return (np.abs(points[:, 0] - place.x) < width) & (np.abs(points[:, 1] - place.y) < height)


def _sign_handles(signs: Collection[str]) -> list[Any]:
    return [
        Line2D([], [], color=colour, linestyle=dashes, linewidth=1.2, label=words)
        for sign, (colour, dashes, words) in SIGNS.items()
        if sign in signs
    ]


def _loop_handles(found: Influences) -> list[Any]:
    """Return entries on the named loops that exist: whether each reinforces (R) or balances (B), and its course."""
    entries = [Patch(alpha=0.0, label="R reinforces, B balances, R/B either:")]
    for loop in LOOPS:
        polarity = polarity_of(found, loop)
        if polarity:
            course = " → ".join(loop.quantities)
            entries.append(Patch(alpha=0.0, label=f"{polarity}  {loop.name}: {course}"))
    return entries
