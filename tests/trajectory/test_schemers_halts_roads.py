"""Schemers who are found, halts in vain, the end that comes before a successor, and the roads by which runs fail."""

import math
from itertools import pairwise, permutations
from types import SimpleNamespace
from typing import Any

import pytest

from deference_sim import streams
from deference_sim.engines.events import World
from deference_sim.model.parameters import Blocks
from deference_sim.model.roads import AT_START, BY_INFECTION, BY_SCHEMING, BY_SUCCESSOR, OUTRUN, ROADS, STAYED, shake
from deference_sim.model.scheming import onset_rate
from deference_sim.trajectory.state import stocks_in

from ..model.helpers import SEED, Plain, Watched, quiet, run, run_one, steady, watch

KEY = streams.key_of_seed(SEED)
ROAD_NAMES = tuple(ROADS)
REVIEWS = {"review_interval": 0.5, "review_work": None}
NO_REVIEW = {"review_interval": None, "review_work": None}

# ---- schemers ---------------------------------------------------------------------------------------------


def found_schemers(replicate: int, recovery: float) -> Watched:
    """Schemers from the handoff on, found at 1.5 a month; reviews each half month."""
    blocks = quiet(
        horizon=20.0,
        capability=steady(1.0),
        generations={"step": 99.0},
        evaluation=REVIEWS,
        scheming={"at_handoff": 1.0, "detection": 1.5, "recovery": recovery, "half": 1e9},
        goodness={"broad_alignment": 0.8, "capability_profile": 50.0},
        tax={"broad_alignment": 0.3},
        # No company ignores a showdown.
        strategy={"policy": "fixed", "goodness_share": 0.5, "advice_ignored": 1.0},
    )
    return watch(blocks, replicate)


def test_what_keeps_ais_from_scheming_is_their_alignment_alone() -> None:
    """Would catch a margin that is the smaller of both components: wisdom is no reason to be loyal."""
    run_ = Plain(quiet(capability=steady(1.0), scheming={"rate": 0.5, "margin_scale": 0.4})).hand_off()
    rates = {}
    for alignment in (0.2, 0.9):
        for profile in (-1.0, 0.1, 5.0):
            run_.state.A, run_.state.W = run_.state.C + alignment, run_.state.C + profile
            rates[alignment, profile] = onset_rate(run_.state, run_.p, stocks_in(run_.state))
    for alignment in (0.2, 0.9):
        assert rates[alignment, -1.0] == rates[alignment, 0.1] == rates[alignment, 5.0] > 0.0
    assert rates[0.9, 0.1] / rates[0.2, 0.1] == pytest.approx(math.exp(-0.7 / 0.4), rel=1e-12)


@pytest.mark.parametrize("recovery", [0.0, 1.0])
def test_a_showdown_comes_at_the_review_after_the_finding_and_only_then(recovery: float) -> None:
    """Would catch: a showdown without a finding, at the finding itself, or a chance tossed anew at each review."""
    for replicate in range(12):
        run_ = found_schemers(replicate, recovery)
        (found,) = run_.times("schemers found")
        assert found == pytest.approx(streams.exponential(KEY, replicate, streams.DETECTION, 0) / 1.5, rel=1e-9)
        due = 0.5 * math.ceil(found / 0.5)
        (showdown,) = run_.times("showdown won" if recovery else "showdown lost")
        assert showdown == pytest.approx(due, abs=1e-9)
        assert ROAD_NAMES[run_.record.road] == "scheming"
        if recovery:
            assert run_.times("halted")[0] == showdown
            halted, *_ = run_.entries("halted")
            assert run_.entries("schemers found")[0].V > 0.0
            assert (halted.A, halted.V) == (pytest.approx(0.8, abs=1e-9), 0.0)  # what was pretended is gone
        else:
            assert (run_.record.outcome, run_.record.months) == ("ai_takeover", showdown)


def test_schemers_who_are_not_found_meet_no_showdown_and_rule_in_the_end() -> None:
    for stabilise_at, months in ((2.0, 2.0), (None, 20.0)):
        blocks = quiet(
            horizon=20.0,
            capability=steady(1.0) | {"stabilise_at": stabilise_at},
            evaluation=REVIEWS,
            scheming={"at_handoff": 1.0, "detection": 0.0},
        )
        found = watch(blocks)
        assert not [line for line in found.log if line.event.startswith("showdown")]
        assert (found.record.outcome, found.record.months) == ("ai_takeover", pytest.approx(months))


@pytest.mark.parametrize("successors", [False, True])
def test_what_schemers_gain_is_pretended(successors: bool) -> None:
    """The margin found rises while true alignment, A - V, does not; without schemers it would.

    Would catch: schemers whose work on alignment is real, successors of theirs who are better by luck.
    """
    changes: dict[str, Any] = {
        "capability": steady(0.5),
        "goodness": {"broad_alignment": 0.8, "capability_profile": 50.0, "profile_ratio": 0.0},
        "tax": {"broad_alignment": 0.3},
        "evaluation": REVIEWS,
        "strategy": {"policy": "fixed", "goodness_share": 0.5 if successors else 1.0},
        "generations": {"step": 0.25, "alignment_sd": 0.3 if successors else 0.0},
    }
    for replicate in range(4):
        honest = watch(quiet(2.9, **changes), replicate).entries("reviewed")
        reviews = watch(quiet(2.9, **changes, scheming={"at_handoff": 1.0, "detection": 0.0}), replicate).entries(
            "reviewed"
        )
        true, shown = ([line.A - line.V for line in reviews], [line.margin_estimate for line in reviews])
        assert all(later <= sooner + 1e-9 for sooner, later in pairwise(true))
        assert shown == pytest.approx([line.margin_estimate for line in honest], abs=1e-9)
        if not successors:
            assert true == pytest.approx([0.8] * len(true), abs=1e-9)
            assert all(later > sooner for sooner, later in pairwise(shown))


# ---- tests age --------------------------------------------------------------------------------------------


def test_test_work_ages_with_capability_not_with_time() -> None:
    """A trial at half a py a month for 3 months; then 3 py of growth, at any pace, leave 1/e of its tests."""
    for pace in (0.25, 1.0):
        blocks = quiet(
            capability=steady(pace) | {"stabilise_at": 3.0},
            evaluation=NO_REVIEW | {"trial_fraction": 0.5},
            handoff={"human_tests": 0.0},
            generations={"step": 99.0},
        )
        found = watch(blocks)
        (handoff,) = found.entries("handed off")
        assert handoff.T == pytest.approx(1.5, abs=1e-9)
        assert found.record.outcome == "stabilised"
        assert found.record.T == pytest.approx(1.5 * math.exp(-1.0), rel=1e-6)


# ---- the end before a successor ---------------------------------------------------------------------------


def test_no_successor_is_trained_at_the_instant_that_stabilises() -> None:
    """The successor there would take the AIs out of the basin. Would catch a run that ends well or not by a draw."""
    blocks = quiet(
        capability=steady(1.0) | {"stabilise_at": 1.0},
        goodness={"broad_alignment": 1.5, "capability_profile": 1.5},
        generations={"step": 1.0, "alignment_loss": 1e9},
    )
    record = run_one(blocks)
    assert (record.outcome, record.generations, ROAD_NAMES[record.road]) == ("stabilised", 0, "stayed")


# ---- halts in vain ----------------------------------------------------------------------------------------


def low_margin(resume_above: float) -> Blocks:
    """A margin of .5 that growth wears down; what humans add at most is .81 py, halved at 2 py of capability."""
    return quiet(
        horizon=12.0,
        capability=steady(0.5),
        goodness={"broad_alignment": 1.0, "capability_profile": 50.0},
        basin={"exists": 0.0, "width": 1e12},
        evaluation=REVIEWS,
        generations={"step": 99.0},
        handoff={"halt_below": 0.3, "resume_above": resume_above, "human_tests": 0.0},
    )


@pytest.mark.parametrize(("resume_above", "first"), [(0.8, [1.5]), (0.9, [])])
def test_a_halt_that_is_in_vain_is_not_advised(resume_above: float, first: list[float]) -> None:
    """At the first low margin, .25 at C = .75, humans could still add .81·2^{-.375} = .625 py: .875 in all."""
    assert watch(low_margin(resume_above)).times("halted")[:1] == pytest.approx(first)


def test_a_halt_that_becomes_vain_is_given_up_once() -> None:
    """What humans repair is lost in the halt. Would catch: a halt for ever, one that is taken up again at once."""

    def spoil(world: World) -> Any:
        yield world.timeout(3.1)
        world.change(A=-1.0)

    found = watch(low_margin(0.8), processes=[spoil])
    assert found.times("halted") == pytest.approx([1.5])
    assert found.times("halt given up") == pytest.approx([3.5])
    assert found.record.halts == 1
    assert not found.times("resumed")
    assert found.record.C > 4.0


@pytest.mark.parametrize(("profile", "halts"), [(-5.0, 0), (0.3, 1)])
def test_a_halt_is_in_vain_where_what_humans_teach_stays_below_the_strategy_they_supply(
    profile: float, halts: int
) -> None:
    """They supply .6 py and ask for .7; they could teach .81 py more at most, on a profile of -5 to no use."""
    blocks = quiet(
        horizon=2.0,
        capability=steady(0.1),
        goodness={"broad_alignment": 5.0, "capability_profile": profile},
        basin={"exists": 0.0, "width": 1e12},
        evaluation=REVIEWS,
        generations={"step": 99.0},
        handoff={
            "halt_below": 0.65,
            "resume_above": 0.7,
            "human_tests": 0.0,
            "human_share": 0.1,
            "fill_in_profile": 0.6,
        },
    )
    assert len(watch(blocks).times("halted")[:1]) == halts


# ---- roads ------------------------------------------------------------------------------------------------


def test_of_several_roads_at_one_instant_the_first_in_order_counts() -> None:
    order = [BY_SCHEMING, AT_START, BY_SUCCESSOR, BY_INFECTION, OUTRUN]
    assert order == sorted(order)
    for taken in permutations(order, 3):
        state = SimpleNamespace(shaken_by=STAYED)
        for road in taken:
            shake(state, road)
        assert state.shaken_by == min(taken)


@pytest.mark.parametrize(("margin", "schemers", "road"), [(-0.1, 0.0, "start"), (-0.1, 1.0, "scheming")])
def test_schemers_go_before_a_bad_start(margin: float, schemers: float, road: str) -> None:
    goodness = {"broad_alignment": margin, "capability_profile": 1.0}
    record = run_one(quiet(horizon=1.0, goodness=goodness, scheming={"at_handoff": schemers, "detection": 0.0}))
    assert (ROAD_NAMES[record.road], record.ever_schemed) == (road, schemers)


def test_a_successor_who_is_outside_goes_before_the_deadline_of_that_instant() -> None:
    """The run ends by the missed deadline, but what failed first in the order of the instant was deference."""
    changes: dict[str, Any] = {
        "capability": steady(1.0),
        "goodness": {"broad_alignment": 1.5, "capability_profile": 1.5},
        "rival": {"mode": "deadline", "lead": 1.0, "handle_at": 9.0},
    }
    for loss, road in ((1e9, "successor"), (0.0, "rival")):
        record = run_one(quiet(**changes, generations={"step": 1.0, "alignment_loss": loss}))
        assert (record.outcome, record.months, ROAD_NAMES[record.road]) == ("rival_catastrophe", 1.0, road)


@pytest.mark.parametrize(
    "handoff",
    [
        {"at": 1.0, "when_lead_below": -1e9},  # by the clock, after reviews at 0, .3, .6 and .9
        {"when_margin_above": -1e9},  # by a review
        {},
    ],
)
def test_who_is_outside_at_the_start_is_judged_by_the_handoffs_own_review(handoff: dict[str, Any]) -> None:
    """Would catch: the review before the handoff, or one after it, in place of its own."""
    blocks = quiet(
        horizon=3.0,
        goodness={"broad_alignment": -0.1, "capability_profile": -0.1},
        evaluation={"review_interval": 0.3, "review_work": None, "noise": 0.5},
        strategy={"target": 0.0},
        handoff=handoff,
    )
    records = run(blocks, 200)
    assert {ROAD_NAMES[road] for road in records["road"]} == {"start"}
    assert records["believed_safe"].tolist() == (records["handoff_estimate"] >= 0.0).tolist()
    assert 40 < records["believed_safe"].sum() < 160
