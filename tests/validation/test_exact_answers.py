"""Exact answers through whole scenarios: everything switched off but one mechanism, whose law is known in closed form.

The worlds and their answers are those of ``validation.answers``, here at their fixed seeds: 5 standard errors from the
exact value, and all together a sum of squares. ``python -m validation`` prints them, and takes fresh seeds by hand.
Arrival times are also checked one by one against the numbers at their own addresses, which leaves no room for a step.
"""

from collections.abc import Iterable
from itertools import pairwise
from math import exp, expm1, log, sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

import deference_sim as ds
from deference_sim import streams
from validation.answers import CASES
from validation.answers.growth import explosion_months, explosion_pace
from validation.quiet import MEDIAN_EXPLOSION, NEVER_HAND_OFF, NO_BASIN, YEAR, hazard, quiet, start
from validation.recipe import (
    MISS,
    NOTHING_TO_COMPARE,
    TOLERANCE,
    Case,
    Law,
    Mean,
    Number,
    Share,
    column,
    pooled_tails,
    share_is_right,
    z_of,
)

from ..tables import assert_same

FEWER = 1_000  # replicates of each where all are pooled, on seeds of their own
SOONER = 3  # by how much fewer replicates worlds without a well-known mistake are run here than by hand


def traps_of(case: Case) -> list[float]:
    """Return the wrong answers that the case has to tell apart."""
    return [answer.trap for answer in case.answers if isinstance(answer, Share) and answer.trap is not None]


def replicates_of(case: Case) -> int:
    """Return how many replicates a case takes here."""
    return case.n if traps_of(case) or case.n == 1 else case.n // SOONER


def named(cases: Iterable[Case]) -> list[Any]:
    """Return the cases as pytest's parameters."""
    return [pytest.param(case, id=case.name.replace(" ", "-")) for case in cases]


@pytest.mark.parametrize("case", named(CASES))
def test_known_law(case: Case) -> None:
    """Would catch a wrong rate, unit, thinning, competing risk, order within an instant, or draw used twice.

    Also a check too weak for the well-known mistake that it is there for, and an engine that differs from the other.
    One test, so that a world runs once whichever worker takes it.
    """
    table = ds.simulate(case.scenario, replicates_of(case), case.seed).records
    some = min(4, case.n)
    events = ds.simulate(case.scenario, some, case.seed, engine="events").records
    assert_same(events, table.iloc[:some])
    for answer in case.answers:
        verdict = answer.judge(table)
        assert verdict.holds, f"{answer.what}: {verdict.found:.6g}, exact {answer.exact:.6g}, z = {verdict.z:.2f}"
        if isinstance(answer, Share) and answer.trap is not None:
            assert abs(answer.trap - answer.exact) >= answer.delta(len(table)), f"{answer.what}: too few replicates"
            assert not share_is_right(int(np.sum(answer.happened(table))), len(table), answer.trap)


def test_all_together() -> None:
    """Would catch many small biases that pass one by one, and errors that are too small to be random."""
    pairs = [(case, case.pooled) for case in CASES if case.pooled]
    tables = [ds.simulate(case.scenario, FEWER, case.seed + 1).records for case, _ in pairs]
    squares = [answer.judge(table).z ** 2 for (_, answer), table in zip(pairs, tables, strict=True)]
    assert len(squares) > 50
    assert min(pooled_tails(squares)) > 1e-5, f"the sum of {len(squares)} squares is {sum(squares):.1f}"


# ---- arrivals, one by one ----------------------------------------------------------------------------------

REPLICATES, SEED = 200, 20_250_701


def first_thresholds(stream: str | int) -> np.ndarray:
    """Return the integrated rates at which a process first fires: the exponentials at its addresses."""
    number = streams.named_stream(stream) if isinstance(stream, str) else stream
    key = streams.key_of_seed(SEED)
    return np.array([streams.exponential(key, replicate, number, 0) for replicate in range(REPLICATES)])


def test_constant_hazard_arrives_exactly_when_due() -> None:
    """Would catch a hazard tossed per step, a wrong address, a rate in the wrong unit."""
    table = ds.simulate(quiet(**NEVER_HAND_OFF, hazards=[hazard(rate=0.05)]), REPLICATES, SEED).records
    due = first_thresholds("hazard:a") / 0.05 * YEAR
    assert (table["months"] == 240).tolist() == (due > 240).tolist()
    np.testing.assert_allclose(table["months"], np.minimum(due, 240), rtol=0, atol=1e-9)


@pytest.mark.parametrize("reviews", [None, 0.1])
@pytest.mark.parametrize(("growth", "gap"), [(0.4, 1.0), (0.4, 0.0), (2.0, 1.0)])
def test_growing_hazard_arrives_exactly_when_due(growth: float, gap: float, reviews: float | None) -> None:
    """Would catch a hazard frozen over a step, and integrals that depend on how time is stepped (δ = 2e-6)."""
    rate = 0.6 * 10.0 ** (-2.0 * growth)

    def integral(C: float) -> float:
        def density(c: float) -> float:
            return rate / YEAR * 10.0 ** (growth * min(max(c - gap, 0.0), 3.0)) / explosion_pace(c)

        parts = [0.0, *(corner for corner in (gap, gap + 3.0) if 0.0 < corner < C), C]
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


def hazard_of_a_race(C: float, A: float, at_edge: float, scale: float) -> float:
    """Return the integrated hazard from the AIs in a race up to capability C at goodness A: P·h(A − C) dt = h dC.

    It grows by a factor of e for each ``scale`` on both sides of the edge, up to e⁷ of what it is there.
    """
    growing = at_edge * scale * (exp(min((C - A) / scale, 7.0)) - exp(-A / scale))
    return growing + at_edge * exp(7.0) * max(C - A - 7.0 * scale, 0.0)


@pytest.mark.parametrize("scale", [0.3, 0.05])
def test_ai_catastrophe_comes_exactly_when_due(scale: float) -> None:
    """Would catch a hazard from the AIs that is off at the edge or beyond e⁷, or frozen over a step (δ = 1e-5)."""
    A, at_edge = 0.6, 0.6 / scale
    changes = {
        **NO_BASIN,
        "goodness.broad_alignment": start(A),
        "basin.hazard_at_edge": at_edge,
        "basin.hazard_scale": scale,
    }
    table = ds.simulate(quiet(**MEDIAN_EXPLOSION, **changes), REPLICATES, SEED).records
    assert (table["outcome"] == "ai_takeover").all()
    assert 20 < (table["C"] < A).sum() < 180  # some inside, some outside
    found = [hazard_of_a_race(C, A, at_edge, scale) for C in table["C"]]
    np.testing.assert_allclose(found, first_thresholds(streams.AI_CATASTROPHE), rtol=0, atol=1e-5)


def test_overtaking_comes_exactly_when_its_draw_says() -> None:
    """Would catch an edge that is drawn anew, a rival on our clock, or danger before its own draw (δ = 1e-6)."""
    lead, edge, sd, danger = 2.0, -1.0, 0.8, 0.5
    changes = {
        "rival.mode": "takeoff",
        "rival.lead": lead,
        "rival.edge": edge,
        "rival.edge_sd": sd,
        "rival.danger_at": danger,
    }
    table = ds.simulate(quiet(**NEVER_HAND_OFF, **changes), REPLICATES, SEED).records
    key = streams.key_of_seed(SEED)
    draws = np.array([streams.normal_pair(key, replicate, streams.RIVAL_EDGE, 0) for replicate in range(REPLICATES)])
    needed = np.maximum(-(edge + sd * draws[:, 0]), danger * np.exp(0.7 * draws[:, 1]))
    np.testing.assert_allclose(table["months"], lead + np.maximum(needed, 0.0), rtol=0, atol=1e-6)
    np.testing.assert_allclose(table["R"], np.maximum(needed, 0.0), rtol=0, atol=1e-6)


# ---- C31: marks of two hazards -----------------------------------------------------------------------------


def test_marks_of_two_hazards_are_independent() -> None:
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


def test_counts_of_two_hazards_are_poisson() -> None:
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
def test_handled_if_aligned_capability_just_reaches_it(severity: float, handled: bool) -> None:
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
    "changes",
    [
        {"capability.exponent": 0.25, "capability.initial_speedup": 12, "capability.stabilise_at": 3},
        {"capability.law": "constant_returns", "capability.initial_speedup": 32, "capability.returns": 3.6,
         "capability.parallel_returns": 0.6, "capability.stabilise_at": 5},
    ],
)  # fmt: skip
def test_growth_times_with_reviews_and_generations(changes: dict[str, Any]) -> None:
    """Would catch a path that depends on who looks at it on the way: months to 1e-6, relative."""
    k = changes.get("capability.exponent") or 8 * 0.6 * (1 - 1 / 3.6) * log(2) / log(10)
    start = changes["capability.initial_speedup"] / 24.0
    exact = -expm1(-k * log(10.0) * changes["capability.stabilise_at"]) / (start * k * log(10.0))
    assert months_to_the_end(quiet(**changes, **DEFAULT_REVIEWS), "stabilised") == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize(
    ("changes", "exact"),
    [
        ({"capability.law": "constant_returns", "capability.returns": 2.4, "capability.initial_speedup": 8}, 3.0914912),
    ],
)
def test_blow_up_ends_as_an_event(changes: dict[str, Any], exact: float) -> None:
    """Would catch infinities and endless steps where pace diverges: the run ends at 1,000 py as ridden out (C08)."""
    scenario = quiet(**changes, **{"capability.fizzle_pace": 1, "capability.settle": 0})
    assert months_to_the_end(scenario, "ridden_out") == pytest.approx(exact, rel=1e-6)


def test_milestones_reproduce_the_published_gap() -> None:
    """Would catch milestones interpolated linearly: 19 human-only years at 25 to 250 times are 0.297057 years."""
    scenario = quiet(**{"capability.law": "milestones", "capability.stabilise_at": 9.5})
    exact = 19.0 * (1 / 25 - 1 / 250) / log(250 / 25)
    assert exact == pytest.approx(0.297057, abs=5e-7)
    assert months_to_the_end(scenario, "stabilised") / YEAR == pytest.approx(exact, rel=1e-6)


def test_the_takeoff_is_over_where_pace_is_down_to_the_recent() -> None:
    """Would catch a fizzle tested on the pace that effort leaves, before the peak, or per month instead of per year."""
    changes = {"capability.law": "software_explosion", "capability.initial_speedup": 20, "capability.fizzle_pace": 1,
               "capability.settle": 0}  # fmt: skip
    row = ds.simulate(quiet(**changes), 1).records.iloc[0]
    exact = brentq(lambda C: explosion_pace(C) - 1 / YEAR, 11 * (1 - 1 / 1.2), 11.0 - 1e-9, xtol=1e-14)
    assert row["outcome"] == "ridden_out"
    assert row["C"] == pytest.approx(exact, abs=1e-9)
    assert row["months"] == pytest.approx(explosion_months(exact), rel=1e-6)


def test_defence_bought_time_and_lead() -> None:
    """Would catch wrong signs or units in equations (9), (10) and (12), all with closed forms at constant pace."""
    share, returns, decay, cap, b = 0.3, 0.8, 2.0, 5.0, 0.5
    changes = {
        "strategy.defence_share": share,
        "strategy.time_buying_share": 0.05,
        "defence.returns": returns,
        "defence.decay": decay,
        "time_buying.max_rate": b,
        "time_buying.capability_half": 1e-12,
        "time_buying.max_bought": cap,
        "rival.mode": "takeoff",
        "rival.lead": 3,
        "rival.speed": 0.5,
        "rival.edge": -1e6,
    }
    for horizon in (2.0, 12.0):
        row = ds.simulate(quiet(**changes, horizon=horizon), 1).records.iloc[0]
        D = share * returns * YEAR / decay * -expm1(-decay / YEAR * horizon)
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


def test_aggregate_tax() -> None:
    """Would catch a tax that falls with goodness instead of capability, or that wasteful work makes dearer here."""
    tau, decline = 0.8, 0.3
    changes = {
        "tax.broad_alignment": 0.6,
        "tax.capability_profile": 0.2,
        "tax.decline": decline,
        "goodness.waste": 3,
        "capability.stabilise_at": 5,
    }
    row = ds.simulate(quiet(**changes), 1).records.iloc[0]
    exact = tau * -expm1(-decline * log(10) * 5) / (decline * log(10))
    assert row["aggregate_tax_months"] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("changes", [{}, {"generations.accept": 0.6, "goodness.broad_alignment": 0.9}])
@pytest.mark.parametrize("name", ["baseline", "rushed-handoff", "single-deadline"])
def test_delay_is_what_the_clock_says(name: str, changes: dict[str, Any]) -> None:
    """Would catch delay lost or counted twice: its kinds add up to t − t_handoff − untaxed time to the same C."""
    scenario = ds.load(name).with_(**changes, **{"scheming.at_handoff": 0, "scheming.rate": 0})
    table = ds.simulate(scenario, 150, seed=8).records
    table = table[table["handoff_month"].notna()]
    assert len(table) > 100
    if changes:
        assert table["retrainings"].sum() > 50
    booked = table["delay_goodness"] + table["delay_buying"] + table["delay_defence"]
    slower = 20.0 / scenario.value("capability.initial_speedup")
    untaxed = [slower * explosion_months(C) for C in table["C"]]
    np.testing.assert_allclose(table["months"] - table["handoff_month"] - untaxed, booked, rtol=0, atol=2e-6)


# ---- the deterministic race against a deadline -------------------------------------------------------------


def on_target(tau_A: float, tau_W: float, **changes: Any) -> dict[str, Any]:
    """Return the changes for AIs that hold their margin with nothing in the way: no width, noise or drift."""
    return {
        "goodness.broad_alignment": start(0.2),
        "goodness.capability_profile": start(0.2),
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
    ("tau_A", "tau_W", "waste"), [(0.01, 0.02, 1), (0.15, 0.15, 1), (0.5, 1.5, 1), (0.5, 1.5, 3), (5.0, 5.0, 1)]
)
@pytest.mark.parametrize("law", ["exponential", "software_explosion"])
def test_race_against_a_deadline(law: str, tau_A: float, tau_W: float, waste: float) -> None:
    """Would catch a tax that is not (1 + τ·waste^{1 − .2}) times the untaxed time, or a deadline missed by a hair."""
    growth = MEDIAN_EXPLOSION if law == "software_explosion" else {}
    untaxed = explosion_months(5.0) if growth else 5.0
    tau = (tau_A + tau_W) * waste**0.8  # of AIs whose profile is .2 py ahead
    needed = (1.0 + tau) * untaxed
    changes = {**growth, **on_target(tau_A, tau_W, **{"goodness.waste": waste})}
    for factor, how in ((1 - 2e-6, "rival_catastrophe"), (1 + 2e-6, "stabilised")):
        scenario = quiet(**changes, **{"rival.lead": needed * factor})
        row = ds.simulate(scenario, 1).records.iloc[0]
        assert row["outcome"] == how
        assert row["months"] == pytest.approx(needed, rel=3e-6)
    assert row["delay_goodness"] == pytest.approx(tau * untaxed, rel=1e-5)
    assert row["minimum_margin"] == pytest.approx(0.2, abs=1e-6)
    assert row["in_basin_throughout"]


def test_a_component_without_tax_keeps_in_step() -> None:
    """Would catch a free component that falls behind because it gets no work: (1 + τ) holds with τ_W = 0 too."""
    row = ds.simulate(quiet(**on_target(0.3, 0.0), **{"rival.lead": 1.01 * 1.3 * 5.0}), 1).records.iloc[0]
    assert row["outcome"] == "stabilised"
    assert row["months"] == pytest.approx(1.3 * 5.0, rel=2e-3)  # the least tax, 1e-3 py per py, is paid


@pytest.mark.parametrize("bought", [0.0, 0.25, 0.5])
def test_bought_time_moves_the_deadline_by_as_much(bought: float) -> None:
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
def test_ties(changes: dict[str, Any], how: str, engine: Any) -> None:
    """Would catch times compared a rounding apart, or an order of priority other than the documented one (C32)."""
    table = ds.simulate(quiet(**changes), 20, engine=engine).records
    assert set(table["outcome"]) == {how}
    assert table["months"].nunique() == 1


@pytest.mark.parametrize("engine", ["compiled", "events"])
def test_fifth_generation_comes_at_exactly_four(engine: Any) -> None:
    """Would catch > for ≥ and sums of 0.8 that miss 4 (C20's trap): the successor at 4.0 still counts."""
    scenario = quiet(**{"generations.step": 0.8, "horizon": 4})
    row = ds.simulate(scenario, 1, engine=engine).records.iloc[0]
    assert row["generations"] == 5
    assert row["C"] == 4.0
    assert row["months"] == pytest.approx(4.0, abs=1e-12)


def test_recipe_sees_a_wrong_answer() -> None:
    """Would catch a recipe that accepts anything: a count 8.1 standard errors off and a rare event twice as rare."""
    n, p = 10_000, 0.3
    off = int(n * (p + 1.01 * (TOLERANCE + MISS) * sqrt(p * (1.0 - p) / n)))
    assert share_is_right(int(n * p), n, p)
    assert not share_is_right(off, n, p)
    assert share_is_right(4, n, 4e-4)
    assert not share_is_right(25, n, 4e-4)
    uniform = np.linspace(0.5, 999.5, 1_000) / 1_000
    law = Law("uniform", column("u"), lambda u: u)
    assert law.judge(pd.DataFrame({"u": uniform})).holds
    assert not law.judge(pd.DataFrame({"u": uniform**1.3})).holds


def test_where_there_is_nothing_to_compare_nothing_is_shown_to_hold() -> None:
    """Would catch an answer that passes, or breaks off, because none of few replicates bears on it."""
    nobody = pd.DataFrame({"u": np.array([])})
    answers = (Mean("mean", column("u"), 0.5, 1.0), Law("law", column("u"), lambda u: u), Number("u", column("u"), 0.5))
    assert [answer.judge(nobody) for answer in answers] == [NOTHING_TO_COMPARE] * 3


# ---- what has been wrong once -------------------------------------------------------------------------------

FILLED_IN = {
    "goodness.capability_profile": start(-1),
    "handoff.fill_in_profile": 0.5,
    "handoff.human_share": 0.1,
    "capability.stabilise_at": 2,
    "rival.mode": "takeoff",
    "rival.lead": 10,
    "rival.edge": -1e6,
    "horizon": 1,
}


def test_what_humans_fill_in_counts_to_the_end() -> None:
    """Would catch an aligned capability at the end without what humans supply, and AIs who stabilise by it."""
    row = ds.simulate(quiet(**FILLED_IN), 1).records.iloc[0]
    assert row["outcome"] == "unresolved"
    assert row["Q"] == pytest.approx(min(0.5, row["C"]))
    assert row["W"] < row["Q"]
    assert row["lead"] == pytest.approx(10.0 - row["months"] + row["Q"])
