"""Exact answers through whole scenarios: everything switched off but one mechanism, whose law is known in closed form.

Rows of the project's table of exact answers keep their numbers (C01 …). A probability is checked at a fixed seed: 5
standard errors from the exact value, the exact binomial tail where successes or failures are few, all together a sum
of squares. Each states δ, the discrepancy that it would miss once in a thousand. Arrival times are also checked one
by one against the numbers at their own addresses, which leaves no room for a time step.
"""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import exp, expm1, factorial, log, pi, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import binom, chi2

import deference_sim as ds
from deference_sim import streams

TOLERANCE = 5.0  # standard errors
MISS = 3.09  # standard errors: a discrepancy of 5 + 3.09 is missed once in a thousand
FALSE_ALARM = 5.7e-7  # two-sided tail of the normal law beyond 5 standard errors
YEAR = 12.0

NEVER_HAND_OFF = {"handoff.at": 12_000}
MEDIAN_EXPLOSION = {  # initial speed-up, returns, parallel returns and ceiling of the baseline, to 5 py
    "capability.law": "software_explosion",
    "capability.initial_speedup": 20,
    "capability.stabilise_at": 5,
}
#: AIs that stand still: all effort to goodness, which yields nothing.
STANDING_STILL = {"strategy.policy": "fixed", "strategy.goodness_share": 1, "basin.exists": False}


def hazard(name: str = "a", **fields: Any) -> dict[str, Any]:
    """Return a hazard that nothing can handle and that is always fatal, unless ``fields`` say otherwise."""
    fatal = {"kind": "background", "rate": 0.05, "severity_mean": 1e6, "severity_sd": 0, "lethality": 1}
    return {"name": name} | fatal | fields


def explosion_pace(C: float, f: float = 20.0, r0: float = 1.2, p: float = 0.3, K: float = 11.0) -> float:
    """Return the pace of equation (1) at C in py per month, written as in the model's text."""
    return f * 0.5 / 12.0 * 2.0 ** (8.0 * p * C) * (1.0 - C / K) ** (8.0 * p * K * log(2.0) / r0)


def explosion_months(C: float) -> float:
    """Return the months to capability C of equation (1) at full effort."""
    return float(quad(lambda c: 1.0 / explosion_pace(c), 0.0, C, epsabs=1e-13, epsrel=1e-13, limit=200)[0])


def softplus(x: float) -> float:
    """Return log(1 + e^x), the integral of the logistic function."""
    return float(np.logaddexp(0.0, x))


# ---- the cases ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """A probability that is known exactly, and perhaps the wrong answer of a well-known mistake."""

    what: str
    happened: Callable[[pd.DataFrame], Any]
    exact: float
    trap: float | None = None


@dataclass(frozen=True)
class Mean:
    """An expectation that is known exactly, with the standard deviation of one replicate."""

    what: str
    value: Callable[[pd.DataFrame], Any]
    exact: float
    sd: float


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario, how often to run it, what is known of it, and δ, the largest discrepancy of a share it may miss."""

    name: str
    changes: dict[str, Any]
    n: int
    delta: float
    answers: tuple[Share | Mean, ...]

    @property
    def seed(self) -> int:
        """A seed of its own, so that the cases are independent."""
        return zlib.crc32(self.name.encode())


def outcome(*names: str) -> Callable[[pd.DataFrame], Any]:
    """Return the function that says which runs ended with one of these outcomes."""
    return lambda table: table["outcome"].isin(names)


def cause(name: str) -> Callable[[pd.DataFrame], Any]:
    """Return the function that says which runs the hazard ``name`` ended."""
    return lambda table: table["cause"] == name


def lasts(months: float) -> Callable[[pd.DataFrame], Any]:
    """Return the function that says which runs nothing ended before ``months``."""
    return lambda table: table["months"] >= months


NOTHING = outcome("unresolved")


def c01() -> Case:
    rate, years = 0.05, 20.0
    mean = -expm1(-rate * years) / rate
    square = 2.0 / rate**2 * (1.0 - exp(-rate * years) * (1.0 + rate * years))
    return Case(
        "C01 Poisson",
        {**NEVER_HAND_OFF, "hazards": [hazard(rate=rate)]},
        16_000,
        0.033,
        (
            Share("no event in 20 years", NOTHING, 0.367879441171),
            Mean("E[min(T, 20)]", lambda table: table["months"] / YEAR, 12.6424111766, sqrt(square - mean**2)),
        ),
    )


def c03() -> Case:
    pieces = [
        hazard("early", rate=0.02, until=60),
        hazard("middle", rate=0.10, onset=60, until=96),
        hazard("late", rate=0.01, onset=96),
    ]
    return Case(
        "C03 piecewise hazard",
        {**NEVER_HAND_OFF, "hazards": pieces},
        16_000,
        0.033,
        (
            Share("S(20)", NOTHING, 0.59452054797),
            Share("S(6)", lasts(72), 0.818730753078),
            Share("early", cause("early"), -expm1(-0.1)),
            Share("middle", cause("middle"), exp(-0.1) * -expm1(-0.3)),
            Share("late", cause("late"), exp(-0.4) * -expm1(-0.12)),
        ),
    )


def c05() -> Case:
    return Case(
        "C05 competing risks",
        {
            **NEVER_HAND_OFF,
            "horizon": 120,
            "hazards": [hazard("a", rate=0.03), hazard("b", rate=0.05), hazard("c", rate=0.02)],
        },
        16_000,
        0.033,
        (
            Share("none", NOTHING, 0.367879441171),
            Share("CIF of a", cause("a"), 0.189636167649, trap=-expm1(-0.3)),
            Share("CIF of b", cause("b"), 0.316060279414, trap=0.393469340287),
            Share("CIF of c", cause("c"), 0.126424111766, trap=-expm1(-0.2)),
        ),
    )


def c17() -> Case:
    # The table's Pareto marks above 10 have probability 10^-1.5; here normal marks above Q = 0 have that probability.
    tail = 10.0**-1.5
    rate = 0.4 * tail
    marks = {"rate": 0.4, "severity_mean": float(ndtri(tail)) * 2.0, "severity_sd": 2.0}
    return Case(
        "C17 thinned marks",
        {**NEVER_HAND_OFF, "horizon": 300, "hazards": [hazard(**marks)]},
        16_000,
        0.029,
        (
            Share("at least one severe", outcome("exogenous_catastrophe"), 0.27110658589),
            Share("in the first half", lambda table: table["months"] < 150, -expm1(-rate * 12.5)),
        ),
    )


def c17_lethality() -> Case:
    # Severe with probability 1/2 (normal mean 0 against Q = 0) and then fatal with probability 0.3, independently.
    marks = {"rate": 0.4, "severity_mean": 0, "severity_sd": 1, "lethality": 0.3}
    return Case(
        "C17 marks, twice thinned",
        {**NEVER_HAND_OFF, "horizon": 120, "hazards": [hazard(**marks)]},
        12_000,
        0.038,
        (Share("no fatal one", NOTHING, exp(-0.4 * 10 * 0.5 * 0.3)),),
    )


def c25() -> Case:
    # A hazard that grows with diffused capability against AIs that grow too, along a known path of capability.
    rate, growth, gap, onset, mean, slope, sd, lethality = 0.9, 0.3, 1.0, 2.0, 3.0, 0.5, 1.0, 0.6
    first = brentq(lambda C: explosion_months(C) - onset, 0.0, 5.0, xtol=1e-13)

    def density(C: float) -> float:
        X = max(C - gap, 0.0)
        unhandled = float(ndtr((mean + slope * X - C) / sd))
        return rate / YEAR * 10.0 ** (growth * X) * unhandled * lethality / explosion_pace(C)

    integral = quad(density, first, 5.0, points=[gap] if first < gap else None, epsabs=1e-12)[0]
    fields = {
        "rate": rate, "growth": growth, "diffusion_gap": gap, "onset": onset, "severity_mean": mean,
        "severity_slope": slope, "severity_sd": sd, "lethality": lethality,
    }  # fmt: skip
    return Case(
        "C25 hazard along a path",
        {**MEDIAN_EXPLOSION, "hazards": [hazard(**fields)]},
        12_000,
        0.038,
        (Share("survives", outcome("stabilised"), exp(-integral)),),
    )


def c26() -> Case:
    # The table's gamma prior is replaced by a uniform one; the pooled shape is the same: a mixture of exponentials.
    return Case(
        "C26 uncertain rate",
        {**NEVER_HAND_OFF, "hazards": [hazard(rate={"uniform": {"min": 0, "max": 0.1}})]},
        25_000,
        0.026,
        (
            Share("none in 20 years", NOTHING, -expm1(-2.0) / 2.0, trap=exp(-1.0)),
            Share("none in 10 years", lasts(120), -expm1(-1.0) / 1.0, trap=exp(-0.5)),
        ),
    )


def c26_correlated() -> Case:
    # Two uniform rates tied by a Gaussian copula with rank correlation 0.9: twice the correlation of the normals' sine.
    rho = 2.0 * np.sin(pi / 6.0 * 0.9)
    z, weight = np.polynomial.hermite_e.hermegauss(80)
    weight = weight / sqrt(2.0 * pi)
    first, second = np.meshgrid(z, z)
    rates = 0.1 * (ndtr(first) + ndtr(rho * first + sqrt(1.0 - rho**2) * second))
    uniform = {"uniform": {"min": 0, "max": 0.1}}
    return Case(
        "C26 correlated uncertain rates",
        {
            **NEVER_HAND_OFF,
            "hazards": [hazard("a", rate=uniform), hazard("b", rate=uniform)],
            "correlations": [{"between": ["hazards.a.rate", "hazards.b.rate"], "spearman": 0.9}],
        },
        12_000,
        0.038,
        (
            Share(
                "none in 20 years",
                NOTHING,
                float(np.sum(np.outer(weight, weight) * np.exp(-20.0 * rates))),
                trap=(-expm1(-2.0) / 2.0) ** 2,
            ),
        ),
    )


def c11() -> Case:
    # Generations as a random walk against a rising barrier: in the basin throughout means that the k-th successor
    # still suffices when capability has grown to k + 1 steps. The exact answer is for this grid, not for its limit.
    start, step, sd, generations = 1.2, 0.5, 0.5, 5
    grid = np.linspace(-6.0, 8.0, 5601)
    width = grid[1] - grid[0]
    kernel = np.exp(-0.5 * ((grid[:, None] - grid[None, :]) / (sd * sqrt(step))) ** 2) / (sd * sqrt(step * 2 * pi))
    density = np.zeros_like(grid)
    density[np.argmin(abs(grid - start))] = 1.0 / width
    for k in range(1, generations + 1):
        density = kernel @ density * width
        barrier = step * (k + 1 if k < generations else k + 0.5)  # the horizon cuts the last stretch in half
        weights = np.where(grid > barrier + width / 4, 1.0, np.where(abs(grid - barrier) <= width / 4, 0.5, 0.0))
        density = density * weights
    return Case(
        "C11 generations against a rising need",
        {
            "goodness.broad_alignment": start,
            "generations.step": step,
            "generations.alignment_sd": sd,
            "horizon": step * (generations + 0.5),
        },
        12_000,
        0.038,
        (Share("in the basin throughout", lambda table: table["in_basin_throughout"], float(density.sum() * width)),),
    )


def shock_before_outcome() -> Case:
    # At 0.5 py a successor comes and, at the same instant, capability suffices: its shock counts first.
    start, sd = 0.6, 0.2
    return Case(
        "generation shock before outcome",
        {
            "goodness.broad_alignment": start,
            "generations.step": 0.5,
            "generations.alignment_sd": sd,
            "capability.stabilise_at": 0.5,
            "horizon": 0.9,
        },
        12_000,
        0.038,
        (Share("stabilised", outcome("stabilised"), float(ndtr((start - 0.5) / (sd * sqrt(0.5)))), trap=1.0),),
    )


def misaligned_at_handoff(months: float, published: float) -> Case:
    gain = {1.0: 0.075, 12.0: 0.384, 120.0: 0.525}[months]
    exact = float(ndtr(-gain / 0.3))
    assert abs(exact - published) < 0.002  # the published chances
    return Case(
        f"misaligned after {months:g} months of pre-work",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0,
            "goodness.spread": 0.3,
            "handoff.at": months,
            "handoff.prework": [[0.1, -0.21], [1, 0.075], [12, 0.384], [120, 0.525]],
            "horizon": months + 1,
        },
        12_000,
        0.038,
        (Share("misaligned", lambda table: table["first_exit_month"] == months, exact),),
    )


def overtaking_before_handoff(bought: float) -> Case:
    # A share of the rival's time is bought; from s = lead on it moves at 1 py a month of its clock. Q = 0.
    lead, width, edge, rate, horizon = 1.5, 0.75, -0.5, 0.8, 5.0
    R = horizon * (1.0 - bought) - lead
    integral = rate * width * (softplus((R + edge) / width) - softplus(edge / width))
    return Case(
        f"overtaking before handoff, {bought:g} of its time bought",
        {
            **NEVER_HAND_OFF,
            "horizon": horizon,
            "time_buying.before_handoff": bought,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.overtake_rate": rate,
            "rival.overtake_width": width,
            "rival.edge": edge,
            "rival.catastrophe": 0.7,
        },
        12_000,
        0.038,
        (
            Share("not overtaken", NOTHING, exp(-integral)),
            Share("catastrophe", outcome("rival_catastrophe"), -0.7 * expm1(-integral), trap=-expm1(-integral)),
            Share("safely", outcome("overtaken_safely"), -0.3 * expm1(-integral)),
        ),
    )


def overtaking_in_a_race() -> Case:
    # We move at 1/2 py a month; the rival, from month 1 on, at 2 py a month halved by its own tax of 1.
    lead, width, rate, danger, horizon, ours, theirs = 1.0, 0.4, 0.5, 0.5, 7.0, 0.5, 1.0

    def ahead(t: float) -> float:
        return (theirs * (t - lead) - ours * t) / width

    from_month = lead + danger / theirs
    integral = rate * theirs * width / (theirs - ours) * (softplus(ahead(horizon)) - softplus(ahead(from_month)))
    return Case(
        "overtaking in a race",
        {
            "capability.initial_speedup": 12,
            "horizon": horizon,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.initial_speedup": 48,
            "rival.tax": 1,
            "rival.danger_at": danger,
            "rival.overtake_rate": rate,
            "rival.overtake_width": width,
        },
        12_000,
        0.038,
        (Share("not overtaken", NOTHING, exp(-integral)),),
    )


def ai_hazard(name: str, alignment: float, profile: float, **changes: Any) -> Case:
    """Return a case of AIs at capability 0 and constant margin: hazard h(M) per py of their work, 1 py a month."""
    hazard_inside, inside_scale, hazard_outside, outside_scale = 0.6, 0.15, 0.05, 0.3
    margin = min(alignment, profile)
    if margin >= 0.0:
        h = hazard_inside * exp(-margin / inside_scale)
    else:
        h = hazard_outside * exp(min(-margin / outside_scale, 7.0))
    return Case(
        f"catastrophe caused by AIs, {name}",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": alignment,
            "goodness.capability_profile": profile,
            "basin.hazard_inside": hazard_inside,
            "basin.inside_scale": inside_scale,
            "basin.hazard_outside": hazard_outside,
            "basin.outside_scale": outside_scale,
            "horizon": 0.8 / h,
            **changes,
        },
        12_000,
        0.038,
        (
            Share("none", NOTHING, exp(-0.8)),
            Share(
                "takeover if alignment binds, mistake if the profile does",
                outcome("ai_takeover" if alignment <= profile else "catastrophic_mistake"),
                -expm1(-0.8),
            ),
        ),
    )


def ai_hazard_under_way() -> Case:
    # Goodness keeps in step at a tax of 1, all at the same margin, and dC/dt = P/2. The AIs' clock is P̄.
    margin, h = 0.3, 0.6
    pace_at_zero = explosion_pace(0.0)
    work = quad(lambda C: 2.0 * max(explosion_pace(C), pace_at_zero) / explosion_pace(C), 0.0, 5.0, epsabs=1e-10)[0]
    return Case(
        "catastrophe caused by AIs, margin held at tax 1",
        {
            **MEDIAN_EXPLOSION,
            "goodness.broad_alignment": margin,
            "goodness.capability_profile": margin,
            "tax.broad_alignment": 0.25,
            "tax.capability_profile": 0.75,
            "basin.width": 0.01,
            "basin.hazard_inside": h,
            "basin.inside_scale": 0.15,
            "strategy.policy": "margin_target",
            "strategy.target": margin,
        },
        12_000,
        0.038,
        (Share("stabilised", outcome("stabilised"), exp(-h * exp(-2.0) * work), trap=exp(-h * exp(-2.0) * 10.0)),),
    )


def setbacks() -> Case:
    # Aligned capability suffices after 6 months, the deadline is at 10, and each arrival costs 1.1 months: too late
    # if and only if four or more arrive within the 6 months.
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
        0.038,
        (Share("too late", outcome("rival_catastrophe"), 1.0 - fewer), Share("in time", outcome("stabilised"), fewer)),
    )


CASES = (
    c01(),
    c03(),
    c05(),
    c17(),
    c17_lethality(),
    c25(),
    c26(),
    c26_correlated(),
    c11(),
    shock_before_outcome(),
    misaligned_at_handoff(1.0, 0.40),
    misaligned_at_handoff(12.0, 0.10),
    misaligned_at_handoff(120.0, 0.04),
    overtaking_before_handoff(0.0),
    overtaking_before_handoff(0.25),
    overtaking_in_a_race(),
    ai_hazard("alignment binds", 0.2, 1.0),
    ai_hazard("profile binds", 1.0, 0.2),
    ai_hazard("outside", -0.45, 1.0),
    ai_hazard("far outside", 1.0, -6.0),
    ai_hazard_under_way(),
    setbacks(),
)


# ---- the recipe --------------------------------------------------------------------------------------------


def detectable(p: float, n: int) -> float:
    """Return δ, the discrepancy of a share that is missed once in a thousand."""
    return (TOLERANCE + MISS) * sqrt(p * (1.0 - p) / n)


def z_of(found: float, exact: float, sd: float, n: int) -> float:
    """Return by how many standard errors a mean of ``n`` replicates is off."""
    return (found - exact) / (sd / sqrt(n))


def share_is_right(successes: int, n: int, p: float) -> bool:
    """Return whether a count agrees with its probability to 5 standard errors, or in the exact tail if it is small."""
    if n * p * (1.0 - p) < 25.0:
        tail = min(binom.cdf(successes, n, p), binom.sf(successes - 1, n, p))
        return bool(2.0 * tail >= FALSE_ALARM)
    return abs(z_of(successes / n, p, sqrt(p * (1.0 - p)), n)) <= TOLERANCE


@cache
def records_of(case: Case, maker: Callable[..., Any]) -> pd.DataFrame:
    """Return the records of a case, run once in each process."""
    return ds.simulate(maker(**case.changes), case.n, case.seed).records


def named(cases: Iterable[Case]) -> list[Any]:
    """Return the cases as pytest's parameters."""
    return [pytest.param(case, id=case.name.replace(" ", "-")) for case in cases]


@pytest.mark.parametrize("case", named(CASES))
def test_known_law(quiet: Callable[..., Any], case: Case) -> None:
    """Would catch a wrong rate, unit, thinning, competing risk, order within an instant, or draw used twice."""
    table = records_of(case, quiet)
    for answer in case.answers:
        if isinstance(answer, Mean):
            z = z_of(float(answer.value(table).mean()), answer.exact, answer.sd, case.n)
            assert abs(z) <= TOLERANCE, f"{answer.what}: z = {z:.2f}"
            continue
        successes = int(np.sum(answer.happened(table)))
        delta = detectable(answer.exact, case.n)
        assert delta <= case.delta, f"{answer.what}: sees {delta:.4f} only"
        found = f"{answer.what}: {successes}/{case.n}, exact {answer.exact:.6f}, δ = {delta:.4f}"
        assert share_is_right(successes, case.n, answer.exact), found
        if answer.trap is not None:
            assert abs(answer.trap - answer.exact) >= delta, f"{answer.what}: too few replicates for its trap"
            assert not share_is_right(successes, case.n, answer.trap), f"{found}: does not tell {answer.trap} apart"


def test_all_together(quiet: Callable[..., Any]) -> None:
    """Would catch many small biases that pass one by one, and errors that are too small to be random."""
    total = 0.0
    for case in CASES:
        first = case.answers[0]
        assert isinstance(first, Share)
        found = float(np.mean(first.happened(records_of(case, quiet))))
        total += z_of(found, first.exact, sqrt(first.exact * (1.0 - first.exact)), case.n) ** 2
    assert chi2.sf(total, len(CASES)) > 1e-5, f"the sum of {len(CASES)} squares is {total:.1f}"
    assert chi2.cdf(total, len(CASES)) > 1e-5, f"the sum of {len(CASES)} squares is {total:.1f}"


@pytest.mark.parametrize("case", named(CASES))
def test_events_engine_gives_the_same_records(quiet: Callable[..., Any], case: Case) -> None:
    """Would catch an engine of which only the other one hits the exact answers."""
    some = 8
    events = ds.simulate(quiet(**case.changes), some, case.seed, engine="events").records
    compiled = ds.simulate(quiet(**case.changes), some, case.seed, engine="compiled").records
    pd.testing.assert_frame_equal(events, compiled, check_exact=True)


# ---- arrivals, one by one ----------------------------------------------------------------------------------

REPLICATES, SEED = 200, 20_250_701


def first_thresholds(stream: str | int) -> np.ndarray:
    """Return the integrated rates at which a process first fires: the exponentials at its addresses."""
    number = streams.named_stream(stream) if isinstance(stream, str) else stream
    key = streams.key_of_seed(SEED)
    return np.array([streams.exponential(key, replicate, number, 0) for replicate in range(REPLICATES)])


def test_constant_hazard_arrives_exactly_when_due(quiet: Callable[..., Any]) -> None:
    """Would catch a hazard tossed per step, a wrong address, a rate in the wrong unit."""
    table = ds.simulate(quiet(**NEVER_HAND_OFF, hazards=[hazard(rate=0.05)]), REPLICATES, SEED).records
    due = first_thresholds("hazard:a") / 0.05 * YEAR
    assert (table["months"] == 240).tolist() == (due > 240).tolist()
    np.testing.assert_allclose(table["months"], np.minimum(due, 240), rtol=0, atol=1e-9)


@pytest.mark.parametrize("reviews", [None, 0.1])
@pytest.mark.parametrize(("growth", "gap"), [(0.4, 1.0), (0.4, 0.0), (2.0, 1.0)])
def test_growing_hazard_arrives_exactly_when_due(
    quiet: Callable[..., Any], growth: float, gap: float, reviews: float | None
) -> None:
    """Would catch a hazard frozen over a step, and integrals that depend on how time is stepped (δ = 2e-6)."""
    rate = 0.3 * 10.0 ** (-2.0 * growth)

    def integral(C: float) -> float:
        def density(c: float) -> float:
            return rate / YEAR * 10.0 ** (growth * max(c - gap, 0.0)) / explosion_pace(c)

        parts = [0.0, gap, C] if 0.0 < gap < C else [0.0, C]
        return sum(quad(density, low, high, epsabs=1e-12)[0] for low, high in pairwise(parts))

    changes = {**MEDIAN_EXPLOSION, "evaluation.review_work": reviews}
    grows = hazard(rate=rate, growth=growth, diffusion_gap=gap)
    table = ds.simulate(quiet(**changes, hazards=[grows]), REPLICATES, SEED).records
    due, fatal = first_thresholds("hazard:a"), table["outcome"] == "exogenous_catastrophe"
    assert fatal.tolist() == (due < integral(5.0)).tolist()
    assert fatal.sum() > 40
    np.testing.assert_allclose([integral(C) for C in table["C"][fatal]], due[fatal], rtol=0, atol=2e-6)
    times = [explosion_months(C) for C in table["C"][fatal]]
    np.testing.assert_allclose(table["months"][fatal], times, rtol=1e-6)


def hazard_of_a_race(C: float, A: float, h_in: float, s_in: float, h_out: float, s_out: float) -> float:
    """Return the integrated hazard from the AIs in a race up to capability C at goodness A: P·h(A − C) dt = h dC."""
    inside = h_in * s_in * (exp(-max(A - C, 0.0) / s_in) - exp(-A / s_in))
    beyond = max(C - A, 0.0)
    return inside + h_out * (s_out * expm1(min(beyond / s_out, 7.0)) + exp(7.0) * max(beyond - 7.0 * s_out, 0.0))


@pytest.mark.parametrize(
    "inside_scale",
    [
        0.15,
        0.02,
    ],
)
def test_ai_catastrophe_comes_exactly_when_due(quiet: Callable[..., Any], inside_scale: float) -> None:
    """Would catch a hazard from the AIs that is off at the edge, or frozen over a step (δ = 1e-5)."""
    A, h_in, h_out, s_out = 0.6, 0.3 / inside_scale, 0.5, 0.3
    changes = {
        "goodness.broad_alignment": A,
        "basin.hazard_inside": h_in,
        "basin.inside_scale": inside_scale,
        "basin.hazard_outside": h_out,
        "basin.outside_scale": s_out,
    }
    table = ds.simulate(quiet(**MEDIAN_EXPLOSION, **changes), REPLICATES, SEED).records
    assert (table["outcome"] == "ai_takeover").all()
    assert 20 < (table["C"] < A).sum() < 180  # some inside, some outside
    found = [hazard_of_a_race(C, A, h_in, inside_scale, h_out, s_out) for C in table["C"]]
    np.testing.assert_allclose(found, first_thresholds(streams.AI_CATASTROPHE), rtol=0, atol=1e-5)


def test_overtaking_comes_exactly_when_due(quiet: Callable[..., Any]) -> None:
    """Would catch an overtaking hazard on our clock instead of the rival's, or before the rival takes off."""
    lead, width, edge = 2.0, 0.75, -1.0
    changes = {
        "rival.mode": "takeoff",
        "rival.lead": lead,
        "rival.overtake_rate": 1,
        "rival.overtake_width": width,
        "rival.edge": edge,
    }
    table = ds.simulate(quiet(**NEVER_HAND_OFF, **changes), REPLICATES, SEED).records
    R = table["months"] - lead
    found = width * (np.logaddexp(0.0, (R + edge) / width) - np.logaddexp(0.0, edge / width))
    np.testing.assert_allclose(found, first_thresholds(streams.OVERTAKING), rtol=0, atol=1e-6)
    np.testing.assert_allclose(table["R"], R, rtol=0, atol=1e-9)


# ---- C31: marks of two hazards -----------------------------------------------------------------------------


def test_marks_of_two_hazards_are_independent(quiet: Callable[..., Any]) -> None:
    """Would catch one stream used for two hazards, for marks and waiting times, or twice in a row (C31, δ = 0.17)."""
    often = {"rate": 120, "severity_mean": 0, "severity_sd": 1, "lethality": 0}
    scenario = quiet(**NEVER_HAND_OFF, hazards=[hazard("a", **often), hazard("b", **often)])
    log_ = ds.simulate(scenario, 1, seed=31).trace(0).log
    marks, waits = [], []
    for name in ("a", "b"):
        rows = log_[log_["about"] == name]
        marks.append(rows["value"].to_numpy())
        waits.append(np.diff(rows["month"].to_numpy(), prepend=0.0))
    n = min(map(len, marks))
    assert n > 2_200
    (a, b), (wait_a, wait_b) = (column[:n] for column in marks), (column[:n] for column in waits)
    pairs = [(a, b), (wait_a, wait_b), (a, wait_a), (a, wait_b), (a[1:], a[:-1]), (wait_a[1:], wait_a[:-1])]
    for first, second in pairs:
        assert abs(np.corrcoef(first, second)[0, 1]) <= TOLERANCE / sqrt(n)
    assert abs(z_of(float(a.mean()), 0.0, 1.0, n)) <= TOLERANCE
    assert abs(z_of(float(wait_a.mean()), 0.1, 0.1, n)) <= TOLERANCE


def test_counts_of_two_hazards_are_poisson(quiet: Callable[..., Any]) -> None:
    """Would catch shared streams across replicates: counts handled and suffered are independent and Poisson (C31)."""
    often = {"rate": 10, "severity_mean": 0, "severity_sd": 1, "lethality": 0}
    n, mean = 5_000, 10.0  # of each kind: two hazards, ten a year each, half of them handled
    scenario = quiet(**NEVER_HAND_OFF, horizon=12, hazards=[hazard("a", **often), hazard("b", **often)])
    table = ds.simulate(scenario, n, seed=32).records
    handled, suffered = table["hazards_handled"].to_numpy(), table["hazards_suffered"].to_numpy()
    for count in (handled, suffered):
        assert abs(z_of(float(count.mean()), mean, sqrt(mean), n)) <= TOLERANCE
        dispersion = float(np.mean((count - mean) ** 2)) / mean
        assert abs(z_of(dispersion, 1.0, sqrt(2.0 + 1.0 / mean), n)) <= TOLERANCE
    assert abs(np.corrcoef(handled, suffered)[0, 1]) <= TOLERANCE / sqrt(n)


@pytest.mark.parametrize(("severity", "handled"), [(0.0, True), (1e-12, False), (-1e-12, True)])
def test_handled_if_aligned_capability_just_reaches_it(
    quiet: Callable[..., Any], severity: float, handled: bool
) -> None:
    """Would catch > for ≥, and a severity or an aligned capability that is off by anything at all: Q is exactly 0."""
    exactly = {"rate": 6, "severity_mean": severity, "severity_sd": 0, "lethality": 0}
    table = ds.simulate(quiet(**NEVER_HAND_OFF, horizon=24, hazards=[hazard(**exactly)]), 20, seed=33).records
    counts = table[["hazards_suffered", "hazards_handled"]].sum()
    assert counts.iloc[int(handled)] > 100
    assert counts.iloc[1 - int(handled)] == 0


# ---- C08 and other deterministic paths ---------------------------------------------------------------------

DEFAULT_REVIEWS = {"evaluation.review_interval": 7 / 30.4375, "evaluation.review_work": 0.1, "generations.step": 0.5}


def months_to_the_end(scenario: Any, how: str) -> float:
    """Return the month at which the only trajectory ends, which must be with outcome ``how``."""
    row = ds.simulate(scenario, 1).records.iloc[0]
    assert row["outcome"] == how
    return float(row["months"])


@pytest.mark.parametrize(
    ("exponent", "exact"), [(0.25, 2.85651830718), (-0.1, 8.64473862874), (0, 6.0), (1e-9, 5.99999997928)]
)
def test_growth_times(quiet: Callable[..., Any], exponent: float, exact: float) -> None:
    """Would catch Euler steps, linear interpolation of crossings, cancellation as the exponent goes to 0 (C08)."""
    changes = {"capability.exponent": exponent, "capability.initial_speedup": 12, "capability.stabilise_at": 3}
    assert months_to_the_end(quiet(**changes), "stabilised") == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize(
    "changes",
    [
        {"capability.exponent": 0.25, "capability.initial_speedup": 12, "capability.stabilise_at": 3},
        {"capability.law": "constant_returns", "capability.initial_speedup": 32, "capability.returns": 3.6,
         "capability.parallel_returns": 0.6, "capability.stabilise_at": 5},
    ],
)  # fmt: skip
def test_growth_times_with_reviews_and_generations(quiet: Callable[..., Any], changes: dict[str, Any]) -> None:
    """Would catch a path that depends on who looks at it on the way: months to 1e-6, relative."""
    k = changes.get("capability.exponent") or 8 * 0.6 * (1 - 1 / 3.6) * log(2) / log(10)
    start = changes["capability.initial_speedup"] / 24.0
    exact = -expm1(-k * log(10.0) * changes["capability.stabilise_at"]) / (start * k * log(10.0))
    assert months_to_the_end(quiet(**changes, **DEFAULT_REVIEWS), "stabilised") == pytest.approx(exact, rel=1e-6)


def test_central_growth_with_reviews_and_generations(quiet: Callable[..., Any]) -> None:
    """Would catch equation (1) written wrongly, or a wrong path in the default world: months to 1e-6, relative."""
    found = months_to_the_end(quiet(**MEDIAN_EXPLOSION, **DEFAULT_REVIEWS), "stabilised")
    assert found == pytest.approx(explosion_months(5.0), rel=1e-6)


@pytest.mark.parametrize(
    ("changes", "exact"),
    [
        ({"capability.exponent": 0.25, "capability.initial_speedup": 12}, 3.47435585523),
        ({"capability.law": "constant_returns", "capability.returns": 2.4, "capability.initial_speedup": 8}, 3.0914912),
    ],
)
def test_blow_up_ends_as_an_event(quiet: Callable[..., Any], changes: dict[str, Any], exact: float) -> None:
    """Would catch infinities and endless steps where pace diverges: the run ends at 1,000 py as fizzled (C08)."""
    scenario = quiet(**changes, **{"capability.fizzle_pace": 1})
    assert months_to_the_end(scenario, "fizzled") == pytest.approx(exact, rel=1e-6)


def test_milestones_reproduce_the_published_gap(quiet: Callable[..., Any]) -> None:
    """Would catch milestones interpolated linearly: 19 human-only years at 25 to 250 times are 0.297057 years."""
    scenario = quiet(**{"capability.law": "milestones", "capability.stabilise_at": 9.5})
    exact = 19.0 * (1 / 25 - 1 / 250) / log(250 / 25)
    assert exact == pytest.approx(0.297057, abs=5e-7)
    assert months_to_the_end(scenario, "stabilised") / YEAR == pytest.approx(exact, rel=1e-6)


def test_fizzles_where_pace_is_down_to_the_recent(quiet: Callable[..., Any]) -> None:
    """Would catch a fizzle tested on the pace that effort leaves, before the peak, or per month instead of per year."""
    changes = {"capability.law": "software_explosion", "capability.initial_speedup": 20, "capability.fizzle_pace": 1}
    row = ds.simulate(quiet(**changes), 1).records.iloc[0]
    exact = brentq(lambda C: explosion_pace(C) - 1 / YEAR, 11 * (1 - 1 / 1.2), 11.0 - 1e-9, xtol=1e-14)
    assert row["outcome"] == "fizzled"
    assert row["C"] == pytest.approx(exact, abs=1e-9)
    assert row["months"] == pytest.approx(explosion_months(exact), rel=1e-6)


def test_defence_bought_time_and_lead(quiet: Callable[..., Any]) -> None:
    """Would catch wrong signs or units in equations (9), (10) and (12), all with closed forms at constant pace."""
    share, decay, cap, b = 0.3, 2.0, 5.0, 0.5
    changes = {
        "strategy.defence_share": share,
        "strategy.time_buying_share": 0.05,
        "defence.decay": decay,
        "time_buying.max_rate": b,
        "time_buying.capability_half": 1e-12,
        "time_buying.max_bought": cap,
        "rival.mode": "takeoff",
        "rival.lead": 3,
        "rival.initial_speedup": 12,
        "rival.overtake_rate": 0,
    }
    for horizon in (2.0, 12.0):
        row = ds.simulate(quiet(**changes, horizon=horizon), 1).records.iloc[0]
        D = share * YEAR / decay * -expm1(-decay / YEAR * horizon)
        bought = cap * -expm1(-b * horizon / cap)
        s = horizon - bought
        C = (1.0 - share - 0.05) * horizon
        assert row["C"] == pytest.approx(C, rel=1e-9)
        assert row["D"] == pytest.approx(D, rel=1e-6)
        assert row["bought"] == pytest.approx(bought, rel=1e-6)
        assert row["R"] == pytest.approx((s - 3) / 12 if s < 3 else 0.5 * (s - 3), rel=1e-6)
        assert row["lead"] == pytest.approx(3.0 + (C + D) / 0.5 - s, rel=1e-6)
        assert row["delay_defence"] == pytest.approx(share * horizon, rel=1e-12)
        assert row["delay_buying"] == pytest.approx(0.05 * horizon, rel=1e-12)


def test_aggregate_tax(quiet: Callable[..., Any]) -> None:
    """Would catch a tax that falls with goodness instead of capability, or ignores epistemic efficiency."""
    tau, decline, efficiency = 0.8, 0.3, 0.4
    changes = {
        "tax.broad_alignment": 0.6,
        "tax.capability_profile": 0.2,
        "tax.decline": decline,
        "goodness.epistemic_efficiency": efficiency,
        "capability.stabilise_at": 5,
    }
    row = ds.simulate(quiet(**changes), 1).records.iloc[0]
    exact = tau / efficiency * -expm1(-decline * log(10) * 5) / (decline * log(10))
    assert row["aggregate_tax_months"] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("changes", [{}, {"generations.accept": 0.6, "goodness.broad_alignment": 0.9}])
@pytest.mark.parametrize("name", ["baseline", "rushed-handoff", "single-deadline"])
def test_delay_is_what_the_clock_says(name: str, changes: dict[str, Any]) -> None:
    """Would catch delay lost or counted twice: its kinds add up to t − t_handoff − untaxed time to the same C."""
    table = ds.simulate(ds.load(name).with_(**changes), 150, seed=8).records
    table = table[table["handoff_month"].notna()]
    assert len(table) > 100
    if changes:
        assert table["retrainings"].sum() > 50
    booked = table["delay_goodness"] + table["delay_buying"] + table["delay_defence"]
    untaxed = [explosion_months(C) for C in table["C"]]
    np.testing.assert_allclose(table["months"] - table["handoff_month"] - untaxed, booked, rtol=0, atol=2e-6)


# ---- the deterministic race against a deadline -------------------------------------------------------------


def on_target(tau_A: float, tau_W: float, **changes: Any) -> dict[str, Any]:
    """Return the changes for AIs that hold their margin with nothing in the way: no width, noise or drift."""
    return {
        "goodness.broad_alignment": 0.2,
        "goodness.capability_profile": 0.2,
        "basin.width": 1e-3,
        "tax.broad_alignment": tau_A,
        "tax.capability_profile": tau_W,
        "strategy.policy": "margin_target",
        "strategy.target": 0.2,
        "capability.stabilise_at": 5,
        "rival.mode": "deadline",
        "rival.handle_at": 5,
        **changes,
    }


@pytest.mark.parametrize(
    ("tau_A", "tau_W", "efficiency"), [(0.01, 0.02, 1), (0.15, 0.15, 1), (0.5, 1.5, 1), (0.5, 1.5, 0.2), (5.0, 5.0, 1)]
)
@pytest.mark.parametrize("law", ["exponential", "software_explosion"])
def test_race_against_a_deadline(
    quiet: Callable[..., Any], law: str, tau_A: float, tau_W: float, efficiency: float
) -> None:
    """Would catch a tax that is not (1 + τ/ε) times the untaxed time, or a deadline missed by a hair (claim 3)."""
    growth = MEDIAN_EXPLOSION if law == "software_explosion" else {}
    untaxed = explosion_months(5.0) if growth else 5.0
    tau = (tau_A + tau_W) / efficiency
    needed = (1.0 + tau) * untaxed
    changes = {**growth, **on_target(tau_A, tau_W, **{"goodness.epistemic_efficiency": efficiency})}
    for factor, how in ((1 - 2e-6, "rival_catastrophe"), (1 + 2e-6, "stabilised")):
        scenario = quiet(**changes, **{"rival.lead": needed * factor})
        row = ds.simulate(scenario, 1).records.iloc[0]
        assert row["outcome"] == how
        assert row["months"] == pytest.approx(needed, rel=3e-6)
    assert row["delay_goodness"] == pytest.approx(tau * untaxed, rel=1e-5)
    assert row["minimum_margin"] == pytest.approx(0.2, abs=1e-6)
    assert row["in_basin_throughout"]


def test_a_component_without_tax_keeps_in_step(quiet: Callable[..., Any]) -> None:
    """Would catch a free component that falls behind because it gets no work: (1 + τ) holds with τ_W = 0 too."""
    row = ds.simulate(quiet(**on_target(0.3, 0.0), **{"rival.lead": 1.01 * 1.3 * 5.0}), 1).records.iloc[0]
    assert row["outcome"] == "stabilised"
    assert row["months"] == pytest.approx(1.3 * 5.0, rel=2e-3)  # the least tax, 1e-3 py per py, is paid


@pytest.mark.parametrize("bought", [0.0, 0.25, 0.5])
def test_bought_time_moves_the_deadline_by_as_much(quiet: Callable[..., Any], bought: float) -> None:
    """Would catch bought time that is not added to the deadline month for month, or that costs no effort (claim 3)."""
    share, tau = 0.05, 1.0
    needed = (1.0 + tau) * 5.0 / (1.0 - share)
    changes = on_target(
        0.5,
        0.5,
        **{"strategy.time_buying_share": share, "time_buying.max_rate": bought, "time_buying.capability_half": 1e-12},
    )
    for factor, how in ((1 - 2e-6, "rival_catastrophe"), (1 + 2e-6, "stabilised")):
        row = ds.simulate(quiet(**changes, **{"rival.lead": needed * (1 - bought) * factor}), 1).records.iloc[0]
        assert row["outcome"] == how
        assert row["bought"] == pytest.approx(bought * row["months"], rel=1e-6)


# ---- C32: ties ---------------------------------------------------------------------------------------------

TIES = [
    pytest.param(
        {"capability.stabilise_at": 5, "rival.mode": "deadline", "rival.lead": 5, "rival.handle_at": 5, "horizon": 5},
        "stabilised", id="done-by-the-deadline",
    ),
    pytest.param(
        {"rival.mode": "deadline", "rival.lead": 5, "rival.handle_at": 5, "horizon": 5},
        "unresolved", id="met-at-the-horizon",
    ),
    pytest.param(
        {"rival.mode": "deadline", "rival.lead": 5, "rival.handle_at": 6, "horizon": 5},
        "rival_catastrophe", id="missed-at-the-horizon",
    ),
    pytest.param(
        {"capability.stabilise_at": 5, "rival.mode": "deadline", "rival.lead": 5, "rival.handle_at": 5.5},
        "rival_catastrophe", id="stabilised-too-late",
    ),
    pytest.param({"capability.stabilise_at": 5, "horizon": 5}, "stabilised", id="stabilised-at-the-horizon"),
    pytest.param(
        {"capability.stabilise_at": 5, "rival.mode": "deadline", "rival.lead": 10, "rival.handle_at": 5,
         "handoff.at": 5},
        "stabilised", id="handed-off-and-done-by-the-deadline",
    ),
    pytest.param(
        {"capability.stabilise_at": 5, "handoff.at": 5, "horizon": 10},
        "stabilised", id="handed-off-and-done-at-the-horizon",
    ),
    pytest.param(
        {"handoff.at": 5, "horizon": 5}, "unresolved", id="no-handoff-at-the-horizon",
    ),
    pytest.param(
        on_target(0.5, 0.5, **{"rival.lead": 10, "horizon": 10}), "stabilised", id="taxed-done-by-the-deadline"
    ),
]  # fmt: skip


@pytest.mark.parametrize("engine", ["compiled", "events"])
@pytest.mark.parametrize(("changes", "how"), TIES)
def test_ties(quiet: Callable[..., Any], changes: dict[str, Any], how: str, engine: Any) -> None:
    """Would catch times compared a rounding apart, or an order of priority other than the documented one (C32)."""
    table = ds.simulate(quiet(**changes), 20, engine=engine).records
    assert set(table["outcome"]) == {how}
    assert table["months"].nunique() == 1


@pytest.mark.parametrize("engine", ["compiled", "events"])
def test_fifth_generation_comes_at_exactly_four(quiet: Callable[..., Any], engine: Any) -> None:
    """Would catch > for ≥ and sums of 0.8 that miss 4 (C20's trap): the successor at 4.0 still counts."""
    scenario = quiet(**{"generations.step": 0.8, "capability.stabilise_at": 4})
    row = ds.simulate(scenario, 1, engine=engine).records.iloc[0]
    assert row["generations"] == 5
    assert row["C"] == 4.0
    assert row["months"] == pytest.approx(4.0, abs=1e-12)


def test_recipe_sees_a_wrong_answer() -> None:
    """Would catch a recipe that accepts anything: a count 8.1 standard errors off and a rare event twice as rare."""
    n, p = 10_000, 0.3
    off = int(n * (p + 1.01 * detectable(p, n)))
    assert share_is_right(int(n * p), n, p)
    assert not share_is_right(off, n, p)
    assert share_is_right(4, n, 4e-4)
    assert not share_is_right(25, n, 4e-4)
