"""Comparisons: scenarios run on the same worlds, what differs in inputs and outcomes, and which worlds changed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, chance_of
from deference_sim.analysis.measure import MEASURES, Measure
from deference_sim.analysis.paired import Difference, difference
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario import Scenario, ScenarioLike, as_scenarios
from deference_sim.scenario.explain import DifferenceRow, differences
from deference_sim.shown import Shown
from deference_sim.study.limits import Engine
from deference_sim.study.runner import blocks, check_run, stream, warm_up

EXAMPLES = 3  # replicates named for each change of outcome

Outcomes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Change:
    """Worlds that end otherwise in the second scenario than in the first; ``examples`` are the first replicates."""

    before: str
    after: str
    count: int
    examples: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Two scenarios on the same worlds: ``second`` as against ``first``.

    Differences are those of the second less the first, paired world by world. ``outcomes`` holds for both scenarios
    the outcome of every replicate as its place in ``model.state.OUTCOMES``.
    """

    first: Scenario
    second: Scenario
    measures: Mapping[Measure, tuple[Estimate, Estimate, Difference]]
    outcomes: tuple[Outcomes, Outcomes]
    seed: int
    engine: Engine
    replicates: int
    seconds: float

    @cached_property
    def inputs(self) -> list[DifferenceRow]:
        """Where the two differ in meaning."""
        return differences(self.first, self.second)

    @cached_property
    def shares(self) -> dict[str, tuple[Estimate, Estimate, Difference]]:
        """Share of each outcome that occurs in either, and its paired difference."""
        before, after = self.outcomes
        found = {}
        for code, name in enumerate(OUTCOMES[1:], start=1):
            was, became = before == code, after == code
            if was.any() or became.any():
                found[name] = (chance_of(was), chance_of(became), difference(became, was))
        return found

    @cached_property
    def changes(self) -> list[Change]:
        """Every change of outcome, the most frequent first."""
        before, after = self.outcomes
        moved = np.flatnonzero(before != after)
        counts = Counter(zip(before[moved].tolist(), after[moved].tolist(), strict=True))
        return [
            Change(
                OUTCOMES[was],
                OUTCOMES[became],
                count,
                tuple(int(k) for k in np.flatnonzero((before == was) & (after == became))[:EXAMPLES]),
            )
            for (was, became), count in counts.most_common()
        ]

    @property
    def table(self) -> pd.DataFrame:
        """A row for p_stay, p_good and each outcome: its share in both scenarios, and the paired difference."""
        rows = [
            {"quantity": name, "first": first.value, "second": second.value} | change.as_dict()
            for name, (first, second, change) in (*self.measures.items(), *self.shares.items())
        ]
        return pd.DataFrame(rows).rename(columns={"estimate": "difference"})

    def as_dict(self) -> dict[str, Any]:
        """Return everything but the single outcomes for JSON, in full precision."""
        return {
            "first": {"scenario": self.first.name, "hash": self.first.hash},
            "second": {"scenario": self.second.name, "hash": self.second.hash},
            "seed": self.seed,
            "engine": self.engine,
            "replicates": self.replicates,
            "inputs": [asdict(row) for row in self.inputs],
            **{name: _as_dict(*found) for name, found in self.measures.items()},
            "outcomes": {name: _as_dict(*found) for name, found in self.shares.items()},
            "changes": [
                {"first": one.before, "second": one.after, "count": one.count, "examples": list(one.examples)}
                for one in self.changes
            ],
            "seconds": self.seconds,
        }


def compare(
    first: ScenarioLike,
    *others: ScenarioLike,
    replicates: int = 10_000,
    seed: int = 1,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> list[Comparison]:
    """Run scenarios on the same worlds and compare each of ``others`` with the first.

    Each is a scenario, or a shipped one's name or a file's path. Raises ``ValueError`` if there is nothing to compare
    with.
    """
    if not others:
        raise ValueError("a comparison needs at least two scenarios")
    check_run(replicates, engine)
    warm_up(engine)
    scenarios = as_scenarios([first, *others])
    started = perf_counter()
    outcomes, successes = _run(scenarios, replicates, seed, engine, progress)
    seconds = perf_counter() - started
    made = []
    for place, other in enumerate(scenarios[1:], start=1):
        measures = {
            name: (chance_of(found[0]), chance_of(found[place]), difference(found[place], found[0]))
            for name, found in successes.items()
        }
        pair = outcomes[0], outcomes[place]
        made.append(Comparison(scenarios[0], other, measures, pair, seed, engine, replicates, seconds))
    return made


def _run(
    scenarios: Sequence[Scenario],
    replicates: int,
    seed: int,
    engine: Engine,
    progress: Callable[[int], object] | None,
) -> tuple[list[Outcomes], dict[Measure, list[NDArray[np.bool_]]]]:
    """Return outcomes and successes by scenario and replicate: three bytes a run, far less than its record."""
    outcomes = [np.zeros(replicates, np.int8) for _ in scenarios]
    successes: dict[Measure, list[NDArray[np.bool_]]] = {
        name: [np.zeros(replicates, np.bool_) for _ in scenarios] for name in MEASURES
    }
    jobs = ((place, block) for place in range(len(scenarios)) for block in blocks(0, replicates))
    for place, records, _ in stream(scenarios, jobs, seed, engine, progress=progress):
        rows = records["replicate"]
        outcomes[place][rows] = records["outcome"]
        for name, found in successes.items():
            found[place][rows] = MEASURES[name].of_records(records)
    return outcomes, successes


def _as_dict(first: Estimate, second: Estimate, change: Difference) -> dict[str, Any]:
    return {"first": first.as_dict(), "second": second.as_dict(), "difference": change.as_dict()}
