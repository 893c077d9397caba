"""Diagrams of the model: causal loops, stocks and flows.

The law says what there is, in which words, and what influences what; here are only places. What has no place of its own
gets a free one, near what it is linked with.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, Patch, Polygon
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from deference_sim.analysis.influences import OVERTAKING, Influences, influences
from deference_sim.described import described
from deference_sim.model.declare import quantities
from deference_sim.model.hazards import EXOGENOUS_CATASTROPHE
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.stocks import STOCKS
from deference_sim.plots.routes import Floats, Link, Place, Spot, free_spot, ways_of
from deference_sim.plots.style import (
    BLACK,
    BLUE,
    GREY,
    SKY,
    SMALL,
    VERMILION,
    WORDS,
    axes,
    entitle,
    hashed,
    legend_under,
)
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario

#: Colour, dashes and words of an influence by its sign.
SIGNS: dict[str, tuple[str, Any, str]] = {
    "+": (BLUE, "-", "+  more makes for more"),
    "−": (VERMILION, (0, (4, 2)), "−  more makes for less"),
    "±": (GREY, (0, (1, 1.5)), "±  depends on where the run is"),
}
ARROW: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0}
LINE_LENGTH = 20  # letters in a line of a node, about
CENTRE: Spot = (7.0, 4.0)
THIN, THICKEST = 0.9, 9.0  # points, of an arrow
SIGN_PLACES = (0.72, 0.6, 0.5, 0.8, 0.4, 0.3)  # of an arrow's length, where its sign may stand, the best first
SIGN_APART = 0.28  # how far signs are from one another
WIDE, HIGH = 2.2, 0.9  # how far a spot is from others, across or up, to be free
UNIT, AROUND = 0.76, 1.6  # of the diagram, and a figure's height beyond that of the diagram, in inches


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
CAUSES: dict[str, Spot] = {
    "pace": (4.3, 8.6),
    "C": (8.2, 8.6),
    "diffused capability": (12.4, 8.6),
    "effort on capability": (0.9, 8.6),
    "tax": (4.0, 7.0),
    "room": (6.2, 6.5),
    "attention to alignment": (4.9, 5.5),
    "waste": (2.6, 5.7),
    "drift": (8.2, 6.9),
    "margin": (10.2, 6.3),
    "estimated margin": (0.9, 6.4),
    "effort on goodness": (2.3, 4.6),
    "goodness": (6.9, 4.6),
    "aligned capability": (10.2, 3.5),
    "AI catastrophe": (13.8, 6.7),
    "exogenous catastrophe": (13.8, 4.4),
    "overtaking": (13.8, 1.8),
    "slack": (1.6, 2.6),
    "lead": (3.6, 0.9),
    "time buying": (6.6, 2.3),
    "R": (9.2, 0.3),
    "D": (11.8, 2.5),
    "effort on buying time": (6.4, 0.4),
    "effort on defence": (11.8, 0.6),
    "Z": (8.6, 2.9),
    "theft": (10.6, -0.6),
    "deal": (4.9, -0.2),
    "punt": (7.9, -0.6),
    "paradigm shift": (5.7, 7.6),
    "outbreak": (4.2, 5.8),
}
EVENT_WORDS = {process.name: process.words for process in RATE_PROCESSES} | {
    EXOGENOUS_CATASTROPHE: EXOGENOUS_CATASTROPHE,
    OVERTAKING: "being overtaken by the rival",
}
STOCK_WORDS = {name: stock.words for name, stock in STOCKS.items()}
HIDDEN = {name for name, stock in STOCKS.items() if not stock.shown}
LOOPS = (
    Loop("bootstrapping", ("goodness", "margin")),
    Loop("takeoff", ("C", "pace")),
    Loop("correction", ("goodness", "estimated margin", "effort on goodness")),
    Loop("outgrowing one's goodness", ("C", "estimated margin", "effort on capability")),
    Loop("buying time", ("goodness", "aligned capability", "time buying", "slack", "effort on goodness")),
)


@described()
def causal_loops(scenario: ScenarioLike, ax: Axes | None = None) -> Axes:
    """Draw what influences what after the handoff in ``scenario``, with the sign of each influence.

    Every arrow is a slope found in the law's own equations at the scenario's parameters (of uncertain inputs, the
    medians): what is switched off has no arrow. ``+``: more makes for more, all else being equal; ``−``: for less;
    ``±``: it depends on where the run is. Draws on ``ax`` or a new figure; returns the Axes.
    """
    scenario = as_scenario(scenario)
    found = influences(scenario).merged(GROUPS)
    links = {link: found.polarity(*link) for link in found.signs if not HIDDEN.intersection(link)}
    nodes = placed(links, CAUSES, STOCK_WORDS | EVENT_WORDS)
    drawn = _framed(ax, nodes.values())
    entitle(drawn, f"{scenario.name}: what influences what after the handoff", _made_from(scenario))
    ways = ways_of(links, nodes, nodes, list(nodes.values()))
    _draw_influences(drawn, ways, links)
    for name, place in nodes.items():
        _node(drawn, place, "event" if name in EVENT_WORDS else "quantity")
    loops = _named(found)
    _label_loops(drawn, loops, ways, list(nodes.values()))
    legend_under(drawn, [*_sign_handles(links.values()), *_loop_handles(loops)], columns=2)
    return drawn


def placed(links: Collection[Link], spots: Mapping[str, Spot], words: Mapping[str, str]) -> dict[str, Place]:
    """Return a place, with its words, for everything in ``links``: its own spot, or a free one near its neighbours."""
    said = dict(words) | {name: one.words for name, one in quantities().items()}
    taken = {name: spot for name, spot in spots.items() if any(name in link for link in links)}
    for name in sorted({end for link in links for end in link} - set(taken)):
        near = [taken[other] for link in links if name in link for other in link if other in taken]
        taken[name] = _free_spot(near or [CENTRE], list(taken.values()))
    return {name: Place(*spot, _in_lines(said[name])) for name, spot in taken.items()}


def _free_spot(near: Sequence[Spot], taken: Sequence[Spot]) -> Spot:
    """Return the spot nearest to the middle of ``near`` that is apart from those that are ``taken``."""
    middle = np.mean(near, axis=0)
    grid = [(x, y) for x in np.arange(-1.0, 15.5, 0.5) for y in np.arange(-2.0, 10.5, 0.5)]
    free = [spot for spot in grid if all(abs(spot[0] - x) > WIDE or abs(spot[1] - y) > HIGH for x, y in taken)]
    x, y = min(free, key=lambda spot: float(np.hypot(*(np.array(spot) - middle))))
    return float(x), float(y)


def _in_lines(words: str) -> str:
    """Return ``words`` broken into lines that fit a node."""
    return "\n".join(wrap(words, LINE_LENGTH))


def polarity_of(found: Influences, loop: Loop) -> str:
    """Return ``R`` for a loop that reinforces, ``B`` for one that balances, ``R/B`` if it depends; empty: no loop."""
    links = zip(loop.quantities, (*loop.quantities[1:], loop.quantities[0]), strict=True)
    signs = [found.polarity(*link) for link in links]
    if "" in signs:
        return ""
    return "R/B" if "±" in signs else "RB"[signs.count("−") % 2]


def _named(found: Influences) -> dict[str, Loop]:
    """Return the loops that exist by what they are called in the picture, such as R1 or B3."""
    there = [(polarity, loop) for loop in LOOPS if (polarity := polarity_of(found, loop))]
    return {f"{polarity}{number}": loop for number, (polarity, loop) in enumerate(there, start=1)}


def _label_loops(ax: Axes, loops: Mapping[str, Loop], ways: Mapping[Link, Floats], nodes: Sequence[Place]) -> None:
    """Write the name of each loop between its own arrows, where there is room."""
    taken: list[Spot] = []
    for name, loop in loops.items():
        links = zip(loop.quantities, (*loop.quantities[1:], loop.quantities[0]), strict=True)
        spot = free_spot(np.concatenate([ways[link] for link in links]), nodes, list(ways.values()), taken)
        taken.append(spot)
        box = {"boxstyle": "circle,pad=0.15", "facecolor": "#fff6c9", "edgecolor": WORDS, "linewidth": 0.9}
        ax.text(*spot, name, ha="center", va="center", fontsize=SMALL, color=BLACK, bbox=box, zorder=5)


def words_of(name: str) -> str:
    """Return what a quantity, a stock or an event is called in a diagram."""
    return (STOCK_WORDS | EVENT_WORDS | {name: one.words for name, one in quantities().items()})[name]


def weighted(ax: Axes | None, scenario: Scenario, weights: Mapping[Link, float]) -> Axes:
    """Draw the links in ``weights`` alone, each with its sign and as thick as its weight says, of 1; see above."""
    found = influences(scenario)
    nodes = placed(weights, CAUSES | {"A": (5.2, 3.4), "W": (9.0, 3.4)}, STOCK_WORDS)
    drawn = _framed(ax, nodes.values())
    ways = ways_of(weights, nodes, nodes, list(nodes.values()))
    signs = {link: found.polarity(*link) or "±" for link in weights}
    _draw_influences(drawn, ways, signs, {link: THIN + THICKEST * weight for link, weight in weights.items()})
    for place in nodes.values():
        _node(drawn, place, "quantity")
    legend_under(drawn, _sign_handles(signs.values(), is_dashed=False), columns=3)
    return drawn


# ---- stocks and flows ---------------------------------------------------------------------------------------

STOCK_SPOTS: dict[str, Spot] = {
    "C": (8.6, 8.6),
    "A": (8.6, 5.8),
    "D": (8.6, 3.5),
    "bought": (8.6, 1.7),
    "R": (8.6, -0.1),
    "Z": (8.6, -1.9),
}
CLOUD, VALVE = 4.2, 2.5  # how far left of a stock its flow begins and is governed
VALVE_ROOM, CLOUD_ROOM = (0.26, 0.32), (0.42, 0.34)  # half their sizes
BELOW = 1.8  # how far below the last one a stock stands that has no spot
#: Quantities that one node stands for: two stocks of one form, and a flow where what governs it has a name of its own.
TOGETHER = {"W": "A", "depth": "margin", "time buying": "bought", "rival's pace": "R"}
BOTH = f"{STOCKS['A'].words}, {STOCKS['W'].words}"
AUXILIARIES: dict[str, Spot] = {
    "pace": (4.4, 7.3),
    "effort on capability": (1.6, 9.4),
    "tax": (2.7, 6.5),
    "estimated margin": (0.4, 7.6),
    "effort on goodness": (1.2, 4.7),
    "slack": (0.4, 2.4),
    "effort on defence": (3.0, 3.7),
    "effort on buying time": (3.0, 1.7),
    "attention to alignment": (3.9, 4.7),
    "room": (11.3, 7.4),
    "waste": (13.7, 8.5),
    "drift": (14.2, 5.4),
    "margin": (13.4, 6.7),
    "goodness": (12.0, 4.9),
    "aligned capability": (11.6, 2.9),
    "lead": (11.6, 0.7),
}


@described()
def stocks_and_flows(scenario: ScenarioLike, ax: Axes | None = None) -> Axes:
    """Draw the stocks of the model, the flows that fill them, and what governs each flow after the handoff.

    Boxes are stocks, double lines with a valve their flows; thin arrows say what governs a flow or a quantity, with
    signs found in the law's own equations as in ``causal_loops``. A stock that never moves in ``scenario`` is left
    out. Draws on ``ax`` or a new figure; returns the Axes.
    """
    scenario = as_scenario(scenario)
    found = influences(scenario).merged(TOGETHER)
    links = {
        link: found.polarity(*link)
        for link in found.signs
        if not HIDDEN.intersection(link) and link[1] not in EVENT_WORDS and link[0] not in EVENT_WORDS
    }
    governing = {source for source, _ in links}
    links = {link: sign for link, sign in links.items() if link[1] in STOCKS or link[1] in governing}
    moving = [name for name in STOCKS if any(target == name for _, target in links)]
    lowest = min(STOCK_SPOTS[name][1] for name in moving if name in STOCK_SPOTS)
    without = [name for name in moving if name not in STOCK_SPOTS]
    column = {name: (8.6, lowest - BELOW * (place + 1)) for place, name in enumerate(without)}
    sources = placed(links, STOCK_SPOTS | column | AUXILIARIES, STOCK_WORDS | {"A": BOTH})
    shown = {name: place for name, place in sources.items() if name not in STOCKS}
    moved = {name: sources[name] for name in moving}
    valves = {name: Place(place.x - VALVE, place.y, "", VALVE_ROOM) for name, place in moved.items()}
    targets = shown | valves
    links = {link: sign for link, sign in links.items() if link[1] in targets}
    ends = [Place(place.x - CLOUD, place.y, "", CLOUD_ROOM) for place in moved.values()]
    drawn = _framed(ax, [*moved.values(), *shown.values(), *ends])
    entitle(drawn, f"{scenario.name}: stocks, flows and what governs them", _made_from(scenario))
    for place in moved.values():
        _flow(drawn, place)
    ways = ways_of(links, sources, targets, [*moved.values(), *shown.values(), *valves.values(), *ends])
    _draw_influences(drawn, ways, links)
    for place in moved.values():
        _node(drawn, place, "stock")
    for place in shown.values():
        _node(drawn, place, "quantity")
    legend_under(drawn, _sign_handles(links.values()), columns=3)
    return drawn


# ---- drawing ------------------------------------------------------------------------------------------------


def _made_from(scenario: Scenario) -> str:
    return f"signs of slopes in the law's equations, {hashed(scenario)}"


def _framed(ax: Axes | None, places: Collection[Place]) -> Axes:
    """Return the Axes to draw on, wide and high enough for ``places``; a new figure has room for a legend below too.

    A unit of the diagram has the same size in all figures, so that words fill their nodes.
    """
    left, right = min(place.x for place in places) - 1.1, max(place.x for place in places) + 1.1
    bottom, top = min(place.y for place in places) - 0.6, max(place.y for place in places) + 0.6
    drawn = axes(ax, (UNIT * (right - left), UNIT * (top - bottom) + AROUND))
    drawn.set_axis_off()
    drawn.set_aspect("equal")
    drawn.set_xlim(left, right)
    drawn.set_ylim(bottom, top)
    return drawn


def _node(ax: Axes, place: Place, kind: Literal["quantity", "event", "stock"]) -> None:
    fill, line = {"quantity": ("white", 0.6), "event": ("#fbe3d6", 0.6), "stock": ("#d9edf9", 1.4)}[kind]
    shape = "square,pad=0.5" if kind == "stock" else "round,pad=0.35"
    box = {"boxstyle": shape, "facecolor": fill, "edgecolor": WORDS, "linewidth": line}
    ax.text(place.x, place.y, place.words, ha="center", va="center", fontsize=SMALL, color=BLACK, bbox=box, zorder=4)


def _flow(ax: Axes, stock: Place) -> None:
    """Draw the pipe from a cloud into ``stock``, and its valve."""
    cloud, valve = stock.x - CLOUD, stock.x - VALVE
    end = stock.x - stock.half_size[0]
    pipe = {**ARROW, "mutation_scale": 16, "linewidth": 3.0}
    ax.add_patch(FancyArrowPatch((cloud, stock.y), (end, stock.y), color=GREY, zorder=1.6, **pipe))
    ax.plot([cloud, end - 0.3], [stock.y, stock.y], color="white", linewidth=1.2, zorder=1.7)
    for dx, dy, size in ((-0.2, 0.0, 0.2), (0.0, 0.12, 0.22), (0.18, -0.02, 0.2), (0.0, -0.1, 0.2)):
        ax.add_patch(Circle((cloud + dx, stock.y + dy), size, color=GREY, linewidth=0, alpha=0.55, zorder=1.8))
    for side in (-1, 1):
        corners = [(valve, stock.y), (valve - 0.2, stock.y + 0.26 * side), (valve + 0.2, stock.y + 0.26 * side)]
        ax.add_patch(Polygon(corners, facecolor=SKY, edgecolor=WORDS, linewidth=0.8, zorder=3))


def _draw_influences(
    ax: Axes, ways: Mapping[Link, Floats], signs: Mapping[Link, str], widths: Mapping[Link, float] | None = None
) -> None:
    """Draw each influence as a bent arrow from node to node, with its sign on the way, apart from other signs."""
    halo, taken = [withStroke(linewidth=2.0, foreground="white")], np.empty((0, 2))
    for link, sign in signs.items():
        way, width = ways[link], (widths or {}).get(link, THIN)
        colour, dashes, _ = SIGNS[sign]
        ax.plot(*way[:-3].T, color=colour, linestyle=dashes if width == THIN else "-", linewidth=width, zorder=2)
        head = ARROW | {"mutation_scale": ARROW["mutation_scale"] + 2.0 * (width - THIN)}
        ax.add_patch(FancyArrowPatch(path=Path(way[-6:]), color=colour, linewidth=THIN, zorder=2, **head))
        spots = [way[int(part * len(way))] for part in SIGN_PLACES]
        free = [spot for spot in spots if not len(taken) or np.hypot(*(taken - spot).T).min() > SIGN_APART]
        x, y = (free or spots)[0]
        taken = np.vstack([taken, [x, y]])
        look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL + 1.5, "path_effects": halo}
        ax.text(x, y, sign, color=colour, zorder=2.5, **look)


def _sign_handles(signs: Collection[str], *, is_dashed: bool = True) -> list[Any]:
    return [
        Line2D([], [], color=colour, linestyle=dashes if is_dashed else "-", linewidth=1.2, label=words)
        for sign, (colour, dashes, words) in SIGNS.items()
        if sign in signs
    ]


def _loop_handles(loops: Mapping[str, Loop]) -> list[Any]:
    """Return entries on the loops of the picture: whether each reinforces (R) or balances (B), and its course."""
    entries = [Patch(alpha=0.0, label="R reinforces, B balances, R/B either:")]
    for name, loop in loops.items():
        course = " → ".join(STOCK_WORDS.get(quantity, quantity) for quantity in loop.quantities)
        entries.append(Patch(alpha=0.0, label=f"{name}  {loop.name}: {course}"))
    return entries
