"""Distributions made of others: cut to an interval, or mixed, with or without values of their own probability.

What the live page's kernel compiles too stands in functions that are given how a part is asked: ``quantile(part, u)``,
``cumulative(part, x)``, ``share(part)`` and ``is_point(part)``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from deference_sim.elementary import Number, choose
from deference_sim.quantiles import clipped
from deference_sim.scenario.distributions import LAST_U, Distribution, Floats

Asked = Callable[[Any, Any], Any]
_BISECTIONS = 64


def cut_quantile(whole: Any, quantile: Asked, cumulative: Asked, low: float, high: float, u: Number) -> Number:
    """Return the quantile of ``whole`` cut to ``low`` to ``high``: its own at a share ``u`` of what is kept."""
    below = cumulative(whole, low)
    kept = cumulative(whole, high) - below
    at = below + u * kept  # which may round to 1, where nothing is finite
    return clipped(quantile(whole, choose(at < LAST_U, at, LAST_U)), low, high)


def cut_cumulative(whole: Any, cumulative: Asked, low: float, high: float, x: Number) -> Number:
    """Return P(X ≤ x) of ``whole`` cut to ``low`` to ``high``."""
    below = cumulative(whole, low)
    kept = cumulative(whole, high) - below
    return clipped((cumulative(whole, x) - below) / kept, 0.0, 1.0)


def mixed_cumulative(parts: Any, cumulative: Asked, share: Callable[[Any], float], x: Number) -> Number:
    """Return P(X ≤ x) of a mixture of ``parts``."""
    found = share(parts[0]) * cumulative(parts[0], x)
    for place in range(1, len(parts)):  # one after the other, as NumPy's own sum might not
        found = found + share(parts[place]) * cumulative(parts[place], x)
    return found


def picked(parts: Any, quantile: Asked, share: Callable[[Any], float], at: Number, u: Number) -> Number:
    """Return the quantile at ``u`` of that one of ``parts`` in whose share, one after the other, ``at`` falls.

    Where each part is one value, and they rise, that is the quantile of all at ``at``.
    """
    upto = 0.0
    found = quantile(parts[0], u)
    for place in range(len(parts) - 1):
        upto = upto + share(parts[place])
        found = choose(at > upto, quantile(parts[place + 1], u), found)
    return found


def mixed_quantile(
    parts: Any,
    quantile: Asked,
    cumulative: Asked,
    share: Callable[[Any], float],
    is_point: Callable[[Any], bool],
    u: Number,
) -> Number:
    """Return the quantile of a mixture of ``parts``: exact at those of one value, by bisection elsewhere."""
    # It lies between the least and the greatest of the parts' quantiles.
    low = quantile(parts[0], u)
    high = low
    for place in range(1, len(parts)):
        other = quantile(parts[place], u)
        low, high = choose(other < low, other, low), choose(other > high, other, high)
    for _ in range(_BISECTIONS):
        middle = low + (high - low) / 2.0
        enough = mixed_cumulative(parts, cumulative, share, middle) >= u
        low, high = choose(enough, low, middle), choose(enough, middle, high)
    for place in range(len(parts)):
        if is_point(parts[place]):
            value = quantile(parts[place], u)
            upto = mixed_cumulative(parts, cumulative, share, value)
            high = choose((upto - share(parts[place]) < u) & (u <= upto), value, high)
    return high


#: All that a compiler must be told of.
EQUATIONS: Final = (cut_quantile, cut_cumulative, mixed_cumulative, picked, mixed_quantile)


@dataclass(frozen=True, slots=True)
class Point(Distribution):
    """One value for certain: a part of a ``Mixture``."""

    value: float

    def quantile(self, u: Floats) -> Floats:
        """Return the value."""
        return choose(u == u, self.value, u)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return choose(x >= self.value, 1.0, 0.0)

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
        return cut_quantile(self.whole, _quantile, _cumulative, self.low, self.high, u)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return cut_cumulative(self.whole, _cumulative, self.low, self.high, x)

    @property
    def kept(self) -> float:
        """The share of the whole that lies from ``low`` to ``high``."""
        below, upto = self.whole.cumulative(np.array([self.low, self.high]))
        return float(upto - below)

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
            return picked(self.parts, part_quantile, part_share, u, u)
        return mixed_quantile(self.parts, part_quantile, part_cumulative, part_share, is_point, u)

    @property
    def is_discrete(self) -> bool:
        """Whether every part is one value."""
        return len(self.points) == len(self.parts)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return mixed_cumulative(self.parts, part_cumulative, part_share, x)

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


def _quantile(distribution: Distribution, u: Floats) -> Floats:
    return distribution.quantile(u)


def _cumulative(distribution: Distribution, x: Any) -> Any:
    return distribution.cumulative(x)


def part_quantile(part: tuple[Distribution, float], u: Floats) -> Floats:
    """Return the quantile of a part of a mixture."""
    return part[0].quantile(u)


def part_cumulative(part: tuple[Distribution, float], x: Floats) -> Floats:
    """Return P(X ≤ x) of a part of a mixture."""
    return part[0].cumulative(x)


def part_share(part: tuple[Distribution, float]) -> float:
    """Return the probability of a part of a mixture."""
    return part[1]


def is_point(part: tuple[Distribution, float]) -> bool:
    """Return whether a part of a mixture is one value."""
    return isinstance(part[0], Point)
