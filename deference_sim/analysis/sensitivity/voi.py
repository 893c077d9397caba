"""Value of perfect information: how much better one could decide if one knew an input before deciding.

A decision is a choice among options, values of one input that is ours to set. Every option is tried at the same points
and in the same worlds. Knowing input i is worth E[max_d E(U_d | x_i)] - max_d E(U_d), in chance of success.

The best of noisy options looks better than it is. So the rule "given x_i, choose option d" is fitted to one half of
the scramblings, by least squares on polynomials of the input's quantile (of a degree that cross-validation within that
half finds), and judged on the other half, together with the option that is best without information, chosen on the
same half as the rule; then the halves change places. What remains is in expectation no more than the true value, short
of it by what the fitted rule misses, and an input that tells nothing gets about zero. So that the interval does not
miss what the rule misses, it reaches up to that of a rule judged on the very futures to which it was fitted.
After M. Strong, J. E. Oakley and A. Brennan, Med. Decis. Making 34 (2014).
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb, sqrt
from typing import Any, Self

import numpy as np

from deference_sim.analysis.sensitivity.plan import Finding, Plan, described
from deference_sim.analysis.sensitivity.sobol import Interval, named
from deference_sim.scenario.distributions import Floats
from deference_sim.study.quasi_random import SCRAMBLINGS, design, interval, whole_design

DEFAULT = 8192
POLICIES = "strategy.policy"
_HIGHEST = {1: 4, 2: 3, 3: 3}  # degree of the polynomials by the number of inputs; 2 with more
_ROWS_A_TERM = 20


def value_of_information(points: Floats, outcomes: Floats) -> Interval:
    """Return the value of knowing ``points`` before choosing an option, with its 95 % interval.

    ``points`` (rows, inputs) lie in the unit cube; ``outcomes`` are (rows, options); rows scrambling by scrambling.
    """
    rules = _Rules.of(points, outcomes)
    everyone = frozenset(range(SCRAMBLINGS))
    first = frozenset(range(0, SCRAMBLINGS, 2))
    gains = np.empty(SCRAMBLINGS)
    for fitted in (first, everyone - first):
        size = rules.size(fitted)
        gains[list(everyone - fitted)] = [rules.gain(fitted, place, size) for place in everyone - fitted]
    low, high = interval(gains)
    flattering = rules.size(everyone) or rules.sizes[0]
    at_most = interval(np.array([rules.gain(everyone, place, flattering) for place in everyone]))[1]
    return float(gains.mean()), low, max(high, at_most)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Rules that choose an option by polynomials of the input, fitted to some scramblings and judged on another.

    All arrays have the scramblings first. ``sizes`` are the numbers of terms up to each degree.
    """

    terms: Floats  # (scrambling, row, term)
    outcomes: Floats  # (scrambling, row, option)
    squares: Floats
    products: Floats
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, points: Floats, outcomes: Floats) -> Self:
        """Prepare what every fit needs."""
        rows, inputs = points.shape
        highest = _degree(rows, inputs)
        sizes = tuple(comb(inputs + degree, degree) for degree in range(1, highest + 1))
        terms = _terms(points, highest).reshape(SCRAMBLINGS, -1, sizes[-1])
        judged = outcomes.reshape(SCRAMBLINGS, -1, outcomes.shape[1])
        squares = np.einsum("srt,sru->stu", terms, terms, optimize=True)
        return cls(terms, judged, squares, np.einsum("srt,srd->std", terms, judged, optimize=True), sizes)

    def gain(self, fitted: Set[int], judged: int, size: int) -> float:
        """Return what the rule of ``size`` terms gains over the best single option; both are chosen on ``fitted``."""
        if size == 0:
            return 0.0
        places = sorted(fitted)
        squares, products = (parts[places].sum(axis=0)[:size] for parts in (self.squares, self.products))
        weights = np.linalg.lstsq(squares[:, :size], products, rcond=None)[0]
        chosen = np.argmax(self.terms[judged][:, :size] @ weights, axis=1)
        # The first term is 1: its products are the sums of the outcomes.
        best = int(np.argmax(self.products[places, 0].sum(axis=0)))
        informed = np.take_along_axis(self.outcomes[judged], chosen[:, None], axis=1)[:, 0]
        return float((informed - self.outcomes[judged][:, best]).mean())

    def size(self, fitted: Set[int]) -> int:
        """Return how many terms do best when each of ``fitted`` is judged by the others; 0 if none clearly gains.

        Without this a rule for an input that tells nothing would follow the noise, and lose.
        """
        gains = np.array([[self.gain(fitted - {one}, one, size) for one in sorted(fitted)] for size in self.sizes])
        means = gains.mean(axis=1)
        best = int(np.argmax(means))
        error = gains[best].std(ddof=1) / sqrt(len(fitted))
        return self.sizes[best] if means[best] > error else 0


def _degree(rows: int, inputs: int) -> int:
    """Return the degree of the polynomials: what the number of inputs allows, less if there are few rows a term."""
    degree = _HIGHEST.get(inputs, 2)
    while degree > 1 and comb(inputs + degree, degree) * _ROWS_A_TERM > rows:
        degree -= 1
    return degree


def _terms(points: Floats, degree: int) -> Floats:
    """Return all products of Legendre polynomials of the columns up to ``degree``, a column each, by rising degree."""
    rows, inputs = points.shape
    single = [np.polynomial.legendre.legvander(2.0 * points[:, place] - 1.0, degree) for place in range(inputs)]
    columns = [np.ones(rows)]
    for total in range(1, degree + 1):
        for places in combinations_with_replacement(range(inputs), total):
            factors = [single[place][:, places.count(place)] for place in sorted(set(places))]
            columns.append(np.multiply.reduce(factors))
    return np.column_stack(columns)


def runs(plan: Plan) -> int:
    """Return how many futures the study runs."""
    assert plan.decision is not None
    return whole_design(plan.replicates) * len(plan.decision.options)


def analyse(plan: Plan) -> Finding:
    """Run the study: a row a group, the most valuable first, and what knowing everything would be worth."""
    assert plan.decision is not None
    rows = whole_design(plan.replicates)
    points = design(len(plan.varied.inputs), rows, plan.seed).reshape(rows, -1)
    changed = [plan.varied.scenario.with_(**{plan.decision.path: option}) for option in plan.decision.options]
    outcomes = np.column_stack([plan.evaluate(points, np.arange(rows), scenario) for scenario in changed])
    table = [
        described(plan.varied, group) | named("value", value_of_information(points[:, list(group)], outcomes))
        for group in plan.varied.groups
    ]
    table.sort(key=lambda row: -row["value"])
    by_scrambling = outcomes.reshape(SCRAMBLINGS, -1, len(changed)).mean(axis=1)
    best = int(np.argmax(by_scrambling.mean(axis=0)))
    expected = (float(by_scrambling[:, best].mean()), *interval(by_scrambling[:, best]))
    more = {"rows": rows, "decision": _told(plan, by_scrambling, best)}
    for name, value in (
        ("all_inputs", value_of_information(points, outcomes)),
        ("all_inputs_and_chance", _clairvoyance(outcomes)),
    ):
        more[name] = dict(zip(("estimate", "low", "high"), value, strict=True))
    return Finding(table, expected, more)


def _clairvoyance(outcomes: Floats) -> Interval:
    """Return what it would be worth to know how every option turns out in each future."""
    judged = outcomes.reshape(SCRAMBLINGS, -1, outcomes.shape[1])
    means = judged.mean(axis=1)
    gains = judged.max(axis=2).mean(axis=1) - means[:, int(np.argmax(means.mean(axis=0)))]
    return (float(gains.mean()), *interval(gains))


def _told(plan: Plan, by_scrambling: Floats, best: int) -> dict[str, Any]:
    assert plan.decision is not None
    options: Sequence[Any] = plan.decision.options
    chances = [
        {"option": option, "estimate": float(values.mean()), "low": ends[0], "high": ends[1]}
        for option, values in zip(options, by_scrambling.T, strict=True)
        for ends in [interval(values)]
    ]
    return {"path": plan.decision.path, "best": options[best], "options": chances}
