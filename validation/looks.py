"""Looks: how a statement about results is measured, on runs of worlds that are the baseline, or another, with changes.

All worlds of one look meet the same luck (same seed, same addresses), so differences are judged by discordant pairs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.model.roads import ROADS
from deference_sim.model.state import OUTCOMES
from deference_sim.study.runner import run

SEED = 1
Records = NDArray[np.void]
Measure = Callable[[Records], NDArray[np.bool_]]
Changes = Mapping[str, Any]
AI_CAUSED = ("ai_takeover", "catastrophic_mistake")
GOOD_ENDS = ("overtaken_safely", "punted", "stabilised", "ridden_out")


@dataclass(frozen=True)
class World:
    """A scenario with changes, and what both are called."""

    words: str
    changes: Changes = field(default_factory=dict)
    scenario: str = "baseline"

    def records(self, n: int, seed: int, more: Changes) -> Records:
        """Return the records of ``n`` replicates with ``more`` changes."""
        return _records(self.scenario, tuple(sorted({**self.changes, **more}.items())), n, seed)


@lru_cache(maxsize=200)
def _records(name: str, changes: tuple[tuple[str, Any], ...], n: int, seed: int) -> Records:
    scenario = ds.load(name)
    return run(scenario.with_(**dict(changes)) if changes else scenario, n, seed)[0]


def start(level: float) -> dict[str, float]:
    """Return the changes for a start of both components at this level."""
    return {"goodness.broad_alignment": level, "goodness.capability_profile": level}


def tax(total: float) -> dict[str, float]:
    """Return the changes for a tax of both components together."""
    return {"tax.broad_alignment": total / 2.0, "tax.capability_profile": total / 2.0}


# ---- measures: what is asked of each run ---------------------------------------------------------------------


def stays(records: Records) -> NDArray[np.bool_]:
    """Stays in the basin from the handoff until the matter is settled (p_stay)."""
    return np.asarray(records["road"] == 0)


def ends_well(records: Records) -> NDArray[np.bool_]:
    """Ends well: overtaken safely, punted, stabilised or ridden out (p_good)."""
    return _ended(records, GOOD_ENDS)


def ai_caused(records: Records) -> NDArray[np.bool_]:
    """Ends in a catastrophe that AIs cause."""
    return _ended(records, AI_CAUSED)


def takes(*roads: str) -> Measure:
    """Return whether a run is lost by one of these roads."""
    codes = [list(ROADS).index(road) for road in roads]
    return lambda records: np.isin(records["road"], codes)


def both(*measures: Measure) -> Measure:
    """Return whether all of these are so."""
    return lambda records: np.logical_and.reduce([measure(records) for measure in measures])


def _ended(records: Records, outcomes: Sequence[str]) -> NDArray[np.bool_]:
    return np.isin(records["outcome"], [OUTCOMES.index(one) for one in outcomes])


# ---- looks: what is made of it -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What a look finds: a number, its standard error, and what it was made of."""

    value: float
    error: float
    made_of: str = ""


class Look(Protocol):
    """One measurement: the worlds that it needs, and what it finds with ``more`` changes in all of them."""

    @property
    def worlds(self) -> Sequence[World]:
        """The worlds that are looked at."""

    def find(self, n: int, seed: int = SEED, more: Changes = {}) -> Found:  # noqa: B006 (never changed)
        """Return what ``n`` replicates of each say."""


@dataclass(frozen=True)
class Share:
    """The share of runs of one world of which something is so."""

    world: World
    measure: Measure = stays

    @property
    def worlds(self) -> Sequence[World]:
        """The one world."""
        return (self.world,)

    def find(self, n: int, seed: int = SEED, more: Changes = {}) -> Found:  # noqa: B006
        """Return the share."""
        share = float(self.measure(self.world.records(n, seed, more)).mean())
        return Found(share, sqrt(max(share * (1.0 - share), 1.0 / n) / n))


@dataclass(frozen=True)
class Gain:
    """By how much the best of some worlds does better than the best of others, by shares of the same luck."""

    better: tuple[World, ...]
    worse: tuple[World, ...]
    measure: Measure = stays
    measure_of_worse: Measure | None = None

    @property
    def worlds(self) -> Sequence[World]:
        """All worlds, those that should do better first."""
        return (*self.better, *self.worse)

    def find(self, n: int, seed: int = SEED, more: Changes = {}) -> Found:  # noqa: B006
        """Return the difference, with the standard error of pairs."""
        first, said = best(self.better, self.measure, n, seed, more)
        second, said_of_worse = best(self.worse, self.measure_of_worse or self.measure, n, seed, more)
        gained, lost = int((first & ~second).sum()), int((second & ~first).sum())
        value = (gained - lost) / n
        error = sqrt(max(gained + lost - (gained - lost) ** 2 / n, 1.0)) / n
        return Found(value, error, f"{said}, against {said_of_worse}")


def best(worlds: Sequence[World], measure: Measure, n: int, seed: int, more: Changes) -> tuple[NDArray[np.bool_], str]:
    """Return of which runs of the best of some worlds something is so, and the share of each in words."""
    runs = [measure(world.records(n, seed, more)) for world in worlds]
    shares = [float(one.mean()) for one in runs]
    return runs[int(np.argmax(shares))], ", ".join(f"{share:.3f}" for share in shares)


@dataclass(frozen=True)
class Reversals:
    """Of the pairs of runs that differ between neighbours in a row of worlds, the share that does worse in the later.

    Its error is that of a share of those pairs.
    """

    rows: tuple[tuple[World, ...], ...]
    measure: Measure = stays

    @property
    def worlds(self) -> Sequence[World]:
        """All worlds, row by row."""
        return tuple(world for row in self.rows for world in row)

    def find(self, n: int, seed: int = SEED, more: Changes = {}) -> Found:  # noqa: B006
        """Return the largest share of any row."""
        found = [self._of(row, n, seed, more) for row in self.rows]
        value, error, _ = max(found)
        return Found(value, error, "; ".join(said for _, _, said in found))

    def _of(self, row: Sequence[World], n: int, seed: int, more: Changes) -> tuple[float, float, str]:
        runs = [self.measure(world.records(n, seed, more)) for world in row]
        gained = sum(int((after & ~before).sum()) for before, after in pairwise(runs))
        lost = sum(int((before & ~after).sum()) for before, after in pairwise(runs))
        share = lost / max(gained + lost, 1)
        error = sqrt(max(share * (1.0 - share), 1.0 / max(gained + lost, 1)) / max(gained + lost, 1))
        return share, error, f"{lost} of {gained + lost}"


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation of a share in some worlds with published numbers."""

    plans: tuple[World, ...]
    published: tuple[float, ...]
    measure: Measure

    @property
    def worlds(self) -> Sequence[World]:
        """The worlds, in the order of the published numbers."""
        return self.plans

    def find(self, n: int, seed: int = SEED, more: Changes = {}) -> Found:  # noqa: B006
        """Return the correlation; it has no error to speak of where shares lie well apart."""
        shares = np.array([self.measure(world.records(n, seed, more)).mean() for world in self.plans])
        ranks, wanted = shares.argsort().argsort(), np.argsort(np.argsort(self.published))
        value = float(np.corrcoef(ranks, wanted)[0, 1])
        off = ", ".join(
            f"{100 * share:.0f} % for {100 * known:.0f}" for share, known in zip(shares, self.published, strict=True)
        )
        return Found(value, 0.0, off)
