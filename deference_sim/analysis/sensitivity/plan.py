"""The plan of a sensitivity study: what is varied, what counts as success, how many futures are run, on which seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.sensitivity.inputs import Varied
from deference_sim.scenario import Scenario
from deference_sim.scenario.distributions import Floats
from deference_sim.study.quasi_random import run_at

Worlds = NDArray[np.int64]
#: From points of the unit cube (a row each, a column per input) and a world for each to what each is worth: of a
#: probability 0 or 1.
Evaluate = Callable[[Floats, Worlds], Floats]


@dataclass(frozen=True, slots=True)
class Decision:
    """The ways among which someone who knows more could choose: values of one input that is theirs to set."""

    path: str
    options: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A study before it is run. ``replicates`` is counted as its method counts them."""

    scenario: Scenario
    varied: Varied
    measure: Measure
    replicates: int
    seed: int
    decision: Decision | None = None
    progress: Callable[[int], object] | None = None

    def evaluate(self, points: Floats, worlds: Worlds, scenario: Scenario | None = None) -> Floats:
        """Return what each future is worth (1 or 0: it succeeds or not) at its point of the unit cube, in its world."""
        varied = scenario or self.varied.scenario
        return self.run(varied, varied.draws_at(self.varied.own(points)), worlds)

    def run(self, scenario: Scenario, draws: dict[str, Floats], worlds: Worlds) -> Floats:
        """Return what each future of ``scenario`` is worth (as ``evaluate``) with these values of some inputs."""
        succeeded = success_of(self.measure).of_records
        return run_at(scenario, draws, self.seed, worlds, succeeded, self.progress).astype(float)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a method found: a row per input or group, most important first, and what must be said beside it.

    ``expected`` is the chance of success with its 95 % interval: value, low, high.
    """

    rows: Sequence[dict[str, Any]]
    expected: tuple[float, float, float]
    more: dict[str, Any]


def described(varied: Varied, group: Sequence[int]) -> dict[str, Any]:
    """Return what identifies a group in a table: its paths, units, ranges and statuses, joined if there are several."""
    inputs = [varied.inputs[place] for place in group]
    return {
        "input": varied.label(group),
        "unit": "; ".join("" if one.unit == "1" else one.unit for one in inputs),
        "range": "; ".join(", ".join(one.words) if one.words else range_text(*one.ends, one.unit) for one in inputs),
        "status": "; ".join(one.status for one in inputs),
        "range_from": "; ".join(one.range_from for one in inputs),
    }


def range_text(low: float, high: float, unit: str) -> str:
    """Return a range in words, such as ``2 to 9 months``."""
    return f"{short(low)} to {short(high)}" + ("" if unit == "1" else f" {unit}")


def short(number: float) -> str:
    """Return a number with two significant digits, as for a range that is itself rough."""
    return f"{float(f'{number:.2g}'):g}"
