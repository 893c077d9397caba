"""Designs: how the values of several inputs go together. Every combination, side by side, or as a Latin hypercube."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Generic, TypeVar

import numpy as np

from deference_sim.scenario.distributions import Floats
from deference_sim.scenario.problems import Mark, listed, refusal
from deference_sim.streams import named_stream, uniforms
from deference_sim.study.limits import DESIGNS, Design

GRID, PAIRED, LATIN = DESIGNS
#: Indices of an input's stream: where in its stratum a point lies, and in which one; 0 is what a replicate draws.
_INSIDE, _ORDER = 1, 2

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Column(Generic[Value]):
    """The values of one input, in order; ``at`` gives the value at a share of the way through a range."""

    path: str
    values: Sequence[Value]
    at: Callable[[float], Value] | None = None


def count_rows(counts: Mapping[str, int], ranges: Sequence[str], design: Design, mark: Mark) -> int:
    """Return how many points a design has, from how many values each input has; ``ranges`` are the inputs with ends.

    Raises ``ScenarioError`` where the inputs have no numbers of values that go together.
    """
    if design == GRID:
        return prod(counts.values())
    wanted = {path: count for path, count in counts.items() if path in ranges or design == PAIRED} or counts
    most = max(wanted.values())
    if len(set(wanted.values())) > 1 and (design == PAIRED or ranges):
        told = listed([f"{count:,} of {path}" for path, count in wanted.items()], "and")
        what = "paired values" if design == PAIRED else "ranges of a Latin hypercube"
        raise refusal(mark, "", f"{what}: {told}", "equally many of each input")
    for path, count in counts.items():
        if count > most:
            raise refusal(mark, path, f"{count:,} values for {most:,} points", "no more values than points")
    return most


def rows(columns: Sequence[Column[Value]], design: Design, seed: int) -> list[tuple[Value, ...]]:
    """Return the points of a design, a value of each column in each; in a grid the last column runs fastest.

    In a Latin hypercube (M. D. McKay, R. J. Beckman and W. J. Conover, Technometrics 21, 1979) each range is cut into
    as many strata as there are points, and each stratum is met once, at a place in it and in an order that are drawn
    from the input's own stream of ``seed``; listed values are met equally often, or nearly. An input's own values do
    not change with which others there are.
    """
    if design == GRID:
        return list(product(*(column.values for column in columns)))
    if design == PAIRED:
        return list(zip(*(column.values for column in columns), strict=True))
    count = max(len(column.values) for column in columns)
    return list(zip(*(_spread(column, count, seed) for column in columns), strict=True))


def _spread(column: Column[Value], count: int, seed: int) -> list[Value]:
    points, stream = np.arange(count), named_stream(f"parameter:{column.path}")
    strata = np.argsort(np.argsort(uniforms(seed, points, stream, _ORDER), kind="stable"), kind="stable")
    if column.at is None:
        return [column.values[place] for place in strata * len(column.values) // count]
    shares: Floats = (strata + uniforms(seed, points, stream, _INSIDE)) / count
    return [column.at(float(share)) for share in shares]
