"""Delay, lead and slack: the months that decisions are about, and the shares of effort that they lead to."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate

from deference_sim.model import state as states
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate, tax_estimate, unknown_margin
from deference_sim.model.growth import own_pace
from deference_sim.model.parameters import Blocks
from deference_sim.model.rival import aligned_capability, lead_months, rival_clock, rival_pace
from deference_sim.model.strategy import (
    alignment_weight,
    buying_scale,
    decide,
    end_of_the_way,
    margin_to_aim_at,
    months_left,
    months_to_danger,
    set_shares,
    slack,
    wasteful,
)
from deference_sim.model.tax import total_tax

from .helpers import Plain, quiet, run, run_one, steady, watch
from .random_arguments import plain_rows, random_parameters, random_states

DELAYS = ("goodness", "buying", "defence", "tests", "halts")


def quad(function: Any, start: float, end: float, points: Any = None) -> float:
    found, _ = integrate.quad(function, start, end, epsabs=1e-13, epsrel=1e-12, limit=500, points=points)
    return float(found)


# ---- delay ------------------------------------------------------------------------------------------------

DELAYED: dict[str, dict[str, Any]] = {
    "baseline": {},
    "heavy tax": {"tax": {"broad_alignment": 1.5}},
    "fixed": {"strategy": {"policy": "fixed"}, "handoff": {"at": 0.7}},
    "safety case": {"strategy": {"policy": "safety_case", "gate": 0.6}},
    "race": {"strategy": {"policy": "race"}},
    "tests in a hurry": {"evaluation": {"tests_share": 0.1}, "rival": {"lead": 1.0}},
    "schemers": {"scheming": {"at_handoff": 0.5, "rate": 0.3, "detection": 2.0, "recovery": 1.0, "half": 9.0}},
    "no lead at all": {"rival": {"lead": 0.0, "catastrophe": 0.5}},
    "successors sent back": {"generations": {"accept": 0.9, "alignment_sd": 0.5, "retrain": 0.5}},
    "company insists": {"strategy": {"min_capability_share": 0.6}, "tax": {"broad_alignment": 1.0}},
    "halts": {
        "handoff": {"halt_below": 0.3, "resume_above": 0.6, "min_halt": 0.5},
        "goodness": {"broad_alignment": 0.9},
    },
    "milestones": {"capability": {"law": "milestones"}},
}


@pytest.mark.parametrize("name", DELAYED)
def test_delay_is_the_time_since_handoff_less_the_untaxed_time(name: str) -> None:
    """Per replicate, whatever its end. Would catch: time booked at the wrong shares, twice, or left out."""
    blocks = Blocks.model_validate({"numerics": {"tolerance": 1e-9}} | DELAYED[name])
    p = Plain(blocks).p
    corners = [x for x in p.capability_milestones_x if x > 0.0] if name == "milestones" else []
    for record in run(blocks, 25):
        points = [x for x in corners if x < record["C"]] or None
        untaxed = quad(lambda C: 1.0 / own_pace(p, C), 0.0, record["C"], points)
        delay = sum(record[f"delay_{part}"] for part in DELAYS)
        assert delay == pytest.approx(record["months"] - record["handoff_month"] - untaxed, abs=1e-6)


def test_delay_goes_to_what_it_was_spent_on() -> None:
    """Constant shares: each part is its share of the time. Would catch parts exchanged."""
    blocks = quiet(
        5.0,
        capability={"initial_speedup": 2.0},
        strategy={"policy": "fixed", "goodness_share": 0.3, "time_buying_share": 0.1, "defence_share": 0.05},
        evaluation={"tests_share": 0.15},
        handoff={"at": 1.0},
    )
    record = run_one(blocks)
    found = [record.delay_goodness, record.delay_buying, record.delay_defence, record.delay_tests, record.delay_halts]
    assert found == pytest.approx([1.2, 0.4, 0.2, 0.6, 0.0], abs=1e-12)


def test_nothing_is_booked_before_handoff() -> None:
    record = run_one(quiet(5.0, handoff={"at": 9.0}))
    assert [getattr(record, f"delay_{part}") for part in DELAYS] == [0.0] * 5
    assert record.handoff_month == math.inf


def test_booking_more_often_changes_nothing() -> None:
    run_ = Plain(quiet(9.0, strategy={"policy": "fixed", "goodness_share": 0.3})).hand_off()
    run_.state.t = 2.0
    count_time(run_.state, run_.p)
    assert run_.state.delay_goodness == pytest.approx(0.6)
    count_time(run_.state, run_.p)
    assert run_.state.delay_goodness == pytest.approx(0.6)


# ---- the smallest margin ----------------------------------------------------------------------------------


# Would catch: a margin that is looked at when a step begins and when the run resolves, but not when a step ends at an
# instant that changes goodness, so that what it was just before a successor or a review is lost.
@pytest.mark.parametrize("name", ["baseline", "race", "outbreaks", "scheming"])
def test_the_smallest_margin_is_no_larger_than_any_seen(name: str) -> None:
    changes: dict[str, Any] = {
        "outbreaks": {"goodness": {"infection_rate": 0.5, "drift": 0.3}},
        "race": {"strategy": {"policy": "race"}},
        "scheming": {"scheming": {"at_handoff": 0.8, "detection": 3.0, "recovery": 1.0, "half": 9.0}},
    }
    blocks = Blocks.model_validate({"rival": {"mode": "none"}} | changes.get(name, {}))
    missed = []
    for replicate in range(30):
        found = watch(blocks, replicate, grid=np.linspace(0.0, 12.0, 601))
        margins = found.samples["G"] - found.samples["C"]
        at_events = [min(entry.A, entry.W) - entry.C for entry in found.log]
        missed.append(found.record.minimum_margin - min(margins.min(), *at_events))
    assert max(missed) < 1e-9, f"in {np.sum(np.array(missed) > 1e-9)} of 30 runs, by up to {max(missed):.3g} py"


def test_the_smallest_margin_is_one_that_was_there() -> None:
    for replicate in range(10):
        found = watch(Blocks(), replicate, grid=np.linspace(0.0, 12.0, 1201))
        margins = found.samples["G"] - found.samples["C"]
        assert found.record.minimum_margin <= margins.max() + 1e-9


# ---- lead -------------------------------------------------------------------------------------------------

RIVALS: dict[str, dict[str, Any]] = {
    "like us": {},
    "slower": {"rival": {"speed": 0.6}},
    "with hardware": {"capability": {"hardware_pace": 2.0}, "generations": {"step": 0.25, "min_time": 0.5}},
    "exponential": {"capability": {"law": "exponential", "exponent": 0.2, "initial_speedup": 10.0}},
}


@pytest.mark.parametrize("name", RIVALS)
@pytest.mark.parametrize("when", [0.5, 2.0, 6.0])
def test_lead_is_what_the_model_says(name: str, when: float) -> None:
    """L = lead + T_R(Q) - s before the take-off, T_R(Q) - T_R(R) after it, T_R by another quadrature."""
    rival = {"lead": 3.0} | RIVALS[name].get("rival", {})
    blocks = Blocks.model_validate(RIVALS[name] | {"horizon": 20.0, "rival": rival})
    run_ = Plain(blocks, 4)
    state = run_.state
    while state.t < when and run_.outcome == "":
        run_.instant(run_.flow())
    p = run_.p
    Q = min(state.C, state.A, state.W) + state.D
    assert aligned_capability(state, p) == Q
    months_to_Q = quad(lambda x, p=p: 1.0 / rival_pace(p, x), 0.0, Q)
    clock = state.clock_shift + state.t - state.bought
    assert rival_clock(state) == pytest.approx(clock, abs=1e-12)
    assert state.rival_started == (clock >= p.rival_lead - 1e-9)
    expected = p.rival_lead - clock + months_to_Q
    if state.rival_started:
        expected = months_to_Q - quad(lambda x, p=p: 1.0 / rival_pace(p, x), 0.0, state.R)
    assert lead_months(state, p) == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_lead_of_the_other_modes() -> None:
    """Against a deadline the time that is left, without a rival no end of it."""
    run_ = Plain(
        quiet(9.0, rival={"mode": "deadline", "lead": 4.0}, time_buying={"before_handoff": 0.5}, handoff={"at": 8.0})
    )
    run_.flow(t_pause=1.0)
    assert lead_months(run_.state, run_.p) == pytest.approx(3.0 + run_.state.bought, abs=1e-12)
    assert lead_months(Plain(quiet()).state, Plain(quiet()).p) == math.inf


# ---- slack ------------------------------------------------------------------------------------------------


def slack_by_quadrature(run_: Plain, research: float, scale: float) -> float:
    """What there is (the rival's way to the edge, time that is bought on ours) less what our way takes."""
    state, p = run_.state, run_.p
    end = end_of_the_way(p, state.C)
    if p.rival_mode == 1:
        end = max(min(end, p.rival_handle_at - state.D), state.C)
    paid = state.paradigm_factor * state.tax_error_factor

    def slowness(C: float) -> float:
        return (1.0 + paid * total_tax(p, C, C, C, 1.0)) / own_pace(p, C) / research

    def bought(C: float) -> float:
        return slowness(C) * (C + 0.5) / (C + 0.5 + p.time_buying_capability_half)

    needed = quad(slowness, state.C, end)
    left = p.time_buying_max_bought - state.bought
    expected = min(scale * left / p.time_buying_max_bought * quad(bought, state.C, end), left)
    waiting = max(p.rival_lead - rival_clock(state), 0.0)
    there = {1: waiting, 2: 1e12}.get(p.rival_mode)
    if there is None:
        level = max(p.rival_danger_at, end + state.D - p.rival_edge, state.R)
        there = (0.0 if state.rival_started else waiting) + quad(
            lambda R: 1.0 / rival_pace(p, R), max(state.R, 0.0), level
        )
    return max(there + state.lead_error, 0.0) + min(expected, needed) - needed


@pytest.mark.parametrize("mode", ["takeoff", "deadline", "none"])
@pytest.mark.parametrize("C", [0.0, 1.3, 4.9])
def test_slack_is_what_is_left_of_the_months(mode: str, C: float) -> None:
    """Would catch: a way without its tax or the share of research, bought time without its limit, an edge forgotten."""
    blocks = Blocks.model_validate(
        {
            "rival": {"mode": mode, "lead": 5.0, "edge": 0.7, "speed": 0.8},
            "tax": {"broad_alignment": 0.5, "decline": 0.1, "checking": 0.2},
            "evaluation": {"tax_error": 0.3, "lead_error": 1.0},
        }
    )
    for replicate in range(3):
        run_ = Plain(blocks, replicate).hand_off()
        run_.state.C, run_.state.A, run_.state.W, run_.state.bought = C, C + 0.4, C + 0.2, 7.0
        run_.state.D = 0.3
        found = slack(run_.state, run_.p, 0.9, 0.6)
        assert found == pytest.approx(slack_by_quadrature(run_, 0.9, 0.6), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("R", [-0.2, 0.4, 3.0])
def test_months_to_danger_end_where_the_rival_is_dangerous_and_within_the_edge(R: float) -> None:
    """Would catch: an edge with the wrong sign, the run's own draws, which nobody knows, in place of what is expected.

    A rival that has taken off already: its clock is up, and no waiting is left.
    """
    blocks = quiet(rival={"mode": "takeoff", "lead": 3.0, "edge": 1.0, "edge_sd": 0.5, "danger_at": 2.5})
    for end in (1.0, 3.0, 6.0):
        run_ = Plain(blocks).hand_off()
        state, p = run_.state, run_.p
        state.R, state.D, state.rival_started = R, 0.25, int(R > 0.0)
        level = max(2.5, end + 0.25 - 1.0, R)
        assert state.edge_run != p.rival_edge
        assert state.danger_run != p.rival_danger_at
        expected = quad(lambda x, p=p: 1.0 / rival_pace(p, x), max(R, 0.0), level) + (0.0 if R > 0.0 else 3.0)
        assert months_to_danger(state, p, end) == pytest.approx(expected, rel=1e-7)


def test_the_way_ends_where_it_is_stabilised_or_fizzles_or_near_the_ceiling() -> None:
    for capability, end in (
        ({"stabilise_at": 5.0}, 5.0),
        ({"stabilise_at": 99.0, "fizzle_pace": None}, 0.999 * 11.0),
        ({"stabilise_at": None, "fizzle_pace": 3.0}, None),
    ):
        p = Plain(Blocks.model_validate({"capability": capability})).p
        assert end_of_the_way(p, 0.0) == (p.fizzle_at if end is None else end)
        assert end_of_the_way(p, 10.995) == 10.995


def test_at_the_end_of_the_way_nothing_is_left_to_pay() -> None:
    run_ = Plain(Blocks()).hand_off()
    run_.state.C = 5.0
    assert months_left(run_.state, run_.p) == (0.0, 0.0)
    there = months_to_danger(run_.state, run_.p, 5.0)
    assert slack(run_.state, run_.p, 0.9, 0.5) == pytest.approx(there)


def test_the_deadline_aware_policy_aims_at_the_largest_margin_that_there_is_time_for() -> None:
    """Shares by the policy's own formula: with ample time, short of it, and where giving up goodness is in vain.

    Would catch: a price in months of another pace or tax, a floor that is not what is unknown, a gate above the aim.
    """
    seen = set()
    for lead in (0.05, 0.5, 2.0, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 50.0):
        for margin in (-0.2, 0.2, 0.5):
            blocks = Blocks.model_validate(
                {
                    "rival": {"lead": lead},
                    "strategy": {"target": 0.9, "gate": 0.2},
                    "tax": {"broad_alignment": 0.8},
                    "time_buying": {"max_rate": 0.2},
                    "evaluation": {"noise": 0.05, "persistent_error": 0.1},
                }
            )
            run_ = Plain(blocks, 2).hand_off()
            state, p = run_.state, run_.p
            state.A = state.W = state.alignment_estimate = state.profile_estimate = margin
            state.way_whole = state.race_whole = 0.0
            research = 1.0 - p.strategy_time_buying_share - p.strategy_defence_share
            left = slack_by_quadrature(run_, research, buying_scale(p, p.strategy_time_buying_share))
            tax = total_tax(p, 0.0, margin, margin, 1.0) * 2.0 ** min(max(1.0 - margin, 0.0), 1.0)
            found = margin_estimate(state, p)
            in_reach = found + left * research * own_pace(p, 0.0) / tax
            floor = min(0.9, 2.0 * math.hypot(0.05, 0.1 / math.sqrt(1.0 + state.T / 0.5)))
            aim = min(0.9, floor + abs(in_reach - floor))
            seen.add((aim == 0.9, in_reach < floor))
            wanted = min(max(tax / (1.0 + tax) + aim - found, 0.0), 1.0)
            decide(state, p)
            expected = research if found < min(0.2, aim) else research * wanted
            assert state.goodness_share == pytest.approx(expected, abs=1e-6)
            assert state.capability_share == pytest.approx(research - expected, abs=1e-6)
    assert len(seen) >= 3


@pytest.mark.parametrize("margin", [-1.0, 0.0, 0.7, 3.0])
def test_the_margin_that_is_aimed_at_moves_without_a_jump(margin: float) -> None:
    """With the months left over, from far too few to ample. Would catch: a cliff where giving up becomes vain."""
    run_ = Plain(Blocks()).hand_off()
    state, p = run_.state, run_.p
    state.alignment_estimate = state.profile_estimate = margin
    months = np.linspace(-40.0, 40.0, 80_001)
    found, tax = margin_estimate(state, p), tax_estimate(state, p, 0.0, wasteful(state, p))
    aims = np.array([margin_to_aim_at(state, p, float(m), 0.9, found, tax) for m in months])
    steepest = 0.9 * own_pace(p, 0.0) / max(tax, 1e-3)
    assert np.max(np.abs(np.diff(aims))) <= 1.001 * steepest * (months[1] - months[0])
    assert aims.min() == pytest.approx(min(2.0 * unknown_margin(state, p), p.strategy_target), abs=2e-3 * steepest)
    assert aims.max() == aims[0] == aims[-1] == p.strategy_target


# ---- shares -----------------------------------------------------------------------------------------------

SHARES = ("capability", "goodness", "time_buying", "defence", "tests")


def shares_of(state: Any) -> list[float]:
    return [getattr(state, f"{name}_share") for name in SHARES]


def test_shares_of_every_policy_are_shares() -> None:
    """Random worlds and states. Would catch: a share below 0, effort from nowhere, a division by nothing."""
    random = np.random.default_rng(5)
    P, _ = random_parameters(random, 8)
    S = random_states(random, P)
    S["phase"] = random.choice([states.PARTIAL, states.FULL, states.HALTED], len(S))
    policies = set()
    for p, state in zip(plain_rows(P), plain_rows(S), strict=True):
        decide(state, p)
        shares = shares_of(state)
        policies.add(p.strategy_policy)
        assert all(0.0 <= share <= 1.0 + 1e-12 for share in shares), shares
        assert sum(shares) == pytest.approx(1.0, abs=1e-9)
        assert 0.0 <= state.alignment_weight <= 1.0
    assert len(policies) == 5


# Uncertain shares may add up to more than all effort, which the checks of a file see only at their medians.
def test_shares_drawn_too_large_are_still_shares() -> None:
    run_ = Plain(Blocks()).hand_off()
    run_.p.strategy_time_buying_share, run_.p.strategy_defence_share = 0.8, 0.55
    decide(run_.state, run_.p)
    assert sum(shares_of(run_.state)) <= 1.0 + 1e-9


@pytest.mark.parametrize(
    ("insisted", "shares"),
    [
        (0.0, [0.3, 0.4, 0.1, 0.05, 0.15]),
        (0.5, [0.5, 0.2, 0.1, 0.05, 0.15]),
        (0.8, [0.8, 0.0, 0.1, 0.05, 0.05]),
        (0.88, [0.88, 0.0, 0.1, 0.02, 0.0]),
        (0.95, [0.95, 0.0, 0.05, 0.0, 0.0]),
        (1.0, [1.0, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_a_company_that_insists_takes_from_goodness_first(insisted: float, shares: list[float]) -> None:
    """Then from tests, defence and buying time, in this order."""
    run_ = Plain(quiet(strategy={"min_capability_share": insisted})).hand_off()
    set_shares(run_.state, run_.p, 0.3, 0.4, 0.1, 0.05)
    assert shares_of(run_.state) == pytest.approx(shares, abs=1e-12)


def test_a_race_spends_nothing_on_goodness_and_a_gate_all_of_research() -> None:
    base = {
        "strategy": {"policy": "safety_case", "gate": 0.5, "time_buying_share": 0.1, "defence_share": 0.0},
        "evaluation": {"noise": 0.0, "persistent_error": 0.0},
    }
    run_ = Plain(Blocks.model_validate(base)).hand_off()
    state = run_.state
    for estimate, shares in ((0.49, [0.0, 0.9]), (0.5, None)):
        state.alignment_estimate = state.profile_estimate = state.C + estimate
        decide(state, run_.p)
        assert shares is None or [state.capability_share, state.goodness_share] == pytest.approx(shares)
        assert (state.capability_share == 0.0) == (estimate < 0.5)
    race = Plain(Blocks.model_validate({"strategy": {"policy": "race"}})).hand_off().state
    assert race.goodness_share == 0.0


# ---- how goodness work is split ---------------------------------------------------------------------------


def weight(tax_A: float, tax_W: float, A: float, W: float, width: float = 0.25) -> float:
    blocks = quiet(tax={"broad_alignment": tax_A, "capability_profile": tax_W}, basin={"width": width})
    run_ = Plain(blocks).hand_off()
    run_.state.alignment_estimate, run_.state.profile_estimate = A, W
    return float(alignment_weight(run_.state, run_.p))


def test_goodness_work_is_split_by_tax_when_level_and_to_the_weaker_otherwise() -> None:
    """Would catch: a split on true values, the weaker component confused, ½ where a tax is 0."""
    assert weight(0.3, 0.1, 1.0, 1.0) == pytest.approx(0.75)
    assert weight(0.0, 0.0, 1.0, 1.0) == weight(0.0, 0.0, 3.0, 1.0) == 0.5
    assert weight(0.2, 0.0, 1.0, 1.0) == pytest.approx(0.2 / 0.201)  # what costs nothing is paid as 0.001
    assert weight(0.0, 0.2, 1.0, 1.0) == pytest.approx(0.001 / 0.201)
    assert weight(0.2, 0.0, 3.0, 1.0) < 0.1
    assert weight(0.1, 0.1, 1.25, 1.0) == pytest.approx(1.0 / (1.0 + math.e))
    assert weight(0.1, 0.1, 1.0, 1.25) == pytest.approx(math.e / (1.0 + math.e))
    assert weight(0.3, 0.1, 1e6, 0.0) == pytest.approx(0.0, abs=1e-300)
    assert weight(0.3, 0.1, 0.0, 1e6) == 1.0


def test_level_components_in_proportion_to_their_tax_stay_level() -> None:
    """Why the split is by tax: both then cost the same time."""
    blocks = quiet(
        2.0,
        capability=steady(0.5),
        goodness={"broad_alignment": 1.0, "capability_profile": 1.0, "reach": 1e9},
        tax={"broad_alignment": 0.6, "capability_profile": 0.2},
        strategy={"policy": "margin_target", "target": 1.0},
        basin={"width": 1e-3},
        evaluation={"review_interval": None, "review_work": None},
    )
    record = run_one(blocks)
    assert record.A == pytest.approx(record.W, abs=1e-9)
    assert record.A - record.C == pytest.approx(1.0, abs=1e-9)  # paying the tax is what keeps the margin
    assert record.C == pytest.approx(0.5 * 2.0 / 1.8, rel=1e-9)  # and makes growth 1 + τ times slower


def test_a_tax_that_cannot_be_paid_leaves_shares_that_are_numbers() -> None:
    """Would catch: an infinite lead in units of infinite months of tax, which is not a number."""
    blocks = Blocks.model_validate(
        {
            "capability": {"law": "milestones", "fizzle_pace": None, "stabilise_at": None},
            "tax": {"broad_alignment": 100.0, "decline": -2.0, "checking": 100.0},
            "strategy": {"policy": "deadline_aware"},
            "rival": {"mode": "none"},
        }
    )
    run_ = Plain(blocks, 2).hand_off()
    run_.state.paradigm_factor = 1e50
    decide(run_.state, run_.p)
    assert sum(shares_of(run_.state)) == pytest.approx(1.0, abs=1e-9)
