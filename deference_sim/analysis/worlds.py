"""Worlds to choose on: scenarios tried on the same replicates, and fresh replicates to judge the chosen one on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.measure import Measure, Success, Successes, success_of
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario import Scenario
from deference_sim.study.limits import Engine
from deference_sim.study.runner import blocks, check_run, stream

FRESH = 1_000_000  # added to the seed for fresh worlds: far from the seeds that people try one after another
SAFELY = "overtaken_safely"  # the outcome that is the part of p_good that is luck
_SEEDS = 2**128


@dataclass(frozen=True, slots=True)
class Worlds:
    """The replicates of one seed: every scenario tried on them meets the same worlds.

    ``measure`` says which runs count as successes. Where the best of several is chosen on some worlds, its success
    there is part luck; ``fresh`` worlds are those to say how good it is.
    """

    seed: int
    measure: Measure
    engine: Engine = "compiled"
    progress: Callable[[int], object] | None = None

    def __post_init__(self) -> None:
        """Refuse a measure that there is not."""
        success_of(self.measure)

    @property
    def success(self) -> Success:
        """What the measure says of runs, and how they are compared by it."""
        return success_of(self.measure)

    def records(self, scenarios: Sequence[Scenario], replicates: int) -> Iterator[NDArray[np.void]]:
        """Yield for each scenario the records of the first ``replicates`` of these worlds."""
        check_run(replicates, self.engine)
        jobs = ((place, block) for place in range(len(scenarios)) for block in blocks(0, replicates))
        parts: list[NDArray[np.void]] = []
        for _, records, _ in stream(scenarios, jobs, self.seed, self.engine, progress=self.progress):
            parts.append(records)
            if sum(map(len, parts)) == replicates:
                yield np.concatenate(parts)
                parts.clear()

    def succeeded(self, records: NDArray[np.void]) -> Successes:
        """Return for each record whether it counts as a success, or what it is worth."""
        return self.success.of_records(records)

    def successes(self, scenarios: Sequence[Scenario], replicates: int) -> list[Successes]:
        """Return for each scenario which of the first ``replicates`` of these worlds are successes."""
        return [self.succeeded(records) for records in self.records(scenarios, replicates)]

    def judged(self, scenarios: Sequence[Scenario], replicates: int) -> list[tuple[Successes, float]]:
        """Return the same, and beside it the share of runs that were overtaken safely."""
        return [(self.succeeded(records), share_of(records, SAFELY)) for records in self.records(scenarios, replicates)]

    @property
    def fresh(self) -> "Worlds":
        """Worlds that share no draw with these."""
        return replace(self, seed=(self.seed + FRESH) % _SEEDS)


def share_of(records: NDArray[np.void], outcome: str) -> float:
    """Return the share of runs that end with ``outcome``."""
    return float((records["outcome"] == OUTCOMES.index(outcome)).mean())


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """By what a choice was made, on the worlds of which seed, and on how many fresh ones of another it was judged."""

    measure: Measure
    seed: int
    fresh_seed: int
    engine: Engine
    replicates: int

    def how_chosen(self) -> dict[str, Any]:
        """Return these for JSON."""
        return {one.name: getattr(self, one.name) for one in fields(Chosen)}
