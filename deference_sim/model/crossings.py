"""Crossings: levels that end a step when a stock reaches them, located on the continuous extension."""

from math import inf, nan
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.growth import next_knot
from deference_sim.model.regula_falsi import CLOSE_ENOUGH, halved, secant
from deference_sim.model.rival import DEADLINE, NO_RIVAL, TAKEOFF
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.step import SAME_INSTANT, look, part_of_step, stock_at

NEARLY = 1.0  # py or months; a gap wider than this is not crossed within an instant

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
    "capability to hand off to",
    "ahead again after growth has fizzled out",
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
    HANDOFF_LEVEL,
    AHEAD_AGAIN,
) = range(len(CROSSINGS))


@equation
def crossing_gap(state: Any, p: Any, which: int, t: float, y: Any) -> float:
    """Return how far past its level crossing number ``which`` is for stocks ``y`` at ``t``: below 0 before it.

    The edge of the basin and being ahead again count as crossed above 0, the others from 0 on. NaN: it cannot happen.
    """
    if state.phase == PRE:
        return gap_before_handoff(state, p, which, t, y)
    if which in (RIVAL_CLOCK, DANGER, RIVAL_KNOT):
        return gap_of_rival(state, p, which, t, y)
    C, A, W, D = y[0], y[1], y[2], y[3]
    if which == GENERATION and state.phase != HALTED and not state.retraining and not state.candidate_waiting:
        return C - state.next_generation
    if which == STABILISE:
        return min(C, sufficient(state, p, C, A, W)) - p.capability_stabilise_at
    if which == FIZZLE and not state.fizzle_reached:
        return C - p.fizzle_at
    if which == EDGE and not state.scheming:
        margin = sufficient(state, p, C, A, W) - C
        return -margin if state.in_basin else margin
    if which == MEET_DEADLINE and p.rival_mode == DEADLINE and not state.deadline_met:
        return min(C, sufficient(state, p, C, A, W)) + D - p.rival_handle_at
    if which == OVERTAKEN and state.dangerous and p.rival_overtake_rate == inf:
        return y[4] - min(C, sufficient(state, p, C, A, W)) - D + p.rival_edge
    if which == AHEAD_AGAIN and state.fizzle_reached and state.rival_started and p.rival_mode == TAKEOFF:
        return min(C, sufficient(state, p, C, A, W)) + D - y[4]
    if which == REVIEW_WORK:
        return y[5] - p.evaluation_review_work
    if which == OWN_KNOT:
        return C - next_knot(p, state.y0[0], p.pace_slope)
    return nan


@equation
def gap_before_handoff(state: Any, p: Any, which: int, t: float, y: Any) -> float:
    """Return the gap of a crossing that can happen before handoff; NaN for the others."""
    if which == HANDOFF_LEVEL and not state.capable:
        return y[0] - p.handoff_capability
    if which == MEET_DEADLINE and p.rival_mode == DEADLINE and not state.deadline_met:
        return min(y[0], min(y[1], y[2])) + y[3] - p.rival_handle_at
    if which == OVERTAKEN and state.dangerous and p.rival_overtake_rate == inf:
        return y[4] - min(y[0], min(y[1], y[2])) - y[3] + p.rival_edge
    if which in (RIVAL_CLOCK, DANGER, RIVAL_KNOT):
        return gap_of_rival(state, p, which, t, y)
    return nan


@equation
def gap_of_rival(state: Any, p: Any, which: int, t: float, y: Any) -> float:
    """Return the gap of a crossing that the rival's clock or capability makes; NaN if it cannot happen."""
    if which == RIVAL_CLOCK:
        if p.rival_mode == NO_RIVAL or state.rival_started:
            return nan
        return state.clock_shift + (t - y[6]) - p.rival_lead
    if p.rival_mode != TAKEOFF or not state.rival_started:
        return nan
    if which == DANGER:
        return nan if state.dangerous else y[4] - p.rival_danger_at
    return y[4] - next_knot(p, state.y0[4], p.rival_pace_slope)


@equation
def crossed(which: int, gap: float) -> bool:
    """Return whether crossing ``which`` has happened at this gap."""
    return gap > 0.0 if which in (EDGE, AHEAD_AGAIN) else gap >= 0.0


@equation
def crossing_time(state: Any, p: Any, which: int) -> float:
    """Return when crossing ``which`` happens on the step just taken; infinite if it does not."""
    start, end = state.step_from, state.step_end
    if which == EDGE and state.phase != PRE:  # the margin may dip and come back within the step
        for part in range(1, 4):
            t = start + 0.25 * part * (end - start)
            if crossed(which, gap_at(state, p, which, t)):
                return locate(state, p, which, start, t)
    gap = crossing_gap(state, p, which, end, state.y1)
    if not crossed(which, gap):
        return end if comes_within_the_instant(state, p, which, gap) else inf
    if which == RIVAL_CLOCK and state.dense1[6] == 0.0:  # no time is being bought: the clock runs with ours
        return min(max((p.rival_lead - state.clock_shift) + state.bought, start), end)
    return locate(state, p, which, start, end)


@equation
def comes_within_the_instant(state: Any, p: Any, which: int, gap: float) -> bool:
    """Return whether a crossing that the end of the step just misses still belongs to that instant.

    A step that ends at a given time, as at a review, would otherwise leave to rounding what comes first.
    """
    if which in (EDGE, AHEAD_AGAIN) or not gap > -NEARLY:
        return False
    start, end = state.step_from, state.step_end
    speed = (gap - crossing_gap(state, p, which, start, state.y0)) / (end - start)
    return gap + speed * SAME_INSTANT >= 0.0


@equation
def locate(state: Any, p: Any, which: int, low: float, high: float) -> float:
    """Return the time of crossing ``which``, known to lie between ``low`` and ``high``, from the crossed side."""
    gap_low = gap_at(state, p, which, low)
    gap_high = gap_at(state, p, which, high)
    if crossed(which, gap_low):
        return low
    side = 0
    while high - low > CLOSE_ENOUGH and gap_high > 0.0:
        t = secant(low, gap_low, high, gap_high)
        if not low < t < high:
            break
        gap = gap_at(state, p, which, t)
        if crossed(which, gap):
            high, gap_high, gap_low, side = t, gap, halved(gap_low, side == 1), 1
        else:
            low, gap_low, gap_high, side = t, gap, halved(gap_high, side == -1), -1
    return high


@equation
def gap_at(state: Any, p: Any, which: int, t: float) -> float:
    """Return the gap of crossing ``which`` at time ``t`` of the living step, from the stocks that it depends on."""
    if which in (GENERATION, FIZZLE, OWN_KNOT, HANDOFF_LEVEL):
        state.trial[0] = stock_at(state, 0, part_of_step(state, t))
    elif which == REVIEW_WORK:
        state.trial[5] = stock_at(state, 5, part_of_step(state, t))
    elif which == EDGE:
        x = part_of_step(state, t)
        state.trial[0], state.trial[1], state.trial[2] = (
            stock_at(state, 0, x),
            stock_at(state, 1, x),
            stock_at(state, 2, x),
        )
    else:
        look(state, t)
    return crossing_gap(state, p, which, t, state.trial)


@equation
def set_exactly(state: Any, p: Any, which: int) -> None:
    """Set the quantity that crossed its level to exactly that level."""
    if which == GENERATION:
        state.C = state.next_generation
    elif which == STABILISE:
        set_lowest(state, p, p.capability_stabilise_at)
    elif which == FIZZLE:
        state.C = p.fizzle_at
    elif which == EDGE:
        state.at_edge = 1
        set_weaker(state, p, state.C)
    elif which == RIVAL_CLOCK:
        state.clock_shift = p.rival_lead - (state.t - state.bought)
        state.R = max(state.R, 0.0) if p.rival_mode == TAKEOFF else state.R
    elif which == DANGER:
        state.R = p.rival_danger_at
    elif which == REVIEW_WORK:
        state.U = p.evaluation_review_work
    elif which == OWN_KNOT:
        state.C = next_knot(p, state.y0[0], p.pace_slope)
    elif which == RIVAL_KNOT:
        state.R = next_knot(p, state.y0[4], p.rival_pace_slope)
    elif which == HANDOFF_LEVEL:
        state.C = p.handoff_capability
    state.step_alive = 0


@equation
def set_lowest(state: Any, p: Any, level: float) -> None:
    """Set the one of capability and goodness that binds to ``level``."""
    if state.C <= sufficient(state, p, state.C, state.A, state.W):
        state.C = level
    else:
        set_weaker(state, p, level)


@equation
def set_weaker(state: Any, p: Any, level: float) -> None:
    """Set the component of goodness that binds to ``level``."""
    binding = sufficient(state, p, state.C, state.A, state.W)
    if state.A == binding:
        state.A = level
    elif state.W == binding:
        state.W = level
