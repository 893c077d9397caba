"""Explain: why two scenarios differ, as the share of their paired difference that is due to each input.

The share is Shapley's: what moving an input from the first scenario's value to the second's changes, on average over
all orders in which the inputs can be moved. World by world the shares sum to the paired difference.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from deference_sim.analysis.estimate import Estimate, Statistic
from deference_sim.analysis.explain.mixing import Mixing, Moved
from deference_sim.analysis.explain.players import Player, players_of
from deference_sim.analysis.explain.shapley import Coalition, Floats, Order, exact, sampled
from deference_sim.analysis.measure import MEASURES, VALUE, Measure, Success, success_of
from deference_sim.analysis.paired import Difference, difference_of_values
from deference_sim.described import described
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.own import refuse_own
from deference_sim.scenario.problems import Mark, refusal
from deference_sim.scenario.several import OneOrMore
from deference_sim.shown import Shown
from deference_sim.study.limits import USUAL_REPLICATES, Engine, replicates_of, seed_of
from deference_sim.study.quasi_random import student
from deference_sim.study.runner import BLOCK, Block, check_run, stream, warm_up

MOST_EXACT = 12  # players of which all coalitions are run: 4,096 of them
FEWEST = 700  # worlds that an answer takes by default, however many coalitions there are: then about a minute
_RUNS = 640_000  # about as many as are made by default, where that leaves worlds enough
BATCHES = 50  # of worlds, with orders of their own, where orders are drawn
PAIRS = 4  # of orders, each with its reverse, for a batch
_CHUNK = 128  # scenarios that are held at once


@described(
    first="The scenario that is explained from.",
    second="The one whose difference is explained.",
    players="The inputs that differ, those together that move together.",
    value="Weights of ends, if these are explained as well.",
    measures="By measure the chance in the first, in the second, and the paired difference.",
    shares="By measure what is due to each of ``players``, which sums to the difference.",
    orders="How many orders were drawn; None if all mixtures were run.",
    replicates="How many worlds every mixture met.",
)
@dataclass(frozen=True, repr=False)
class Explanation(Shown):
    """What of the difference of two scenarios is due to which input.

    Where orders were drawn, the intervals of shares hold their error too.
    """

    first: Scenario
    second: Scenario
    players: tuple[Player, ...]
    value: Measure | None
    measures: Mapping[str, tuple[Estimate, Estimate, Difference]]
    shares: Mapping[str, tuple[Statistic, ...]]
    orders: int | None
    runs: int
    replicates: int
    seed: int
    engine: Engine
    seconds: float

    @property
    def ranked(self) -> list[int]:
        """The places of the players, that with the greatest share in any measure first."""
        most = [
            max(abs(shares[place].estimate) for shares in self.shares.values()) for place in range(len(self.players))
        ]
        return sorted(range(len(self.players)), key=lambda place: -most[place])

    @property
    def table(self) -> pd.DataFrame:
        """A row for each player, the greatest share first: what it is in both, and its share of each difference."""
        rows = []
        for place in self.ranked:
            player = self.players[place]
            row: dict[str, Any] = {
                "input": player.name,
                "first": "; ".join(one.first for one in player.inputs),
                "second": "; ".join(one.second for one in player.inputs),
            }
            for name, shares in self.shares.items():
                share = shares[place]
                row |= {name: share.estimate, f"{name}_low": share.low, f"{name}_high": share.high}
            rows.append(row)
        return pd.DataFrame(rows)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "first": {"scenario": self.first.name, "hash": self.first.hash},
            "second": {"scenario": self.second.name, "hash": self.second.hash},
            "seed": self.seed,
            "engine": self.engine,
            "replicates": self.replicates,
            "runs": self.runs,
            "orders": "all" if self.orders is None else self.orders,
            **({} if self.value is None else {"weights": self.value}),
            **{
                name: {"first": first.as_dict(), "second": second.as_dict(), "difference": change.as_dict()}
                for name, (first, second, change) in self.measures.items()
            },
            "inputs": [
                {
                    "input": [one.path for one in self.players[place].inputs],
                    "first": [one.first for one in self.players[place].inputs],
                    "second": [one.second for one in self.players[place].inputs],
                    **{name: shares[place].as_dict() for name, shares in self.shares.items()},
                }
                for place in self.ranked
            ],
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What an explanation takes: the players, on how many worlds, and how many runs that will be."""

    mixing: Mixing
    players: tuple[Player, ...]
    replicates: int

    @property
    def is_exact(self) -> bool:
        """Whether all coalitions are run."""
        return len(self.players) <= MOST_EXACT

    def works(self, seed: int) -> Iterator[tuple[Block, Order]]:
        """Yield worlds, and the coalitions that are run on them with their weights."""
        if self.is_exact:
            yield np.arange(self.replicates), exact(len(self.players))
            return
        for place, worlds in enumerate(np.array_split(np.arange(self.replicates), self.batches)):
            yield worlds, sampled(len(self.players), PAIRS, np.random.default_rng([seed, place]))

    @property
    def batches(self) -> int:
        """Into how many parts the worlds go, each with orders of its own, where orders are drawn."""
        return min(BATCHES, self.replicates)

    def runs(self, seed: int) -> int:
        """Return how many runs are made."""
        return sum(len(worlds) * len(order.weights) for worlds, order in self.works(seed))

    def moved(self, coalition: Coalition) -> Moved:
        """Return the inputs that a coalition takes from the second scenario."""
        inside = (player.moved for place, player in enumerate(self.players) if coalition >> place & 1)
        return frozenset().union(*inside)


def plan(
    first: ScenarioLike,
    second: ScenarioLike,
    replicates: int | None = None,
    seed: int = 1,
    *,
    groups: Iterable[OneOrMore] = (),
    mark: Mark = ARGUMENT,
) -> Plan:
    """Return what it takes to explain two scenarios; see ``explain``."""
    seed = seed_of(seed)
    replicates = None if replicates is None else replicates_of(replicates)
    mixing = Mixing(as_scenario(first), as_scenario(second))
    for one in (mixing.first, mixing.second):
        refuse_own(one.own, one.name, "since what is explained are differences of inputs")
    if not mixing.inputs:
        raise refusal(mark, "", "two scenarios that say the same: there is nothing to explain", "two that differ")
    players = tuple(players_of(mixing, seed, groups, mark))
    if replicates is None:
        coalitions = 1 << len(players) if len(players) <= MOST_EXACT else USUAL_REPLICATES
        replicates = min(USUAL_REPLICATES, max(FEWEST, _RUNS // coalitions))
    made = Plan(mixing, players, replicates)
    if not made.is_exact and replicates < 2:
        found = f"1 world for the orders of {len(players)} inputs"
        raise refusal(mark, "replicates", found, "at least 2 where orders are drawn")
    return made


@described(
    replicates="How many worlds all mixtures meet; by default 10,000, fewer where many inputs differ.",
    groups="Inputs that are to move together: lists of paths, hazards and blocks.",
)
def explain(
    first: ScenarioLike,
    second: ScenarioLike,
    replicates: int | None = None,
    seed: int = 1,
    *,
    groups: Iterable[OneOrMore] = (),
    value: Measure | None = None,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> Explanation:
    """Explain why two scenarios differ in p_stay and p_good: by the inputs in which they do.

    A player is an input that differs; a hazard that only one of them has; a word with the fields of its block that
    it switches; or one of the ``groups`` of paths, hazards and blocks that are to move together. Up to 12 players
    all coalitions meet the same ``replicates`` worlds; beyond that orders are drawn. Raises ``ScenarioError`` if
    nothing differs, and for inputs that cannot be moved one without the other.
    """
    made = plan(first, second, replicates, seed, groups=groups)
    return explained(made, seed_of(seed), value, engine, progress)


def explained(
    made: Plan,
    seed: int,
    value: Measure | None = None,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> Explanation:
    """Return the explanation that is planned; see ``explain``."""
    check_run(made.replicates, engine)
    wanted = dict(MEASURES) if value is None else {**MEASURES, VALUE: success_of(value)}
    warm_up(engine)
    started = perf_counter()
    ran = _Ran(made, wanted)
    for worlds, order in made.works(seed):
        ran.take(worlds, order, seed, engine, progress)
    orders = None if made.is_exact else 2 * PAIRS * made.batches
    return Explanation(
        made.mixing.first,
        made.mixing.second,
        made.players,
        value,
        {name: ran.difference(name) for name in wanted},
        {name: tuple(ran.shares(name)) for name in wanted},
        orders,
        ran.runs,
        made.replicates,
        seed,
        engine,
        perf_counter() - started,
    )


class _Ran:
    """What has been found so far: of each world what it is worth at both ends, and each player's share."""

    def __init__(self, made: Plan, wanted: Mapping[str, Success]) -> None:
        self._plan, self._wanted, self.runs = made, wanted, 0
        self._ends = {name: np.zeros((2, made.replicates)) for name in wanted}
        self._shares: dict[str, Floats] = {name: np.zeros((len(made.players), made.replicates)) for name in wanted}

    def take(
        self, worlds: Block, order: Order, seed: int, engine: Engine, progress: Callable[[int], object] | None
    ) -> None:
        """Run the coalitions of ``order`` on ``worlds``."""
        coalitions, whole = list(order.weights), (1 << len(self._plan.players)) - 1
        for first in range(0, len(coalitions), _CHUNK):
            some = coalitions[first : first + _CHUNK]
            scenarios = [self._plan.mixing.mixed(self._plan.moved(coalition)) for coalition in some]
            parts = [worlds[low : low + BLOCK] for low in range(0, len(worlds), BLOCK)]
            jobs = ((place, part) for place in range(len(some)) for part in parts)
            for place, records, _ in stream(scenarios, jobs, seed, engine, progress=progress):
                rows, self.runs = records["replicate"], self.runs + len(records)
                for name, success in self._wanted.items():
                    worth = np.asarray(success.of_records(records), float)
                    self._shares[name][:, rows] += order.weights[some[place]][:, None] * worth
                    for end, coalition in enumerate((0, whole)):
                        if some[place] == coalition:
                            self._ends[name][end, rows] = worth

    def difference(self, name: str) -> tuple[Estimate, Estimate, Difference]:
        """Return the chances in both scenarios and the paired difference, as a comparison does."""
        success, (before, after) = self._wanted[name], self._ends[name]
        return success.chance_of(before), success.chance_of(after), success.difference(after, before)

    def shares(self, name: str) -> Iterator[Statistic]:
        """Yield the share of each player, with an interval for worlds and, where they are drawn, for orders."""
        low, high = self._wanted[name].ends
        for shares in self._shares[name]:
            if self._plan.is_exact:
                found = difference_of_values(shares, np.zeros(len(shares)), high - low)
                yield Statistic(found.estimate, found.low, found.high, found.mcse, found.n)
                continue
            means = np.array([part.mean() for part in np.array_split(shares, self._plan.batches)])
            error = float(means.std(ddof=1)) / sqrt(len(means))
            value, half = float(shares.mean()), student(len(means)) * error
            yield Statistic(value, value - half, value + half, error, len(shares))
