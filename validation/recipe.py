"""The recipe of a statistical check: what is known exactly, how far off a simulation is, and what that could have seen.

A share or a mean may be 5 standard errors off (the exact binomial tail where successes or failures are few), a whole
distribution as far as the bound of Dvoretzky, Kiefer and Wolfowitz with Massart's constant (Ann. Probab. 18, 1990)
allows at the same level. δ is the discrepancy that would be missed once in a thousand.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import binom, chi2, kstwo

from deference_sim.model.roads import ROADS
from validation.quiet import quiet

TOLERANCE = 5.0  # standard errors
MISS = 3.09  # standard errors: a discrepancy of 5 + 3.09 is missed once in a thousand
FALSE_ALARM = 5.7e-7  # two-sided tail of the normal law beyond 5 standard errors
FEW = 25.0  # variance of a count below which its exact tail is used

Of = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run says of one answer. ``z`` is 0 and ``delta`` the tolerance where no chance is involved."""

    found: float
    z: float
    delta: float
    holds: bool


#: Of a run of which no replicate bears on the answer, as when none of few was punted: it does not show that it holds.
NOTHING_TO_COMPARE = Verdict(nan, nan, nan, holds=False)


@dataclass(frozen=True)
class Share:
    """A probability that is known exactly, and perhaps the wrong answer of a well-known mistake."""

    what: str
    happened: Of
    exact: float
    trap: float | None = None

    def judge(self, table: pd.DataFrame) -> Verdict:
        """Compare with the records of a run."""
        n, successes = len(table), int(np.sum(self.happened(table)))
        z = z_of(successes / n, self.exact, self.sd, n)
        return Verdict(successes / n, z, self.delta(n), share_is_right(successes, n, self.exact))

    @property
    def sd(self) -> float:
        """The standard deviation of one replicate."""
        return sqrt(self.exact * (1.0 - self.exact))

    def delta(self, n: int) -> float:
        """Return the discrepancy that ``n`` replicates miss once in a thousand."""
        return (TOLERANCE + MISS) * self.sd / sqrt(n)


@dataclass(frozen=True)
class Mean:
    """An expectation that is known exactly, with the standard deviation of one value (there may be fewer than runs)."""

    what: str
    value: Of
    exact: float
    sd: float

    def judge(self, table: pd.DataFrame) -> Verdict:
        """Compare with the records of a run."""
        values = np.asarray(self.value(table), dtype=float)
        if not len(values):
            return NOTHING_TO_COMPARE
        found, n = float(values.mean()), len(values)
        z = z_of(found, self.exact, self.sd, n)
        return Verdict(found, z, (TOLERANCE + MISS) * self.sd / sqrt(n), abs(z) <= TOLERANCE)


@dataclass(frozen=True)
class Law:
    """A whole distribution that is known: of ``value`` among the records where it is not missing."""

    what: str
    value: Of
    cumulative: Callable[[Any], Any]
    exact: float = 0.0  # of the largest distance between the two distribution functions

    def judge(self, table: pd.DataFrame) -> Verdict:
        """Compare with the records of a run; ``found`` is the largest distance, ``z`` of the same tail as its."""
        values = np.sort(np.asarray(self.value(table), dtype=float))
        values = values[~np.isnan(values)]
        n = len(values)
        if not n:
            return NOTHING_TO_COMPARE
        below, grid = self.cumulative(values), np.arange(n + 1) / n
        distance = float(max(np.max(grid[1:] - below), np.max(below - grid[:-1])))
        bound = sqrt(log(2.0 / FALSE_ALARM) / (2.0 * n))
        z = float(-ndtri(max(kstwo.sf(distance, n), 1e-300) / 2.0))
        return Verdict(distance, z, bound + sqrt(log(2.0 / 0.001) / (2.0 * n)), distance <= bound)


@dataclass(frozen=True)
class Number:
    """A number that every replicate must show, to a relative tolerance."""

    what: str
    value: Of
    exact: float
    tolerance: float = 1e-6

    def judge(self, table: pd.DataFrame) -> Verdict:
        """Compare with the records of a run; the replicate that is furthest off counts."""
        values = np.asarray(self.value(table), dtype=float)
        if not len(values):
            return NOTHING_TO_COMPARE
        furthest = float(values[np.argmax(abs(values - self.exact))])
        holds = abs(furthest - self.exact) <= self.tolerance * max(abs(self.exact), 1e-3)
        return Verdict(furthest, 0.0, self.tolerance * abs(self.exact), bool(holds))


Answer = Share | Mean | Law | Number


@dataclass(frozen=True, eq=False)
class Case:
    """A quiet world with some mechanism switched on, how often to run it, and what is known of it."""

    name: str
    changes: dict[str, Any]
    n: int
    answers: tuple[Answer, ...]

    @property
    def seed(self) -> int:
        """A seed of its own, so that cases are independent."""
        return zlib.crc32(self.name.encode())

    @property
    def scenario(self) -> Any:
        """The world that it runs in."""
        return quiet(**self.changes)

    @property
    def pooled(self) -> Share | Mean | None:
        """The answer that stands for the case where all are pooled: answers of one case depend on each other."""
        return next((answer for answer in self.answers if isinstance(answer, Share | Mean)), None)


def z_of(found: float, exact: float, sd: float, n: int) -> float:
    """Return by how many standard errors a mean of ``n`` replicates is off; infinitely many where none is allowed."""
    if sd == 0.0:
        return 0.0 if found == exact else inf
    return (found - exact) / (sd / sqrt(n))


def share_is_right(successes: int, n: int, p: float) -> bool:
    """Return whether a count agrees with its probability to 5 standard errors, or in the exact tail if it is small."""
    if n * p * (1.0 - p) < FEW:
        tail = min(binom.cdf(successes, n, p), binom.sf(successes - 1, n, p))
        return bool(2.0 * tail >= FALSE_ALARM)
    return abs(z_of(successes / n, p, sqrt(p * (1.0 - p)), n)) <= TOLERANCE


def pooled_tails(squares: list[float]) -> tuple[float, float]:
    """Return the probabilities of a sum of squares at least, and at most, as large as this one."""
    total, count = sum(squares), len(squares)
    return float(chi2.sf(total, count)), float(chi2.cdf(total, count))


# ---- what a record says -------------------------------------------------------------------------------------


def outcome(*names: str) -> Of:
    """Return the function that says which runs ended with one of these outcomes."""
    return lambda table: table["outcome"].isin(names)


def cause(name: str) -> Of:
    """Return the function that says which runs the hazard ``name`` ended."""
    return lambda table: table["cause"] == name


def lasts(months: float) -> Of:
    """Return the function that says which runs nothing ended before ``months``."""
    return lambda table: table["months"] >= months


def column(name: str) -> Of:
    """Return the function that reads one column."""
    return lambda table: table[name]


def ended(*names: str) -> Of:
    """Return the function that gives the months of the runs that ended with these outcomes, missing for others."""
    return lambda table: table["months"].where(table["outcome"].isin(names))


def road(*names: str) -> Of:
    """Return the function that says which runs failed by one of these roads, or ``stayed``."""
    unknown = set(names) - set(ROADS)
    assert not unknown, f"no such road: {unknown}"
    return lambda table: table["road"].isin(names)


NOTHING = outcome("unresolved")
