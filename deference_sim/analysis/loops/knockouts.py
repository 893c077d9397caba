"""Knockouts: a family of loops cut at the handoff, and what that changes, on the same worlds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.loops.families import CUTS, FAMILIES
from deference_sim.analysis.measure import MEASURES
from deference_sim.analysis.paired import Difference, difference
from deference_sim.engines import compiled
from deference_sim.engines.kernel import Kernel
from deference_sim.model.roads import ROADS
from deference_sim.scenario import Scenario
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import Mark, did_you_mean, refusal, shown
from deference_sim.scenario.several import OneOrMore, words_of
from deference_sim.study.runner import BLOCK, numbers_of

EVERY = "all"
PAIRS = 4_000  # of runs


@dataclass(frozen=True, slots=True)
class Knockout:
    """What cutting a family of loops changes on ``pairs`` worlds: each chance with the cut less that without.

    ``measures`` are p_stay and p_good, ``roads`` the shares of runs lost by each road.
    """

    family: str
    pairs: int
    measures: Mapping[str, Difference]
    roads: Mapping[str, Difference]

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "family": self.family,
            "pairs": self.pairs,
            **{name: change.as_dict() for name, change in self.measures.items()},
            "roads": {name: change.as_dict() for name, change in self.roads.items()},
        }


def wanted_cuts(names: OneOrMore, mark: Mark = ARGUMENT) -> list[str]:
    """Return the families to cut by name; ``all`` stands for all that can be. Raises ``ScenarioError`` for others."""
    allowed = f"one of {', '.join([*CUTS, EVERY])}"
    known = {family.name for family in FAMILIES}
    found: list[str] = []
    for name in words_of(names, "cut", f"{allowed}, or several in a list"):
        if name in known - CUTS.keys():
            raise refusal(mark, "cut", f"{name}: loops that no single argument cuts", allowed)
        if name != EVERY and name not in CUTS:
            raise refusal(mark, "cut", shown(name), allowed, did_you_mean(name, [*CUTS, EVERY]))
        found += [one for one in (CUTS if name == EVERY else [name]) if one not in found]
    return found


def knock_out(
    scenario: Scenario, families: Sequence[str], pairs: int, seed: int, progress: Callable[[int], object]
) -> list[Knockout]:
    """Run ``pairs`` worlds as they are and with each family of loops cut, and return what changes."""
    if not families:
        return []
    before = _records(scenario, pairs, seed, None, progress)
    found = []
    for name in families:
        after = _records(scenario, pairs, seed, CUTS[name].kernel(), progress)
        measures = {
            measure: difference(_truths(success.of_records(after)), _truths(success.of_records(before)))
            for measure, success in MEASURES.items()
        }
        roads = {
            road: difference(after["road"] == code, before["road"] == code)
            for code, road in enumerate(ROADS)
            if code and (np.any(after["road"] == code) or np.any(before["road"] == code))
        }
        found.append(Knockout(name, pairs, measures, roads))
    return found


def _truths(found: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(found, np.bool_)


def _records(
    scenario: Scenario, pairs: int, seed: int, kernel: Kernel | None, progress: Callable[[int], object]
) -> NDArray[np.void]:
    found = []
    for first in range(0, pairs, BLOCK):
        some = np.arange(first, min(first + BLOCK, pairs))
        found.append(compiled.run_replicates(*numbers_of(scenario, seed, some), seed, some, kernel))
        progress(len(some))
    return np.concatenate(found)
