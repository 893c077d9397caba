"""Draws of uncertain inputs: one a replicate, each from its own address, tied by rank correlations where given.

Rank correlations act through a Gaussian copula: a Spearman correlation ρ of continuous inputs is the correlation
2·sin(πρ/6) of the normal numbers behind them. An input that is tied to none draws the same whatever else is uncertain.

Where inputs hang on one choice (``Distribution.choice``: an expert, a row of a table), one number at an address of its
own picks the alternative for all of them; within it each draws as ever.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from deference_sim.quantiles import clipped, normal_cumulative
from deference_sim.scenario.distributions import FIRST_U, LAST_U, Distribution, Floats
from deference_sim.streams import named_stream, normal_quantile, uniforms

_EIGENVALUE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, order=True)
class Correlation:
    """A rank correlation of two uncertain inputs, named by their paths in alphabetical order."""

    between: tuple[str, str]
    spearman: float

    @classmethod
    def of(cls, first: str, second: str, spearman: float) -> Self:
        """Return the correlation of two paths given in either order."""
        low, high = sorted((first, second))
        return cls((low, high), spearman)

    @property
    def pearson(self) -> float:
        """The correlation of the normal numbers behind the two inputs."""
        return pearson_of(self.spearman)


class CorrelationError(ValueError):
    """Correlations that cannot hold; ``place`` is that of the one at fault, None if it is all of them together."""

    def __init__(self, place: int | None, found: str, allowed: str, hint: str = "") -> None:
        super().__init__("  ".join(part for part in (found, allowed, hint) if part))
        self.place, self.found, self.allowed, self.hint = place, found, allowed, hint


def check_correlations(correlations: Sequence[Correlation], uncertain: Mapping[str, Distribution]) -> None:
    """Raise ``CorrelationError`` unless every pair is of two uncertain inputs, given once, and all fit together."""
    seen: set[tuple[str, str]] = set()
    for place, correlation in enumerate(correlations):
        first, second = correlation.between
        if first == second:
            raise CorrelationError(place, f"`{first}` with itself", "two different inputs")
        if correlation.between in seen:
            raise CorrelationError(place, f"`{first}` and `{second}` again", "each pair once")
        seen.add(correlation.between)
        for path in correlation.between:
            if path not in uncertain:
                hint = "give it a distribution, or leave the correlation out"
                raise CorrelationError(place, f"`{path}` is not uncertain", "two uncertain inputs", hint)
            if not uncertain[path].can_be_tied:
                found = f"`{path}` is a word or comes from rows of a table"
                raise CorrelationError(place, found, "two uncertain numbers that no table holds together")
    for group in groups(uncertain, correlations):
        least = float(np.linalg.eigvalsh(_matrix(group, correlations))[0])
        if least < -_EIGENVALUE_TOLERANCE:
            raise CorrelationError(
                None,
                f"correlations that cannot hold together: smallest eigenvalue {least:.4g}",
                "a positive semidefinite matrix",
                "make them weaker",
            )


def groups(paths: Iterable[str], correlations: Sequence[Correlation]) -> list[list[str]]:
    """Return ``paths`` in groups that correlations tie together, each in alphabetical order."""
    return _joined(paths, [correlation.between for correlation in correlations])


def together(uncertain: Mapping[str, Distribution], correlations: Sequence[Correlation]) -> list[list[str]]:
    """Return the uncertain inputs in groups within which they depend on one another: by a correlation or a choice."""
    chosen = _by_choice(uncertain).values()
    pairs = [(paths[0], path) for paths in chosen for path in paths[1:]]
    return _joined(uncertain, [*(correlation.between for correlation in correlations), *pairs])


def _by_choice(uncertain: Mapping[str, Distribution]) -> dict[str, list[str]]:
    """Return the inputs that hang on each choice, by its name, in alphabetical order."""
    found: dict[str, list[str]] = {}
    for path in sorted(uncertain):
        if choice := uncertain[path].choice:
            found.setdefault(choice, []).append(path)
    return found


def _joined(paths: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    group_of = {path: [path] for path in sorted(paths)}
    for pair in pairs:
        first, second = (group_of[path] for path in pair)
        if first is not second:
            first += second
            group_of.update(dict.fromkeys(second, first))
    return sorted({id(group): sorted(group) for group in group_of.values()}.values())


def draw(
    uncertain: Mapping[str, Distribution],
    correlations: Sequence[Correlation],
    seed: int,
    replicates: NDArray[np.integer],
) -> dict[str, Floats]:
    """Return the values of every uncertain input for ``replicates``, in documented units, by path."""
    own = {path: uniforms(seed, replicates, named_stream(f"parameter:{path}"), 0) for path in uncertain}
    picks = {name: choice_numbers(name, seed, replicates) for name in _by_choice(uncertain)}
    return _values(uncertain, correlations, own, picks)


def choice_numbers(choice: str, seed: int, replicates: NDArray[np.integer]) -> Floats:
    """Return the uniform number that picks the alternative of a choice for each of ``replicates``."""
    return uniforms(seed, replicates, named_stream(f"parameter:{choice}"), 0)


def values_at(
    uncertain: Mapping[str, Distribution], correlations: Sequence[Correlation], own: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return the values of every uncertain input at given uniform numbers of their own, in documented units, by path.

    ``own`` holds independent numbers in (0, 1) for every path: the copula ties them. The number of the first input that
    hangs on a choice makes that choice too.
    """
    own, picks = dict(own), {}
    for name, paths in _by_choice(uncertain).items():
        picks[name], own[paths[0]] = uncertain[paths[0]].split(own[paths[0]])
    return _values(uncertain, correlations, own, picks)


def _values(
    uncertain: Mapping[str, Distribution],
    correlations: Sequence[Correlation],
    own: Mapping[str, Floats],
    picks: Mapping[str, Floats],
) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for group in groups(uncertain, correlations):
        given = [own[path] for path in group]
        for path, u in zip(group, _tied(given, group, correlations) if len(group) > 1 else given, strict=True):
            found[path] = uncertain[path].drawn(picks.get(uncertain[path].choice, u), u)
    return {path: found[path] for path in uncertain}


def _tied(own: list[Floats], group: list[str], correlations: Sequence[Correlation]) -> list[Floats]:
    matrix = _matrix(group, correlations)
    root = np.zeros_like(matrix)
    fill_square_root(matrix, root)
    normals = [normal_quantile(u) for u in own]
    return [tied(root, normals, 0, row) for row in range(len(group))]


def _matrix(group: Sequence[str], correlations: Sequence[Correlation]) -> Floats:
    place = {path: index for index, path in enumerate(group)}
    matrix = np.eye(len(group))
    for correlation in correlations:
        first, second = correlation.between
        if first in place:
            matrix[place[first], place[second]] = matrix[place[second], place[first]] = correlation.pearson
    return matrix


def tied(root: Any, normals: Any, first: int, row: int) -> Any:
    """Return the uniform number of ``row`` in the group that begins at row ``first``, made of the group's normals."""
    total = root[row, first] * normals[first]
    for column in range(first + 1, row + 1):
        total = total + root[row, column] * normals[column]
    return clipped(normal_cumulative(total), FIRST_U, LAST_U)


def fill_square_root(matrix: Any, root: Any) -> None:
    """Put the lower triangular root of a positive semidefinite matrix into ``root`` (Cholesky; pivots may be 0).

    ``root`` holds zeros.
    """
    size = len(matrix)
    for column in range(size):
        for row in range(column, size):
            rest = matrix[row, column]
            for known in range(column):  # one after the other, as a library's product of matrices might not
                rest = rest - root[row, known] * root[column, known]
            if row == column:
                root[row, column] = math.sqrt(rest) if rest > _EIGENVALUE_TOLERANCE else 0.0
            elif root[column, column] != 0.0:
                root[row, column] = rest / root[column, column]


def pearson_of(spearman: float) -> float:
    """Return the correlation of normal numbers of which ``spearman`` is the rank correlation."""
    return 2.0 * sine(math.pi * spearman / 6.0)


def sine(x: float) -> float:
    """Return the sine of ``x`` from -π/6 to π/6, by its series."""
    square, total = x * x, 0.0
    for n in (17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        total = (1.0 - total) * square / (n * (n - 1.0))
    return x * (1.0 - total)


#: What the live page's kernel compiles too.
EQUATIONS: Final = (tied, fill_square_root, sine, pearson_of)
