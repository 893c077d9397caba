"""Measures: what counts as the success of a run, told of records and of tallies, and the words for it; each once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.model.roads import STAYED
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import refusal, shown
from deference_sim.study.tally import GOOD_CODES, Tally

Measure = Literal["p_stay", "p_good"]
Successes = NDArray[np.bool_]
Records = NDArray[np.void] | Mapping[str, NDArray[Any]]  # or as much of them as columns by name


@dataclass(frozen=True, slots=True)
class Success:
    """What a measure is the chance of.

    ``meaning`` says it of a run, ``headline`` names it in a title, ``label`` at an axis. ``of_records`` returns for
    each record whether it is a success, ``of_tally`` how many of those in a tally are.
    """

    meaning: str
    headline: str
    label: str
    of_records: Callable[[Records], Successes]
    of_tally: Callable[[Tally], int]

    def chance(self, tally: Tally) -> Estimate:
        """Return the probability of success that a tally tells."""
        return probability(self.of_tally(tally), tally.n)


def good(records: Records) -> Successes:
    """Return for each record whether it came to a good end; p_good is the mean."""
    found: Successes = np.isin(records["outcome"], GOOD_CODES)
    return found


def stayed(records: Records) -> Successes:
    """Return for each record whether it was in the basin from a handoff until it settled; p_stay is the mean."""
    found: Successes = records["road"] == STAYED
    return found


MEASURES: Mapping[Measure, Success] = MappingProxyType(
    {
        "p_stay": Success(
            "stays in the Basin of Good Deference",
            "staying in the Basin of Good Deference (p_stay)",
            "p_stay: stays in the basin",
            stayed,
            lambda tally: tally.stayed,
        ),
        "p_good": Success(
            "comes to a good end: settled without a catastrophe",
            "a good end (p_good)",
            "p_good: a good end",
            good,
            lambda tally: tally.good,
        ),
    }
)


def success_of(measure: Measure) -> Success:
    """Return what ``measure`` is the chance of. Raises ``ScenarioError`` for a measure that there is not."""
    if measure not in MEASURES:
        raise refusal(ARGUMENT, "measure", shown(str(measure)), f"one of {', '.join(MEASURES)}")
    return MEASURES[measure]
