"""Loops at moments of runs: slopes of the law's own text at where each run stands, and the scores of its loops there.

A run is looked at as the world in continuous time (``analysis.continuous``): reviews and decisions come at every
instant, and successors change goodness by what they change on average per py of capability. Estimates stay as wrong as
the last review left them: what decisions believe is what they believed then, and how it moves is the law's.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.continuous import MOVED, Continuous
from deference_sim.analysis.loops.paths import Paths
from deference_sim.analysis.loops.scores import CLOCK, Partition, partitions
from deference_sim.analysis.slopes import Nodes, Sloped, at_each, at_points, sloped_law, slopes_of, value_of
from deference_sim.model.evaluation import review

_PRACTICE = "practice"
#: What a review leaves in the state; its level stays what it was.
_FOUND = ("alignment_estimate", "profile_estimate")
_AT_ONCE = 32_768  # moments that are carried out together, so that memory does not grow with the runs

Scored = tuple[NDArray[np.intp], list[Partition]]


def scored(paths: Paths, *, believed: bool = True) -> Iterator[Scored]:
    """Yield moments, by their places, with the loops of their cycle partitions.

    With ``believed`` False estimates are what they would be without any error, and decisions follow those.
    """
    nodes = Nodes()
    law = sloped_law(nodes)
    for first in range(0, len(paths.states), _AT_ONCE):
        some = np.arange(first, min(first + _AT_ONCE, len(paths.states)))
        yield from at_points(some, lambda places: _scored(paths, places, nodes, law, believed))


def _scored(
    paths: Paths, places: NDArray[np.intp], nodes: Nodes, law: Callable[..., Any], believed: bool
) -> list[Partition]:
    nodes.clear()
    state, p = _Rows(paths.states[places]), _Rows(paths.parameters[paths.run[places]])
    stocks = {name: nodes.start(name, _everywhere(getattr(state, name), len(places))) for name in (*MOVED, _PRACTICE)}
    clock = nodes.start(CLOCK, _everywhere(state.t, len(places)))
    held = {name: value_of(getattr(state, name)) for name in _FOUND}

    def call(function: Any, *arguments: Any) -> Any:
        found = law(function, *arguments)
        if function is review and believed:
            for name, level in held.items():
                setattr(arguments[0], name, Sloped(level, slopes_of(getattr(arguments[0], name))))
        return found

    world = Continuous(p, [], state)
    practice = stocks.pop(_PRACTICE)
    rates, practised = world.rates(world.at(stocks, practice, clock), call)
    return partitions(nodes.made, {**rates, _PRACTICE: practised}, len(places))


class _Rows:
    """Records as one: a field is a number, or holds one for each record; each is looked up when it is asked for."""

    def __init__(self, rows: NDArray[np.void]) -> None:
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        values = self._rows[name]
        found = at_each(values) if values.ndim == 1 else [at_each(column) for column in values.T]
        setattr(self, name, found)
        return found


def _everywhere(number: Any, points: int) -> NDArray[np.float64]:
    return np.full(points, value_of(number), dtype=float)
