"""Distributions of uncertain inputs, each by its inverse cumulative function, in the documented unit of its input.

A distribution is frozen, holds only numbers, and says what a file would say for it (``specification``). Draws have the
same bits on every machine: no function of NumPy's or SciPy's that could round otherwise elsewhere stands in here. The
live page's kernel compiles ``quantile`` and ``cumulative`` of the ``SIMPLE`` distributions from the same text.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from deference_sim.elementary import choose, exp, log, sqrt
from deference_sim.quantiles import beta_cumulative, beta_quantile, clipped, normal_cumulative
from deference_sim.scenario.metalog import metalog_cumulative, metalog_quantile
from deference_sim.streams import normal_quantile

Floats: TypeAlias = NDArray[np.float64]

#: The least and the greatest number that a stream of uniform numbers can give.
FIRST_U, LAST_U = 2.0**-53, 1.0 - 2.0**-53


class Distribution(ABC):
    """What is believed of one uncertain number."""

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """Return the inverse cumulative function at ``u``, each in (0, 1): the least x with P(X ≤ x) ≥ u."""

    @abstractmethod
    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """The least interval that holds every value."""

    @property
    def reach(self) -> tuple[float, float]:
        """The least and the greatest value that a draw can be; NaN or infinite where numbers end before."""
        with np.errstate(all="ignore"):
            low, high = self.quantile(np.array([FIRST_U, LAST_U]))
        return float(low), float(high)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The values that have a probability of their own, each with it, in rising order."""
        return ()

    @abstractmethod
    def specification(self) -> dict[str, Any]:
        """Return what a file says for this distribution, in documented units; reading it gives an equal one."""

    @property
    def median(self) -> float:
        """The value that is exceeded as often as not."""
        return float(self.quantile(np.array([0.5]))[0])

    @property
    def central(self) -> Any:
        """What a scenario holds as the plain value of this input: the median of a number, the likeliest word."""
        return self.median

    @property
    def choice(self) -> str:
        """The name of what is chosen at once for all inputs that have it, such as an expert; empty for none."""
        return ""

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Of every alternative of that choice its name and its probability."""
        return ()

    @property
    def can_be_tied(self) -> bool:
        """Whether a rank correlation may tie it to another input."""
        return True

    def drawn(self, at: Floats, u: Floats) -> Floats:
        """Return the quantile at ``u`` of that alternative which the choice's own number ``at`` picks."""
        return self.quantile(u)

    def split(self, u: Floats) -> tuple[Floats, Floats]:
        """Return of one number in (0, 1) two that are independent: the choice's own, and what is left of it."""
        return u, u


class Bounded(Distribution):
    """What lies from ``low`` to ``high``."""

    low: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """From ``low`` to ``high``."""
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """Bell-shaped around ``mean``."""

    mean: float
    sd: float

    def quantile(self, u: Floats) -> Floats:
        """Return mean + sd·z(u)."""
        return self.mean + self.sd * normal_quantile(u)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return normal_cumulative((x - self.mean) / self.sd)

    @property
    def support(self) -> tuple[float, float]:
        """All numbers."""
        return -math.inf, math.inf

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        return {"normal": {"mean": self.mean, "sd": self.sd}}


@dataclass(frozen=True, slots=True)
class Lognormal(Distribution):
    """The logarithm is normal; ``sigma`` is its standard deviation, natural logarithm."""

    centre: float
    sigma: float

    def quantile(self, u: Floats) -> Floats:
        """Return median·exp(sigma·z(u))."""
        return self.centre * exp(self.sigma * normal_quantile(u))

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        log_ratio = log(choose(x > 0.0, x, 0.0) / self.centre)
        return normal_cumulative(log_ratio / self.sigma)

    @property
    def support(self) -> tuple[float, float]:
        """All numbers above 0."""
        return 0.0, math.inf

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        return {"lognormal": {"median": self.centre, "sigma": self.sigma}}


@dataclass(frozen=True, slots=True)
class Uniform(Bounded):
    """Equally likely everywhere from ``low`` to ``high``."""

    low: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        """Return the value a share ``u`` of the way up."""
        return clipped((1.0 - u) * self.low + u * self.high, self.low, self.high)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return clipped((x - self.low) / (self.high - self.low), 0.0, 1.0)

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        return {"uniform": {"min": self.low, "max": self.high}}


@dataclass(frozen=True, slots=True)
class Loguniform(Bounded):
    """The logarithm is uniform: every doubling from ``low`` to ``high`` is equally likely."""

    low: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        """Return the value a share ``u`` of the way up in logarithms."""
        return clipped(exp((1.0 - u) * log(self.low) + u * log(self.high)), self.low, self.high)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        inside = clipped(x, self.low, self.high)
        return log(inside / self.low) / log(self.high / self.low)

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        return {"loguniform": {"min": self.low, "max": self.high}}


@dataclass(frozen=True, slots=True)
class Beta(Bounded):
    """The beta distribution, from ``low`` to ``high``."""

    alpha: float
    beta: float
    low: float = 0.0
    high: float = 1.0

    def quantile(self, u: Floats) -> Floats:
        """Return the inverse of the incomplete beta function, scaled."""
        share = beta_quantile(self.alpha, self.beta, u)
        return clipped((1.0 - share) * self.low + share * self.high, self.low, self.high)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        share = clipped((x - self.low) / (self.high - self.low), 0.0, 1.0)
        return beta_cumulative(self.alpha, self.beta, share)

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        return {"beta": {"alpha": self.alpha, "beta": self.beta, "min": self.low, "max": self.high}}


@dataclass(frozen=True, slots=True)
class Triangular(Bounded):
    """Rises from ``low`` to ``mode`` and falls to ``high``, both in a straight line."""

    low: float
    mode: float
    high: float

    def quantile(self, u: Floats) -> Floats:
        """Return the inverse cumulative function."""
        width = self.high - self.low
        rising = self.low + sqrt(u * width * (self.mode - self.low))
        falling = self.high - sqrt((1.0 - u) * width * (self.high - self.mode))
        return choose(u * width < self.mode - self.low, rising, falling)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        inside = clipped(x, self.low, self.high)
        width, left, right = self.high - self.low, self.mode - self.low, self.high - self.mode
        rising, falling = 0.0 * inside, 1.0 - 0.0 * inside
        if left > 0.0:
            rising = (inside - self.low) * (inside - self.low) / (width * left)
        if right > 0.0:
            falling = 1.0 - (self.high - inside) * (self.high - inside) / (width * right)
        return choose(inside < self.mode, rising, falling)

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        return {"triangular": {"min": self.low, "mode": self.mode, "max": self.high}}


@dataclass(frozen=True, slots=True)
class Metalog(Bounded):
    """The curve of up to nine terms through given quantiles, from ``low`` to ``high`` where these are finite."""

    a1: float
    a2: float
    a3: float = 0.0
    a4: float = 0.0
    a5: float = 0.0
    a6: float = 0.0
    a7: float = 0.0
    a8: float = 0.0
    a9: float = 0.0
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, u: Floats) -> Floats:
        """Return the value of the curve."""
        return metalog_quantile(self, u)

    def cumulative(self, x: Floats) -> Floats:
        """Return P(X ≤ x)."""
        return metalog_cumulative(self, x)

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file: the terms up to the last that is not 0, and the ends that there are."""
        names = [one.name for one in fields(self) if one.name.startswith("a")]
        terms = {name: getattr(self, name) for name in names}
        last = max(place for place, name in enumerate(names) if terms[name] or place < 2)
        ends = {"min": self.low, "max": self.high}
        kept = dict(list(terms.items())[: last + 1]) | {side: end for side, end in ends.items() if math.isfinite(end)}
        return {"metalog": kept}


#: What is made of no other distribution.
SIMPLE: Final[tuple[type[Distribution], ...]] = (Normal, Lognormal, Uniform, Loguniform, Beta, Triangular, Metalog)
