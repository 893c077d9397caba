"""Quasi-random designs over uncertain inputs, in independent scramblings, and replicates run at their points.

A design is a scrambled Sobol' sequence (A. B. Owen, J. Complexity 14, 1998): points that fill the unit cube more evenly
than random ones. Points of one scrambling are not independent, so their spread says nothing about the error; whole
scramblings are, so a design has several, and intervals come from how far those differ.
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines.compiled import run_replicates
from deference_sim.engines.kernel import kernel
from deference_sim.model.parameters import hazard_numbers, law_numbers
from deference_sim.scenario import Scenario
from deference_sim.scenario.distributions import FIRST_U, LAST_U, Floats
from deference_sim.study.indifference import fill_in_good_ends
from deference_sim.study.runner import BLOCK, good_ends, hazard_names, run_events

SCRAMBLINGS = 16
LEAST_ROWS = 8 * SCRAMBLINGS
_LEVEL = 0.95
Kept = TypeVar("Kept", bound=np.generic)


def whole_design(rows: int) -> int:
    """Return the least number of rows, at least ``rows``, that makes a balanced design: a power of two."""
    return max(LEAST_ROWS, 1 << (rows - 1).bit_length())


def design(dimensions: int, rows: int, seed: int) -> Floats:
    """Return points in the open unit cube, shape (scramblings, rows of each, ``dimensions``).

    ``rows`` is that of all scramblings together, a power of two (see ``whole_design``).
    """
    from scipy.stats.qmc import Sobol

    each = rows // SCRAMBLINGS
    made = [
        Sobol(dimensions, scramble=True, rng=np.random.default_rng([seed, place])).random(each)
        for place in range(SCRAMBLINGS)
    ]
    points: Floats = np.clip(np.array(made), FIRST_U, LAST_U)
    return points


def interval(values: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the mean of ``values``, one from each scrambling (Student's t)."""
    half = student(len(values)) * values.std(ddof=1) / sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def student(n: int) -> float:
    """Return how many standard errors a 95 % interval from ``n`` independent values reaches to either side."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, (1.0 + _LEVEL) / 2.0))


def ratio(above: Floats, below: Floats) -> tuple[float, float, float]:
    """Return the ratio of two means and its 95 % interval, from their values in each scrambling.

    The bias of the ratio is taken off in first order (M. Tin, J. Am. Stat. Assoc. 60, 1965); the interval is Fieller's
    (Q. J. Pharm. Pharmacol. 17, 1944). NaN where the mean below cannot be told from 0 or less.
    """
    a, b = float(above.mean()), float(below.mean())
    (aa, ab), (_, bb) = np.cov(above, below) / len(above)
    t = student(len(above))
    determined = b * b - t * t * bb
    if not (b > 0.0 and determined > 0.0):
        return np.nan, np.nan, np.nan
    middle = (a * b - t * t * ab) / determined
    half = sqrt(max(middle * middle - (a * a - t * t * aa) / determined, 0.0))
    return a / b + ab / b**2 - a * bb / b**3, middle - half, middle + half


def run_at(
    scenario: Scenario,
    draws: Mapping[str, Floats],
    seed: int,
    replicates: NDArray[np.int64],
    keep: Callable[[NDArray[np.void]], NDArray[Kept]],
    told: Callable[[int], object] | None = None,
) -> NDArray[Kept]:
    """Run ``replicates`` on the compiled engine with values of some inputs, one for each; return what is kept.

    ``keep`` makes one number or truth value of each record. Other uncertain inputs are drawn as in any run, so that a
    replicate meets the same world whatever ``draws`` holds. ``told`` hears how many more are done.
    """
    kernel()  # once, before threads could each compile it
    table = good_ends(scenario) if scenario.handoff.indifference else None

    def run_block(first: int) -> NDArray[Kept]:
        rows = slice(first, first + BLOCK)
        drawn = scenario.draws(seed, replicates[rows]) | {path: values[rows] for path, values in draws.items()}
        parameters = law_numbers(scenario.medians, drawn)
        if table is not None:
            fill_in_good_ends(parameters, table)
        hazards = hazard_numbers(scenario.medians, drawn)
        if scenario.own:
            names, block = hazard_names(scenario), replicates[rows]
            records, _ = run_events((parameters, hazards), seed, block, names, names, scenario.own, lambda _: None)
        else:
            records = run_replicates(parameters, hazards, seed, replicates[rows])
        kept = keep(records)
        if told:
            told(len(kept))
        return kept

    if scenario.own:  # a user's functions need not be made for several threads
        return np.concatenate([run_block(first) for first in range(0, len(replicates), BLOCK)])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(run_block, range(0, len(replicates), BLOCK))))
