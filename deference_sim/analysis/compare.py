"""Comparisons: scenarios run on the same worlds, what differs in inputs and outcomes, and which worlds changed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, Statistic, chance_of, mean_of_values
from deference_sim.analysis.given import Given, given_of
from deference_sim.analysis.ledger import roads_of
from deference_sim.analysis.listed import Named, Several
from deference_sim.analysis.measure import MEASURES, VALUE, Measure, Success, success_of
from deference_sim.analysis.paired import Difference, difference, difference_of_values
from deference_sim.described import described
from deference_sim.model.roads import ROADS
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario import Scenario, ScenarioLike, as_scenarios
from deference_sim.scenario.listing import DifferenceRow, differences
from deference_sim.shown import Shown
from deference_sim.study.limits import Engine, replicates_of, seed_of
from deference_sim.study.runner import blocks, check_run, engine_of, stream, warm_up
from deference_sim.study.tally import losses_of

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = 3  # replicates named for each change of outcome

Outcomes = NDArray[np.int8]
Roads = NDArray[np.int16]  # places in the names of all roads; 0 for one that stayed


@dataclass(frozen=True, slots=True, repr=False)
class Change(Shown):
    """Worlds that end otherwise in the second scenario than in the first; ``examples`` are the first replicates."""

    before: str
    after: str
    count: int
    examples: tuple[int, ...]


@described(
    first="The scenario that is compared with.",
    second="The one that is compared.",
    value="Weights of ends by which what futures are worth is compared as well; None if there are none.",
    measures="By measure the chance in the first, in the second, and the paired difference.",
    outcomes="For both the outcome of every replicate, as its place in ``model.state.OUTCOMES``.",
    roads="For both the road by which every replicate was lost, as its place in ``road_names``; 0 if it stayed.",
    road_names="The names of the roads.",
    given="The condition that the first is seen to meet in all worlds that count; None if there is none.",
    worlds="The replicates that count; None for all.",
    own_measures="The means of measures of your own, likewise.",
)
@dataclass(frozen=True, repr=False)
class Comparison(Shown):
    """Two scenarios on the same worlds: ``second`` as against ``first``.

    Differences are those of the second less the first, paired world by world.
    """

    first: Scenario
    second: Scenario
    value: Measure | None
    measures: Mapping[str, tuple[Estimate, Estimate, Difference]]
    outcomes: tuple[Outcomes, Outcomes]
    roads: tuple[Roads, Roads]
    road_names: Sequence[str]
    seed: int
    engine: Engine
    replicates: int
    seconds: float
    given: str | None = None
    worlds: NDArray[np.int64] | None = None
    own_measures: Mapping[str, tuple[Statistic, Statistic, Difference]] = field(default_factory=dict)

    @cached_property
    def inputs(self) -> list[DifferenceRow]:
        """Where the two differ in meaning."""
        return differences(self.first, self.second)

    @cached_property
    def shares(self) -> dict[str, tuple[Estimate, Estimate, Difference]]:
        """Share of each outcome that occurs in either, and its paired difference."""
        return _shares(self.outcomes, OUTCOMES, "Share of each end, and its paired difference")

    @cached_property
    def losses(self) -> dict[str, tuple[Estimate, Estimate, Difference]]:
        """Share of runs lost by each road on which any is, in either, and its paired difference."""
        return _shares(self.roads, self.road_names, "Share lost by each road, and its paired difference")

    @cached_property
    def changes(self) -> list[Change]:
        """Every change of outcome, the most frequent first."""
        before, after = self.outcomes
        moved = np.flatnonzero(before != after)
        counts = Counter(zip(before[moved].tolist(), after[moved].tolist(), strict=True))
        return Several(
            Change(
                OUTCOMES[was],
                OUTCOMES[became],
                count,
                tuple(self._world(int(k)) for k in np.flatnonzero((before == was) & (after == became))[:EXAMPLES]),
            )
            for (was, became), count in counts.most_common()
        )

    def _world(self, place: int) -> int:
        return place if self.worlds is None else int(self.worlds[place])

    @property
    def table(self) -> "pd.DataFrame":
        """A row for p_stay, p_good, each road and each outcome: its share in both, and the paired difference."""
        import pandas as pd

        lost = {f"lost: {road}": found for road, found in self.losses.items()}
        every = (*self.measures.items(), *self.own_measures.items(), *lost.items(), *self.shares.items())
        rows = [
            {"quantity": name, "first": first.estimate, "second": second.estimate} | change.as_dict()
            for name, (first, second, change) in every
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
            **({} if self.value is None else {"weights": self.value}),
            **({} if self.given is None else {"given": self.given}),
            "inputs": [asdict(row) for row in self.inputs],
            **{name: _as_dict(*found) for name, found in self.measures.items()},
            **{name: _as_dict(*found) for name, found in self.own_measures.items()},
            "losses": {road: _as_dict(*found) for road, found in self.losses.items()},
            "outcomes": {name: _as_dict(*found) for name, found in self.shares.items()},
            "changes": [
                {"first": one.before, "second": one.after, "count": one.count, "examples": list(one.examples)}
                for one in self.changes
            ],
            "seconds": self.seconds,
        }


@described(
    others="Scenarios that are compared with the first, names of shipped ones, or paths of files.",
)
def compare(
    first: ScenarioLike,
    *others: ScenarioLike,
    replicates: int = 10_000,
    seed: int = 1,
    value: Measure | None = None,
    given: str | None = None,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> list[Comparison]:
    """Run scenarios on the same worlds and compare each of ``others`` with the first.

    With ``given``, conditions on what can be observed at the handoff and after it, only worlds count in which the
    first scenario is seen to meet them. Raises ``ValueError`` if there is nothing to compare with, and ``TypeError``
    for scenarios in a list.
    """
    if isinstance(first, list | tuple):
        raise TypeError("scenarios are given one after the other, such as compare('baseline', 'plan-a'), not in a list")
    if not others:
        raise ValueError("a comparison needs at least two scenarios")
    replicates, seed = replicates_of(replicates), seed_of(seed)
    check_run(replicates, engine)
    scenarios = as_scenarios([first, *others])
    engine = engine_of(engine, scenarios)
    if given is not None and engine_of("compiled", scenarios) == "events":
        raise ValueError("given goes with no policies and processes of your own")
    warm_up(engine)
    started = perf_counter()
    wanted = dict(MEASURES) if value is None else {**MEASURES, VALUE: success_of(value)}
    conditions = None if given is None else given_of(given)
    ran = _run(scenarios, wanted, replicates, seed, engine, progress)
    worlds = None
    if conditions is not None:
        worlds = np.flatnonzero(_met(conditions, scenarios[0], replicates, seed, engine))
        ran = ran.only(worlds)
    seconds = perf_counter() - started
    made = Several[Comparison]()
    for place, other in enumerate(scenarios[1:], start=1):
        measures = {
            name: (by.chance_of(found[0]), by.chance_of(found[place]), by.difference(found[place], found[0]))
            for (name, found), by in zip(ran.successes.items(), wanted.values(), strict=True)
        }
        outcomes = ran.outcomes[0], ran.outcomes[place]
        roads = ran.roads[0], ran.roads[place]
        names = ran.road_names
        found = Comparison(
            scenarios[0],
            other,
            value,
            measures,
            outcomes,
            roads,
            names,
            seed,
            engine,
            len(outcomes[0]),
            seconds,
            None if conditions is None else str(conditions),
            worlds,
            {name: _own_pair(values[0], values[place]) for name, values in ran.own.items()},
        )
        made.append(found)
    return made


@dataclass(frozen=True, slots=True)
class _Ran:
    """Outcomes, roads and successes by scenario and replicate: five bytes a run, far less than its record."""

    outcomes: list[Outcomes]
    roads: list[Roads]
    road_names: list[str]
    successes: dict[str, list[NDArray[Any]]]
    own: dict[str, list[NDArray[np.float64]]]  # measures of the user's own; 0 where a scenario counts none such

    def only(self, kept: NDArray[np.int64]) -> "_Ran":
        """Return the same of some of the worlds."""
        return _Ran(
            [found[kept] for found in self.outcomes],
            [found[kept] for found in self.roads],
            self.road_names,
            {name: [one[kept] for one in found] for name, found in self.successes.items()},
            {name: [one[kept] for one in found] for name, found in self.own.items()},
        )


def _met(conditions: Given, first: Scenario, replicates: int, seed: int, engine: Engine) -> NDArray[np.bool_]:
    met = np.zeros(replicates, np.bool_)
    for _, records, _ in stream([first], ((0, block) for block in blocks(0, replicates)), seed, engine):
        met[records["replicate"]] = conditions.holds(first, seed, records)
    if not met.any():
        raise ValueError(f"no run met what is given ({conditions}): ask less of it, or run more")
    return met


def _run(
    scenarios: Sequence[Scenario],
    measures: Mapping[str, Success],
    replicates: int,
    seed: int,
    engine: Engine,
    progress: Callable[[int], object] | None,
) -> _Ran:
    names = [next(iter(ROADS)), *roads_of({hazard.name for scenario in scenarios for hazard in scenario.hazards})]
    ran = _Ran(
        [np.zeros(replicates, np.int8) for _ in scenarios],
        [np.zeros(replicates, np.int16) for _ in scenarios],
        names,
        {
            name: [np.zeros(replicates, float if success.is_graded else np.bool_) for _ in scenarios]
            for name, success in measures.items()
        },
        {name: [np.zeros(replicates) for _ in scenarios] for one in scenarios for name in one.own.measures},
    )
    jobs = ((place, block) for place in range(len(scenarios)) for block in blocks(0, replicates))
    for place, records, causes in stream(scenarios, jobs, seed, engine, progress=progress):
        rows = records["replicate"]
        ran.outcomes[place][rows] = records["outcome"]
        lost = losses_of(records, causes)
        names += [name for name in dict.fromkeys(lost) if name not in names]  # causes that a user's process has named
        ran.roads[place][rows] = [names.index(loss) for loss in lost]
        for name, found in ran.successes.items():
            found[place][rows] = measures[name].of_records(records)
        for name in scenarios[place].own.measures:
            ran.own[name][place][rows] = records[name]
    return ran


def _shares(
    codes: tuple[NDArray[Any], NDArray[Any]], names: Sequence[str], about: str
) -> dict[str, tuple[Estimate, Estimate, Difference]]:
    """Return the shares of what stands under each name but the first, if it occurs in either, and the difference."""
    before, after = codes
    found = Named[tuple[Estimate, Estimate, Difference]](about=about)
    for code, name in enumerate(names[1:], start=1):
        was, became = before == code, after == code
        if was.any() or became.any():
            found[name] = (chance_of(was), chance_of(became), difference(became, was))
    return found


def _own_pair(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[Statistic, Statistic, Difference]:
    reach = float(max(first.max(), second.max()) - min(first.min(), second.min()))
    return mean_of_values(first), mean_of_values(second), difference_of_values(second, first, reach)


def _as_dict(first: Statistic, second: Statistic, change: Difference) -> dict[str, Any]:
    return {"first": first.as_dict(), "second": second.as_dict(), "difference": change.as_dict()}
