"""Crossings: levels that end a step when a stock reaches them, located on the continuous extension."""

from math import inf
from typing import Any

from deference_sim.model.declare import constant, equation
from deference_sim.model.goodness import covers, sufficient
from deference_sim.model.rival import TAKEOFF
from deference_sim.trajectory.levels import (
    AHEAD_AGAIN,
    DANGER,
    EDGE,
    FIZZLE,
    GENERATION,
    HANDOFF_LEVEL,
    MEET_DEADLINE,
    OWN_KNOT,
    REVIEW_WORK,
    RIVAL_CLOCK,
    RIVAL_KNOT,
    STABILISE,
    STOCK_CROSSING,
)
from deference_sim.trajectory.regula_falsi import CLOSE_ENOUGH, halved, secant
from deference_sim.trajectory.state import AT, stocks_of
from deference_sim.trajectory.step import SAME_INSTANT, bulge, stocks_at

NEARLY = constant("NEARLY", 1.0, "py or months", "a gap wider than this is not crossed within an instant")
MOST_TRIES = 100  # of Newton's method, which halves the bracket where it does not converge


@equation(inlined=True)
def crossing_gap(state: Any, p: Any, which: int, t: float, y: Any) -> float:
    """Return how far past its level crossing number ``which`` is for the stocks in ``y`` at ``t``: below 0 before it.

    The edge of the basin and being ahead again count as crossed above 0, the others from 0 on. NaN: it cannot happen.
    """
    stock, level = STOCK_CROSSING[which], state.levels[which]
    if stock >= 0 or level != level:
        return y[stock] - level
    return gap_of_several(state, p, which, t, stocks_of(y))


@equation
def gap_of_several(state: Any, p: Any, which: int, t: float, stocks: Any) -> float:
    """Return the same for a crossing that several stocks make together and that can happen."""
    level = state.levels[which]
    if which == RIVAL_CLOCK:
        return state.clock_shift + (t - stocks.bought) - level
    goodness = sufficient(state, p, stocks.C, stocks.A, stocks.W)
    if which == EDGE:
        margin = goodness - stocks.C
        return -margin if state.in_basin else margin
    aligned = min(stocks.C, goodness)
    if which == AHEAD_AGAIN:
        return aligned + stocks.D - stocks.R
    if which == STABILISE:
        return min(stocks.C, min(stocks.A, stocks.W)) - level
    if which == MEET_DEADLINE:
        return aligned + stocks.D - level
    return stocks.R - aligned - stocks.D - level


@equation(inlined=True)
def crossed(which: int, gap: float) -> bool:
    """Return whether crossing ``which`` has happened at this gap."""
    return gap > 0.0 if which in (EDGE, AHEAD_AGAIN) else gap >= 0.0


@equation
def crossing_time(state: Any, p: Any, which: int) -> float:
    """Return when crossing ``which`` happens on the step just taken; infinite if it does not."""
    stock, level = STOCK_CROSSING[which], state.levels[which]
    if level != level:
        return inf
    if stock >= 0:
        return reaching_time(state, stock, level)
    start, end = state.step_from, state.step_end
    if which == EDGE:
        if is_out_of_reach(state):
            return inf
        for part in range(1, 4):  # the margin may dip and come back within the step
            t = start + 0.25 * part * (end - start)
            if crossed(which, gap_at(state, p, which, t)):
                return locate(state, p, which, start, t)
    gap = crossing_gap(state, p, which, end, state.y1)
    if not crossed(which, gap):
        if which == STABILISE and is_stable_in_passing(state, p, level):
            return reaching_time(state, AT.C, level)
        gain = gap - crossing_gap(state, p, which, start, state.y0)
        missed = which in (EDGE, AHEAD_AGAIN) or not is_within_the_instant(state, -gap, gain)
        return inf if missed else end
    if which == RIVAL_CLOCK and state.dense1[AT.bought] == 0.0:  # no time is being bought: the clock runs with ours
        return min(max((p.rival_lead - state.clock_shift) + state.bought, start), end)
    return locate(state, p, which, start, end)


@equation
def is_stable_in_passing(state: Any, p: Any, level: float) -> bool:
    """Return whether capability reaches ``level`` on the step with goodness still there, which is lost by its end."""
    if not state.y0[AT.C] < level < state.y1[AT.C]:
        return False
    there = stocks_at(state, reaching_time(state, AT.C, level))
    return min(there.A, there.W) >= level


@equation
def is_within_the_instant(state: Any, short: float, gain: float) -> bool:
    """Return whether a crossing that the end of the step misses by ``short`` still belongs to that instant.

    ``gain`` is how much nearer the step came. A step that ends at a given time, as at a review, would otherwise leave
    to rounding what comes first.
    """
    return short < NEARLY and gain * SAME_INSTANT >= short * (state.step_end - state.step_from)


@equation
def is_out_of_reach(state: Any) -> bool:
    """Return whether the margin surely keeps its sign on the step; looser than what the stocks really do."""
    if covers(state):
        return False
    start, end = stocks_of(state.y0), stocks_of(state.y1)
    slack = bulge(state, AT.C) + max(bulge(state, AT.A), bulge(state, AT.W))
    if state.in_basin:
        return min(min(start.A, end.A), min(start.W, end.W)) - max(start.C, end.C) > slack
    return min(start.C, end.C) - min(max(start.A, end.A), max(start.W, end.W)) > slack


@equation
def reaching_time(state: Any, i: int, level: float) -> float:
    """Return when stock ``i`` reaches ``level`` on the step, by Newton's method; infinite if it does not."""
    start, gain = state.y0[i], state.dense1[i]
    short = level - state.y1[i]
    if short > 0.0:
        return state.step_end if is_within_the_instant(state, short, gain) else inf
    if start >= level:
        return state.step_from
    length = state.step_end - state.step_from
    low, high = 0.0, 1.0
    x = min(max((level - start) / gain, 0.0), 1.0)
    for _ in range(MOST_TRIES):
        rest = 1.0 - x
        inner = state.dense3[i] + rest * state.dense4[i]
        bend = state.dense2[i] + x * inner
        gap = (start - level) + x * (gain + rest * bend)
        slope = gain + (rest - x) * bend + x * rest * (inner - x * state.dense4[i])
        if gap >= 0.0:
            high = x
        else:
            low = x
        better = x - gap / slope if slope > 0.0 else 0.5 * (low + high)
        if not low <= better <= high:
            better = 0.5 * (low + high)
        moved = abs(better - x)
        x = better
        if moved * length <= CLOSE_ENOUGH:
            break
    return min(state.step_from + x * length, state.step_end)


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
    """Return the gap of crossing ``which`` at time ``t`` of the living step."""
    return gap_of_several(state, p, which, t, stocks_at(state, t))


@equation
def set_exactly(state: Any, p: Any, which: int) -> None:
    """Set the quantity that crossed its level to exactly that level."""
    if which == GENERATION:
        state.C = state.next_generation
    elif which == STABILISE:
        set_lowest(state, p.capability_stabilise_at)
    elif which == FIZZLE:
        state.C = p.fizzle_at
    elif which == EDGE:
        state.at_edge = 1
        set_weaker(state, p, state.C)
    elif which == RIVAL_CLOCK:
        state.clock_shift = p.rival_lead - (state.t - state.bought)
        state.R = max(state.R, 0.0) if p.rival_mode == TAKEOFF else state.R
    elif which == DANGER:
        state.R = state.danger_run
    elif which == REVIEW_WORK:
        state.U = p.evaluation_review_work
    elif which == OWN_KNOT:
        state.C = state.levels[OWN_KNOT]
    elif which == RIVAL_KNOT:
        state.R = state.levels[RIVAL_KNOT]
    elif which == HANDOFF_LEVEL:
        state.C = p.handoff_capability
    state.step_alive = 0


@equation
def set_lowest(state: Any, level: float) -> None:
    """Set the one of capability and the AIs' own goodness that binds to ``level``."""
    if state.C <= min(state.A, state.W):
        state.C = level
    elif state.A <= state.W:
        state.A = level
    else:
        state.W = level


@equation
def set_weaker(state: Any, p: Any, level: float) -> None:
    """Set the component of goodness that binds to ``level``."""
    binding = sufficient(state, p, state.C, state.A, state.W)
    if state.A == binding:
        state.A = level
    elif state.W == binding:
        state.W = level
