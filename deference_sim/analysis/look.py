"""A look at what p_stay hangs on: every main unknown put at both ends of its plausible range, on few paired worlds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.measure import stayed
from deference_sim.scenario import Scenario
from deference_sim.scenario.plausible import TWINS, core_paths, plausible_ranges
from deference_sim.study.quasi_random import run_at

ENDS = (0.05, 0.95)  # percentiles of the plausible range
FIRST_WORLDS = 100  # for each end of every unknown
WORLDS = 500  # for each end of those that moved it most on these
SHORT_LIST, NAMED = 4, 2
SEED = 1  # of every look, so that it is the same whatever the seed of the run beside it


@dataclass(frozen=True, slots=True)
class Unknown:
    """How far one unknown moves p_stay: at the low and the high end of its range, and where the scenario has it.

    ``paths`` are its inputs, one or two that go together; ``low`` and ``high`` their values in documented units.
    """

    paths: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    p_low: float
    p_here: float
    p_high: float

    @property
    def spread(self) -> float:
        """How far apart the greatest and the least of the three are: a middling value can do better than both ends."""
        return max(self.p_low, self.p_here, self.p_high) - min(self.p_low, self.p_here, self.p_high)


@dataclass(frozen=True, slots=True)
class Look:
    """The unknowns that move p_stay most, and how many were looked at on how many worlds."""

    most: tuple[Unknown, ...]
    looked_at: int
    worlds: int = WORLDS

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Look":
        """Return the look that ``as_dict`` has told. Raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        return cls(tuple(map(_unknown, told["most"])), int(told["looked_at"]), int(told["worlds"]))


def _unknown(told: Mapping[str, Any]) -> Unknown:
    low, high = (tuple(map(float, told[end])) for end in ("low", "high"))
    p_low, p_here, p_high = (float(told[name]) for name in ("p_low", "p_here", "p_high"))
    return Unknown(tuple(map(str, told["paths"])), low, high, p_low, p_here, p_high)


def look(scenario: Scenario) -> Look:
    """Return the two main unknowns that move p_stay of ``scenario`` most between the ends of their plausible ranges.

    All are tried on few worlds, the same for each, and those that move it most again on more.
    """
    unknowns = _unknowns(scenario)
    ends = [_ends(paths) for paths in unknowns]
    first = _spreads(scenario, unknowns, ends, FIRST_WORLDS)
    short = sorted(range(len(unknowns)), key=lambda place: -first[place].spread)[:SHORT_LIST]
    listed = _spreads(scenario, [unknowns[k] for k in short], [ends[k] for k in short], WORLDS)
    most = sorted(listed, key=lambda one: -one.spread)[:NAMED]
    return Look(tuple(most), len(unknowns))


def _unknowns(scenario: Scenario) -> list[tuple[str, ...]]:
    """Return the inputs of each main unknown that has a number in this scenario, and a range."""
    numbers = [path for path in core_paths() if path in plausible_ranges() and scenario.value(path) is not None]
    twins = {path: pair for pair in TWINS for path in pair}
    return list(dict.fromkeys(twins.get(path, (path,)) for path in numbers))


def _ends(paths: tuple[str, ...]) -> NDArray[np.float64]:
    """Return a row for the low and the high end, a column for each path."""
    return np.array([plausible_ranges()[path].quantile(np.array(ENDS)) for path in paths]).T


def _spreads(
    scenario: Scenario,
    unknowns: Sequence[tuple[str, ...]],
    ends: Sequence[NDArray[np.float64]],
    worlds: int,
) -> list[Unknown]:
    """Return how each unknown moves p_stay on the first ``worlds`` worlds: all in one go, so that no core waits."""
    replicates = np.arange(worlds)
    drawn = scenario.draws(SEED, replicates)
    rows = 1 + 2 * len(unknowns)
    tables = {}
    for paths, low_and_high, place in zip(unknowns, ends, range(len(unknowns)), strict=True):
        for column, path in enumerate(paths):
            table = np.tile(drawn[path] if path in drawn else np.full(worlds, float(scenario.value(path))), (rows, 1))
            table[1 + 2 * place : 3 + 2 * place] = low_and_high[:, column : column + 1]
            tables[path] = table.ravel()
    ran = run_at(scenario, tables, SEED, np.tile(replicates, rows), stayed)
    found = ran.reshape(rows, worlds).mean(axis=1).tolist()
    return [
        Unknown(
            paths,
            tuple(low_and_high[0].tolist()),
            tuple(low_and_high[1].tolist()),
            found[1 + 2 * k],
            found[0],
            found[2 + 2 * k],
        )
        for k, (paths, low_and_high) in enumerate(zip(unknowns, ends, strict=True))
    ]
