"""Values: what each end of a run is worth, and each month until it, as a measure that decisions can go by."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import NORMAL_975, Estimate
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import Mark, did_you_mean, refusal, shown
from deference_sim.study.tally import Tally

MONTH = "month"  # the name of what a month until the end of a run is worth
NAMES = (*OUTCOMES[1:], MONTH)
ALLOWED = f"NAME=WEIGHT,…, each weight from -1 to 1; names: {', '.join(NAMES)}"
#: Runs of the least and of the greatest worth that are added for an interval, so that few runs, or runs that are all
#: alike, do not look certain (A. Agresti and B. A. Coull, Am. Stat. 52, 1998).
_ADDED = 2


@dataclass(frozen=True, slots=True)
class Weights:
    """What a run is worth: the weight of its end, and ``a_month`` for each month until then.

    ``by_outcome`` has a weight for each of ``model.state.OUTCOMES``; those that nobody named weigh 0.
    """

    by_outcome: tuple[float, ...]
    a_month: float

    def __str__(self) -> str:
        """Return the weights other than 0 as one writes them."""
        weights = dict(zip(OUTCOMES, self.by_outcome, strict=True)) | {MONTH: self.a_month}
        return ",".join(f"{name}={weights[name]:g}" for name in NAMES if weights[name] != 0.0)

    @property
    def is_graded(self) -> bool:
        """Whether a run can be worth anything but 0 or 1; if not, runs are successes or failures."""
        return self.a_month != 0.0 or not set(self.by_outcome) <= {0.0, 1.0}

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest weight of an end."""
        return min(self.by_outcome), max(self.by_outcome)

    def of_records(self, records: NDArray[np.void] | Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """Return what each record is worth; truth values where that is 0 or 1."""
        worth = np.array(self.by_outcome)[records["outcome"]]
        if not self.is_graded:
            return np.asarray(worth > 0.5)
        return np.asarray(worth + self.a_month * records["months"] if self.a_month else worth)

    def of_tally(self, tally: Tally) -> float:
        """Return what the runs in a tally are worth together."""
        counts = tally.ends.sum(axis=(1, 2))
        return float(counts @ np.array(self.by_outcome) + self.a_month * tally.months_by_outcome.sum())

    def mean_of(self, values: NDArray[np.float64]) -> Estimate:
        """Return the mean of what runs are worth, with its 95 % interval."""
        return self._estimate(len(values), float(values.sum()), float((values**2).sum()))

    def mean_of_tally(self, tally: Tally) -> Estimate:
        """Return the same of the runs in a tally."""
        counts, weights = tally.ends.sum(axis=(1, 2)), np.array(self.by_outcome)
        months, squares = tally.months_by_outcome, tally.squared_months_by_outcome
        square = counts @ weights**2 + 2.0 * self.a_month * (weights @ months) + self.a_month**2 * squares.sum()
        return self._estimate(tally.n, self.of_tally(tally), float(square))

    def _estimate(self, n: int, total: float, square: float) -> Estimate:
        mean = total / n
        variance = max(square / n - mean**2, 0.0)
        low, high = self.ends
        more = n + 2 * _ADDED
        centre = (total + _ADDED * (low + high)) / more
        around = max((square + _ADDED * (low**2 + high**2)) / more - centre**2, 0.0)
        half = NORMAL_975 * sqrt(around / more)
        # The middle of the interval is drawn towards that of the weights; the mean lies within all the same.
        return Estimate(
            mean, min(centre - half, mean), max(centre + half, mean), sqrt(variance / n), n, "agresti-coull of a mean"
        )


def weights_of(text: str, mark: Mark = ARGUMENT) -> Weights:
    """Read weights, such as ``stabilised=1,overtaken_safely=0.5,unresolved=0.3,month=-0.002``.

    Raises ``ScenarioError`` for a name that there is not or that comes twice, a weight that is no number from -1 to 1,
    and for weights that make no difference.
    """
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = (word.strip() for word in part.partition("="))
        if name not in NAMES:
            raise refusal(mark, "value", shown(part.strip() or "nothing"), ALLOWED, did_you_mean(name, NAMES))
        if not number:
            raise refusal(mark, "value", f"{name} without a weight", ALLOWED)
        if name in weights:
            raise refusal(mark, "value", f"{name} twice", "each name once")
        weights[name] = _weight(name, number, mark)
    found = Weights(tuple(weights.get(name, 0.0) for name in OUTCOMES), weights.get(MONTH, 0.0))
    if found.ends == (0.0, 0.0):
        raise refusal(mark, "value", shown(text), "a weight other than 0 for at least one end", "such as stabilised=1")
    return found


def _weight(name: str, text: str, mark: Mark) -> float:
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not -1.0 <= number <= 1.0:
        raise refusal(mark, "value", f"{name}={shown(text)}", "a number from -1 to 1")
    return number
