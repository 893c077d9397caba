"""Scores of feedback loops: which of them moves a system at a moment, from slopes and rates alone.

The score of a link from x to z is (∂z/∂x)·|ẋ/ż|, into a stock it is the slope of what fills it times |ẋ/S̈|. Round a
loop the speeds of all that is no stock cancel: the score of a loop is the product of its slopes times |Ṡ/S̈| of each
stock on it. A loop's relative score is its share of the sum of absolute scores of all loops in the same cycle
partition: the quantities that are linked with each other both ways. Scores are those of Schoenberg, Davidsen and
Eberlein (System Dynamics Review 36, 2020) in the form of Schoenberg, Hayward and Eberlein (39, 2023), which does not
depend on how flows are grouped, in the limit of short steps.
"""

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.slopes import Floats, Node, slopes_of, value_of

Loop = tuple[str, ...]
Edges = tuple[tuple[int, int], ...]
CLOCK = "t"  # what moves by itself, a month per month


Scores = dict[Loop, Floats]


def relative(scores: Scores) -> Scores:
    """Return the share of each loop in the sum of the absolute scores of all, at every point; 0 where nothing moves."""
    total = np.asarray(sum(np.abs(score) for score in scores.values()))
    safe = np.where(total > 0.0, total, 1.0)
    return {loop: score / safe for loop, score in scores.items()}


def loop_scores(nodes: Sequence[Node], rates: Mapping[str, Any], points: int) -> list[tuple[NDArray[np.intp], Scores]]:
    """Return the scores of all loops of a system, part by part of ``points``: where the same links are not 0.

    ``nodes`` are the system's quantities, each after those that it depends on, stocks first; ``rates`` says by name
    how fast each stock moves, as a number with its slopes in the nodes. Loops are by the names of what they pass, from
    the first stock on; several ways from quantity to quantity of the same names are one loop, and a quantity that
    is made from one of the same name, such as the pace in retraining from the pace, is no other.
    """
    speeds = _speeds(nodes, rates)
    place_of = _places(nodes, rates)
    slopes = {link: np.broadcast_to(slope, points) for link, slope in sorted(_links(nodes, rates).items())}
    weights = {
        place_of[name]: np.broadcast_to(link_score(1.0, value_of(rate), _change(rate, speeds)), points)
        for name, rate in rates.items()
    }
    still = {
        place: np.broadcast_to(speeds[place] == 0.0, points) for place in range(len(nodes)) if place not in weights
    }
    found = []
    for where, there in _by_links(slopes, points):
        scores: Scores = {}
        for cycle in _cycles(there, frozenset(weights)):
            score = np.ones(len(where))
            for source, target in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
                score = score * slopes[source, target][where]
                score = score * weights[source][where] if source in weights else score
                if source in still and still[source][where].any():
                    score = np.where(still[source][where], 0.0, score)
            loop = _named(nodes[place].name for place in cycle)
            scores[loop] = scores[loop] + score if loop in scores else score
        found.append((where, scores))
    return found


def _named(passed: Iterable[str]) -> Loop:
    """Return what a loop passes, what comes twice in a row once."""
    return tuple(name for name, _ in itertools.groupby(passed))


def links_of(nodes: Sequence[Node], rates: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the links of a system, from name to name: where a slope is not 0 at any point."""
    linked = (link for link, slope in _links(nodes, rates).items() if np.any(slope != 0.0))
    return {(nodes[source].name, nodes[target].name) for source, target in linked}


def _places(nodes: Sequence[Node], rates: Mapping[str, Any]) -> dict[str, int]:
    """Return the place of every stock among the nodes."""
    return {node.name: place for place, node in enumerate(nodes) if node.name in rates}


def _links(nodes: Sequence[Node], rates: Mapping[str, Any]) -> dict[tuple[int, int], Any]:
    """Return the slope of every link, by the places of its ends; into a stock those of its rate."""
    place_of = _places(nodes, rates)
    into = [(place, node.slopes) for place, node in enumerate(nodes)]
    into += [(place_of[name], slopes_of(rate)) for name, rate in rates.items()]
    return {(source, place): slope for place, slopes in into for source, slope in slopes.items()}


def cycle_partition(links: Iterable[tuple[str, str]], quantity: str) -> frozenset[str]:
    """Return all that is linked both ways with ``quantity``; that alone if nothing is."""
    import networkx

    graph = networkx.DiGraph(links)
    groups = (group for group in networkx.strongly_connected_components(graph) if quantity in group)
    return frozenset(next(groups, {quantity}))


def _by_links(slopes: Mapping[tuple[int, int], Floats], points: int) -> list[tuple[NDArray[np.intp], Edges]]:
    """Return points that have the same links, and these links: those whose slope is not 0."""
    if not slopes:
        return []
    linked = np.array(list(slopes.values())) != 0.0
    kinds, kind = np.unique(linked, axis=1, return_inverse=True)
    kind = kind.ravel()
    links = list(slopes)
    return [
        (np.flatnonzero(kind == number), tuple(links[place] for place in np.flatnonzero(kinds[:, number])))
        for number in range(kinds.shape[1])
    ]


def link_score(slope: Any, source: Any, target: Any) -> Any:
    """Return the score of a link: its slope times |change of the source / change of the target|, 0 without a change."""
    return slope * np.where(target == 0.0, 0.0, np.abs(source / np.where(target == 0.0, 1.0, target)))


def _speeds(nodes: Sequence[Node], rates: Mapping[str, Any]) -> list[Any]:
    """Return how fast every node moves."""
    speeds: list[Any] = []
    for node in nodes:
        if node.name in rates:
            speeds.append(value_of(rates[node.name]))
        elif node.name == CLOCK:
            speeds.append(1.0)
        else:
            speeds.append(sum(slope * speeds[source] for source, slope in node.slopes.items()))
    return speeds


def _change(rate: Any, speeds: Sequence[Any]) -> Any:
    """Return how fast a rate changes."""
    found: Any = sum(slope * speeds[source] for source, slope in slopes_of(rate).items())
    return found


@functools.lru_cache(maxsize=512)
def _cycles(links: Edges, stocks: frozenset[int]) -> tuple[tuple[int, ...], ...]:
    """Return all cycles of a graph, each from its first stock on."""
    import networkx

    cycles = networkx.simple_cycles(networkx.DiGraph(links))
    return tuple(sorted(_from_a_stock(cycle, stocks) for cycle in cycles))


def _from_a_stock(cycle: Sequence[int], stocks: frozenset[int]) -> tuple[int, ...]:
    first = cycle.index(min(place for place in cycle if place in stocks))
    return (*cycle[first:], *cycle[:first])
