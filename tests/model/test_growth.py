"""Capability growth against closed forms, quadrature and the published recursion, through the compiled engine.

The integrator's default tolerance, 1e-6 py a step, gives times to 2e-5 of their size and better. Most checks set a
smaller one and ask for 1e-8, so that what is checked is the law.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize

from deference_sim.model.growth import LIMIT, own_pace
from deference_sim.model.parameters import Blocks

from .helpers import HARMLESS, Plain, quiet, run_one, steady

FINE = {"tolerance": 1e-11}


def growing(level: float | None, numerics: dict[str, Any] | None = None, **capability: Any) -> Blocks:
    """All effort into capability, up to ``level``."""
    return quiet(capability={"stabilise_at": level} | capability, numerics=numerics or FINE)


def months_to(level: float, **capability: Any) -> float:
    record = run_one(growing(level, **capability))
    assert (record.outcome, record.C) == ("stabilised", level)
    return record.months


def months_by_quadrature(start: float, end: float, **capability: Any) -> float:
    p = Plain(growing(None, **capability)).p
    months, error = integrate.quad(lambda C: 1.0 / own_pace(p, C), start, end, epsabs=0.0, epsrel=1e-12, limit=500)
    assert error < 1e-9 * months
    return months


# ---- exponential: C08 of the list of exact answers --------------------------------------------------------

C08 = [(0.25, 2.85651830718), (-0.1, 8.64473862874), (0.0, 6.0), (1e-9, 5.99999997928)]
HALF = {"law": "exponential", "initial_speedup": 12.0}  # 0.5 py per month at capability 0


# Would catch: cancellation as the exponent goes to 0, Euler or linear interpolation, a wrong base of the exponent.
@pytest.mark.parametrize(("exponent", "months"), C08)
def test_exponential_growth_reaches_three_py_when_it_must(exponent: float, months: float) -> None:
    assert months_to(3.0, exponent=exponent, **HALF) == pytest.approx(months, rel=1e-8)


# Reached at the default tolerance: 1.02e-6 at exponent 0.25, 1.1e-10 and better at the others.
@pytest.mark.parametrize(("exponent", "months"), C08)
def test_exponential_growth_at_the_default_tolerance(exponent: float, months: float) -> None:
    record = run_one(growing(3.0, {"tolerance": 1e-6}, exponent=exponent, **HALF))
    assert record.months == pytest.approx(months, rel=1.1e-6)


# ---- blow-ups ---------------------------------------------------------------------------------------------

BLOW_UPS = [
    (HALF | {"exponent": 0.25}, 3.47435585523),
    ({"law": "constant_returns", "returns": 2.4, "parallel_returns": 0.3, "initial_speedup": 8.0}, 3.09149),
]


def blow_up_month(p: Any) -> float:
    return 1.0 / (p.pace_slope * p.pace_at_zero)


@pytest.mark.parametrize(("capability", "month"), BLOW_UPS)
def test_the_constants_of_a_law_that_blows_up(capability: dict[str, Any], month: float) -> None:
    assert blow_up_month(Plain(growing(None, **capability)).p) == pytest.approx(month, rel=2e-6)


@pytest.mark.parametrize(("capability", "month"), BLOW_UPS)
def test_close_to_a_blow_up_levels_are_reached_when_they_must(capability: dict[str, Any], month: float) -> None:
    slope = Plain(growing(None, **capability)).p.pace_slope
    for level in (5.0, 20.0):
        expected = blow_up_month(Plain(growing(None, **capability)).p) * -math.expm1(-slope * level)
        assert months_to(level, **capability) == pytest.approx(expected, rel=1e-8)
        assert expected < month


# Would catch: a blow-up that ends in an infinity, a NaN, an error of the integrator or a run that never ends.
# The pace has a corner where its exponent is clamped, at which steps could get stuck.
@pytest.mark.parametrize("tolerance", [1e-6, 1e-8])
@pytest.mark.parametrize(("capability", "month"), BLOW_UPS)
def test_a_blow_up_ends_as_an_event(capability: dict[str, Any], month: float, tolerance: float) -> None:
    record = run_one(growing(None, {"tolerance": tolerance}, fizzle_pace=1.0, **capability))
    assert record.months == pytest.approx(month, rel=1e-5)
    assert (record.C, record.outcome) == (LIMIT, "ridden_out")
    assert all(math.isfinite(value) for name, value in vars(record).items() if name in ("A", "W", "D", "Q", "R"))


# Would catch the same of the rival's.
def test_a_rival_that_blows_up_is_no_error() -> None:
    blocks = quiet(
        horizon=5.0,
        capability=BLOW_UPS[1][0],
        handoff={"at": 5.0},
        rival=HARMLESS | {"lead": 0.5},
    )
    record = run_one(blocks)
    assert (record.R, record.outcome) == (LIMIT, "unresolved")


# ---- milestones -------------------------------------------------------------------------------------------


def milestone_years(gap: float, low: float, high: float) -> float:
    return gap * (1.0 / low - 1.0 / high) / math.log(high / low)


# 1 py is two software-only years. Would catch: linear interpolation of the multiplier, years counted as py.
@pytest.mark.parametrize(
    ("milestones", "level", "formula", "printed"),
    [
        (((0.0, 5.0), (2.0, 25.0)), 2.0, milestone_years(4.0, 5.0, 25.0), 0.397654),
        (None, 9.5, milestone_years(19.0, 25.0, 250.0), 0.297057),
        (((-2.0, 5.0), (0.0, 25.0), (9.5, 250.0), (57.0, 2000.0)), 57.0,
         milestone_years(19.0, 25.0, 250.0) + milestone_years(95.0, 250.0, 2000.0), None),
    ],
)  # fmt: skip
def test_calendar_years_between_milestones(milestones: Any, level: float, formula: float, printed: float) -> None:
    given = {"milestones": milestones} if milestones else {}
    years = months_to(level, law="milestones", **given) / 12.0
    assert years == pytest.approx(formula, rel=1e-9)
    assert printed is None or round(years, 6) == printed


def test_beyond_the_last_milestone_the_pace_stays() -> None:
    first, last = ((0.0, 10.0), (1.0, 20.0)), 3.0
    beyond = 2.0 * (last - 1.0) / 20.0
    years = months_to(last, law="milestones", milestones=first) / 12.0
    assert years == pytest.approx(milestone_years(2.0, 10.0, 20.0) + beyond, rel=1e-9)


# ---- software explosion -----------------------------------------------------------------------------------

MEDIAN = {"initial_speedup": 8.0, "returns": 1.2, "parallel_returns": 0.3, "ceiling": 11.0}
CASES = [
    MEDIAN,
    MEDIAN | {"returns": 3.6, "ceiling": 16.0},
    MEDIAN | {"returns": 0.4, "ceiling": 6.0, "initial_speedup": 32.0},
    MEDIAN | {"parallel_returns": 0.6, "ceiling": 6.5},
]


# Would catch: a ceiling or returns in the wrong exponent.
@pytest.mark.parametrize("capability", CASES)
def test_the_pace_peaks_where_returns_fall_to_one(capability: dict[str, Any]) -> None:
    p = Plain(growing(None, **capability)).p
    peak = max(0.0, capability["ceiling"] * (1.0 - 1.0 / capability["returns"]))
    found = optimize.minimize_scalar(
        lambda C: -own_pace(p, C),
        bounds=(0.0, capability["ceiling"] * (1 - 1e-9)),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert p.pace_peak_at == pytest.approx(peak, abs=1e-12)
    assert found.x == pytest.approx(peak, abs=1e-4)
    assert own_pace(p, capability["ceiling"]) == 0.0


# Equation (1) in its own words: doublings of software, returns that fall linearly.
@pytest.mark.parametrize("share", [0.5, 0.25, 1.0])
@pytest.mark.parametrize("capability", CASES)
def test_the_pace_is_equation_one(capability: dict[str, Any], share: float) -> None:
    p = Plain(growing(None, software_share=share, **capability)).p
    f, r0, parallel, K = (capability[name] for name in ("initial_speedup", "returns", "parallel_returns", "ceiling"))
    for C in np.linspace(-2.0, K * (1 - 1e-6), 50):
        per_py = 4.0 / share * parallel
        expected = f * share / 12.0 * 2.0 ** (per_py * C) * (1.0 - C / K) ** (per_py * K * math.log(2.0) / r0)
        assert own_pace(p, float(C)) == pytest.approx(expected, rel=1e-12)


# Would catch: a law that is integrated as another than the one declared; a default tolerance that is too coarse.
@pytest.mark.parametrize(
    ("capability", "level"),
    [(case, level) for case in CASES for level in (0.25, 1.0, 2.5, 5.0) if case["returns"] > 1.0 or level < 3.0],
)
def test_time_to_a_level_is_the_integral_of_slowness(capability: dict[str, Any], level: float) -> None:
    expected = months_by_quadrature(0.0, level, **capability)
    for numerics, exactness in ((FINE, 1e-8), (None, 2e-5)):
        record = run_one(quiet(12_000.0, capability=capability | {"stabilise_at": level}, numerics=numerics or {}))
        assert record.months == pytest.approx(expected, rel=exactness)


def test_time_scales_as_one_over_the_speed_up() -> None:
    scaled = [f * months_to(3.0, **MEDIAN | {"initial_speedup": f}) for f in (0.5, 8.0, 20.0, 200.0, 5000.0)]
    assert scaled == pytest.approx([scaled[1]] * 5, rel=1e-8)


def doubling_recursion(py: float, parts: int) -> float:
    """Months to ``py`` by the published recursion of the median run, each doubling cut into ``parts``."""
    f, r0, parallel, doublings_to_ceiling = 8.0, 1.2, 0.3, 88
    r, months_per_doubling, months = r0, 3.0 / f, 0.0
    for _ in range(round(8 * py) * parts):
        months += months_per_doubling / parts
        r -= r0 / (doublings_to_ceiling * parts)
        months_per_doubling *= 2.0 ** (parallel * (1.0 / r - 1.0) / parts)
    return months


# Would catch: a continuous law that is not the limit of the published one (8 doublings a py, returns falling from r0).
@pytest.mark.parametrize(("py", "published"), [(1, 2.721), (2, 5.091), (3, 7.545)])
def test_the_law_is_the_limit_of_the_published_recursion(py: int, published: float) -> None:
    ours = months_to(float(py), **MEDIAN)
    assert round(doubling_recursion(py, 1), 3) == published
    gaps = [doubling_recursion(py, parts) - ours for parts in (64, 128, 256)]
    assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.02)
    assert 2.0 * gaps[2] - gaps[1] == pytest.approx(0.0, abs=2e-6)  # the limit by extrapolation


# Doublings are what grows; the share only says how many of them make a py.
def test_the_software_share_only_changes_what_a_py_is() -> None:
    half = months_to(3.0, **MEDIAN)
    quarter = months_to(1.5, **MEDIAN | {"ceiling": 5.5, "software_share": 0.25})
    assert quarter == pytest.approx(half, rel=1e-8)


# ---- the end of the takeoff -------------------------------------------------------------------------------


@pytest.mark.parametrize("capability", CASES)
@pytest.mark.parametrize("slow", [0.5, 1.0, 4.0, 40.0])
def test_a_takeoff_is_over_at_the_first_level_past_the_peak_that_is_slow(
    capability: dict[str, Any], slow: float
) -> None:
    """What never was faster does not end. Would catch: an end at the start, or in a world that never took off."""
    p = Plain(growing(None, fizzle_pace=slow, **capability)).p
    if own_pace(p, p.pace_peak_at) <= slow / 12.0:
        assert math.isnan(p.fizzle_at)
    else:
        assert p.fizzle_at >= p.pace_peak_at
        assert own_pace(p, p.fizzle_at) <= slow / 12.0 < own_pace(p, math.nextafter(p.fizzle_at, 0.0))


@pytest.mark.parametrize("settle", [0.0, 6.0, 24.0])
@pytest.mark.parametrize("handoff", [0.0, 1.0])
def test_a_run_is_ridden_out_when_it_has_held_for_long_enough_after_that_level(settle: float, handoff: float) -> None:
    """Would catch: an end at the crossing, months counted from the start or from the handoff, a second end later."""
    given = MEDIAN | {"fizzle_pace": 4.0, "settle": settle}
    record = run_one(quiet(capability=given, numerics=FINE, handoff={"at": handoff}))
    level = Plain(growing(None, fizzle_pace=4.0, **MEDIAN)).p.fizzle_at
    assert record.outcome == "ridden_out"
    assert record.months == pytest.approx(handoff + months_by_quadrature(0.0, level, **MEDIAN) + settle, rel=1e-8)
    assert (record.C == level) == (settle == 0.0)


def test_a_takeoff_that_is_over_before_the_handoff_settles_from_the_handoff_on() -> None:
    """Work before the handoff takes capability past the level. Would catch: months that count without any deference."""
    capability = steady(0.5) | {"exponent": -0.25, "fizzle_pace": 6.0 * 10.0**-0.25, "settle": 2.0}
    handoff = {"capability": 2.0, "human_pace": 12.0, "at": 5.0}
    record = run_one(quiet(capability=capability, handoff=handoff))
    assert Plain(quiet(capability=capability)).p.fizzle_at == pytest.approx(1.0, abs=1e-9)
    assert (record.outcome, record.months) == ("ridden_out", pytest.approx(7.0, abs=1e-9))


@pytest.mark.parametrize("slow", [12.5, 100.0])
def test_what_never_took_off_is_unresolved(slow: float) -> None:
    """A constant pace of 6 py a year that never was above the pace at which takeoffs are over; nor does 0 end."""
    assert run_one(quiet(30.0, capability=steady(0.5) | {"fizzle_pace": slow})).outcome == "unresolved"


# ---- the rival's law --------------------------------------------------------------------------------------


# Would catch: a rival with a law of its own, a speed that stretches its lead too, or that is none of its pace.
@pytest.mark.parametrize("capability", [*CASES, *(case for case, _ in BLOW_UPS), {"law": "milestones"}])
@pytest.mark.parametrize("speed", [1.0, 0.625])
def test_a_rival_grows_by_our_law_at_its_speed(capability: dict[str, Any], speed: float) -> None:
    level = 1.0
    ours = months_to(level, **capability)
    lead = 1.25
    blocks = quiet(
        horizon=lead + ours / speed,
        capability=capability,
        rival=HARMLESS | {"lead": lead, "speed": speed},
        handoff={"at": 1e3},
        numerics=FINE,
    )
    assert run_one(blocks).R == pytest.approx(level, rel=1e-8)


def test_what_binds_us_binds_rivals() -> None:
    """Compute that grows and the least time of a generation. Would catch a rival that is spared one of them."""
    least, hardware = 0.8, 2.0
    blocks = quiet(
        horizon=3.0,
        capability=steady(2.0) | {"hardware_pace": hardware},
        generations={"step": 0.4, "min_time": least},
        rival=HARMLESS | {"lead": 0.5, "speed": 0.7},
    )
    record = run_one(blocks)
    pace = 0.4 / least + hardware * 0.5 / 12.0
    assert record.C == pytest.approx(3.0 * pace, rel=1e-9)
    assert pytest.approx(2.5 * 0.7 * pace, rel=1e-9) == record.R
