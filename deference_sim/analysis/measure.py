"""Measures: what counts as the success of a run, told of records and of tallies, and the words for it; each once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis import paired
from deference_sim.analysis.estimate import Estimate, chance_of, probability
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.value import Weights, weights_of
from deference_sim.model.roads import STAYED
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import Mark, refusal, shown
from deference_sim.study.tally import GOOD_CODES, Tally

#: ``p_stay``, ``p_good``, or weights of ends, such as ``stabilised=1,overtaken_safely=0.5,month=-0.002``.
Measure = str
Successes = NDArray[Any]  # truth values; of weights in between, what each run is worth
Records = NDArray[np.void] | Mapping[str, NDArray[Any]]  # or as much of them as columns by name

VALUE = "value"  # the name of any measure by weights


@dataclass(frozen=True, slots=True)
class Success:
    """What a measure is the chance of, or the mean of.

    ``name`` is what columns call it. ``meaning`` says it of a run, ``headline`` names it in a title, ``label`` at an
    axis. ``of_records`` returns for each record whether it is a success, ``of_tally`` how many of those in a tally are.
    With ``weights`` between 0 and 1, or a price of months, both say what runs are worth instead: ``is_graded``.
    """

    name: str
    meaning: str
    headline: str
    label: str
    of_records: Callable[[Records], Successes]
    of_tally: Callable[[Tally], float]
    weights: Weights | None = None

    @property
    def is_graded(self) -> bool:
        """Whether runs are worth more or less, instead of being successes or not."""
        return self.weights is not None and self.weights.is_graded

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest worth of a run, months left out."""
        return (0.0, 1.0) if self.weights is None else self.weights.ends

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what the worth of any run lies: the same, without bounds if months count."""
        return self.ends if self.weights is None or self.weights.a_month == 0.0 else (-inf, inf)

    def chance(self, tally: Tally) -> Estimate:
        """Return the probability of success that a tally tells, or the mean worth of its runs."""
        if self.weights is not None and self.is_graded:
            return self.weights.mean_of_tally(tally)
        return probability(int(self.of_tally(tally)), tally.n)

    def chance_of(self, found: Successes) -> Estimate:
        """Return the same from what ``of_records`` has found."""
        if self.weights is not None and self.is_graded:
            return self.weights.mean_of(np.asarray(found, float))
        return chance_of(_truths(found))

    def difference(self, first: Successes, second: Successes) -> Difference:
        """Return what ``first`` does better than ``second``, on the same worlds in the same order."""
        if self.weights is not None and self.is_graded:
            low, high = self.ends
            return paired.difference_of_values(np.asarray(first, float), np.asarray(second, float), high - low)
        return paired.difference(_truths(first), _truths(second))

    def is_worse(self, first: Successes, second: Successes) -> bool:
        """Return whether ``first`` does significantly worse than ``second``, one-sided at 5 %."""
        if self.is_graded:
            return paired.is_worth_less(np.asarray(first, float), np.asarray(second, float))
        return paired.is_worse(_truths(first), _truths(second))


def _truths(found: Successes) -> NDArray[np.bool_]:
    return np.asarray(found > 0.5) if found.dtype != np.bool_ else np.asarray(found, np.bool_)


def good(records: Records) -> NDArray[np.bool_]:
    """Return for each record whether it came to a good end; p_good is the mean."""
    found: NDArray[np.bool_] = np.isin(records["outcome"], GOOD_CODES)
    return found


def stayed(records: Records) -> NDArray[np.bool_]:
    """Return for each record whether it was in the basin from a handoff until it settled; p_stay is the mean."""
    found: NDArray[np.bool_] = records["road"] == STAYED
    return found


MEASURES: Mapping[str, Success] = MappingProxyType(
    {
        "p_stay": Success(
            "p_stay",
            "stays in the Basin of Good Deference",
            "staying in the Basin of Good Deference (p_stay)",
            "p_stay: stays in the basin",
            stayed,
            lambda tally: tally.stayed,
        ),
        "p_good": Success(
            "p_good",
            "comes to a good end: settled without a catastrophe",
            "a good end (p_good)",
            "p_good: a good end",
            good,
            lambda tally: tally.good,
        ),
    }
)


def success_of(measure: Measure, mark: Mark = ARGUMENT) -> Success:
    """Return what ``measure`` is the chance of, or the mean of. Raises ``ScenarioError`` for one that there is not."""
    name = str(measure)  # whatever was given
    if name not in MEASURES and "=" not in name:
        raise refusal(mark, "measure", shown(name), f"one of {', '.join(MEASURES)}")
    return MEASURES[name] if name in MEASURES else _by_weights(name, mark)


@lru_cache(maxsize=64)
def _by_weights(measure: str, mark: Mark) -> Success:
    weights = weights_of(measure, mark)
    listed = str(weights).replace(",", ", ")
    return Success(
        VALUE,
        f"what a future is worth on average, 100 % being a weight of 1: {listed}, every other end 0",
        f"what a future is worth ({VALUE})",
        f"{VALUE}: {listed}",
        weights.of_records,
        weights.of_tally,
        weights,
    )
