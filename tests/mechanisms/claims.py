"""What tests of claims share: runs of a scenario with changes, and differences judged pair by pair."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.model.state import CATASTROPHES, SETTLED

SEED = 1
MARGIN = 5.0  # standard errors


def start(level: float) -> dict[str, Any]:
    """Return the changes for a start at this level of both components."""
    return {"goodness.broad_alignment": level, "goodness.capability_profile": level}


def records(name: str, n: int, **changes: Any) -> pd.DataFrame:
    """Return the records of ``n`` replicates of a shipped scenario with some changes."""
    return _records(name, n, tuple(sorted(changes.items())))


@cache
def _records(name: str, n: int, changes: tuple[tuple[str, Hashable], ...]) -> pd.DataFrame:
    return ds.simulate(ds.load(name).with_(**dict(changes)), n, SEED).records


def good(name: str, n: int, **changes: Any) -> NDArray[np.bool_]:
    """Return which of ``n`` replicates end without a catastrophe."""
    return ~records(name, n, **changes)["outcome"].isin(CATASTROPHES).to_numpy()


def stayed(name: str, n: int, **changes: Any) -> NDArray[np.bool_]:
    """Return which of ``n`` replicates stay in the basin from handoff until the matter is settled."""
    table = records(name, n, **changes)
    return (table["in_basin_throughout"] & table["outcome"].isin(SETTLED)).to_numpy()


@dataclass(frozen=True)
class Gain:
    """How much better ``better`` does than ``worse``, pair by pair."""

    better: NDArray[np.bool_]
    worse: NDArray[np.bool_]

    @property
    def n(self) -> int:
        """The number of pairs."""
        return len(self.better)

    @property
    def value(self) -> float:
        """The difference of the two shares."""
        return float(self.better.mean() - self.worse.mean())

    @property
    def reversals(self) -> float:
        """The share of pairs in which the better way does worse."""
        return float((self.worse & ~self.better).mean())

    @property
    def error(self) -> float:
        """The standard error of the difference, from the discordant counts."""
        b, c = int((self.better & ~self.worse).sum()), int((self.worse & ~self.better).sum())
        return sqrt(b + c - (b - c) ** 2 / self.n) / self.n

    def is_above(self, bound: float) -> bool:
        """Return whether the difference is above a bound, with room for chance."""
        return self.value - MARGIN * self.error > bound


def share_is_above(happened: NDArray[np.bool_], bound: float) -> bool:
    """Return whether a probability is above a bound, with room for chance."""
    share = float(happened.mean())
    return share - MARGIN * sqrt(share * (1.0 - share) / len(happened)) > bound
