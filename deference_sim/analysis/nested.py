"""Spread over uncertain inputs, kept apart from Monte Carlo error: some draws of the inputs, many worlds for each."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, clopper_pearson
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.scenario import ScenarioLike, as_scenario
from deference_sim.study.limits import Engine
from deference_sim.study.runner import blocks, check_run, stream, warm_up


@dataclass(frozen=True, slots=True, repr=False)
class InputSpread:
    """How the probability of success given the inputs varies over what is uncertain about them.

    ``overall`` is the probability over inputs and worlds; its error comes from the number of draws as well as of
    worlds. ``sd`` and the quantiles are those of the probability given the inputs, the noise of few worlds removed;
    ``sd_mcse`` is the standard error of ``sd`` (jackknife over draws). ``share_of_variance`` is the part of the
    variance of one run's success that knowing the inputs would take away (the intraclass correlation).
    """

    overall: Estimate
    sd: float
    sd_mcse: float
    p5: float
    p50: float
    p95: float
    share_of_variance: float
    draws: int
    worlds: int

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return asdict(self) | {"overall": self.overall.as_dict()}

    def __repr__(self) -> str:
        return f"InputSpread: {self.overall} over {self.draws:,} draws of the inputs, with sd {self.sd:.4f}"


def input_spread(
    scenario: ScenarioLike,
    draws: int = 200,
    worlds: int = 100,
    seed: int = 1,
    *,
    measure: Measure = "p_stay",
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> InputSpread:
    """Draw the uncertain inputs ``draws`` times, meet ``worlds`` worlds with each, and tell the two spreads apart.

    ``scenario`` is one, or a shipped one's name or a file's path. Raises ``ValueError`` if nothing is uncertain, or for
    fewer than 2 draws or worlds.
    """
    scenario = as_scenario(scenario)
    if not scenario.uncertain:
        raise ValueError(
            f"{scenario.name} has no uncertain input: give one a range, such as rival.lead='2 to 9 months'"
        )
    succeeded = success_of(measure).of_records
    _check(draws, worlds)
    check_run(draws * worlds, engine)
    warm_up(engine)
    jobs = ((0, block) for block in blocks(0, draws * worlds))
    found = stream([scenario], jobs, seed, engine, worlds_per_draw=worlds, progress=progress)
    successes = np.concatenate([succeeded(records) for _, records, _ in found])
    return spread_over_draws(successes.reshape(draws, worlds).sum(axis=1), worlds)


def spread_over_draws(successes: NDArray[np.integer], worlds: int) -> InputSpread:
    """Tell spread over draws from noise, given the successes of each draw in ``worlds`` worlds.

    One-way random effects: the variance between draws less what ``worlds`` worlds add to it (unbiased), at least 0.
    The overall interval is Student's over draws, in log odds. Quantiles are those of the shares of the draws, pulled
    towards their mean until their variance is the one without noise.
    """
    draws = len(successes)
    _check(draws, worlds)
    shares = successes / worlds
    variance = _variance(shares, worlds)
    left_out = np.array([_variance(np.delete(shares, place), worlds) for place in range(draws)])
    sd = sqrt(variance)
    jackknife = np.sqrt(left_out)
    sd_mcse = sqrt((draws - 1) / draws * ((jackknife - jackknife.mean()) ** 2).sum())
    mean = float(shares.mean())
    between = float(shares.var(ddof=1))
    pulled = mean + (shares - mean) * sqrt(variance / between if between > 0.0 else 0.0)
    p5, p50, p95 = np.clip(np.quantile(pulled, [0.05, 0.5, 0.95]), 0.0, 1.0)
    one_run = mean * (1.0 - mean)
    share = min(variance / one_run, 1.0) if one_run > 0.0 else 0.0
    overall = _overall(mean, sqrt(between / draws), draws, worlds)
    return InputSpread(overall, sd, sd_mcse, float(p5), float(p50), float(p95), share, draws, worlds)


def _variance(shares: NDArray[np.float64], worlds: int) -> float:
    noise = (shares * (1.0 - shares)).mean() / (worlds - 1)
    return max(float(shares.var(ddof=1) - noise), 0.0)


def _overall(mean: float, error: float, draws: int, worlds: int) -> Estimate:
    """Return the overall probability; its interval is symmetric in log odds, so that it stays within 0 and 1."""
    from scipy.special import expit, logit, stdtrit

    n = draws * worlds
    if error == 0.0:
        # All draws came out alike: as much is known as from so many draws, not from so many runs.
        low, high = clopper_pearson(round(mean * draws), draws)
        return Estimate(mean, low, high, 0.0, n, "clopper-pearson over draws")
    half = float(stdtrit(draws - 1, 0.975)) * error / (mean * (1.0 - mean))
    low, high = expit(logit(mean) - half), expit(logit(mean) + half)
    return Estimate(mean, float(low), float(high), error, n, "student over draws, log odds")


def _check(draws: int, worlds: int) -> None:
    if draws < 2 or worlds < 2:
        raise ValueError(f"{draws} draws of {worlds} worlds: give at least 2 of each, to tell their spreads apart")
