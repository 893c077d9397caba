"""Arrivals: hazards with rates and marks of all shapes, and what they do when several compete."""

from math import exp, expm1, factorial, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import poisson

from validation.answers.growth import explosion_months, explosion_pace
from validation.quiet import MEDIAN_EXPLOSION, NEVER_HAND_OFF, YEAR, hazard
from validation.recipe import NOTHING, Case, Law, Mean, Share, cause, column, ended, lasts, outcome

FATAL = outcome("exogenous_catastrophe")
MOST = 3.0  # py of diffused capability up to which rates grow


def c01() -> Case:
    """Constant rate: the exponential law."""
    rate, years = 0.05, 20.0
    mean = -expm1(-rate * years) / rate
    square = 2.0 / rate**2 * (1.0 - exp(-rate * years) * (1.0 + rate * years))
    return Case(
        "C01 Poisson arrivals",
        {**NEVER_HAND_OFF, "hazards": [hazard(rate=rate)]},
        16_000,
        (
            Share("no event in 20 years", NOTHING, 0.367879441171),
            Mean("E[min(T, 20)]", lambda table: table["months"] / YEAR, 12.6424111766, sqrt(square - mean**2)),
        ),
    )


def c03() -> Case:
    """A rate that changes at given times."""
    pieces = [
        hazard("early", rate=0.02, until=60),
        hazard("middle", rate=0.10, onset=60, until=96),
        hazard("late", rate=0.01, onset=96),
    ]
    return Case(
        "C03 piecewise hazard",
        {**NEVER_HAND_OFF, "hazards": pieces},
        16_000,
        (
            Share("S(20)", NOTHING, 0.59452054797),
            Share("S(6)", lasts(72), 0.818730753078),
            Share("early", cause("early"), -expm1(-0.1)),
            Share("middle", cause("middle"), exp(-0.1) * -expm1(-0.3)),
            Share("late", cause("late"), exp(-0.4) * -expm1(-0.12)),
        ),
    )


def c05() -> Case:
    """Three constant risks that compete."""
    return Case(
        "C05 competing risks",
        {
            **NEVER_HAND_OFF,
            "horizon": 120,
            "hazards": [hazard("a", rate=0.03), hazard("b", rate=0.05), hazard("c", rate=0.02)],
        },
        16_000,
        (
            Share("none", NOTHING, 0.367879441171),
            Share("CIF of a", cause("a"), 0.189636167649, trap=-expm1(-0.3)),
            Share("CIF of b", cause("b"), 0.316060279414, trap=0.393469340287),
            Share("CIF of c", cause("c"), 0.126424111766, trap=-expm1(-0.2)),
        ),
    )


def c17() -> Case:
    """Thinning: the table's Pareto marks above 10 have probability 10^-1.5, as have these normal marks above Q = 0."""
    tail = 10.0**-1.5
    rate = 0.4 * tail
    marks = {"rate": 0.4, "severity_mean": float(ndtri(tail)) * 2.0, "severity_sd": 2.0}
    return Case(
        "C17 thinned marks",
        {**NEVER_HAND_OFF, "horizon": 300, "hazards": [hazard(**marks)]},
        16_000,
        (
            Share("at least one severe", FATAL, 0.27110658589),
            Share("in the first half", lambda table: table["months"] < 150, -expm1(-rate * 12.5)),
        ),
    )


def c17_lethality() -> Case:
    """Severe with probability 1/2 (normal mean 0 against Q = 0) and then fatal with 0.3, independently."""
    marks = {"rate": 0.4, "severity_mean": 0, "severity_sd": 1, "lethality": 0.3}
    return Case(
        "C17 marks, twice thinned",
        {**NEVER_HAND_OFF, "horizon": 120, "hazards": [hazard(**marks)]},
        12_000,
        (Share("no fatal one", NOTHING, exp(-0.4 * 10 * 0.5 * 0.3)),),
    )


def c25() -> Case:
    """A hazard that grows with diffused capability against AIs that grow too, along a known path of capability."""
    rate, growth, gap, onset, mean, slope, sd, lethality = 0.9, 0.3, 1.0, 2.0, 3.0, 0.5, 1.0, 0.6
    first = brentq(lambda C: explosion_months(C) - onset, 0.0, 5.0, xtol=1e-13)

    def density(C: float) -> float:
        X = max(C - gap, 0.0)
        unhandled = float(ndtr((mean + slope * X - C) / sd))
        return float(rate / YEAR * 10.0 ** (growth * min(X, MOST)) * unhandled * lethality / explosion_pace(C))

    corners = [corner for corner in (gap, gap + MOST) if corner > first]
    integral = quad(density, first, 5.0, points=corners, epsabs=1e-12)[0]
    fields = {
        "rate": rate, "growth": growth, "diffusion_gap": gap, "onset": onset, "severity_mean": mean,
        "severity_slope": slope, "severity_sd": sd, "lethality": lethality,
    }  # fmt: skip
    return Case(
        "C25 hazard along a path",
        {**MEDIAN_EXPLOSION, "hazards": [hazard(**fields)]},
        12_000,
        (Share("survives", outcome("stabilised"), exp(-integral)),),
    )


def gompertz() -> Case:
    """Gompertz's hazard of age beside Makeham's of accidents: capability, and the rate with it, grows steadily."""
    age, growth, accident, months, pace = 0.6 / YEAR, 0.8, 0.9 / YEAR, 10.0, 0.3
    b = growth * pace * log(10.0)

    def survival(t: Any) -> Any:
        return np.exp(-accident * t - age * np.expm1(b * t) / b)

    of_age = quad(lambda t: age * exp(b * t) * survival(t), 0.0, months, epsabs=1e-12)[0]
    dead = float(1.0 - survival(months))
    return Case(
        "Gompertz and Makeham",
        {
            "capability.initial_speedup": 24 * pace,
            "horizon": months,
            "hazards": [
                hazard("age", rate=0.6, growth=growth, diffusion_gap=0, severity_mean=1e6),
                hazard("accident", rate=0.9, severity_mean=1e6),
            ],
        },
        12_000,
        (
            Share("of age", cause("age"), of_age, trap=float(-expm1(-age * expm1(b * months) / b))),
            Share("of an accident", cause("accident"), dead - of_age, trap=-expm1(-accident * months)),
            Law("time of death", ended("exogenous_catastrophe"), lambda t: (1.0 - survival(t)) / dead),
        ),
    )


#: With exponent −k, capability is log10(1 + at)/k: slower and slower, and a hazard ∝ 10^(growth·C) a power of 1 + at.
SLOWING = 0.25
A = SLOWING * log(10.0)


def power_of_time(name: str, power: float, rate: float, months: float, trap: float | None = None) -> Case:
    """Hazard ``rate``·(1 + at)^power per month: Weibull's law from a later start, Lomax's for power −1."""

    def integrated(t: Any) -> NDArray[np.float64]:
        u = 1.0 + A * np.asarray(t, dtype=float)
        grown = np.log(u) if power == -1.0 else (u ** (power + 1.0) - 1.0) / (power + 1.0)
        return np.asarray(rate / A * grown)

    alive = float(np.exp(-integrated(months)))
    fields = {"rate": rate * YEAR, "growth": power * SLOWING, "diffusion_gap": 0}
    return Case(
        name,
        {"capability.exponent": -SLOWING, "horizon": months, "hazards": [hazard(**fields)]},
        12_000,
        (
            Share("survives", NOTHING, alive, trap=trap),
            Law("time of death", ended("exogenous_catastrophe"), lambda t: -np.expm1(-integrated(t)) / (1.0 - alive)),
        ),
    )


def capped_growth() -> Case:
    """A rate grows tenfold a py up to 3 py of diffused capability and no further: Gompertz, then exponential."""
    rate, growth, months = 0.004, 0.8, 5.0
    b = growth * log(10.0)
    at_the_cap = rate * expm1(b * MOST) / b

    def integrated(t: Any) -> Any:
        rising = rate * np.expm1(b * np.minimum(t, MOST)) / b
        return rising + rate * exp(b * MOST) * np.maximum(np.asarray(t) - MOST, 0.0)

    alive = float(np.exp(-integrated(months)))
    uncapped = exp(-rate * expm1(b * months) / b)
    return Case(
        "a rate that grows up to 3 py of diffused capability",
        {"horizon": months, "hazards": [hazard(rate=rate * YEAR, growth=growth, diffusion_gap=0)]},
        12_000,
        (
            Share("survives", NOTHING, alive, trap=uncapped),
            Share("until the cap", lasts(MOST), exp(-at_the_cap)),
            Law("time of death", ended("exogenous_catastrophe"), lambda t: -np.expm1(-integrated(t)) / (1.0 - alive)),
        ),
    )


def factor_on_rates() -> Case:
    """One factor stands on the rates of all hazards, and on nothing else: Poisson arrivals at 2.5 times the rates."""
    factor, years = 2.5, 10.0
    fatal, mild = 0.03, 0.2
    hazards = [hazard("a", rate=fatal), hazard("b", rate=mild, severity_mean=-1e6)]
    of_life = -expm1(-factor * fatal * years) / (factor * fatal)
    # The number of harmless ones met in a life T is Poisson given T: its variance is E[mT] + Var[mT].
    square = 2.0 / (factor * fatal) ** 2 * (1.0 - exp(-factor * fatal * years) * (1.0 + factor * fatal * years))
    often = factor * mild
    return Case(
        "one factor on all hazards",
        {**NEVER_HAND_OFF, "horizon": years * YEAR, "hazard_factor": factor, "hazards": hazards},
        12_000,
        (
            Share("survives", NOTHING, exp(-factor * fatal * years), trap=exp(-fatal * years)),
            Mean(
                "harmless ones met", column("hazards_handled"), often * of_life,
                sqrt(often * of_life + often**2 * (square - of_life**2)),
            ),
        ),
    )  # fmt: skip


def spread_methods() -> Case:
    """Others' AIs go wrong the less the more methods have spread: rate × e^{−Z}, with Z quadratic in time."""
    rate, spread, share, months = 6.0, 0.4, 0.5, 4.0

    def at(t: float) -> float:
        return rate / YEAR * exp(-share * spread * (0.5 * (1.0 - share) * t * t + 0.5 * t))  # head start 0.5 py

    integral = quad(at, 0.0, months, epsabs=1e-12)[0]
    return Case(
        "others' AIs, less reckless as methods spread",
        {
            "strategy.time_buying_share": share,
            "time_buying.proliferation": spread,
            "horizon": months,
            "hazards": [hazard(rate=rate, kind="external_misaligned_ai")],
        },
        12_000,
        (Share("none", NOTHING, exp(-integral), trap=exp(-rate / YEAR * months)),),
    )


def counts() -> Case:
    """How many of a superposition arrive: Poisson, so the third has Erlang's law (order statistics)."""
    mean = (2.0 + 3.0) / YEAR * 6.0
    often = {"severity_mean": -1e6}
    return Case(
        "the third of two superposed streams",
        {**NEVER_HAND_OFF, "horizon": 6, "hazards": [hazard("a", rate=2, **often), hazard("b", rate=3, **often)]},
        12_000,
        (
            Share("arrived", lambda table: table["hazards_handled"] >= 3, float(poisson.sf(2, mean))),
            Mean("arrivals", column("hazards_handled"), mean, sqrt(mean)),
        ),
    )


def setbacks() -> Case:
    """Aligned capability suffices after 6 months, the deadline is at 10, and each arrival costs 1.1 months.

    Too late if and only if four or more arrive within the 6 months.
    """
    mean = 4.0 * 6.0 / YEAR
    fewer = sum(exp(-mean) * mean**k / factorial(k) for k in range(4))
    return Case(
        "setbacks before a deadline",
        {
            "rival.mode": "deadline",
            "rival.lead": 10,
            "rival.handle_at": 6,
            "capability.stabilise_at": 6,
            "hazards": [hazard(rate=4, lethality=0, setback=1.1)],
        },
        12_000,
        (Share("too late", outcome("rival_catastrophe"), 1.0 - fewer), Share("in time", outcome("stabilised"), fewer)),
    )


CASES = (
    c01(),
    c03(),
    c05(),
    c17(),
    c17_lethality(),
    c25(),
    gompertz(),
    power_of_time("Weibull: hazard ∝ (1 + at)²", 2.0, 0.02, 5.0),
    power_of_time("Lomax: hazard ∝ 1/(1 + at)", -1.0, 0.4, 8.0, trap=exp(-0.4 * 8.0)),
    capped_growth(),
    factor_on_rates(),
    spread_methods(),
    counts(),
    setbacks(),
)
