"""Loops at moments of runs: slopes of the law's own text at where each run stands, and the scores of its loops there.

A run is looked at as the world in continuous time (``analysis.continuous``): reviews and decisions come at every
instant, and successors change goodness by what they change on average per py of capability. Estimates stay as wrong as
the last review left them: what decisions believe is what they believed then, and how it moves is the law's.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.continuous import MOVED, Continuous
from deference_sim.analysis.loops.paths import Paths, paths
from deference_sim.analysis.loops.scores import CLOCK, Scores, cycle_partition, links_of, loop_scores
from deference_sim.analysis.slopes import Nodes, Several, Sloped, at_each, at_points, sloped_law, slopes_of, value_of
from deference_sim.model.evaluation import review
from deference_sim.scenario import Scenario

PRACTICE = "practice"
#: What a moment depends on besides time.
STARTED = (*MOVED, PRACTICE)
#: What a review leaves in the state; its level stays what it was.
FOUND = ("alignment_estimate", "profile_estimate")
_AT_ONCE = 32_768  # moments that are carried out together, so that memory does not grow with the runs

#: Runs that say what is linked with what, and how many py lie between the moments at which they are looked at.
LINKING_SEED, LINKING_RUNS, LINKING_APART = 1, 100, 0.5

Scored = tuple[NDArray[np.intp], Scores]
Law = Callable[..., Any]


def scored(made: Paths, *, believed: bool = True) -> Iterator[Scored]:
    """Yield moments, by their places, with the scores of all loops there.

    With ``believed`` False estimates are what they would be without any error, and decisions follow those.
    """
    nodes = Nodes()
    law = sloped_law(nodes)
    for first in range(0, len(made.states), _AT_ONCE):
        some = np.arange(first, min(first + _AT_ONCE, len(made.states)))
        for places, parts in at_points(some, lambda places: _scored(made, places, nodes, law, believed)):
            yield from ((places[where], scores) for where, scores in parts)


@functools.lru_cache(maxsize=32)
def linked_with(scenario: Scenario, stock: str) -> frozenset[str]:
    """Return the cycle partition of a stock: all that is linked with it both ways in ``scenario``.

    A link is one that is not 0 at any moment of the same few runs, whichever are looked at otherwise: so the partition
    hangs on the scenario alone.
    """
    nodes, links = Nodes(), set[tuple[str, str]]()
    law = sloped_law(nodes)
    made = paths(scenario, LINKING_SEED, np.arange(LINKING_RUNS), LINKING_APART, lambda count: None)

    def look(places: NDArray[np.intp]) -> None:
        rates = _rates(made, places, nodes, law, believed=True)
        links.update(links_of(nodes.made, rates))

    at_points(np.arange(len(made.states)), look)
    return cycle_partition(links, stock)


def _scored(
    made: Paths, places: NDArray[np.intp], nodes: Nodes, law: Law, believed: bool
) -> list[tuple[NDArray[np.intp], Scores]]:
    rates = _rates(made, places, nodes, law, believed)
    return loop_scores(nodes.made, rates, len(places))


def _rates(made: Paths, places: NDArray[np.intp], nodes: Nodes, law: Law, believed: bool) -> dict[str, Any]:
    """Return how fast each stock moves at moments; what a review finds stays at the level that is ``believed``."""
    nodes.clear()
    state, p = _Rows(made.states[places]), _Rows(made.parameters[made.run[places]])
    held = {name: value_of(getattr(state, name)) for name in FOUND} if believed else {}
    stocks = {name: nodes.start(name, _everywhere(getattr(state, name), len(places))) for name in STARTED}
    clock = nodes.start(CLOCK, _everywhere(state.t, len(places)))

    def call(function: Any, *arguments: Any) -> Any:
        found = law(function, *arguments)
        if function is review:
            for name, level in held.items():
                setattr(arguments[0], name, Sloped(level, slopes_of(getattr(arguments[0], name))))
        return found

    world = Continuous(p, [], state)
    practice = stocks.pop(PRACTICE)
    rates, practised = world.rates(world.at(stocks, practice, clock), call)
    return {**rates, PRACTICE: practised}


class _Rows:
    """Records as one: a field is a number, or holds one for each record; each is looked up when it is asked for."""

    def __init__(self, rows: NDArray[np.void]) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        values = self._rows[name]
        found = at_each(values) if values.ndim == 1 else Several(at_each(column) for column in values.T)
        setattr(self, name, found)
        return found


def _everywhere(number: Any, points: int) -> NDArray[np.float64]:
    return np.full(points, value_of(number), dtype=float)
