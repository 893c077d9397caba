"""The answer by alternative beside the one over all: by expert where opinions are pooled, by structure of the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import NORMAL_975, Estimate
from deference_sim.analysis.listed import Several
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.described import described
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.chosen import Pool
from deference_sim.scenario.combined import Point
from deference_sim.scenario.words import Words
from deference_sim.shown import Shown
from deference_sim.study.limits import replicates_of, seed_of
from deference_sim.study.runner import check_run, run

Floats = NDArray[np.float64]
EXPERT, STRUCTURE = "expert", "structure"
_METHOD = "normal over worlds"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One expert or one structure: its name, its weight (all add up to 1), and the chance of success with it alone."""

    name: str
    weight: float
    chance: Estimate


@described(
    kind="``expert`` or ``structure``.",
    paths="The inputs that differ.",
    each="Each one with its name, weight and chance.",
    chance="The mean over them by weight.",
    between="The share of the variance of one future's success that lies between them.",
)
@dataclass(frozen=True, slots=True, repr=False)
class Alternatives(Shown):
    """All experts, or all structures, of a scenario, in the same worlds.

    What of the variance of one future's success does not lie between them lies within them: in the other inputs and
    in chance.
    """

    kind: str
    paths: tuple[str, ...]
    each: tuple[Alternative, ...]
    chance: Estimate
    between: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "kind": self.kind,
            "paths": list(self.paths),
            "each": [{"name": one.name, "weight": one.weight, "chance": one.chance.as_dict()} for one in self.each],
            "chance": self.chance.as_dict(),
            "between": self.between.as_dict(),
        }


@described()
def alternatives(
    scenario: ScenarioLike,
    replicates: int = 10_000,
    seed: int = 1,
    *,
    measure: Measure = "p_stay",
    progress: Callable[[int], object] | None = None,
) -> list[Alternatives]:
    """Run ``replicates`` futures of each expert, and of each structure, of ``scenario``; none if it has neither.

    With an expert alone, every pooled input is as that expert believes; with a structure alone, every uncertain
    word is fixed. All meet the same worlds.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    scenario = as_scenario(scenario)
    check_run(replicates, "compiled")
    return Several(
        _compared(kind, paths, variants, replicates, seed, measure, progress)
        for kind, paths, variants in kinds_of(scenario)
    )


def planned(scenario: Scenario) -> int:
    """Return how many alternatives a scenario has in all."""
    return sum(len(variants) for _, _, variants in kinds_of(scenario))


Variants = list[tuple[str, float, Scenario]]


def kinds_of(scenario: Scenario) -> list[tuple[str, tuple[str, ...], Variants]]:
    """Return, by kind, the inputs that differ and every alternative: name, weight, and the scenario with it alone."""
    pools = {path: one for path, one in scenario.uncertain.items() if isinstance(one, Pool)}
    words = {path: one for path, one in scenario.uncertain.items() if isinstance(one, Words)}
    found = [(EXPERT, tuple(pools), _by_expert(scenario, pools))] if pools else []
    return found + ([(STRUCTURE, tuple(words), _by_structure(scenario, words))] if words else [])


def _by_expert(scenario: Scenario, pools: Mapping[str, Pool]) -> Variants:
    variants = []
    for place, (name, weight) in enumerate(next(iter(pools.values())).shares):
        believed = {path: pool.opinions[place].value for path, pool in pools.items()}
        fixed = {path: one.value if isinstance(one, Point) else one for path, one in believed.items()}
        variants.append((name, weight, scenario.with_(**fixed)))
    return variants


def _by_structure(scenario: Scenario, words: Mapping[str, Words]) -> Variants:
    variants = []
    for chosen in product(*(one.probabilities for one in words.values())):
        fixed = dict(zip(words, (word for word, _ in chosen), strict=True))
        name = ", ".join(f"{path} {word}" for path, word in fixed.items())
        variants.append((name, prod(share for _, share in chosen), scenario.with_(**fixed)))
    return variants


def _compared(
    kind: str,
    paths: tuple[str, ...],
    variants: Variants,
    replicates: int,
    seed: int,
    measure: Measure,
    progress: Callable[[int], object] | None,
) -> Alternatives:
    success = success_of(measure)
    found = [success.of_records(run(one, replicates, seed, progress=progress)[0]) for _, _, one in variants]
    weights = np.array([weight for _, weight, _ in variants])
    each = tuple(
        Alternative(name, weight, success.chance_of(worths))
        for (name, weight, _), worths in zip(variants, found, strict=True)
    )
    return Alternatives(kind, paths, each, *shared_variance(np.array(found, float), weights, success.bounds))


def shared_variance(worths: Floats, weights: Floats, bounds: tuple[float, float]) -> tuple[Estimate, Estimate]:
    """Return the mean of ``worths`` by weight, and the share of the variance that lies between rows.

    ``worths`` has a row for each alternative and a column for each world, met by all. The part between rows is free of
    the noise of few worlds (its expectation is taken off); intervals are normal, by linearisation over worlds.
    """
    count = worths.shape[1]
    pooled, squares = weights @ worths, weights @ worths**2
    mean, apart = float(pooled.mean()), worths - pooled
    gaps = apart.mean(axis=1)
    noise = weights @ apart.var(axis=1, ddof=1) / count if count > 1 else 0.0
    between = max(float(weights @ gaps**2 - noise), 0.0)
    total = float(squares.mean()) - mean * mean
    error = float(pooled.std(ddof=1)) / sqrt(count) if count > 1 else 0.0
    low, high = max(mean - NORMAL_975 * error, bounds[0]), min(mean + NORMAL_975 * error, bounds[1])
    chance = Estimate(mean, low, high, error, count, _METHOD)
    if not total > 0.0:
        return chance, Estimate(0.0, 0.0, 1.0, 0.0, count, _METHOD)
    of_between = 2.0 * (weights * gaps) @ (apart - gaps[:, None])
    of_total = squares - squares.mean() - 2.0 * mean * (pooled - mean)
    share = min(between / total, 1.0)
    error = float((of_between / total - share * of_total / total).std()) / sqrt(count)
    low, high = max(share - NORMAL_975 * error, 0.0), min(share + NORMAL_975 * error, 1.0)
    return chance, Estimate(share, low, high, error, count, _METHOD)
