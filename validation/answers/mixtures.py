"""Uncertain inputs: mixtures over what is not known, alone and tied together."""

from math import exp, expm1, log, pi, sqrt
from typing import Any

import numpy as np
from scipy.special import exp1, hyp1f1, ndtr, ndtri

from validation.quiet import NEVER_HAND_OFF, hazard, start
from validation.recipe import NOTHING, Case, Law, Mean, Share, column, lasts, outcome, road

YEARS = 20.0


def uncertain_rate(name: str, rate: Any, exact: float, trap: float) -> Case:
    """A constant hazard whose rate is drawn once for each replicate; ``trap`` is the answer at its mean."""
    return Case(
        name,
        {**NEVER_HAND_OFF, "hazards": [hazard(rate=rate)]},
        25_000,
        (Share("none in 20 years", NOTHING, exact, trap=trap),),
    )


def c26() -> Case:
    """The table's gamma prior is replaced by a uniform one; the shape is the same: a mixture of exponentials."""
    return Case(
        "C26 uniform rate",
        {**NEVER_HAND_OFF, "hazards": [hazard(rate={"uniform": {"min": 0, "max": 0.1}})]},
        25_000,
        (
            Share("none in 20 years", NOTHING, -expm1(-2.0) / 2.0, trap=exp(-1.0)),
            Share("none in 10 years", lasts(120), -expm1(-1.0) / 1.0, trap=exp(-0.5)),
        ),
    )


def c26_correlated() -> Case:
    """Two uniform rates tied by a Gaussian copula with rank correlation 0.9."""
    rho = 2.0 * np.sin(pi / 6.0 * 0.9)
    z, weight = np.polynomial.hermite_e.hermegauss(80)
    weight = weight / sqrt(2.0 * pi)
    first, second = np.meshgrid(z, z)
    rates = 0.1 * (ndtr(first) + ndtr(rho * first + sqrt(1.0 - rho**2) * second))
    uniform = {"uniform": {"min": 0, "max": 0.1}}
    return Case(
        "C26 two rates, correlated",
        {
            **NEVER_HAND_OFF,
            "hazards": [hazard("a", rate=uniform), hazard("b", rate=uniform)],
            "correlations": [{"between": ["hazards.a.rate", "hazards.b.rate"], "spearman": 0.9}],
        },
        12_000,
        (
            Share(
                "none in 20 years",
                NOTHING,
                float(np.sum(np.outer(weight, weight) * np.exp(-YEARS * rates))),
                trap=(-expm1(-2.0) / 2.0) ** 2,
            ),
        ),
    )


def uncertain_lead() -> Case:
    """A deadline "2 to 9 months" away: lognormal with these as its 5th and 95th percentiles; it takes 4 months."""
    median, sigma = sqrt(2.0 * 9.0), log(9.0 / 2.0) / 2.0 / float(ndtri(0.95))

    def cumulative(months: Any) -> Any:
        return ndtr(np.log(months / median) / sigma) / ndtr(log(4.0 / median) / sigma)

    return Case(
        "a lead of 2 to 9 months",
        {
            "rival.mode": "deadline",
            "rival.lead": "2 to 9 months",
            "rival.handle_at": 4,
            "capability.stabilise_at": 4,
        },
        12_000,
        (
            Share("in time", outcome("stabilised"), float(ndtr(-log(4.0 / median) / sigma))),
            Law("lead of those too late", too_late, cumulative),
        ),
    )


def too_late(table: Any) -> Any:
    """Return the months at which a deadline was missed, missing where it was not."""
    return table["months"].where(table["outcome"] == "rival_catastrophe")


def correlated_lead_and_pace() -> Case:
    """Lead and pace are lognormal with rank correlation 0.5: their product decides, which is lognormal too."""
    rho = 2.0 * np.sin(pi / 6.0 * 0.5)
    sd = sqrt(0.5**2 + 0.4**2 + 2.0 * rho * 0.5 * 0.4)
    alone = sqrt(0.5**2 + 0.4**2)
    enough = log(4.0 / 6.0)
    return Case(
        "lead and pace, correlated",
        {
            "rival.mode": "deadline",
            "rival.lead": {"lognormal": {"median": 6, "sigma": 0.5}},
            "rival.handle_at": 4,
            "capability.initial_speedup": {"lognormal": {"median": 24, "sigma": 0.4}},
            "capability.stabilise_at": 4,
            "correlations": [{"between": ["rival.lead", "capability.initial_speedup"], "spearman": 0.5}],
        },
        25_000,
        (
            Share("in time", outcome("stabilised"), float(ndtr(-enough / sd)), trap=float(ndtr(-enough / alone))),
            Mean("log of the months taken by those in time", months_in_time, *truncated_moments(rho)),
        ),
    )


def months_in_time(table: Any) -> Any:
    """Return the logarithm of the months of the runs that were in time."""
    return np.log(table.loc[table["outcome"] == "stabilised", "months"])


def truncated_moments(rho: float) -> tuple[float, float]:
    """Return mean and standard deviation of log(4 months/pace) given that lead × pace suffices, by quadrature."""
    x, weight = np.polynomial.hermite_e.hermegauss(200)
    in_time = ndtr((0.4 * x - log(4.0 / 6.0) + rho * 0.5 * x) / (0.5 * sqrt(1.0 - rho**2)))
    weight = weight * in_time / np.sum(weight * in_time)
    values = log(4.0) - 0.4 * x
    mean = float(np.sum(weight * values))
    return mean, sqrt(float(np.sum(weight * (values - mean) ** 2)))


def tied_starts() -> Case:
    """A point mass beside a spread: half of the worlds have no hazard at all."""
    mixture = {
        "mixture": [
            {"probability": 0.5, "value": 0},
            {"probability": 0.5, "value": {"triangular": {"min": 0, "mode": 0.1, "max": 0.1}}},
        ]
    }
    rates, weights = np.polynomial.legendre.leggauss(60)
    rates = 0.05 * (rates + 1.0)
    survives = float(np.sum(weights * 0.05 * 2.0 * rates / 0.1**2 * np.exp(-rates * YEARS)))
    return Case(
        "a hazard that may not exist",
        {**NEVER_HAND_OFF, "hazards": [hazard(rate=mixture)]},
        25_000,
        (
            Share("none in 20 years", NOTHING, 0.5 + 0.5 * survives),
            Mean("years lived", lambda table: table["months"] / 12.0, *years_lived(rates, weights)),
        ),
    )


def years_lived(rates: Any, weights: Any) -> tuple[float, float]:
    """Return mean and standard deviation of min(T, 20) under that mixture."""
    density = weights * 0.05 * 2.0 * rates / 0.1**2
    mean = 0.5 * YEARS + 0.5 * float(np.sum(density * -np.expm1(-rates * YEARS) / rates))
    squares = 2.0 / rates**2 * (1.0 - np.exp(-rates * YEARS) * (1.0 + rates * YEARS))
    return mean, sqrt(0.5 * YEARS**2 + 0.5 * float(np.sum(density * squares)) - mean**2)


def may_not_exist() -> Case:
    """Whether there is a basin is drawn once a run: with it goodness keeps ahead, without it it stands still.

    AIs outside spoil from the edge on, so the step that straddles it carries its error into the month of the crossing:
    1e-5 off at the ordinary ``numerics.tolerance``, 6e-7 at 1e-7, 1e-8 at 1e-8 and 6e-14 at 1e-9, which is used here.
    """
    exists, margin, months = 0.4, 0.5, 4.0
    return Case(
        "a basin that may not exist",
        {
            "goodness.broad_alignment": start(margin),
            "tax.broad_alignment": 0.5,
            "basin.exists": exists,
            "strategy.policy": "fixed",
            "strategy.goodness_share": 0.5,
            "horizon": months,
            "numerics.tolerance": 1e-9,
        },
        12_000,
        (
            Share("in the basin throughout", column("in_basin_throughout"), exists),
            Share("outrun after a month", outrun_at(2.0 * margin), 1.0 - exists),
        ),
    )


def outrun_at(month: float) -> Any:
    """Return the function that says which runs were outrun at ``month``."""
    return lambda table: road("outrun")(table) & (abs(table["first_exit_month"] - month) < 1e-9)


def uncertain_existence() -> Case:
    """A chance of existence that is itself uncertain counts by its mean, and a hazard by its mixture over both.

    With a basin the AIs' margin is far in after no time; without it they risk h₀ per py throughout.
    """
    low, high, h, months = 0.2, 0.9, 0.3, 3.0
    exists = 0.5 * (low + high)
    return Case(
        "a basin of uncertain existence",
        {
            "goodness.broad_alignment": start(1e-6),
            "tax.broad_alignment": 1e-3,
            "basin.exists": {"uniform": {"min": low, "max": high}},
            "basin.width": 1e-6,
            "basin.hazard_at_edge": h,
            "basin.hazard_scale": 1e-3,
            "strategy.policy": "fixed",
            "strategy.goodness_share": 1,
            "horizon": months,
        },
        12_000,
        (
            Share(
                "no catastrophe", NOTHING, exists + (1.0 - exists) * exp(-h * exp(-1e-3) * months),
                trap=exp(-(1.0 - exists) * h * months),
            ),
        ),
    )  # fmt: skip


CASES = (
    c26(),
    c26_correlated(),
    uncertain_rate(
        "one of two rates (hyperexponential)",
        {"discrete": [{"probability": 0.7, "value": 0.02}, {"probability": 0.3, "value": 0.2}]},
        0.7 * exp(-0.02 * YEARS) + 0.3 * exp(-0.2 * YEARS),
        trap=exp(-(0.7 * 0.02 + 0.3 * 0.2) * YEARS),
    ),
    uncertain_rate(
        "beta rate (Kummer's function)",
        {"beta": {"alpha": 2, "beta": 3, "min": 0, "max": 0.2}},
        float(hyp1f1(2.0, 5.0, -0.2 * YEARS)),
        trap=exp(-0.08 * YEARS),
    ),
    uncertain_rate(
        "log-uniform rate (exponential integral)",
        {"loguniform": {"min": 0.005, "max": 0.5}},
        float((exp1(0.005 * YEARS) - exp1(0.5 * YEARS)) / log(100.0)),
        trap=exp(-(0.5 - 0.005) / log(100.0) * YEARS),
    ),
    uncertain_lead(),
    correlated_lead_and_pace(),
    tied_starts(),
    may_not_exist(),
    uncertain_existence(),
)
