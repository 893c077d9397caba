"""Coverage of the intervals that the program prints: how often they hold the truth, by enumeration where possible.

``python -m validation.interval_coverage`` prints, for each kind of interval, the least and the mean coverage over a
range of truths; every interval is asked of the very function that the reports ask. Intervals of studies that simulate
on their own (required lead, sensitivity) have their own scripts beside this one. Where enumeration is out of reach,
coverage is simulated: 2,000 times, which tells it to 0.5 points.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln
from scipy.stats import beta as beta_law
from scipy.stats import binom, kstwo

from deference_sim.analysis.estimate import (
    NORMAL_975,
    band_half_width,
    clopper_pearson,
    probability,
    quantile,
    simultaneous_shares,
)
from deference_sim.analysis.nested import spread_over_draws
from deference_sim.analysis.paired import difference, is_worse
from deference_sim.analysis.takeoff.table import quantiles as published_quantiles
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.study.runner import next_look
from deference_sim.study.tally import Sketch
from validation import pages

SECTION = "interval coverage"
NOMINAL = 0.95
TRUTHS = expit(np.linspace(-7.0, 7.0, 281))  # probabilities from 0.0009 to 0.9991
Ends = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Coverage:
    """How often one kind of interval holds the truth: at least, and on average over the truths."""

    kind: str
    n: int
    least: float
    where: str
    mean: float
    guaranteed: bool  # whether the method promises the nominal level for every truth


# ---- shares --------------------------------------------------------------------------------------------------


def wald(successes: int, n: int) -> tuple[float, float]:
    """Return Wald's interval, which the program never prints."""
    share = successes / n
    half = NORMAL_975 * sqrt(share * (1.0 - share) / n)
    return share - half, share + half


def displayed(successes: int, n: int) -> tuple[float, float]:
    """Return the interval that is displayed: Wilson's, or the exact one with few successes or failures."""
    estimate = probability(successes, n)
    return estimate.low, estimate.high


def ends_of(interval: Callable[[int, int], tuple[float, float]], n: int) -> Ends:
    """Return both ends of the interval for every count out of ``n``."""
    low, high = zip(*(interval(successes, n) for successes in range(n + 1)), strict=True)
    return np.array(low), np.array(high)


def coverage_of_share(interval: Callable[[int, int], tuple[float, float]], n: int, truths: Sequence[float]) -> Ends:
    """Return the truths and the exact probability that the interval holds each of them."""
    low, high = ends_of(interval, n)
    counts = np.arange(n + 1)
    held = [float(binom.pmf(counts, n, p)[(low <= p) & (p <= high)].sum()) for p in truths]
    return np.asarray(truths), np.array(held)


def summary(kind: str, n: int, truths: NDArray[np.float64], held: NDArray[np.float64], guaranteed: bool) -> Coverage:
    """Return the least and the mean coverage."""
    least = int(np.argmin(held))
    return Coverage(kind, n, float(held[least]), f"p = {truths[least]:.4g}", float(held.mean()), guaranteed)


def shares() -> Iterator[Coverage]:
    """Yield the coverage of intervals of a probability, Wald's for comparison."""
    for n in (20, 100, 1_000, 10_000):
        expected = np.array([p for p in TRUTHS if 1.0 <= n * p <= n - 1.0])
        yield summary("displayed, np from 1 to n − 1", n, *coverage_of_share(displayed, n, expected.tolist()), False)
    for n in (20, 100, 1_000):
        yield summary("Clopper–Pearson", n, *coverage_of_share(clopper_pearson, n, TRUTHS.tolist()), True)
    yield summary("Wald (never printed)", 1_000, *coverage_of_share(wald, 1_000, [0.001]), False)


# ---- several shares at once ----------------------------------------------------------------------------------


def compositions(n: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to write ``n`` as a sum of so many counts."""
    if parts == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in compositions(n - first, parts - 1):
            yield (first, *rest)


def multinomial(counts: NDArray[np.int64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of each row of counts."""
    logs = gammaln(counts.sum(axis=1) + 1.0) - gammaln(counts + 1.0).sum(axis=1) + counts @ np.log(truth)
    return np.asarray(np.exp(logs))


SEVERAL = ((0.5, 0.3, 0.2), (0.9, 0.08, 0.02), (0.98, 0.01, 0.01), (1 / 3, 1 / 3, 1 / 3))


def coverage_at_once(n: int, truths: Sequence[Sequence[float]] = SEVERAL) -> list[float]:
    """Return the exact probability that all intervals of a table of outcomes hold together, for each truth."""
    counts = np.array(list(compositions(n, len(truths[0]))))
    ends = [[(e.low, e.high) for e in simultaneous_shares(dict(enumerate(row))).values()] for row in counts.tolist()]  # type: ignore[arg-type]
    held = []
    for truth in truths:
        p = np.array(truth)
        holds = ((np.array(ends)[:, :, 0] <= p) & (p <= np.array(ends)[:, :, 1])).all(axis=1)
        held.append(float(multinomial(counts, p)[holds].sum()))
    return held


def at_once() -> Iterator[Coverage]:
    """Yield the coverage of simultaneous intervals."""
    for n in (20, 60):
        held = coverage_at_once(n)
        worst = int(np.argmin(held))
        where = ", ".join(f"{p:.2g}" for p in SEVERAL[worst])
        yield Coverage("all shares of a table at once", n, held[worst], where, float(np.mean(held)), True)


# ---- paired differences --------------------------------------------------------------------------------------

#: Probabilities that only the first, and that only the second, of two ways succeeds.
DISCORDANT = ((0.0, 0.01), (0.01, 0.01), (0.05, 0.01), (0.02, 0.2), (0.1, 0.1), (0.3, 0.1), (0.4, 0.4))


def pairs(n: int) -> Iterator[tuple[int, int]]:
    """Yield every pair of discordant counts among ``n`` worlds."""
    return ((gained, lost) for gained, lost in product(range(n + 1), repeat=2) if gained + lost <= n)


def outcomes_of(n: int, gained: int, lost: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the successes of two ways in ``n`` worlds with these discordant counts."""
    world = np.arange(n)
    return world < gained, (gained <= world) & (world < gained + lost)


def paired(n: int) -> tuple[list[float], list[float], list[float]]:
    """Return for each truth: coverage of the interval, E[se²] ÷ variance, and how often an equal way is called worse.

    The last is NaN where the two ways are not equally good.
    """
    table = list(pairs(n))
    made = [difference(*outcomes_of(n, *counts)) for counts in table]
    worse = np.array([is_worse(*outcomes_of(n, *counts)) for counts in table])
    low, high, square = (np.array(column) for column in zip(*((d.low, d.high, d.mcse**2) for d in made), strict=True))
    counts = np.array([(gained, lost, n - gained - lost) for gained, lost in table])
    held, ratios, alarms = [], [], []
    for p, q in DISCORDANT:
        chance = multinomial(counts, np.maximum(np.array([p, q, 1.0 - p - q]), 1e-300))
        held.append(float(chance[(low <= p - q) & (p - q <= high)].sum()))
        ratios.append(float((chance * square).sum() / ((p + q - (p - q) ** 2) / n)))
        alarms.append(float(chance[worse].sum()) if p == q else np.nan)
    return held, ratios, alarms


def differences() -> Iterator[Coverage]:
    """Yield the coverage of paired differences."""
    for n in (30, 100):
        held, _, _ = paired(n)
        worst = int(np.argmin(held))
        where = "only one way succeeds in {:g} and {:g}".format(*DISCORDANT[worst])
        yield Coverage("paired difference", n, held[worst], where, float(np.mean(held)), False)


# ---- quantiles and bands -------------------------------------------------------------------------------------

STEP = 1.01  # values so far apart that each has a bin of its own


def ranks_of_interval(n: int, share: float) -> tuple[int, int]:
    """Return between which order statistics the interval of a quantile lies; 0 and n + 1 where it is open."""
    sketch = Sketch()
    sketch.add(STEP ** np.arange(1.0, n + 1.0))
    found = quantile(sketch, share, n)
    assert found is not None

    def rank(value: float | None, otherwise: int) -> int:
        return otherwise if value is None else round(np.log(value) / np.log(STEP))

    return rank(found.low, 0), rank(found.high, n + 1)


def coverage_of_quantile(n: int, share: float) -> float:
    """Return the exact probability that the interval holds the quantile, whatever the continuous distribution."""
    first, last = ranks_of_interval(n, share)
    return float(binom.cdf(last - 1, n, share) - binom.cdf(first - 1, n, share))


def quantiles() -> Iterator[Coverage]:
    """Yield the coverage of quantiles by order statistics."""
    wanted = (0.05, 0.5, 0.95)
    for n in (10, 50, 200, 1_000):
        held = [coverage_of_quantile(n, share) for share in wanted]
        worst = int(np.argmin(held))
        yield Coverage("5 %, 50 %, 95 % quantile", n, held[worst], f"{wanted[worst]:.0%}", float(np.mean(held)), True)


def published() -> Iterator[Coverage]:
    """Yield the coverage of quantiles in the tables of ``takeoff``, which are of whole samples."""
    wanted, n = (0.1, 0.5, 0.9), 1_000
    found = published_quantiles(np.arange(1.0, n + 1.0), wanted)
    held = [
        float(binom.cdf((one.high or n) - 1.0, n, share) - binom.cdf((one.low or 1.0) - 1.0, n, share))
        for one, share in zip(found, wanted, strict=True)
    ]
    worst = int(np.argmin(held))
    kind = "10 %, 50 %, 90 % quantile (takeoff)"
    yield Coverage(kind, n, held[worst], f"{wanted[worst]:.0%}", float(np.mean(held)), True)


def bands() -> Iterator[Coverage]:
    """Yield the coverage of bands around curves over time, by Kolmogorov's distribution; Bonferroni over curves."""
    for n, curves in ((100, 1), (10_000, 1), (10_000, 5)):
        missed = float(kstwo.sf(band_half_width(n, curves), n))
        kind = "band around a curve" if curves == 1 else f"bands around {curves} curves"
        yield Coverage(kind, n, 1.0 - curves * missed, "any", 1.0 - curves * missed, True)


# ---- what is simulated here ---------------------------------------------------------------------------------

#: Laws of the chance of success given the inputs (beta): much alike, spread out, and nearly all or nothing.
CHANCES_GIVEN_INPUTS = ((40.0, 10.0), (4.0, 2.0), (0.5, 0.2))
WORLDS = 100  # for each draw of the inputs


def coverage_over_inputs(alpha: float, beta: float, draws: int, runs: int, seed: int) -> float:
    """Return how often the interval of the chance over uncertain inputs holds it; given them it has a beta law."""
    random = np.random.default_rng(seed)
    held = 0
    for _ in range(runs):
        successes = random.binomial(WORLDS, random.beta(alpha, beta, draws))
        found = spread_over_draws(successes, WORLDS).overall
        held += found.low <= alpha / (alpha + beta) <= found.high
    return held / runs


def over_inputs(runs: int = 2_000) -> Iterator[Coverage]:
    """Yield the coverage of the chance over uncertain inputs, which is simulated."""
    for draws in (20, 100):
        held = [coverage_over_inputs(*law, draws, runs, 1) for law in CHANCES_GIVEN_INPUTS]
        worst = int(np.argmin(held))
        where = "beta {:g}, {:g}".format(*CHANCES_GIVEN_INPUTS[worst])
        kind = f"over uncertain inputs ({runs:,} simulated)"
        yield Coverage(kind, draws * WORLDS, held[worst], where, float(np.mean(held)), False)


QUANTILES = (0.05, 0.5, 0.95)


def coverage_of_spread(alpha: float, beta: float, draws: int, runs: int, seed: int) -> NDArray[np.float64]:
    """Return how often the intervals of three percentiles of the chance given inputs, and of its part of the variance,
    hold what they are of."""
    random = np.random.default_rng(seed)
    mean = alpha / (alpha + beta)
    between = mean * (1.0 - mean) / (alpha + beta + 1.0)
    truths = [*beta_law.ppf(QUANTILES, alpha, beta), between / (mean * (1.0 - mean))]
    held = np.zeros(len(truths))
    for _ in range(runs):
        found = spread_over_draws(random.binomial(WORLDS, random.beta(alpha, beta, draws)), WORLDS)
        made = (found.p5_interval, found.p50_interval, found.p95_interval, found.share_of_variance_interval)
        held += [low <= truth <= high for (low, high), truth in zip(made, truths, strict=True)]
    return held / runs


def spreads_over_inputs(runs: int = 400) -> Iterator[Coverage]:
    """Yield the coverage of percentiles over uncertain inputs and of their part of the variance, which is simulated."""
    for draws in (50, 200):
        held = np.array([coverage_of_spread(*law, draws, runs, 1) for law in CHANCES_GIVEN_INPUTS])
        for part, kind in ((held[:, :3], "percentile over uncertain inputs"), (held[:, 3:], "share of their variance")):
            worst = int(np.argmin(part.min(axis=1)))
            where = "beta {:g}, {:g}".format(*CHANCES_GIVEN_INPUTS[worst])
            name = f"{kind} ({runs:,} simulated)"
            yield Coverage(name, draws * WORLDS, float(part.min()), where, float(part.mean()), False)


#: Chances of twelve months of handoff, one of which is best: far better, hardly better, and one of two.
MONTHS = np.arange(12.0)
CHANCES_OF_MONTHS = (
    0.8 - 0.01 * (MONTHS - 4.0) ** 2,
    0.8 - 0.0005 * (MONTHS - 4.0) ** 2,
    0.6 + 0.002 * (MONTHS % 6 == 3),
)
ALIKE = 0.8  # share of worlds in which a month succeeds if any less good one does
SEARCHED = 250


def coverage_of_best(chances: NDArray[np.float64], n: int, runs: int, seed: int) -> float:
    """Return how often the truly best month is among those as good as the one that a search finds."""
    random = np.random.default_rng(seed)
    best, held = int(np.argmax(chances)), 0
    for _ in range(runs):
        shared = random.random((n + SEARCHED, 1))
        own = random.random((n + SEARCHED, len(chances)))
        succeeds = np.where(random.random((n + SEARCHED, 1)) < ALIKE, shared, own) < chances
        chosen = int(np.argmax(succeeds[:SEARCHED].sum(axis=0)))
        held += not is_worse(succeeds[SEARCHED:, best], succeeds[SEARCHED:, chosen])
    return held / runs


def best_months(runs: int = 2_000, n: int = 1_000) -> Iterator[Coverage]:
    """Yield how often months that are called as good hold the best one, which is simulated."""
    held = [coverage_of_best(chances, n, runs, 1) for chances in CHANCES_OF_MONTHS]
    where = ("a steep curve", "a flat curve", "two alike")[int(np.argmin(held))]
    yield Coverage(f"months as good as the best ({runs:,} simulated)", n, min(held), where, float(np.mean(held)), True)


# ---- stopping when precise enough ----------------------------------------------------------------------------


def coverage_when_stopped(p: float, precision: float, runs: int, seed: int) -> tuple[float, float]:
    """Return how often the interval holds ``p`` when runs stop as soon as it is precise, and the mean n; simulated."""
    random = np.random.default_rng(seed)
    held, total = 0, 0
    for _ in range(runs):
        n, successes = 0, 0
        while True:
            look = next_look(n)
            successes += int(random.binomial(look - n, p))
            n = look
            low, high = displayed(successes, n)
            if (high - low) / 2.0 <= precision:
                break
        held += low <= p <= high
        total += n
    return held / runs, total / runs


def stopped(runs: int = 2_000) -> Iterator[Coverage]:
    """Yield the coverage with ``--precision``, which is simulated."""
    for precision in (0.02, 0.005):
        held = {p: coverage_when_stopped(p, precision, runs, 1) for p in (0.02, 0.5, 0.9)}
        worst = min(held, key=lambda p: held[p][0])
        mean = float(np.mean([share for share, _ in held.values()]))
        kind = f"displayed, stopped at ±{precision:g} ({runs:,} simulated)"
        yield Coverage(kind, round(held[worst][1]), held[worst][0], f"p = {worst:g}", mean, False)


def page() -> Page:
    """Return the table of all intervals."""
    found = [*shares(), *at_once(), *differences(), *quantiles(), *published(), *bands()]
    found += [*stopped(), *over_inputs(), *spreads_over_inputs(), *best_months()]
    rows = [
        (c.kind, f"{c.n:,}", f"{c.least:.4f}", c.where, f"{c.mean:.4f}", "at least .95" if c.guaranteed else "near .95")
        for c in found
    ]
    ratios = [ratio for n in (30, 100) for ratio in paired(n)[1]]
    alarms = [alarm for n in (30, 100) for alarm in paired(n)[2] if alarm == alarm]
    return [
        Heading("Coverage of 95 % intervals"),
        Table("", ("interval", "n", "least", "at", "mean", "promise"), tuple(rows), right=frozenset({1, 2, 4})),
        Paragraph(
            f"E[se²] of a paired difference ÷ its true variance: {min(ratios):.3f} to {max(ratios):.3f} (1 − 1/n is "
            f"exact). A way that is no worse is called worse with a probability of at most {max(alarms):.3f} (5 %)."
        ),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m validation.interval_coverage", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/validation.md")
    args = parser.parse_args(arguments)
    made = page()
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
