"""Crossings: levels that end a step when a stock reaches them, located on the continuous extension."""

from math import inf, nan
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.growth import next_knot
from deference_sim.model.regula_falsi import CLOSE_ENOUGH, halved, secant
from deference_sim.model.rival import DEADLINE, NO_RIVAL, TAKEOFF, aligned_capability
from deference_sim.model.state import FULL
from deference_sim.model.step import look

#: What can be crossed; a number here is also the position of its bit among the reasons why the flow stops.
CROSSINGS = (
    "next generation",
    "stabilised",
    "fizzled out",
    "edge of the basin",
    "aligned capability meets the deadline",
    "rival's clock is up",
    "rival becomes dangerous",
    "overtaken at once",
    "work since the last review",
    "corner of our growth law",
    "corner of the rival's growth law",
)
(
    GENERATION,
    STABILISE,
    FIZZLE,
    EDGE,
    MEET_DEADLINE,
    RIVAL_CLOCK,
    DANGER,
    OVERTAKEN,
    REVIEW_WORK,
    OWN_KNOT,
    RIVAL_KNOT,
) = range(len(CROSSINGS))


@equation
def crossing_gap(state: Any, p: Any, which: int, t: float, y: Any) -> float:
    """Return how far past its level crossing number ``which`` is for stocks ``y`` at ``t``: below 0 before it.

    The edge of the basin counts as crossed above 0, the others from 0 on. NaN means that it cannot happen.
    """
    C, A, W, D, R = y[0], y[1], y[2], y[3], y[4]
    active = state.phase == FULL
    if which == GENERATION and active and not state.retraining and not state.candidate_waiting:
        return C - state.next_generation
    if which == STABILISE and active:
        return min(C, min(A, W)) - p.capability_stabilise_at
    if which == FIZZLE and active and not state.fizzle_reached:
        return C - p.fizzle_at
    if which == EDGE and active:
        margin = min(A, W) - C
        return -margin if state.in_basin else margin
    if which == MEET_DEADLINE and p.rival_mode == DEADLINE and not state.deadline_met:
        return aligned_capability(C, A, W, D) - p.rival_handle_at
    if which == RIVAL_CLOCK and p.rival_mode != NO_RIVAL and not state.rival_started:
        return state.clock_shift + (t - y[6]) - p.rival_lead
    if which == DANGER and p.rival_mode == TAKEOFF and state.rival_started and not state.dangerous:
        return R - p.rival_danger_at
    if which == OVERTAKEN and state.dangerous and p.rival_overtake_rate == inf:
        return R - aligned_capability(C, A, W, D) + p.rival_edge
    if which == REVIEW_WORK and active:
        return y[5] - p.evaluation_review_work
    if which == OWN_KNOT and active:
        return C - next_knot(p, state.y0[0])
    if which == RIVAL_KNOT and p.rival_mode == TAKEOFF and state.rival_started:
        return R - next_knot(p, state.y0[4])
    return nan


@equation
def crossed(which: int, gap: float) -> bool:
    """Return whether crossing ``which`` has happened at this gap."""
    return gap > 0.0 if which == EDGE else gap >= 0.0


@equation
def crossing_time(state: Any, p: Any, which: int) -> float:
    """Return when crossing ``which`` happens on the step just taken; infinite if it does not."""
    start, end = state.step_from, state.step_end
    if which == EDGE:  # the margin may dip and come back within the step
        for part in range(1, 4):
            t = start + 0.25 * part * (end - start)
            look(state, t)
            if crossed(which, crossing_gap(state, p, which, t, state.trial)):
                return locate(state, p, which, start, t)
    look(state, end)
    if not crossed(which, crossing_gap(state, p, which, end, state.trial)):
        return inf
    if which == RIVAL_CLOCK and state.dense1[6] == 0.0:  # no time is being bought: the clock runs with ours
        return min(max((p.rival_lead - state.clock_shift) + state.bought, start), end)
    return locate(state, p, which, start, end)


@equation
def locate(state: Any, p: Any, which: int, low: float, high: float) -> float:
    """Return the time of crossing ``which``, known to lie between ``low`` and ``high``, from the crossed side."""
    look(state, low)
    gap_low = crossing_gap(state, p, which, low, state.trial)
    look(state, high)
    gap_high = crossing_gap(state, p, which, high, state.trial)
    if gap_low >= 0.0:
        return low
    side = 0
    while high - low > CLOSE_ENOUGH and gap_high > 0.0:
        t = secant(low, gap_low, high, gap_high)
        if not low < t < high:
            break
        look(state, t)
        gap = crossing_gap(state, p, which, t, state.trial)
        if crossed(which, gap):
            high, gap_high, gap_low, side = t, gap, halved(gap_low, side == 1), 1
        else:
            low, gap_low, gap_high, side = t, gap, halved(gap_high, side == -1), -1
    return high


@equation
def set_exactly(state: Any, p: Any, which: int) -> None:
    """Set the quantity that crossed its level to exactly that level."""
    if which == GENERATION:
        state.C = state.next_generation
    elif which == STABILISE:
        level = p.capability_stabilise_at
        lowest = min(state.C, min(state.A, state.W))
        state.C = level if state.C == lowest else state.C
        state.A = level if state.A == lowest else state.A
        state.W = level if state.W == lowest else state.W
    elif which == FIZZLE:
        state.C = p.fizzle_at
    elif which == EDGE:
        state.at_edge = 1
        if state.A <= state.W:
            state.A = state.C
        else:
            state.W = state.C
    elif which == RIVAL_CLOCK:
        state.clock_shift = p.rival_lead - (state.t - state.bought)
        state.R = max(state.R, 0.0) if p.rival_mode == TAKEOFF else state.R
    elif which == DANGER:
        state.R = p.rival_danger_at
    elif which == REVIEW_WORK:
        state.U = p.evaluation_review_work
    elif which == OWN_KNOT:
        state.C = next_knot(p, state.y0[0])
    elif which == RIVAL_KNOT:
        state.R = next_knot(p, state.y0[4])
    state.step_alive = 0
