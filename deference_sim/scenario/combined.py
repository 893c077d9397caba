"""Distributions made of others: cut to an interval, or mixed, with or without values of their own probability."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from deference_sim.scenario.distributions import Distribution, Floats

_BISECTIONS = 64


@dataclass(frozen=True, slots=True)
class Point(Distribution):
    """One value for certain: a part of a ``Mixture``."""

    value: float

    def quantile(self, u: Floats) -> Floats:
        """Return the value."""
        return np.full_like(u, self.value)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return np.where(x >= self.value, 1.0, 0.0)

    @property
    def support(self) -> tuple[float, float]:
        """The value alone."""
        return self.value, self.value

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The value, with probability 1."""
        return ((self.value, 1.0),)

    def specification(self) -> dict[str, Any]:
        """Return what stands for it as a part of a mixture."""
        return {"value": self.value}


@dataclass(frozen=True, slots=True)
class Truncated(Distribution):
    """``whole``, which has no points, given that the value lies from ``low`` to ``high`` (either may be infinite)."""

    whole: Distribution
    low: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        """Return the inverse cumulative function: that of the whole at a share ``u`` of what is kept."""
        below, kept = self._kept()
        return np.clip(self.whole.quantile(below + u * kept), self.low, self.high)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        below, kept = self._kept()
        return np.clip((self.whole.cumulative(x) - below) / kept, 0.0, 1.0)

    def _kept(self) -> tuple[float, float]:
        below, upto = self.whole.cumulative(np.array([self.low, self.high]))
        return float(below), float(upto - below)

    @property
    def kept(self) -> float:
        """The share of the whole that lies from ``low`` to ``high``."""
        return self._kept()[1]

    @property
    def support(self) -> tuple[float, float]:
        """From ``low`` to ``high``, no further than the whole reaches."""
        low, high = self.whole.support
        return max(low, self.low), min(high, self.high)

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        ((name, arguments),) = self.whole.specification().items()
        ends = {"min": self.low, "max": self.high}
        return {name: arguments | {side: end for side, end in ends.items() if math.isfinite(end)}}


@dataclass(frozen=True, slots=True)
class Mixture(Distribution):
    """One of several ``parts``, each a distribution (a ``Point`` for one value) and its probability.

    The parts are put in an order of their own, so that the order in which they were given changes nothing.
    """

    parts: tuple[tuple[Distribution, float], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(sorted(self.parts, key=_order)))

    def quantile(self, u: Floats) -> Floats:
        """Return the inverse cumulative function: exact at points, by bisection elsewhere."""
        if self.is_discrete:
            values = np.array([value for value, _ in self.points])
            upto = np.cumsum([share for _, share in self.points])
            return values[np.minimum(np.searchsorted(upto, u), len(values) - 1)]
        found = np.full_like(u, np.nan)
        for value, share in self.points:
            upto = self.cumulative(np.array([value]))
            found[(upto - share < u) & (u <= upto)] = value
        elsewhere = np.isnan(found)
        found[elsewhere] = self._bisected(u[elsewhere])
        return found

    def _bisected(self, u: Floats) -> Floats:
        # The quantile of a mixture lies between the least and the greatest of its parts' quantiles.
        quantiles = [part.quantile(u) for part, _ in self.parts]
        low, high = np.min(quantiles, axis=0), np.max(quantiles, axis=0)
        for _ in range(_BISECTIONS):
            middle = low + (high - low) / 2.0
            enough = self.cumulative(middle) >= u
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.array(high)

    @property
    def is_discrete(self) -> bool:
        """Whether every part is one value."""
        return len(self.points) == len(self.parts)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        found = np.zeros_like(x)
        for part, share in self.parts:  # one after the other, as NumPy's own sum might not
            found = found + share * part.cumulative(x)
        return found

    @property
    def support(self) -> tuple[float, float]:
        """From the least to the greatest value of any part."""
        ends = [part.support for part, _ in self.parts]
        return min(low for low, _ in ends), max(high for _, high in ends)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The values of the parts that are one value, each with its probability, in rising order."""
        return tuple(sorted((part.value, share) for part, share in self.parts if isinstance(part, Point)))

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        parts = [
            {"probability": share, "value": part.value if isinstance(part, Point) else part.specification()}
            for part, share in self.parts
        ]
        return {"discrete" if self.is_discrete else "mixture": parts}


def _order(part: tuple[Distribution, float]) -> tuple[float, str]:
    return part[0].support[0], repr(part)
