"""Mechanisms one at a time in an otherwise quiet world, against closed forms."""

import math
from typing import Any

import pytest
from scipy import integrate, stats

from deference_sim import streams
from deference_sim.model.evaluation import lost_to_noise
from deference_sim.model.human import human_curve

from ..model.helpers import SEED, quiet, run, run_one, steady

KEY = streams.key_of_seed(SEED)
NO_REVIEW = {"review_interval": None, "review_work": None}
STANDING_STILL: dict[str, Any] = {"strategy": {"policy": "fixed", "goodness_share": 1.0}, "basin": {"exists": 0.0}}


@pytest.mark.parametrize("tax", [0.3, 1.0, 3.0, 10.0])
def test_the_tax_is_a_slowdown(tax: float) -> None:
    """Time to a level is 1 + τ times the untaxed time. Would catch: shares that act otherwise than linearly."""
    blocks = quiet(
        capability=steady(0.5) | {"stabilise_at": 3.0},
        goodness={"broad_alignment": 0.5, "capability_profile": 0.5},
        tax={"broad_alignment": 0.6 * tax, "capability_profile": 0.4 * tax},
        basin={"width": 1e-3},
        strategy={"policy": "margin_target", "target": 0.5},
        evaluation=NO_REVIEW,
        generations={"step": 99.0},
    )
    record = run_one(blocks)
    assert (record.outcome, record.months) == ("stabilised", pytest.approx(6.0 * (1.0 + tax), rel=1e-6))


def test_a_rival_overtakes_at_the_first_instant_at_which_it_is_dangerous_and_within_the_edge_of_the_run() -> None:
    """Would catch: an edge with the wrong sign or drawn again, danger forgotten, a toss at every moment."""
    pace, lead = 0.5, 2.0
    rival = {"mode": "takeoff", "lead": lead, "speed": 2.0, "edge": 0.5, "edge_sd": 0.5, "danger_at": 1.0}
    records = run(quiet(capability=steady(pace), rival=rival | {"catastrophe": 0.5}), 60)
    waited_for_danger = 0
    for replicate, record in enumerate(records):
        z_edge, z_danger = streams.normal_pair(KEY, replicate, streams.RIVAL_EDGE, 0)
        within = 2.0 * lead - (0.5 + 0.5 * z_edge) / pace
        dangerous = lead + math.exp(0.7 * z_danger) / (2.0 * pace)
        waited_for_danger += dangerous > within
        assert record["months"] == pytest.approx(max(within, dangerous), rel=1e-6)
        fatal = streams.uniform(KEY, replicate, streams.OVERTAKING, 0) < 0.5
        assert record["outcome"] == (4 if fatal else 5)
    assert 5 < waited_for_danger < 55


@pytest.mark.parametrize("apart", [0.0, 0.05, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("spread", [0.05, 0.4, 2.0])
def test_what_the_smaller_of_two_noisy_numbers_loses(apart: float, spread: float) -> None:
    """By quadrature. The formula for Φ errs by 7.5e-8 at most, so this by 7.5e-8 of how far they are apart."""
    lost, _ = integrate.quad(lambda z: (spread * z - apart) * stats.norm.pdf(z), apart / spread, 40.0, epsabs=1e-12)
    assert lost_to_noise(apart, spread) == pytest.approx(lost, rel=1e-9, abs=7.5e-8 * apart + 1e-9 * spread)
    assert lost_to_noise(apart, 0.0) == 0.0


def test_human_work_is_one_integral_across_the_handoff() -> None:
    """Three months before, then two in partial deference. Would catch a curve that begins anew at the handoff."""
    blocks = quiet(
        5.0,
        capability=steady(0.5),
        goodness={"broad_alignment": 1.0, "capability_profile": 1.2},
        handoff={"at": 3.0, "human_tests": 0.0, "human_share": 0.4},
        numerics={"tolerance": 1e-10},
        **STANDING_STILL,
    )
    record = run_one(blocks)
    assert pytest.approx(3.8, abs=1e-9) == record.H
    gained = human_curve(3.8) - human_curve(0.0)
    assert pytest.approx(1.0 + gained, abs=1e-7) == record.A
    assert pytest.approx(1.2 + gained, abs=1e-7) == record.W


@pytest.mark.parametrize("capability", [-0.5, 0.0, 0.3, 0.8, 1.5])
def test_the_margin_at_handoff_is_best_at_the_best_capability(capability: float) -> None:
    """Whether AIs are that capable already or are first made so. Would catch a loss with the wrong sign.

    The step that ends at the corner takes its last slope from beyond it, which costs 6.3e-7 py.
    """
    given = {"broad_alignment": 1.0, "best_capability": 0.3, "loss_above": 0.5, "loss_below": 0.3}
    blocks = quiet(9.0, goodness=given, handoff={"capability": capability}, capability=steady(0.5), **STANDING_STILL)
    record = run_one(blocks)
    lost = 0.5 * max(capability - 0.3, 0.0) + 0.3 * max(0.3 - capability, 0.0)
    assert pytest.approx(capability + 1.0 - lost, abs=1e-6) == record.A


def test_schemers_who_are_never_found_only_pretend_to_work_on_alignment() -> None:
    """True A, which is A - V, gains nothing while A as it is shown rises. Would catch sabotage that helps."""
    blocks = quiet(
        3.0,
        capability=steady(0.5),
        goodness={"broad_alignment": 1.0, "capability_profile": 1.0},
        tax={"broad_alignment": 0.5, "capability_profile": 0.5},
        strategy={"policy": "fixed", "goodness_share": 0.6},
        scheming={"at_handoff": 1.0, "detection": 0.0},
    )
    record = run_one(blocks)
    assert record.V > 0.5
    assert record.A - record.V == pytest.approx(1.0, abs=1e-9)
    assert (record.outcome, record.in_basin, record.ever_schemed) == ("ai_takeover", 0, 1)
