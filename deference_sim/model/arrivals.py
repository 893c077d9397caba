"""Arrivals: rate processes integrated along the flow, and when the next one fires."""

from math import inf
from typing import Any

from deference_sim.model.basin import catastrophe_rate
from deference_sim.model.declare import equation
from deference_sim.model.growth import own_pace
from deference_sim.model.hazards import arrival_rate
from deference_sim.model.quadrature import STEP_NODES, STEP_WEIGHTS
from deference_sim.model.regula_falsi import CLOSE_ENOUGH, halved, secant
from deference_sim.model.rival import aligned_capability, overtaking_rate
from deference_sim.model.state import AI_CATASTROPHE, FIRST_HAZARD, FULL, OVERTAKING
from deference_sim.model.step import look
from deference_sim.model.time_buying import buying_rate


@equation
def process_rate(state: Any, p: Any, hazards: Any, row: int, y: Any) -> float:
    """Return the rate per month of the process in ``row`` of the process table for stocks ``y``."""
    C, A, W, D, R = y[0], y[1], y[2], y[3], y[4]
    if row == AI_CATASTROPHE:
        return catastrophe_rate(p, max(own_pace(p, C), p.pace_floor), min(A, W) - C)
    if row == OVERTAKING:
        b = buying_rate(p, state.buying_scale, min(C, min(A, W)), y[6])
        return overtaking_rate(p, R, aligned_capability(C, A, W, D), b)
    return arrival_rate(p, hazards[row - FIRST_HAZARD], C, R)


@equation
def is_active(state: Any, p: Any, row: int) -> bool:
    """Return whether the process in ``row`` can fire at all in the present phase."""
    if row == AI_CATASTROPHE:
        return state.phase == FULL
    if row == OVERTAKING:
        return state.dangerous == 1 and p.rival_overtake_rate < inf
    return True


@equation
def integrated_rate(state: Any, p: Any, hazards: Any, row: int, t: float) -> float:
    """Return the integral of a process's rate from the start of the living step to ``t``."""
    if not is_active(state, p, row):
        return 0.0
    start = state.step_from
    end = t
    if row >= FIRST_HAZARD:
        start = max(start, hazards[row - FIRST_HAZARD].onset)
        end = min(end, hazards[row - FIRST_HAZARD].until)
    if end <= start:
        return 0.0
    total = 0.0
    for node in range(3):
        look(state, start + STEP_NODES[node] * (end - start))
        total += STEP_WEIGHTS[node] * process_rate(state, p, hazards, row, state.trial)
    return total * (end - start)


@equation
def firing_time(state: Any, p: Any, hazards: Any, process: Any, row: int) -> float:
    """Return when a process next fires on the living step; infinite if it does not."""
    wanted = process.threshold - process.total
    if not process.gain >= wanted:
        return inf
    low, high = state.step_from, state.step_end
    gap_low, gap_high = -wanted, process.gain - wanted
    side = 0
    while high - low > CLOSE_ENOUGH and gap_high > 0.0:
        t = secant(low, gap_low, high, gap_high)
        if not low < t < high:
            break
        gap = integrated_rate(state, p, hazards, row, t) - wanted
        if gap >= 0.0:
            high, gap_high, gap_low, side = t, gap, halved(gap_low, side == 1), 1
        else:
            low, gap_low, gap_high, side = t, gap, halved(gap_high, side == -1), -1
    return high
