"""Distributions of which one choice picks an alternative, shared by all inputs that hang on it.

``Pool``: what several experts believe; a future follows one of them, in all inputs. ``Samples``: rows of a table; a
future takes one row, in all columns. So what an expert believes together, or what a row holds together, stays together.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from deference_sim.quantiles import clipped
from deference_sim.scenario.combined import (
    Point,
    is_point,
    mixed_cumulative,
    mixed_quantile,
    part_cumulative,
    part_quantile,
    part_share,
    picked,
)
from deference_sim.scenario.distributions import FIRST_U, LAST_U, Distribution, Floats

Parts: TypeAlias = tuple[tuple[Distribution, float], ...]

EXPERTS = "experts"  # the one choice that all pools of a scenario share


def _in_proportion(weights: tuple[float, ...]) -> tuple[float, ...]:
    total = 0.0
    for weight in weights:  # one after the other, as in JavaScript
        total += weight
    return tuple(weight / total for weight in weights)


def _split(parts: Parts, u: Floats) -> tuple[Floats, Floats]:
    """Return ``u``, which picks one of ``parts``, and where in the share of that one it falls, from 0 to 1."""
    below, rest = 0.0, u / part_share(parts[0])
    for part, following in pairwise(parts):
        below += part_share(part)
        rest = rest * (u <= below) + (u - below) / part_share(following) * (u > below)
    return u, clipped(rest, FIRST_U, LAST_U)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one expert believes, and the weight of the expert among all."""

    expert: str
    weight: float
    value: Distribution


@dataclass(frozen=True, slots=True)
class Pool(Distribution):
    """The linear pool of ``opinions``: each expert's distribution with a probability in proportion to the weight.

    They are put in the order of the experts' names, so that the order in which they were given changes nothing.
    """

    opinions: tuple[Opinion, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "opinions", tuple(sorted(self.opinions, key=lambda one: one.expert)))

    @property
    def parts(self) -> Parts:
        """The distribution of each expert with its probability."""
        shares = _in_proportion(tuple(one.weight for one in self.opinions))
        return tuple((one.value, share) for one, share in zip(self.opinions, shares, strict=True))

    @property
    def choice(self) -> str:
        """The expert."""
        return EXPERTS

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """The experts with their probabilities."""
        return tuple((one.expert, share) for one, (_, share) in zip(self.opinions, self.parts, strict=True))

    def drawn(self, at: Floats, u: Floats) -> Floats:
        """Return the quantile at ``u`` of the expert whom ``at`` picks."""
        return picked(self.parts, part_quantile, part_share, at, u)

    def split(self, u: Floats) -> tuple[Floats, Floats]:
        """Return ``u``, and where in the expert's share it falls."""
        return _split(self.parts, u)

    def quantile(self, u: Floats) -> Floats:
        """Return the inverse cumulative function of the pool: exact at points, by bisection elsewhere."""
        return mixed_quantile(self.parts, part_quantile, part_cumulative, part_share, is_point, u)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return mixed_cumulative(self.parts, part_cumulative, part_share, x)

    @property
    def support(self) -> tuple[float, float]:
        """From the least to the greatest value that any expert holds possible."""
        ends = [part.support for part, _ in self.parts]
        return min(low for low, _ in ends), max(high for _, high in ends)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The values to which experts give a probability of their own, each with that of the pool, in rising order."""
        found: dict[float, float] = {}
        for part, share in self.parts:
            for value, probability in part.points:
                found[value] = found.get(value, 0.0) + share * probability
        return tuple(sorted(found.items()))

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        told = []
        for one in self.opinions:
            value = one.value.value if isinstance(one.value, Point) else one.value.specification()
            told.append({"expert": one.expert, "weight": one.weight, "value": value})
        return {"pool": told}


@dataclass(frozen=True, slots=True)
class Samples(Distribution):
    """The ``values`` of one column of a table, a row each, and the ``weights`` of the rows.

    ``of`` names the content of the whole table: inputs of the same table take the same row.
    """

    of: str
    values: tuple[float, ...]
    weights: tuple[float, ...]

    @property
    def parts(self) -> Parts:
        """Each row's value with its probability, in the order of the table."""
        return tuple(
            (Point(value), share) for value, share in zip(self.values, _in_proportion(self.weights), strict=True)
        )

    @property
    def choice(self) -> str:
        """The row of the table."""
        return f"samples {self.of}"

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """The rows by number, from 1, with their probabilities."""
        return tuple((str(number), share) for number, share in enumerate(_in_proportion(self.weights), start=1))

    @property
    def can_be_tied(self) -> bool:
        """No: rows hold together what belongs together."""
        return False

    def drawn(self, at: Floats, u: Floats) -> Floats:
        """Return the value of the row that ``at`` picks."""
        return picked(self.parts, part_quantile, part_share, at, u)

    def quantile(self, u: Floats) -> Floats:
        """Return the inverse cumulative function of the column."""
        rising = sorted(self.parts, key=lambda part: part[0].support)
        return picked(rising, part_quantile, part_share, u, u)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return mixed_cumulative(sorted(self.parts, key=lambda part: part[0].support), part_cumulative, part_share, x)

    @property
    def support(self) -> tuple[float, float]:
        """From the least to the greatest value."""
        return min(self.values), max(self.values)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The values with their probabilities, in rising order."""
        found: dict[float, float] = {}
        for value, share in zip(self.values, _in_proportion(self.weights), strict=True):
            found[value] = found.get(value, 0.0) + share
        return tuple(sorted(found.items()))

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file, the table's rows in it; no weights where all are alike."""
        held = {"of": self.of, "values": list(self.values)}
        return {"samples": held | ({"weights": list(self.weights)} if set(self.weights) != {1.0} else {})}
