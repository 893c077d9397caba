"""Sobol' indices, first and total order, of the expected outcome given the inputs; chance is a group of its own.

The outcome of a future is g(x, ω): x the varied inputs, ω the world, everything else that is random. Its expectation
given the inputs is f(x) = E g(x, ω). The indices are those of f: the noise of single futures is neither counted
as an effect of an input nor left in the denominator.

Two matrices of inputs A, B, and for each group i the matrix A_i, which is A with the columns of i from B, are run in
the same two independent worlds a row, 1 and 2. A factor seen in world 1 is only ever multiplied with one seen in
world 2, so that what the worlds add cancels in expectation, and differences are taken within a world, where most of it
cancels exactly:

* V_i = E[f(B)·(f(A_i) - f(A))] (first order; A. Saltelli et al., Comput. Phys. Commun. 181, 2010), from
  ½·[(B¹ - μ)(A_i² - A²) + (B² - μ)(A_i¹ - A¹)];
* T_i = ½·E[(f(A) - f(A_i))²] (total order; M. J. W. Jansen, Comput. Phys. Commun. 117, 1999), from
  ½·(A¹ - A_i¹)(A² - A_i²);
* V = Var f, from (A¹ - μ)(A² - μ) and the same of B and of every A_i, whose rows are as good;
* the share of a single future's variance that is chance: 1 - V/Var g.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deference_sim.analysis.estimate import FEW, clopper_pearson
from deference_sim.analysis.sensitivity.inputs import GIVEN, Varied
from deference_sim.analysis.sensitivity.plan import Evaluate, Finding, Plan, described
from deference_sim.scenario.distributions import Floats
from deference_sim.study.quasi_random import SCRAMBLINGS, design, interval, ratio, whole_design

DEFAULT = 4096
STATUSES = ("published", "derived", GIVEN, "guess")  # the least sourced last: a group is as good as the worst in it
Interval = tuple[float, float, float]  # value, low, high


@dataclass(frozen=True, slots=True)
class Indices:
    """First and total order of every group, and what chance does; each as value, low, high.

    ``unions`` have the same two of several groups at once. Shares of the variance of single futures: ``inputs`` what
    all inputs together explain (first order of all of them), ``chance_alone`` what the worlds explain by themselves
    (first order), ``chance`` what they have a part in (total).
    """

    first: list[Interval]
    total: list[Interval]
    unions: list[tuple[Interval, Interval]]
    mean: Interval
    variance: Interval
    inputs: Interval
    chance_alone: Interval
    chance: Interval


def sobol_indices(
    evaluate: Evaluate,
    groups: Sequence[Sequence[int]],
    rows: int,
    seed: int,
    unions: Sequence[Sequence[int]] = (),
) -> Indices:
    """Return the indices of each group of columns, from ``rows`` (a power of two) base rows in two worlds each.

    ``unions`` are of several groups at once: what these explain together.
    """
    dimensions = sum(len(group) for group in groups)
    points = design(2 * dimensions, rows, seed).reshape(rows, -1)
    A, B = points[:, :dimensions], points[:, dimensions:]
    first_world, second_world = (np.arange(world, 2 * rows, 2) for world in range(2))

    def in_both(matrix: Floats) -> tuple[Floats, Floats]:
        return evaluate(matrix, first_world), evaluate(matrix, second_world)

    def swapped(group: Sequence[int]) -> Floats:
        mixed = A.copy()
        mixed[:, list(group)] = B[:, list(group)]
        return mixed

    (A1, A2), (B1, B2) = in_both(A), in_both(B)
    swaps = [in_both(swapped(group)) for group in groups]
    everything = np.array([(A1, A2), (B1, B2), *swaps])  # (matrix, world, row)
    mean = everything.mean()
    variance = _by_scrambling(((everything[:, 0] - mean) * (everything[:, 1] - mean)).mean(axis=0))
    of_a_future = _by_scrambling(((everything - mean) ** 2).mean(axis=(0, 1)))
    same_world = _by_scrambling(((A1 - mean) * (B1 - mean) + (A2 - mean) * (B2 - mean)) / 2.0)
    reach = float(np.ptp(everything)) ** 2 / 2.0 / variance.mean() if variance.any() else 0.0
    first, total = [], []
    for C1, C2 in (*swaps, *(in_both(swapped(union)) for union in unions)):
        alone = ((B1 - mean) * (C2 - A2) + (B2 - mean) * (C1 - A1)) / 2.0
        both = (A1 - C1) * (A2 - C2) / 2.0
        first.append(_not_too_sure(ratio(_by_scrambling(alone), variance), alone, reach))
        total.append(_not_too_sure(ratio(_by_scrambling(both), variance), both, reach))
    means = _by_scrambling(everything.mean(axis=(0, 1)))
    count = len(groups)
    return Indices(
        first[:count],
        total[:count],
        list(zip(first[count:], total[count:], strict=True)),
        (float(mean), *interval(means)),
        (float(variance.mean()), *interval(variance)),
        ratio(variance, of_a_future),
        ratio(same_world, of_a_future),
        ratio(of_a_future - variance, of_a_future),
    )


def _not_too_sure(found: Interval, parts: Floats, reach: float) -> Interval:
    """Return ``found`` with the end up to which so few rows of ``parts`` speak for an effect that luck may hide more.

    ``reach`` is how much of the variance one row in all would be. Scramblings that agree on hardly any prove little.
    """
    value, low, high = found
    seen = int((parts > 0.0).sum())
    if seen >= FEW or value != value:
        return found
    return value, low, max(high, clopper_pearson(seen, len(parts))[1] * reach)


def _by_scrambling(values: Floats) -> Floats:
    """Return the mean of the rows of each scrambling."""
    means: Floats = values.reshape(SCRAMBLINGS, -1).mean(axis=1)
    return means


def runs(plan: Plan) -> int:
    """Return how many futures the study runs."""
    return 2 * whole_design(plan.replicates) * (len(plan.varied.groups) + 2 + len(_by_status(plan.varied)))


def _by_status(varied: Varied) -> dict[str, list[int]]:
    """Return the inputs of each status, those of one group together; nothing if all have the same."""
    found: dict[str, list[int]] = {}
    for group in varied.groups:
        statuses = {varied.inputs[place].status for place in group}
        found.setdefault(max(statuses, key=STATUSES.index), []).extend(group)
    return found if len(found) > 1 else {}


def analyse(plan: Plan) -> Finding:
    """Run the study."""
    rows = whole_design(plan.replicates)
    unions = _by_status(plan.varied)
    found = sobol_indices(plan.evaluate, plan.varied.groups, rows, plan.seed, list(unions.values()))
    table = [
        described(plan.varied, group) | named("first", first) | named("total", total)
        for group, first, total in zip(plan.varied.groups, found.first, found.total, strict=True)
    ]
    table.sort(key=lambda row: -np.nan_to_num(row["total"]))
    by_status = {
        status: named("first", first) | named("total", total)
        for status, (first, total) in zip(unions, found.unions, strict=True)
    }
    more: dict[str, Any] = {"rows": rows, "by_status": by_status} | {
        name: dict(zip(("estimate", "low", "high"), value, strict=True))
        for name, value in (
            ("variance_of_expected_outcome", found.variance),
            ("share_of_inputs", found.inputs),
            ("share_of_chance", found.chance),
            ("share_of_chance_alone", found.chance_alone),
        )
    }
    return Finding(table, found.mean, more)


def named(name: str, value: Interval) -> dict[str, float]:
    """Return an estimate with its interval as columns of a table."""
    return dict(zip((name, f"{name}_low", f"{name}_high"), value, strict=True))
