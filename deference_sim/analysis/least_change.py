"""The least change of several inputs at which success is likely enough: of each alone, and of all together.

How far an input is moved is told in standard deviations: of the normal number that has the same percentile as the input
has in its plausible range. So inputs of any unit and any shape can be held against each other; from the 5th to the 95th
percentile it is 3.29. Together, inputs are moved along the way on which the distance to the target is least, as in
first-order reliability (A. M. Hasofer and N. C. Lind, J. Eng. Mech. Div. 100, 1974).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import Measure
from deference_sim.analysis.required_lead import Status, solved_along
from deference_sim.analysis.sensitivity.inputs import Input, choose
from deference_sim.analysis.worlds import Worlds
from deference_sim.described import described
from deference_sim.quantiles import clipped, normal_cumulative
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import Mark, refusal
from deference_sim.scenario.several import OneOrMore, words_of
from deference_sim.shown import Shown
from deference_sim.streams import normal_quantile
from deference_sim.study.limits import Engine, replicates_of, seed_of, share
from deference_sim.study.runner import check_run, engine_of, tally_runs, warm_up

FARTHEST = 2.3263478740408408  # 99 % quantile of the standard normal: no input goes beyond its percentiles 1 and 99
LEAST = 2  # inputs
ROUNDS = 3  # of looking for a better way for all together
_STEP = 0.3  # standard deviations to either side at which the slope is taken

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """Inputs moved until the target is reached: to which ``values``, and how far that is, with its 95 % interval.

    Where it is ``not reachable`` the values are those with the highest chance found on the way, and there is no
    ``distance``; a ``low`` end says from where on chance alone may have kept these worlds below the target. ``judged``
    is the chance there on fresh worlds.
    """

    paths: tuple[str, ...]
    values: tuple[float, ...]
    status: Status
    distance: float | None
    low: float | None
    high: float | None
    judged: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return the way for JSON."""
        return {
            "inputs": dict(zip(self.paths, self.values, strict=True)),
            "status": self.status,
            "distance": {"estimate": self.distance, "low": self.low, "high": self.high},
            "judged": self.judged.as_dict(),
        }


@described(
    inputs="What was moved, each with its plausible range.",
    target="The chance to reach.",
    alone="A way for each input alone, the nearest first.",
    together="The nearest way found for all of them together.",
)
@dataclass(frozen=True, repr=False)
class LeastChange(Shown):
    """How far named inputs must be moved for success to reach ``target``."""

    scenario: Scenario
    inputs: tuple[Input, ...]
    target: float
    measure: Measure
    alone: tuple[Way, ...]
    together: Way
    replicates: int
    seed: int
    engine: Engine
    seconds: float

    @property
    def table(self) -> pd.DataFrame:
        """A row for each input of each way: its own value, where it is moved to, and how far the way is."""
        own = {one.path: one.value for one in self.inputs}
        return pd.DataFrame(
            [
                {
                    "way": " + ".join(way.paths),
                    "input": path,
                    "own": own[path],
                    "moved_to": value,
                    "status": way.status,
                    "distance": way.distance,
                    "low": way.low,
                    "high": way.high,
                }
                for way in (*self.alone, self.together)
                for path, value in zip(way.paths, way.values, strict=True)
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "target": self.target,
            "measure": self.measure,
            "seed": self.seed,
            "engine": self.engine,
            "replicates": self.replicates,
            "own": {one.path: one.value for one in self.inputs},
            "alone": [way.as_dict() for way in self.alone],
            "together": self.together.as_dict(),
            "seconds": self.seconds,
        }


@described(
    inputs="Two paths of inputs or more.",
    target="The chance to reach, above 0 and below 1.",
)
def least_change(
    scenario: ScenarioLike,
    inputs: OneOrMore,
    target: float,
    replicates: int = 2_000,
    seed: int = 1,
    *,
    measure: Measure = "p_stay",
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> LeastChange:
    """Return which of ``inputs``, moved least within their plausible ranges, make ``measure`` reach ``target``.

    An input that is uncertain in it stands at its median and is moved from there. Every way is found on the same
    worlds and judged on fresh ones. Raises ``ScenarioError`` for an input that is no number or has no range.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    chosen = as_scenario(scenario)
    varied = inputs_of(chosen, words_of(inputs, "inputs", "several paths in a list"))
    target = share(target, "target")
    check_run(replicates, engine)
    engine = engine_of(engine, [chosen])
    warm_up(engine)
    started = perf_counter()
    search = _Search(chosen, varied, target, replicates, Worlds(seed, measure, engine, progress))
    slopes = search.slopes(np.zeros(len(varied)))
    single = [search.way((place,), np.sign(slopes[place]) * np.eye(len(varied))[place]) for place in range(len(varied))]
    together = search.together(slopes)
    far = float("inf")
    single.sort(key=lambda way: far if way.distance is None else way.distance)
    return LeastChange(
        chosen,
        varied,
        target,
        measure,
        tuple(single),
        together,
        replicates,
        seed,
        engine,
        perf_counter() - started,
    )


def inputs_of(scenario: Scenario, paths: Sequence[str], mark: Mark = ARGUMENT) -> tuple[Input, ...]:
    """Return the named inputs with their ranges. Raises ``ScenarioError`` for fewer than two, or one without range."""
    if len(set(paths)) < max(LEAST, len(paths)):
        found = "one input twice" if len(set(paths)) < len(paths) else f"{len(paths)} input"
        raise refusal(mark, "move", found, f"{LEAST} different inputs or more")
    known = {one.path: one for one in choose(scenario, paths).inputs}
    return tuple(known[path] for path in paths)


@dataclass(frozen=True, slots=True)
class _Search:
    scenario: Scenario
    inputs: tuple[Input, ...]
    target: float
    replicates: int
    worlds: Worlds

    @property
    def own(self) -> Floats:
        """Where the scenario stands, in standard deviations from the middle of each range."""
        return np.array([_standing(one) for one in self.inputs])

    def values(self, moved: Floats) -> dict[str, float]:
        """Return the inputs' values ``moved`` by so many standard deviations; where not at all, exactly their own."""
        at = np.clip(self.own + moved, -FARTHEST, FARTHEST)
        return {
            one.path: float(one.distribution.quantile(np.array([normal_cumulative(z)]))[0])
            if step
            else float(one.value)
            for one, z, step in zip(self.inputs, at, moved, strict=True)
        }

    def length(self, moved: Floats) -> float:
        """Return how far the inputs are from where the scenario has them, none beyond its farthest."""
        return float(np.linalg.norm(np.clip(self.own + moved, -FARTHEST, FARTHEST) - self.own))

    def slopes(self, moved: Floats) -> Floats:
        """Return by how much success rises with each input, a standard deviation at a time, on the same worlds."""
        steps = [sign * _STEP * row for row in np.eye(len(self.inputs)) for sign in (1.0, -1.0)]
        changed = [self.scenario.with_(**self.values(moved + step)) for step in steps]
        found = [float(np.mean(one)) for one in self.worlds.successes(changed, self.replicates)]
        return np.asarray((np.array(found[::2]) - np.array(found[1::2])) / (2.0 * _STEP))

    def way(self, places: Sequence[int], direction: Floats) -> Way:
        """Return how far it is along a direction, in which only the inputs at ``places`` are moved."""
        most = float(np.max(FARTHEST - np.sign(direction) * self.own, where=direction != 0.0, initial=0.0))
        reach = most / float(np.min(np.abs(direction), where=direction != 0.0, initial=1.0))
        far = min(reach, 2.0 * FARTHEST * len(places) ** 0.5)
        answers, _, rising = solved_along(
            lambda along: self.scenario.with_(**self.values(along * direction)),
            (self.target,),
            0.0,
            far,
            self.replicates,
            self.worlds.seed,
            self.worlds.success,
            self.worlds.engine,
            self.worlds.progress,
        )
        (answer,) = answers
        is_found = rising and answer.status != "not reachable" and answer.estimate is not None
        at = answer.estimate if is_found and answer.estimate is not None else answer.level_at
        values = self.values(at * direction)
        there = self.scenario.with_(**values)
        fresh = self.worlds.fresh
        (tally,) = tally_runs([there], self.replicates, fresh.seed, fresh.engine, brief=True, progress=fresh.progress)
        distance, low, high = (
            None if end is None or not rising else self.length(end * direction)
            for end in (answer.estimate, answer.low, answer.high)
        )
        paths = tuple(self.inputs[place].path for place in places)
        status: Status = answer.status if is_found else "not reachable"
        return Way(
            paths, tuple(values[path] for path in paths), status, distance, low, high, fresh.success.chance(tally)
        )

    def together(self, slopes: Floats) -> Way:
        """Return the nearest way found for all inputs: along the slope at its start, then along that at its end."""
        best: Way | None = None
        for _ in range(ROUNDS):
            size = float(np.linalg.norm(slopes))
            direction = slopes / size if size > 0.0 else np.ones(len(slopes)) / len(slopes) ** 0.5
            found = self.way(range(len(self.inputs)), direction)
            if best is None or _is_nearer(found, best):
                best = found
            if found.distance is None or found.status == "none needed":
                break
            slopes = self.slopes(found.distance * direction)
        assert best is not None
        return best


def _is_nearer(one: Way, other: Way) -> bool:
    return one.distance is not None and (other.distance is None or one.distance < other.distance)


def _standing(one: Input) -> float:
    share = float(one.distribution.cumulative(np.array([float(one.value)]))[0])
    least = float(normal_cumulative(-FARTHEST))
    return float(normal_quantile(np.array([clipped(share, least, 1.0 - least)]))[0])
