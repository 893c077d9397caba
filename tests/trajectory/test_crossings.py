"""Crossings: located at the right time, set exactly, once each, none missed; ties end by documented priority."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deference_sim import streams
from deference_sim.model.parameters import Blocks
from deference_sim.model.roads import ROADS
from deference_sim.model.stocks import STOCKS
from deference_sim.trajectory import crossings
from deference_sim.trajectory.crossings import crossing_time
from deference_sim.trajectory.levels import CROSSINGS
from deference_sim.trajectory.state import AT
from deference_sim.trajectory.step import continue_densely, stocks_at, take_step

from ..model.helpers import FATAL, SEED, Plain, hazard, quiet, run_one, steady, watch

ROAD_NAMES = tuple(ROADS)

# ---- times and levels -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [1e-2, 1e-6])
def test_generations_come_when_capability_is_there_and_at_exactly_that_level(tolerance: float) -> None:
    """Would catch: a level located on a straight line between steps, or left where the step happened to end."""
    growing = {"law": "exponential", "exponent": 0.25, "initial_speedup": 12.0, "stabilise_at": 4.0}
    run = watch(quiet(capability=growing, generations={"step": 0.5}, numerics={"tolerance": tolerance}))
    levels = [0.5 * n for n in range(1, 8)]  # none at the level that ends the run
    slope = 0.25 * math.log(10.0)
    due = [-math.expm1(-slope * level) / (0.5 * slope) for level in levels]
    assert [entry.C for entry in run.entries("successor deferred to")] == levels
    assert run.times("successor deferred to") == pytest.approx(due, rel=3e-6 if tolerance == 1e-6 else 1e-3)


def test_levels_that_are_no_binary_fractions_add_up() -> None:
    """At a pace of 1 py a month; would catch a level that is passed by rounding and then missed."""
    run = watch(quiet(horizon=5.0, capability=steady(1.0), generations={"step": 0.1}))
    level, levels = 0.0, []
    for _ in range(len(run.entries("successor deferred to"))):
        level += 0.1
        levels.append(level)
    assert len(levels) in (49, 50)
    assert [entry.C for entry in run.entries("successor deferred to")] == levels
    assert run.times("successor deferred to") == pytest.approx(levels, rel=1e-12)


@pytest.mark.parametrize("binding", ["C", "A", "W"])
def test_stabilised_at_exactly_the_level_of_what_binds(binding: str) -> None:
    """Would catch: bare capability in place of aligned capability; a level that is only nearly reached.

    A component of goodness binds when deference was halted outside the basin and humans repair it.
    """
    goodness = {"broad_alignment": 9.0, "capability_profile": 8.0}
    if binding != "C":
        goodness[{"A": "broad_alignment", "W": "capability_profile"}[binding]] = 1.9
    blocks = quiet(
        capability=steady(0.5) | {"stabilise_at": 2.0},
        goodness=goodness,
        basin={"width": 1e12},
        handoff={"halt_below": -0.3, "resume_above": -0.1, "human_tests": 0.0},
    )
    record = run_one(blocks)
    assert record.outcome == "stabilised"
    assert getattr(record, binding) == min(record.C, record.A, record.W) == 2.0
    assert record.halts == (binding != "C")


def test_a_takeoff_is_over_at_exactly_that_level_and_ridden_out_when_settled() -> None:
    """Would catch: months counted from another instant, growth that stops where the takeoff is over."""
    over = run_one(quiet(capability={"initial_speedup": 8.0, "fizzle_pace": 3.0, "settle": 0.0}))
    assert (over.outcome, over.C) == (
        "ridden_out",
        Plain(quiet(capability={"initial_speedup": 8.0, "fizzle_pace": 3.0})).p.fizzle_at,
    )
    for settle in (0.5, 6.0):
        record = run_one(quiet(capability={"initial_speedup": 8.0, "fizzle_pace": 3.0, "settle": settle}))
        assert (record.outcome, record.months) == ("ridden_out", pytest.approx(over.months + settle, abs=1e-9))
        assert record.C > over.C


@pytest.mark.parametrize("bought", [0.0, 0.25, 0.9])
def test_the_rival_takes_off_when_its_clock_is_up(bought: float) -> None:
    """ds/dt = 1 - b(1 - x/max) with x = t - s. Would catch: time bought twice or not at all, a take-off at R ≠ 0."""
    lead, most = 3.0, 5.0
    blocks = quiet(
        horizon=60.0,
        handoff={"at": 1e3},
        time_buying={"before_handoff": bought, "max_bought": most},
        rival={"mode": "takeoff", "lead": lead, "danger_at": 1.25},
    )
    run = watch(blocks, grid=[1.0])
    (start,) = run.entries("rival takes off")
    already = most * -math.expm1(-bought / most * start.t)
    assert start.t - already == pytest.approx(lead, abs=1e-6)
    assert start.R == pytest.approx(0.0, abs=1e-15)
    assert run.samples["R"][0] == pytest.approx((1.0 - most * -math.expm1(-bought / most) - lead) / 12.0, abs=1e-7)
    (danger,) = run.entries("rival dangerous")
    _, luck = streams.normal_pair(streams.key_of_seed(SEED), 0, streams.RIVAL_EDGE, 0)
    assert danger.R == pytest.approx(1.25 * math.exp(0.7 * luck), rel=1e-12)
    assert start.lead == pytest.approx(0.0, abs=1e-9)


OVERTAKER: dict[str, Any] = {
    "capability": {"initial_speedup": 12.0},
    "goodness": {"broad_alignment": 0.5, "capability_profile": 9.0},
    "basin": {"exists": 0.0, "width": 1e12},
    "generations": {"step": 99.0},
}


@pytest.mark.parametrize(("edge", "danger_at", "level"), [(-0.25, 0.0, 0.75), (0.2, 0.0, 0.3), (0.2, 0.9, 0.0)])
def test_overtaken_at_the_first_instant_at_which_the_rival_is_dangerous_and_near(
    edge: float, danger_at: float, level: float
) -> None:
    """Aligned capability stands at 0.5. Would catch: the edge with the wrong sign, one condition without the other."""
    rival = {"mode": "takeoff", "lead": 1.0, "edge": edge, "danger_at": danger_at, "catastrophe": 1.0}
    run = Plain(quiet(**OVERTAKER, rival=rival))
    run.to_the_end()
    assert run.outcome == "rival_catastrophe"
    assert run.state.end_Q == pytest.approx(0.5, abs=1e-9)
    assert run.state.R == pytest.approx(max(level, run.state.danger_run), abs=1e-9)


@pytest.mark.parametrize(("luck", "outcome"), [(1.0, "rival_catastrophe"), (0.0, "overtaken_safely")])
def test_what_being_overtaken_comes_to(luck: float, outcome: str) -> None:
    rival = {"mode": "takeoff", "lead": 1.0, "danger_at": 0.0, "catastrophe": luck}
    record = run_one(quiet(**OVERTAKER, rival=rival))
    assert (record.outcome, ROAD_NAMES[record.road]) == (outcome, "outrun")  # goodness stands still, so it was outrun


@pytest.mark.parametrize(("over_at", "outcome"), [(None, "rival_catastrophe"), (3.0, "ridden_out")])
def test_once_the_takeoff_is_over_no_lead_is_needed(over_at: float | None, outcome: str) -> None:
    """The rival stays behind but comes near. Would catch an edge that counts for ever: near the ceiling all are."""
    blocks = quiet(
        horizon=400.0,
        capability={"initial_speedup": 8.0, "fizzle_pace": over_at, "settle": 300.0},
        generations={"step": 99.0},
        evaluation={"review_interval": 12.0, "review_work": None},
        rival={"mode": "takeoff", "lead": 4.0, "edge": 0.5, "danger_at": 0.0, "catastrophe": 1.0},
    )
    record = run_one(blocks)
    assert record.outcome == outcome
    if over_at is None:
        assert record.R == pytest.approx(record.Q - 0.5, abs=1e-9)
    else:
        assert record.Q - 0.5 < record.R < record.Q


def test_the_margin_is_exactly_zero_when_the_basin_is_left() -> None:
    blocks = quiet(
        horizon=3.0,
        capability=steady(1.0),
        goodness={"broad_alignment": 1.3, "capability_profile": 2.0},
        basin={"width": 1e12},
    )
    run = watch(blocks)
    (exit_,) = run.entries("left the basin")
    assert exit_.t == pytest.approx(1.3, abs=1e-12)
    assert exit_.C == exit_.A
    assert run.record.first_exit_month == exit_.t
    assert not run.entries("entered the basin")
    assert (run.record.in_basin, run.record.in_basin_throughout) == (0, 0)


def test_corners_of_the_growth_law_end_steps() -> None:
    """Would catch a step across a corner, which costs accuracy: here with long steps and a coarse tolerance."""
    milestones = ((0.0, 5.0), (1.0, 50.0), (2.0, 5.0), (3.0, 500.0))
    blocks = quiet(
        capability={"law": "milestones", "milestones": milestones, "stabilise_at": 3.0},
        evaluation={"review_interval": None, "review_work": None},
        numerics={"tolerance": 1e-11},
    )

    def years(low: float, high: float) -> float:
        return 2.0 * (1.0 / low - 1.0 / high) / math.log(high / low)

    months = 12.0 * (years(5.0, 50.0) + years(50.0, 5.0) + years(5.0, 500.0))
    assert run_one(blocks).months == pytest.approx(months, rel=1e-8)


def test_capable_ais_are_there_exactly_then() -> None:
    blocks = quiet(horizon=9.0, capability=steady(1.0), handoff={"capability": 0.7, "human_pace": 3.0})
    (handoff,) = watch(blocks).entries("handed off")
    assert (handoff.t, handoff.C) == (pytest.approx(2.8, rel=1e-12), 0.7)


# ---- nothing else moves -----------------------------------------------------------------------------------

BUSY: dict[str, dict[str, Any]] = {
    "baseline": {},
    "hazards that set back": {
        "hazards": (hazard(rate=6.0, severity_mean=1e6, lethality=0.0, setback=0.3), hazard("other", rate=30.0))
    },
    "rushed": {"rival": {"lead": 1.0}},
    "deadline": {"rival": {"mode": "deadline", "lead": 2.0, "handle_at": 1.0}},
    "milestones": {"capability": {"law": "milestones"}},
    "partial deference": {
        "handoff": {"human_share": 0.2, "fill_in_profile": 0.6, "halt_below": -0.1, "full_when": 0.9},
        "goodness": {"capability_profile": 0.2},
    },
    "scheming": {"scheming": {"at_handoff": 0.5, "rate": 0.1, "detection": 1.0, "recovery": 0.8}},
}


@pytest.mark.parametrize("name", BUSY)
def test_a_crossing_moves_stocks_only_by_rounding(name: str) -> None:
    """Would catch: a level that is set although it was passed by a jump, or for a stock that does not bind.

    What humans fill in, for one, is gone as soon as deference is halted: the margin jumps without a crossing.
    """
    blocks = Blocks.model_validate({"horizon": 20.0} | BUSY[name])
    for replicate in range(3):
        run = Plain(blocks, replicate)
        left, left_at = [getattr(run.state, name) for name in STOCKS], -1.0
        while run.outcome == "":
            why = run.flow()
            crossed = [CROSSINGS[which] for which in range(len(CROSSINGS)) if why >> which & 1]
            now = [getattr(run.state, name) for name in STOCKS]
            due = left if run.state.t == left_at else stocks_at(run.state, run.state.t)
            if crossed:
                moved = max(abs(a - b) for a, b in zip(now, due, strict=True))
                assert moved < 1e-7, f"{crossed} at {run.state.t}: {moved}"
            run.instant(why)
            left, left_at = [getattr(run.state, name) for name in STOCKS], run.state.t


# ---- once each --------------------------------------------------------------------------------------------


def test_each_crossing_fires_once() -> None:
    """Would catch a latch that is never set: the same instant again and again, or a second event later."""
    blocks = quiet(
        horizon=30.0,
        capability={"initial_speedup": 6.0, "fizzle_pace": 2.0},
        rival={"mode": "takeoff", "lead": 0.0, "speed": 10.0, "danger_at": 0.5, "edge": -1e9},
    )
    run = watch(blocks)
    for event in ("rival takes off", "rival dangerous", "resolved"):
        assert len(run.entries(event)) == 1
    assert run.record.outcome == "unresolved"  # the takeoff ends behind the rival: the run goes on
    times = [entry.t for entry in run.log]
    assert times == sorted(times)
    deadline = quiet(horizon=9.0, capability=steady(1.0), rival={"mode": "deadline", "lead": 6.0, "handle_at": 2.0})
    assert len(watch(deadline).entries("deadline met")) == 1


def test_who_is_ahead_again_after_the_takeoff_has_ridden_it_out_then() -> None:
    """Defence lifts Q past R. Would catch: an outcome that waits for a review, or for a hazard."""
    changes: dict[str, Any] = {
        "capability": {"initial_speedup": 20.0, "fizzle_pace": 2.0, "ceiling": 6.0},
        "rival": {"mode": "takeoff", "lead": 0.0, "speed": 10.0, "danger_at": 1e9},
        "strategy": {"policy": "fixed", "goodness_share": 0.0, "defence_share": 0.3},
        "defence": {"returns": 0.5, "decay": 0.0},
        "evaluation": {"review_interval": 6.0, "review_work": None},
    }
    alone = run_one(quiet(horizon=200.0, **changes))
    among_others = run_one(quiet(horizon=200.0, hazards=[hazard(rate=60.0)], **changes))
    assert alone.outcome == among_others.outcome == "ridden_out"
    assert alone.months == among_others.months
    assert alone.Q == pytest.approx(alone.R, abs=1e-6)


@pytest.mark.parametrize("reached", [0.1, 0.5, 0.9])
def test_the_level_that_stabilises_is_reached_though_goodness_is_lost_before_the_step_ends(reached: float) -> None:
    """Capability gets there on a straight line at ``reached`` of the step, while goodness falls from above the level.

    Would catch: the smallest of three looked at only where the step ends, so that a run which was stabilised counts as
    outrun; and goodness that is below the level already, taken for enough.
    """
    length = 0.4
    run = stepped(lambda t: 2.0 - 0.5 * t / length, length)
    state = run.state
    state.y1[AT.C] = state.y0[AT.C] + 1.0
    state.dense1[AT.C] = 1.0
    level = state.y0[AT.C] + reached
    for goodness, month in ((level + 1e-6, reached * length), (level - 1e-6, math.inf)):
        state.y0[AT.A] = goodness + 0.5 * reached  # so that it is `goodness` when capability is at the level
        state.y1[AT.A] = state.y0[AT.A] - 0.5
        state.levels[crossings.STABILISE] = level
        assert crossing_time(state, run.p, crossings.STABILISE) == pytest.approx(month, abs=1e-9)


# ---- dips -------------------------------------------------------------------------------------------------


def stepped(margin_of: Any, length: float) -> Plain:
    """A run in the basin whose living step has a margin of ``margin_of(x)``, a polynomial of degree 4 in time."""
    blocks = quiet(capability=steady(1.0), goodness={"broad_alignment": 1.0, "capability_profile": 9.0})
    run = Plain(blocks).hand_off()
    run.flow(t_pause=0.0)
    state = run.state
    assert state.in_basin
    take_step(state, run.p, math.inf)
    state.step_from, state.step_end = 0.0, length
    for i in range(len(STOCKS)):
        for name in ("dense1", "dense2", "dense3", "dense4"):
            getattr(state, name)[i] = 0.0
        state.y1[i] = state.y0[i]
    # A = margin with C = 0: the slopes that make the extension this polynomial are those of its interpolation.
    a = list(STOCKS).index("A")
    state.y0[a], state.y1[a] = margin_of(0.0), margin_of(length)
    x = np.array([0.2, 0.4, 0.6, 0.8])
    rest = 1.0 - x
    columns = np.array([x, x * rest, x * rest * x, x * rest * x * rest]).T
    values = [margin_of(part * length) - margin_of(0.0) for part in x]
    dense = np.linalg.solve(columns, values)
    for name, value in zip(("dense1", "dense2", "dense3", "dense4"), dense, strict=True):
        getattr(state, name)[a] = float(value)
    return run


@pytest.mark.parametrize("middle", [0.2, 0.37, 0.5, 0.63, 0.8])
@pytest.mark.parametrize("depth", [0.02, 0.1])
def test_a_dip_of_the_margin_within_a_step_is_found(middle: float, depth: float) -> None:
    """The margin is below 0 for a quarter of the step or more. Would catch a margin that is looked at only at ends."""
    length, half_width = 0.4, 0.13
    run = stepped(lambda t: depth * ((t / length - middle) / half_width) ** 2 - depth, length)
    expected = (middle - half_width) * length
    assert crossing_time(run.state, run.p, crossings.EDGE) == pytest.approx(expected, abs=1e-9)


def test_a_margin_that_stays_above_the_edge_is_no_crossing() -> None:
    run = stepped(lambda t: 0.1 * ((t / 0.4 - 0.5) / 0.13) ** 2 + 1e-9, 0.4)
    assert crossing_time(run.state, run.p, crossings.EDGE) == math.inf


def test_in_the_flow_a_margin_once_lost_does_not_come_back_by_itself() -> None:
    """Why no dip can hide in a step: at the edge the margin only falls, whatever goes into goodness."""
    for goodness_share in (0.0, 0.5, 1.0):
        shares = {"goodness_share": goodness_share, "time_buying_share": 0.0, "defence_share": 0.0}
        blocks = Blocks.model_validate(
            {
                "strategy": {"policy": "fixed"} | shares,
                "goodness": {"alignment_spillover": 1.0, "profile_spillover": 1.0},
            }
        )
        run = Plain(blocks).hand_off()
        for margin in (0.0, -1e-9, -0.3):
            run.state.A = run.state.W = run.state.C + margin
            run.state.y0[:] = [getattr(run.state, name) for name in STOCKS]
            take_step(run.state, run.p, math.inf)
            continue_densely(run.state, run.state.step_end - run.state.step_from)
            slopes = run.state.slopes
            assert min(slopes[0, AT.A], slopes[0, AT.W]) - slopes[0, AT.C] < 0.0


# ---- ties: C32 of the list of exact answers ---------------------------------------------------------------

MONTHS = [5.0, 0.7, 3.3, 11.1, 1.0 / 3.0, 29.9]
LEVEL = 2.0


def tied(month: float, **changes: Any) -> SimpleNamespace:
    """Capability reaches ``LEVEL`` at ``month``, up to rounding."""
    capability = steady(LEVEL / month) | {"stabilise_at": LEVEL} | changes.pop("capability", {})
    return run_one(quiet(changes.pop("horizon", 1e3), capability=capability, **changes))


def deadline(month: float, handle_at: float) -> dict[str, Any]:
    return {"mode": "deadline", "lead": month, "handle_at": handle_at}


@pytest.mark.parametrize("month", MONTHS)
def test_stabilised_goes_before_the_horizon(month: float) -> None:
    record = tied(month, horizon=month)
    assert (record.outcome, record.months) == ("stabilised", month)


@pytest.mark.parametrize("month", MONTHS)
def test_a_deadline_is_met_by_who_is_ready_then(month: float) -> None:
    record = tied(month, capability={"stabilise_at": None}, rival=deadline(month, LEVEL), horizon=month)
    assert (record.outcome, record.months) == ("unresolved", month)
    record = tied(month, rival=deadline(month, LEVEL), horizon=month)
    assert (record.outcome, record.months) == ("stabilised", month)


@pytest.mark.parametrize("month", MONTHS)
def test_a_missed_deadline_goes_before_stabilised_and_horizon(month: float) -> None:
    record = tied(month, rival=deadline(month, LEVEL + 1.0), horizon=month)
    assert (record.outcome, record.months) == ("rival_catastrophe", month)


@pytest.mark.parametrize("month", MONTHS)
def test_just_before_and_just_after_are_no_ties(month: float) -> None:
    """A billionth is ten times more than counts as one instant. Would catch a tolerance for ties that is too wide."""
    for late, outcome in ((-1e-9, "rival_catastrophe"), (1e-9, "stabilised")):
        record = tied(month, rival=deadline(month * (1.0 + late) + late, LEVEL))
        assert record.outcome == outcome
    for late, outcome in ((-1e-9, "unresolved"), (1e-9, "stabilised")):
        assert tied(month, horizon=month * (1.0 + late) + late).outcome == outcome


# Would catch at some months: an arrival a rounding error after a crossing that is not seen as part of that instant.
@pytest.mark.parametrize("month", MONTHS)
def test_a_fatal_hazard_goes_before_all_but_the_ais(month: float) -> None:
    """The arrival is put at ``month`` by its rate. Would catch outcomes in another order than the documented one."""
    probe = run_one(quiet(hazards=[hazard(rate=12.0) | FATAL]))
    rate = 12.0 * probe.months / month
    record = tied(month, hazards=[hazard(rate=rate) | FATAL], rival=deadline(month, LEVEL + 1.0), horizon=month)
    assert (record.outcome, record.months) == ("exogenous_catastrophe", month)


@pytest.mark.parametrize("month", MONTHS)
def test_the_horizon_goes_before_a_handoff_by_the_clock(month: float) -> None:
    record = run_one(quiet(horizon=month, handoff={"at": month}))
    assert (record.outcome, record.handoff_month) == ("unresolved", math.inf)


# Would catch at some months: a crossing a rounding error after the review by the clock that is not seen as part of that
# instant, so that rounding decides whether there are one or two reviews, and in the next test how the run ends.
@pytest.mark.parametrize("month", MONTHS)
def test_two_reasons_for_a_review_at_one_time_make_one_review(month: float) -> None:
    """A review is due by the clock, by work and by a successor at once."""
    blocks = quiet(
        horizon=3.5 * month,
        capability=steady(0.5 / month),
        generations={"step": 0.5},
        evaluation={"review_interval": month, "review_work": 0.5},
    )
    run = watch(blocks)
    assert run.times("reviewed") == pytest.approx([0.0, month, 2.0 * month, 3.0 * month], rel=1e-12)
    assert run.times("successor deferred to") == run.times("reviewed")[1:]


@pytest.mark.parametrize("with_", ["horizon", "deadline", "horizon and deadline"])
@pytest.mark.parametrize("month", MONTHS)
def test_ties_on_the_day_of_a_review_end_as_on_any_other(month: float, with_: str) -> None:
    given: dict[str, Any] = {"horizon": month} if "horizon" in with_ else {}
    if "deadline" in with_:
        given["rival"] = deadline(month, LEVEL)
    for parts in range(1, 8):
        record = tied(month, evaluation={"review_interval": month / parts, "review_work": None}, **given)
        assert (record.outcome, parts) == ("stabilised", parts)


def test_a_grid_on_the_time_of_an_event_does_not_hide_it() -> None:
    blocks = quiet(capability=steady(0.5) | {"stabilise_at": LEVEL})
    run = watch(blocks, grid=[0.0, 1.0, 2.0, 4.0])
    assert (run.record.outcome, run.record.months) == ("stabilised", pytest.approx(4.0, abs=1e-14))
    assert run.samples["C"][:3].tolist() == pytest.approx([0.0, 0.5, 1.0], abs=1e-12)
