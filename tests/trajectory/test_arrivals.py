"""Arrivals: at the times that their integrated rates say, whatever else goes on and however time is stepped."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, optimize

from deference_sim import streams
from deference_sim.model.events import EVENTS
from deference_sim.model.growth import own_pace
from deference_sim.model.hazards import MOST_DIFFUSED
from deference_sim.model.parameters import Blocks
from deference_sim.model.rival import lead_months, rival_clock, rival_pace

from ..model.helpers import FATAL, SEED, Plain, hazard, quiet, run, steady, watch

#: Next to no growth and no review: years pass in a few steps.
STILL: dict[str, Any] = {
    "capability": steady(1e-6),
    "evaluation": {"review_interval": None, "review_work": None},
}
KEY = streams.key_of_seed(SEED)


def energies(stream: int, replicates: int, index: int = 0) -> list[float]:
    """The unit exponentials at which the process of this stream fires first (or next, by index)."""
    return [streams.exponential(KEY, replicate, stream, index) for replicate in range(replicates)]


def arrival_stream(name: str = "risk") -> int:
    return streams.named_stream(f"hazard:{name}")


def months(records: NDArray[np.void]) -> list[float]:
    return records["months"].tolist()


# ---- when -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("per_month", [1e-3, 1.0, 400.0])
def test_a_constant_rate_fires_at_the_drawn_energy(per_month: float) -> None:
    """Would catch: a coin tossed each step, a rate per year taken for one per month."""
    found = months(run(quiet(12_000.0, [hazard(rate=12.0 * per_month) | FATAL]), 20))
    assert found == pytest.approx([e / per_month for e in energies(arrival_stream(), 20)], rel=1e-10)


def test_a_process_fires_again_after_the_next_energy() -> None:
    """Would catch: a residual that is drawn anew, an energy that is used twice."""
    found = watch(quiet(30.0, [hazard(rate=12.0)]), 3)
    due = np.cumsum([energies(arrival_stream(), 4, index)[3] for index in range(60)])
    assert found.times("hazard handled") == pytest.approx(due[due < 30.0].tolist(), rel=1e-10)
    assert found.record.hazards_handled == np.sum(due < 30.0)


GROWING: dict[str, dict[str, Any]] = {
    "steady": steady(0.3),
    "exponential": {"law": "exponential", "exponent": 0.3, "initial_speedup": 3.0},
    "software": {"initial_speedup": 4.0, "ceiling": 7.0},
}


def growth_path(p: Any, until: float) -> Any:
    """C(t) by another integrator."""
    return integrate.solve_ivp(
        lambda _, y: [own_pace(p, y[0])],
        (0.0, until),
        [0.0],
        method="DOP853",
        rtol=1e-13,
        atol=1e-14,
        dense_output=True,
    ).sol


def first_arrival(path: Any, rate: Any, energy: float, until: float, corner: float | None) -> float:
    """The time at which the integral of ``rate(C)`` along the path is ``energy``, by quadrature and root finding."""

    def integral(t: float) -> float:
        at = [corner] if corner is not None and 0.0 < corner < t else None
        return integrate.quad(
            lambda x: rate(float(path(x)[0])), 0.0, t, epsabs=1e-13, epsrel=1e-12, points=at, limit=200
        )[0]

    found: float = optimize.brentq(lambda t: integral(t) - energy, 1e-9, until, xtol=1e-13, rtol=1e-14)
    return found


def check_arrivals(capability: dict[str, Any], exactness: float, tolerance: float, **fields: Any) -> None:
    until, replicates = 6.0, 6
    blocks = quiet(
        until, [hazard(rate=6.0, **fields) | FATAL], capability=capability, numerics={"tolerance": tolerance}
    )
    p = Plain(blocks).p
    path = growth_path(p, until)
    growth, gap = fields["growth"], fields["diffusion_gap"]
    corner = None
    if gap > 0.0 and path(until)[0] > gap:
        corner = float(optimize.brentq(lambda t: path(t)[0] - gap, 0.0, until, xtol=1e-14))
    records = run(blocks, replicates)
    arrived = 0
    for energy, record in zip(energies(arrival_stream(), replicates), records, strict=True):
        if record["cause"] == 0:
            arrived += 1
            due = first_arrival(path, lambda C: 0.5 * 10.0 ** (growth * max(C - gap, 0.0)), energy, until, corner)
            assert record["months"] == pytest.approx(due, rel=exactness)
    assert arrived >= 4


@pytest.mark.parametrize("growth", [-0.4, 0.0, 0.3])
@pytest.mark.parametrize("law", GROWING)
def test_a_rate_that_grows_with_capability_fires_at_the_inverse_of_its_integral(law: str, growth: float) -> None:
    """Would catch: a hazard frozen over a step, an integral that is restarted at each step."""
    check_arrivals(GROWING[law], 1e-8, 1e-11, growth=growth, diffusion_gap=0.0)
    check_arrivals(GROWING[law], 2e-6, 1e-6, growth=growth, diffusion_gap=0.0)


# Within a step the rate has a corner where what has leaked begins to grow: a few points of quadrature across it are off
# by up to 1e-4 of the months, whatever the tolerance.
@pytest.mark.parametrize("law", GROWING)
def test_the_corner_of_a_rate_is_in_its_integral(law: str) -> None:
    check_arrivals(GROWING[law], 1e-8, 1e-11, growth=0.5, diffusion_gap=0.4)


@pytest.mark.parametrize("scale", [0.3, 3.0])
def test_the_ais_own_hazard_fires_at_the_inverse_of_its_integral(scale: float) -> None:
    """Steady growth from margin 2 to the edge and beyond: h·e^{-M/scale} on both sides, up to e^7 times h.

    Would catch: a hazard that jumps or turns at the edge, one that grows without bound outside.
    """
    at_edge, pace = 0.4, 0.5
    blocks = quiet(
        horizon=100.0,
        capability=steady(pace),
        goodness={"broad_alignment": 2.0, "capability_profile": 9.0},
        basin={"hazard_at_edge": at_edge, "hazard_scale": scale, "width": 1e12, "exists": 0.0},
        numerics={"tolerance": 1e-9},
    )
    start = at_edge * scale * math.exp(-2.0 / scale)
    sides = set()
    for energy, record in zip(energies(streams.AI_CATASTROPHE, 40), run(blocks, 40), strict=True):
        work = scale * math.log1p(energy / start)
        assert work < 2.0 + 7.0 * scale
        sides.add(work < 2.0)
        assert record["months"] == pytest.approx(work / pace, rel=2e-7)
    assert sides == {True, False}


# ---- windows ----------------------------------------------------------------------------------------------


def test_nothing_arrives_before_onset_or_after_the_end() -> None:
    """Would catch: energy that is spent outside the window, or drawn anew at its edges."""
    per_month, onset, until = 0.3, 2.2, 5.7
    records = run(quiet(60.0, [hazard(rate=12.0 * per_month, onset=onset, until=until) | FATAL]), 200)
    for energy, record in zip(energies(arrival_stream(), 200), records, strict=True):
        due = onset + energy / per_month
        if due < until:
            assert record["months"] == pytest.approx(due, rel=1e-10)
        else:
            assert (record["cause"], record["months"]) == (-1, 60.0)
    assert 60 < np.sum(records["cause"] == 0) < 190


def test_a_window_that_opens_on_growing_risk_counts_from_there() -> None:
    """Risk grows up to 3 py of diffused capability, here until month 7.5. Would catch a rate without that bound."""
    rate, onset, growth, pace = 0.05, 3.0, 0.3, 0.4
    blocks = quiet(
        60.0, [hazard(rate=12.0 * rate, onset=onset, growth=growth, diffusion_gap=0.0) | FATAL], capability=steady(pace)
    )
    a, bound = math.log(10.0) * growth * pace, MOST_DIFFUSED / pace
    to_the_bound = rate / a * (math.exp(a * bound) - math.exp(a * onset))
    sides = set()
    for energy, record in zip(energies(arrival_stream(), 50), run(blocks, 50), strict=True):
        sides.add(energy < to_the_bound)
        if energy < to_the_bound:
            due = math.log(energy * a / rate + math.exp(a * onset)) / a
        else:
            due = bound + (energy - to_the_bound) / (rate * math.exp(a * bound))
        assert record["months"] == pytest.approx(due, rel=1e-8)
    assert sides == {True, False}


# ---- steps do not matter ----------------------------------------------------------------------------------

SEVERAL = [
    hazard("one", rate=2.0, growth=0.2, severity_mean=1.0, severity_sd=1.0, lethality=0.1, setback=0.3),
    hazard("two", rate=4.0, severity_mean=0.5, severity_slope=0.5, severity_sd=1.0, lethality=0.05),
]


def world(hazards: list[dict[str, Any]], **changes: Any) -> Blocks:
    return Blocks.model_validate({"hazards": tuple(hazards)} | changes)


def same_but(one: NDArray[np.void], other: NDArray[np.void], *left_out: str) -> bool:
    names = [name for name in one.dtype.names or () if name not in left_out]
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in names)


def test_hazards_that_are_handled_change_nothing_else() -> None:
    """Bit for bit. Would catch: an arrival that ends a step, a draw that shifts others."""
    alone, among = world(SEVERAL), world([*SEVERAL, hazard("calm", rate=60.0), hazard("almost_never", rate=1e-9)])
    one, other = run(alone, 400), run(among, 400)
    names = sorted(item.name for item in among.hazards)
    assert other["hazards_handled"].sum() > one["hazards_handled"].sum() + 1000
    # Columns stand in the order of the names, so that the positions of causes shift.
    shifted = np.where(other["cause"] >= 0, other["cause"] - 2, -1)
    assert names[:2] == ["almost_never", "calm"]
    assert np.array_equal(shifted, one["cause"])
    assert same_but(one, other, "cause", "hazards_handled")


def test_the_order_of_hazards_and_one_that_never_comes_change_nothing() -> None:
    one, other = run(world(SEVERAL), 200), run(world([*reversed(SEVERAL), hazard("zz_never")]), 200)
    assert same_but(one, other)


def test_who_reads_along_changes_nothing() -> None:
    """Bit for bit. Would catch: a grid that ends steps or draws numbers."""
    blocks = world(SEVERAL)
    for replicate in range(5):
        without = watch(blocks, replicate)
        along = watch(blocks, replicate, grid=np.linspace(0.0, 20.0, 1777))
        assert along.record == without.record
        assert along.log == without.log


def test_a_horizon_changes_nothing_before_it() -> None:
    long, short = run(world(SEVERAL, horizon=40.0), 300), run(world(SEVERAL, horizon=3.0), 300)
    ended = short["months"] < 3.0
    assert 30 < np.sum(ended) < 300
    assert same_but(long[ended], short[ended])
    assert np.all(long["months"][~ended] >= 3.0)


@pytest.mark.parametrize("tolerance", [5e-7, 1e-9])
def test_a_smaller_tolerance_moves_arrivals_only_by_that(tolerance: float) -> None:
    """Would catch: a number of steps, or a time, that goes into the address of a draw."""
    growing = {"hazards": [hazard(rate=1.0, growth=0.2) | FATAL], "capability": GROWING["software"]}
    one, other = (run(quiet(40.0, numerics={"tolerance": t}, **growing), 300) for t in (1e-6, tolerance))
    assert np.array_equal(one["outcome"], other["outcome"])
    assert np.max(np.abs(one["months"] - other["months"])) < 1e-4


# ---- laws of arrivals -------------------------------------------------------------------------------------


def test_a_higher_rate_never_comes_later() -> None:
    rates = [0.1, 0.3, 0.31, 2.0, 50.0]
    records = [run(quiet(40.0, [hazard(rate=rate, growth=0.1) | FATAL], capability=steady(0.2)), 300) for rate in rates]
    for low, high in pairwise(records):
        assert np.all(high["months"] <= low["months"])


def test_one_hazard_in_two_halves_has_the_same_law() -> None:
    """Streams differ, the law does not. n = 20,000 a side: sees a difference of 0.04 in P(T ≤ t) at any t (DKW)."""
    n = 20_000
    whole = run(quiet(40.0, [hazard(rate=1.2) | FATAL], **STILL), n)
    halves = run(quiet(40.0, [hazard("left", rate=0.6) | FATAL, hazard("right", rate=0.6) | FATAL], **STILL), n)
    exact = -np.expm1(-0.1 * np.linspace(0.0, 39.0, 400))
    bound = math.sqrt(math.log(2.0 / 5.7e-7) / (2.0 * n))  # Dvoretzky, Kiefer, Wolfowitz at the level of 5 sigma
    for records in (whole, halves):
        times = np.where(records["cause"] >= 0, records["months"], np.inf)
        found = np.searchsorted(np.sort(times), np.linspace(0.0, 39.0, 400), side="right") / n
        assert np.max(np.abs(found - exact)) < bound
    left = np.mean(halves["cause"][halves["cause"] >= 0] == 0)
    assert abs(left - 0.5) < 5.0 * 0.5 / math.sqrt(np.sum(halves["cause"] >= 0))


def test_counts_are_poisson() -> None:
    """Mean and variance 12 over the horizon; n = 10,000: sees 2 % of the mean and 11 % of the variance."""
    n, expected = 10_000, 12.0
    counts = run(quiet(24.0, [hazard(rate=6.0)], **STILL), n)["hazards_handled"]
    assert abs(counts.mean() - expected) < 5.0 * math.sqrt(expected / n)
    spread = math.sqrt((expected + 2.0 * expected * expected) / n)  # of the mean squared deviation of a Poisson count
    assert abs(np.mean((counts - expected) ** 2) - expected) < 5.0 * spread


# ---- what an arrival does ---------------------------------------------------------------------------------


def test_severity_at_its_address_decides() -> None:
    """Would catch: > for ≥, a severity of the next arrival, lethality read off the number that made the severity."""
    fields = {
        "rate": 3.0,
        "severity_mean": 0.2,
        "severity_slope": 0.5,
        "severity_sd": 1.0,
        "lethality": 0.4,
        "growth": 0.0,
    }
    blocks = quiet(12.0, [hazard(**fields, diffusion_gap=0.5)], capability=steady(0.2))
    severity = streams.named_stream("severity:risk")
    fatal = suffered = handled = 0
    for replicate in range(40):
        found = watch(blocks, replicate)
        for number, entry in enumerate(entry for entry in found.log if entry.event.startswith("hazard")):
            z, _ = streams.normal_pair(KEY, replicate, severity, number)
            _, luck = streams.uniform_pair(KEY, replicate, severity, number)
            due = 0.2 + 0.5 * max(entry.C - 0.5, 0.0) + z
            assert entry.value == pytest.approx(due, abs=1e-9)
            expected = "handled" if entry.C >= due else "fatal" if luck < 0.4 else "suffered"
            assert entry.event == f"hazard {expected}"
            fatal, suffered, handled = (
                fatal + (expected == "fatal"),
                suffered + (expected == "suffered"),
                handled + (expected == "handled"),
            )
    assert min(fatal, suffered, handled) > 5


LAWS: dict[str, dict[str, Any]] = {
    "software": {"initial_speedup": 8.0},
    "constant returns": {"law": "constant_returns", "returns": 2.4, "initial_speedup": 8.0},
    "exponential": {"law": "exponential", "exponent": 0.25, "initial_speedup": 8.0},
    "declining": {"law": "exponential", "exponent": -0.25, "initial_speedup": 8.0},
    "milestones": {"law": "milestones"},
}


def setting_back(law: str, months_lost: float, lead: float) -> Blocks:
    return quiet(
        10.0,
        [hazard(rate=24.0, severity_mean=1e6, lethality=0.0, setback=months_lost, until=9.0)],
        capability=LAWS[law],
        handoff={"at": 1e3},
        rival={"mode": "takeoff", "lead": lead, "danger_at": 1e9},
    )


def rival_after(p: Any, months: float) -> float:
    """The rival's capability after ``months`` of its own takeoff, by another integrator."""
    if months <= 0.0:
        return months / 12.0
    solved = integrate.solve_ivp(
        lambda _, y: [rival_pace(p, y[0])], (0.0, months), [0.0], method="DOP853", rtol=1e-12, atol=1e-12
    )
    return float(solved.y[0, -1])


# Would catch, for laws that blow up: an inverse that one quadrature seeks between R and 1,000 py, which misses most of
# the time; a setback of two months then takes the rival to hundreds of py, where the run cannot go on.
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("months_lost", "lead"), [(0.4, 0.3), (2.0, 0.5), (1.2, 3.0), (5.0, 20.0)])
def test_a_setback_moves_the_rival_along_its_own_path(law: str, months_lost: float, lead: float) -> None:
    """R is where its clock would have taken it. Would catch: R moved by a step of its pace, a clock that stands.

    Milestones are corners of what is integrated, which costs exactness.
    """
    blocks = setting_back(law, months_lost, lead)
    found = watch(blocks, 1)
    entries = found.entries("hazard suffered")[:3]
    assert entries
    p = Plain(blocks).p
    for number, entry in enumerate(entries, start=1):
        past = entry.t + number * months_lost - lead
        if law == "constant returns" and past > 3.0:  # it has blown up, or nearly
            break
        assert entry.R == pytest.approx(rival_after(p, past), rel=2e-4 if law == "milestones" else 1e-5, abs=1e-6)


@pytest.mark.parametrize("law", LAWS)
def test_the_clock_and_the_capability_of_the_rival_agree(law: str) -> None:
    """s - lead = T_R(R) by quadrature all along, whatever is lost on the way."""
    run_ = Plain(setting_back(law, 0.25, 1.0), 2)
    while run_.state.t < 4.0 and run_.outcome == "":
        run_.instant(run_.flow())
        past = rival_clock(run_.state) - run_.p.rival_lead
        if law == "constant returns" and past > 3.0:
            break
        if past > 0.0:
            R = run_.state.R
            corners = [x for x in run_.p.capability_milestones_x if 0.0 < x < R] if law == "milestones" else None
            taken, _ = integrate.quad(lambda C: 1.0 / rival_pace(run_.p, C), 0.0, R, points=corners, epsrel=1e-11)
            assert taken == pytest.approx(past, rel=2e-4 if law == "milestones" else 1e-5, abs=1e-5)


def test_a_setback_costs_exactly_its_months_of_lead() -> None:
    """Before and after take-off. Would catch: months that are lost twice, by the clock and by the capability."""
    for law in ("software", "declining"):
        for lead in (0.1, 30.0):
            run_ = Plain(setting_back(law, 0.7, lead), 1)
            while "hazard suffered" not in [EVENTS[line.event] for line in run_.log[: run_.state.logged]]:
                why = run_.flow()
                before = lead_months(run_.state, run_.p)
                run_.instant(why)
            assert run_.state.rival_started == (lead < 1.0)
            assert before - lead_months(run_.state, run_.p) == pytest.approx(0.7, abs=1e-9)


def test_a_stolen_model_moves_the_rival_and_its_clock() -> None:
    """Would catch: a capability that is ahead of its clock, so that the rival takes off later than it is able to.

    Time is bought meanwhile, by humans and then by AIs: would catch a clock that forgets it.
    """
    blocks = quiet(
        12.0,
        capability={"initial_speedup": 4.0},
        rival={"mode": "takeoff", "lead": 40.0, "danger_at": 1e9, "theft_rate": 6.0, "theft_cut": 0.3},
        handoff={"at": 1.0},
        time_buying={"before_handoff": 0.2, "max_rate": 0.4},
        strategy={"time_buying_share": 0.05},
    )
    before = after = 0
    bought = 0.0
    for replicate in range(6):
        run_ = Plain(blocks, replicate)
        while run_.outcome == "":
            why, thefts = run_.flow(), run_.state.thefts
            C, R, clock = run_.state.C, run_.state.R, rival_clock(run_.state)
            run_.instant(why)
            if run_.state.thefts > thefts:
                stolen = R + 0.3 * max(C - R, 0.0)
                assert run_.state.R == pytest.approx(stolen, abs=1e-12)
                if run_.state.rival_started and clock >= 40.0:
                    after += 1
                    continue
                before += 1
                bought = max(bought, run_.state.bought)
                there = 12.0 * stolen if stolen < 0.0 else months_of_rival(run_.p, stolen)
                assert rival_clock(run_.state) - 40.0 == pytest.approx(there, abs=1e-9)
    assert min(before, after) > 2
    assert bought > 0.1


def months_of_rival(p: Any, R: float) -> float:
    taken, _ = integrate.quad(lambda C: 1.0 / rival_pace(p, C), 0.0, R, epsrel=1e-12)
    return float(taken)
