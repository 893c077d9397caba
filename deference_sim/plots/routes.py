"""Ways of arrows in a diagram: from node to node, through none on the way; and free spots beside them.

A way is a curve of one or two bends. Of many the gentlest is taken that passes through no node.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Link = tuple[str, str]
Spot = tuple[float, float]

CHARACTER, LINE, MARGIN = 0.075, 0.2, 0.1  # size of letters and room around them, in units of the diagram
#: How far a way may be bent to the right in its first and in its second half, as shares of its length.
BENDS = (0.19, -0.19, 0.07, -0.07, 0.34, -0.34, 0.5, -0.5, 0.7, -0.7, 0.9, -0.9, 1.15, -1.15)


def _bending(first: float, last: float) -> float:
    """Return what it costs to be bent so: little, and to one side, is best."""
    return abs(first) + abs(last) + abs(first - last)


PAIRS = sorted(product(BENDS, BENDS), key=lambda pair: _bending(*pair))
CLOSE = 0.08  # how near to a node a way may pass
AGAINST = 0.6  # what a bend to the left costs where the way back is bent to the right, so that both do not coincide
BESIDE = 0.5  # how far beyond the outermost nodes a way may lead
POINTS = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quantity stands in a diagram, and the words there; ``room`` is half its size where it has no words."""

    x: float
    y: float
    words: str
    room: tuple[float, float] | None = None

    @property
    def half_size(self) -> tuple[float, float]:
        """Half the width and half the height of the node, with a little room around it."""
        if self.room is not None:
            return self.room
        lines = self.words.split("\n") if self.words else []
        width = 0.5 * CHARACTER * max(map(len, lines), default=0) + MARGIN
        return width, 0.5 * LINE * len(lines) + MARGIN

    def holds(self, points: Floats, beyond: float = 0.0) -> NDArray[np.bool_]:
        """Return which of ``points`` lie in the node, or not farther than ``beyond`` from it."""
        width, height = self.half_size
        return (np.abs(points[:, 0] - self.x) < width + beyond) & (np.abs(points[:, 1] - self.y) < height + beyond)


def ways_of(
    links: Collection[Link], sources: Mapping[str, Place], targets: Mapping[str, Place], nodes: Sequence[Place]
) -> dict[Link, Floats]:
    """Return the points of the way of each link, from the border of its source to that of its target.

    ``nodes`` are all that is not to be passed through.
    """
    return {link: _way(sources[link[0]], targets[link[1]], nodes, (link[1], link[0]) in links) for link in links}


def passed_through(way: Floats, source: Place, target: Place, nodes: Sequence[Place], beyond: float = 0.0) -> int:
    """Return through how many of ``nodes`` a way passes, its ends left out."""
    others = (node for node in nodes if (node.x, node.y) not in ((source.x, source.y), (target.x, target.y)))
    return sum(bool(node.holds(way, beyond).any()) for node in others)


def _way(source: Place, target: Place, nodes: Sequence[Place], has_way_back: bool) -> Floats:
    best, least = np.empty((0, 2)), np.inf
    for first, last in PAIRS:
        cost = _bending(first, last) + (AGAINST if has_way_back and first + last < 0.0 else 0.0)
        if cost >= least:
            continue
        way = _curve(source, target, first, last)
        if len(way) < 2:
            continue
        cost += 100.0 * passed_through(way, source, target, nodes) + 50.0 * _leaves(way, nodes)
        cost += 1.0 * passed_through(way, source, target, nodes, CLOSE)
        if cost < least:
            best, least = way, cost
    return best


def _leaves(way: Floats, nodes: Sequence[Place]) -> bool:
    """Return whether a way leads out of the picture that the nodes fill."""
    corners = np.array([[node.x, node.y] for node in nodes])
    low, high = corners.min(axis=0) - BESIDE, corners.max(axis=0) + BESIDE
    return bool(((way < low) | (way > high)).any())


def _curve(source: Place, target: Place, first: float, last: float) -> Floats:
    start, end = np.array([source.x, source.y]), np.array([target.x, target.y])
    along = end - start
    across = np.array([along[1], -along[0]])
    ways = [start, start + along / 3.0 + first * across, start + 2.0 * along / 3.0 + last * across, end]
    part = np.linspace(0.0, 1.0, POINTS)[:, None]
    weights = [(1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3]
    way: Floats = np.sum([weight * point for weight, point in zip(weights, ways, strict=True)], axis=0)
    return way[~(source.holds(way) | target.holds(way))]


def free_spot(near: Floats, nodes: Sequence[Place], ways: Collection[Floats], taken: Sequence[Spot]) -> Spot:
    """Return the spot nearest to the middle of the points ``near`` that lies beside nodes, ways and ``taken`` spots."""
    middle = near.mean(axis=0)
    offsets = np.arange(-3.0, 3.01, 0.1)
    grid = middle + np.stack(np.meshgrid(offsets, offsets), axis=-1).reshape(-1, 2)
    crowded = np.any([node.holds(grid, LABEL) for node in nodes], axis=0)
    for points in [*ways, *(np.array([spot]) for spot in taken)]:
        apart = np.hypot(*(grid[:, None, :] - points[None, ::4, :]).transpose(2, 0, 1)).min(axis=1)
        crowded |= apart < (LABEL if len(points) > 1 else 3.0 * LABEL)
    cost = np.hypot(*(grid - middle).T) + 100.0 * crowded
    x, y = grid[int(cost.argmin())]
    return float(x), float(y)


LABEL = 0.24  # half the size of a label in a diagram
