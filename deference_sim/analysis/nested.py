"""Spread over uncertain inputs, kept apart from Monte Carlo error: some draws of the inputs, many worlds for each."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import exp, isfinite, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, clopper_pearson, quantile_ranks
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.sensitivity.inputs import choose
from deference_sim.described import described
from deference_sim.scenario import ScenarioLike, as_scenario
from deference_sim.shown import Shown
from deference_sim.study.limits import MOST_REPLICATES, Engine, seed_of, whole
from deference_sim.study.quasi_random import student
from deference_sim.study.runner import blocks, check_run, engine_of, stream, warm_up

Floats = NDArray[np.float64]
Interval = tuple[float, float]
QUANTILES = (0.05, 0.5, 0.95)
_LEAST = 1e-6  # part of a variance: what is less, or more than all but this, is as good as that


@described(
    overall="The probability over inputs and worlds.",
    sd="The standard deviation of the probability given the inputs.",
    sd_mcse="Its standard error, by the jackknife over draws.",
    p5="The 5th percentile of the probability given the inputs.",
    p50="The median.",
    p95="The 95th percentile.",
    p5_interval="The 95 % interval of ``p5``.",
    p50_interval="That of ``p50``.",
    p95_interval="That of ``p95``.",
    share_of_variance="The part of the variance of one run's success that knowing the inputs would take away.",
    share_of_variance_interval="Its 95 % interval.",
    draws="How many draws of the inputs there were.",
    worlds="How many worlds each of them met.",
)
@dataclass(frozen=True, slots=True, repr=False)
class InputSpread(Shown):
    """How the probability of success given the inputs varies over what is uncertain about them.

    The error of ``overall`` comes from the number of draws as well as of worlds; from ``sd`` and the quantiles the
    noise of few worlds is removed. Few draws tell little of an outer percentile. ``share_of_variance`` is the
    intraclass correlation.
    """

    overall: Estimate
    sd: float
    sd_mcse: float
    p5: float
    p50: float
    p95: float
    p5_interval: Interval
    p50_interval: Interval
    p95_interval: Interval
    share_of_variance: float
    share_of_variance_interval: Interval
    draws: int
    worlds: int

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return asdict(self) | {"overall": self.overall.as_dict()}


@described(
    draws="How often the uncertain inputs are drawn.",
    worlds="How many worlds each draw meets.",
    ranges="Whether to draw the main unknowns that the scenario holds fixed as well, from their plausible ranges.",
)
def input_spread(
    scenario: ScenarioLike,
    draws: int = 200,
    worlds: int = 100,
    seed: int = 1,
    *,
    measure: Measure = "p_stay",
    ranges: bool = False,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> InputSpread:
    """Draw the uncertain inputs ``draws`` times, meet ``worlds`` worlds with each, and tell the two spreads apart.

    Raises ``ValueError`` if nothing is uncertain, or for fewer than 2 draws or worlds.
    """
    draws, worlds = whole(draws, "draws", 2, MOST_REPLICATES), whole(worlds, "worlds", 2, MOST_REPLICATES)
    seed = seed_of(seed)
    scenario = choose(as_scenario(scenario)).scenario if ranges else as_scenario(scenario)
    if not scenario.uncertain:
        raise ValueError(
            f"{scenario.name} has no uncertain input: give one a range, such as rival.lead='2 to 9 months', or draw "
            "the main unknowns from their plausible ranges (ranges=True)"
        )
    succeeded = success_of(measure).of_records
    check_run(draws * worlds, engine)
    engine = engine_of(engine, [scenario])
    warm_up(engine)
    jobs = ((0, block) for block in blocks(0, draws * worlds))
    found = stream([scenario], jobs, seed, engine, worlds_per_draw=worlds, progress=progress)
    successes = np.concatenate([succeeded(records) for _, records, _ in found])
    return spread_of_worths(successes.reshape(draws, worlds).astype(float), success_of(measure).bounds)


def spread_over_draws(successes: NDArray[np.integer], worlds: int) -> InputSpread:
    """Tell spread over draws from noise, given the successes of each draw in ``worlds`` worlds.

    One-way random effects: the variance between draws less what ``worlds`` worlds add to it (unbiased), at least 0.
    The overall interval is Student's over draws, in log odds. Quantiles are those of the shares of the draws, pulled
    towards their mean until their variance is the one without noise.
    """
    _check(len(successes), worlds)
    counted = np.arange(worlds) < np.asarray(successes)[:, None]
    return spread_of_worths(counted.astype(float), (0.0, 1.0))


def spread_of_worths(worths: NDArray[np.float64], bounds: tuple[float, float]) -> InputSpread:
    """Do the same given what each run is worth, a row for each draw; no worth lies outside ``bounds``."""
    draws, worlds = worths.shape
    _check(draws, worlds)
    shares, within = worths.mean(axis=1), worths.var(axis=1)
    variance = _variance(shares, within, worlds)
    left_out = np.array(
        [_variance(np.delete(shares, place), np.delete(within, place), worlds) for place in range(draws)]
    )
    sd = sqrt(variance)
    jackknife = np.sqrt(left_out)
    sd_mcse = sqrt((draws - 1) / draws * ((jackknife - jackknife.mean()) ** 2).sum())
    mean = float(shares.mean())
    between = float(shares.var(ddof=1))
    raw = sqrt(between)

    def pulled(spread: float) -> Floats:
        return np.asarray(np.clip(mean + (shares - mean) * (spread / raw if raw > 0.0 else 0.0), *bounds))

    held = pulled(sd)
    # How far to pull is known as well as the spread is, and takes all draws for alike in shape: up to not at all.
    likely = pulled(max(sd - 2.0 * sd_mcse, 0.0)), held, pulled(raw)
    p5, p50, p95 = np.quantile(held, QUANTILES).tolist()
    around_5, around_50, around_95 = (_around_quantile(likely, share, bounds) for share in QUANTILES)
    share, share_interval = _share_of_variance(shares, within, worlds)
    overall = _overall(mean, sqrt(between / draws), draws, worlds, bounds)
    return InputSpread(
        overall,
        sd,
        sd_mcse,
        p5,
        p50,
        p95,
        around_5,
        around_50,
        around_95,
        share,
        share_interval,
        draws,
        worlds,
    )


def _around_quantile(likely: Sequence[Floats], share: float, bounds: Interval) -> Interval:
    """Return the 95 % interval of a quantile: between two order statistics, or a bound where too few draws tell.

    ``likely`` are the chances of the draws pulled as little and as much as may be: the widest of all is returned.
    """
    n, ordered = len(likely[0]), np.sort(likely, axis=1)
    first, last = quantile_ranks(n, share)
    low = float(ordered[:, first - 1].min()) if first >= 1 else bounds[0]
    return low, float(ordered[:, last - 1].max()) if last <= n else bounds[1]


def _share_of_variance(shares: Floats, within: Floats, worlds: int) -> tuple[float, Interval]:
    """Return the part of one run's variance that is between draws, with its 95 % interval (jackknife, in log odds)."""
    draws = len(shares)

    def part(kept: NDArray[np.bool_]) -> float:
        variance = _variance(shares[kept], within[kept], worlds)
        one_run = float(shares[kept].var() + within[kept].mean())
        return min(variance / one_run, 1.0) if one_run > 0.0 else 0.0

    everyone = np.ones(draws, bool)
    found = part(everyone)
    if not 0.0 < found < 1.0:
        return found, (0.0, 1.0)  # draws that look alike, or like nothing but the inputs, tell no limit
    lean = np.array([part(everyone & (np.arange(draws) != place)) for place in range(draws)])
    odds = np.log(np.clip(lean, _LEAST, 1.0 - _LEAST) / (1.0 - np.clip(lean, _LEAST, 1.0 - _LEAST)))
    half = student(draws) * sqrt((draws - 1) / draws * ((odds - odds.mean()) ** 2).sum())
    middle = log(found / (1.0 - found))
    return found, (1.0 / (1.0 + exp(half - middle)), 1.0 / (1.0 + exp(-half - middle)))


def _variance(shares: NDArray[np.float64], within: NDArray[np.float64], worlds: int) -> float:
    noise = within.mean() / (worlds - 1)
    return max(float(shares.var(ddof=1) - noise), 0.0)


def _overall(mean: float, error: float, draws: int, worlds: int, bounds: Interval) -> Estimate:
    """Return the overall probability; its interval is symmetric in log odds, so that it stays within its bounds."""
    from scipy.special import expit, logit

    n = draws * worlds
    low_end, high_end = bounds
    if error > 0.0 and not isfinite(high_end - low_end):
        half = student(draws) * error
        return Estimate(mean, mean - half, mean + half, error, n, "student over draws")
    width = high_end - low_end
    at = (mean - low_end) / width if isfinite(width) else 0.0
    if error == 0.0 or not 0.0 < at < 1.0:
        # All draws came out alike: as much is known as from so many draws, not from so many runs.
        low, high = clopper_pearson(round(at * draws), draws)
        ends = (low_end + width * low, low_end + width * high) if isfinite(width) else (mean, mean)
        return Estimate(mean, *ends, 0.0, n, "clopper-pearson over draws")
    half = student(draws) * error / width / (at * (1.0 - at))
    low, high = (low_end + width * float(expit(logit(at) + side * half)) for side in (-1.0, 1.0))
    return Estimate(mean, low, high, error, n, "student over draws, log odds")


def _check(draws: int, worlds: int) -> None:
    if draws < 2 or worlds < 2:
        raise ValueError(f"{draws} draws of {worlds} worlds: give at least 2 of each, to tell their spreads apart")
