"""Scores of feedback loops: which of them moves a system at a moment, from slopes and rates alone.

The score of a link from x to z is (∂z/∂x)·|ẋ/ż|, into a stock it is the slope of what fills it times |ẋ/S̈|. Round a
loop the speeds of all that is no stock cancel: the score of a loop is the product of its slopes times |Ṡ/S̈| of each
stock on it. A loop's relative score is its share of the sum of absolute scores of all loops in the same cycle partition: the
quantities that are linked with each other both ways. Scores are those of Schoenberg, Davidsen and Eberlein (System
Dynamics Review 36, 2020) in the form of Schoenberg, Hayward and Eberlein (39, 2023), which does not depend on how flows
are grouped, in the limit of short steps.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deference_sim.analysis.slopes import Floats, Node, slopes_of, value_of

Loop = tuple[str, ...]
Edges = tuple[tuple[int, int], ...]
CLOCK = "t"  # what moves by itself, a month per month


@dataclass(frozen=True, slots=True)
class Partition:
    """The loops of one cycle partition with their scores at every point, not yet relative to each other."""

    quantities: frozenset[str]
    scores: dict[Loop, Floats]

    def relative(self) -> dict[Loop, Floats]:
        """Return the share of each loop in the sum of absolute scores at every point; 0 where nothing moves."""
        total = np.asarray(sum(np.abs(score) for score in self.scores.values()))
        safe = np.where(total > 0.0, total, 1.0)
        return {loop: score / safe for loop, score in self.scores.items()}


def partitions(nodes: Sequence[Node], rates: Mapping[str, Any], points: int) -> list[Partition]:
    """Return the loops of a system with their scores, partition by partition.

    ``nodes`` are the system's quantities, each after those that it depends on, stocks first; ``rates`` says by name
    how fast each stock moves, as a number with its slopes in the nodes. Loops are by the names of what they pass, from
    the first stock on; several ways from quantity to quantity of the same names are one loop.
    """
    speeds = _speeds(nodes, rates)
    place_of = {node.name: place for place, node in enumerate(nodes) if node.name in rates}
    links: dict[tuple[int, int], Any] = {
        (source, place): slope for place, node in enumerate(nodes) for source, slope in node.slopes.items()
    }
    for name, rate in rates.items():
        links |= {(source, place_of[name]): slope for source, slope in slopes_of(rate).items()}
    links = {link: slope for link, slope in links.items() if np.any(slope != 0.0)}
    weights = {place_of[name]: _weight(value_of(rate), _change(rate, speeds)) for name, rate in rates.items()}
    found = []
    for group, cycles in _cycles(tuple(sorted(links)), frozenset(weights)):
        scores: dict[Loop, Floats] = {}
        for cycle in cycles:
            score: Any = 1.0
            for source, target in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
                score = score * links[source, target] * weights.get(source, 1.0)
            for place in cycle:
                if place not in weights:
                    score = np.where(speeds[place] == 0.0, 0.0, score)
            loop = tuple(nodes[place].name for place in cycle)
            scores[loop] = scores.get(loop, np.zeros(points)) + score
        found.append(Partition(frozenset(nodes[place].name for place in group), scores))
    return found


def link_score(slope: Any, source: Any, target: Any) -> Any:
    """Return the score of a link: its slope times |change of the source / change of the target|, 0 without a change."""
    return slope * np.where(target == 0.0, 0.0, np.abs(source / np.where(target == 0.0, 1.0, target)))


def _weight(rate: Any, change: Any) -> Any:
    return link_score(1.0, rate, change)


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
def _cycles(links: Edges, stocks: frozenset[int]) -> tuple[tuple[frozenset[int], tuple[tuple[int, ...], ...]], ...]:
    """Return the cycle partitions of a graph with all their cycles, each from its first stock on."""
    import networkx  # type: ignore[import-untyped]

    graph = networkx.DiGraph(links)
    found = []
    for group in networkx.strongly_connected_components(graph):
        cycles = [_from_a_stock(cycle, stocks) for cycle in networkx.simple_cycles(graph.subgraph(group))]
        if cycles:
            found.append((frozenset(group), tuple(sorted(cycles))))
    return tuple(sorted(found, key=lambda one: sorted(one[0])))


def _from_a_stock(cycle: Sequence[int], stocks: frozenset[int]) -> tuple[int, ...]:
    first = cycle.index(min(place for place in cycle if place in stocks))
    return (*cycle[first:], *cycle[:first])
