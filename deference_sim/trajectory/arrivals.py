"""Arrivals: rate processes integrated along the flow, and when the next one fires."""

from math import inf
from typing import Any

from deference_sim.model.alternatives import punting_rate
from deference_sim.model.basin import catastrophe_exponent, catastrophe_rate
from deference_sim.model.control import uncontrolled
from deference_sim.model.declare import equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.hazards import arrival_rate, exposure_branch, exposure_turn
from deference_sim.model.quadrature import STEP_NODES, STEP_WEIGHTS
from deference_sim.model.rival import TAKEOFF, overtaking_rate, widths_ahead
from deference_sim.model.state import (
    AI_CATASTROPHE,
    DEAL,
    EARLY_TAKEOVER,
    FIRST_HAZARD,
    FULL,
    HALTED,
    OUTBREAK,
    OVERTAKING,
    PARADIGM_SHIFT,
    PARTIAL,
    PRE,
    PUNT,
    THEFT,
)
from deference_sim.model.time_buying import buying_rate, deal_rate
from deference_sim.model.work import work_clock, working_pace
from deference_sim.trajectory.rates import time_bought
from deference_sim.trajectory.regula_falsi import CLOSE_ENOUGH, halved, secant
from deference_sim.trajectory.step import SAME_INSTANT, look

STEP_PANELS = 1000.0  # of one step at most, for a hazard that turns far within it
LEAST_PART = 1e-4  # of a step; missing a bend by this much matters less than the tolerance


@equation
def process_rate(state: Any, p: Any, hazards: Any, row: int, y: Any) -> float:
    """Return the rate per month of the process in ``row`` of the process table for stocks ``y``."""
    C, A, W, D, R = y[0], y[1], y[2], y[3], y[4]
    if row == AI_CATASTROPHE:
        return ai_catastrophe_rate(state, p, C, A, W)
    if row == OVERTAKING:
        aligned = min(C, sufficient(state, p, C, A, W))
        return overtaking_rate(p, R, aligned + D, y[7], time_bought(state, p, aligned, y[6]))
    if row == THEFT:
        return p.rival_theft_rate
    if row == DEAL:
        return deal_rate(p, buying_rate(p, state.buying_scale, min(C, sufficient(state, p, C, A, W)), y[6]))
    if row == PUNT:
        return punting_rate(p, y[6])
    if row == EARLY_TAKEOVER:
        return p.alternatives_early_takeover_rate * uncontrolled(p, C)
    if row == PARADIGM_SHIFT:
        return p.tax_paradigm_shift_rate * capability_rate(state, p, C)
    if row == OUTBREAK:
        return p.goodness_infection_rate * work_clock(state, p, working_pace(state, p, C))
    return arrival_rate(p, hazards[row - FIRST_HAZARD], C, R)


@equation
def ai_catastrophe_rate(state: Any, p: Any, C: float, A: float, W: float) -> float:
    """Return the hazard per month of a catastrophe that the AIs cause, in the present phase; equation (7)."""
    clock = work_clock(state, p, 0.0 if state.phase == HALTED else working_pace(state, p, C))
    margin = sufficient(state, p, C, A, W) - C
    if state.scheming:
        margin = min(margin, -p.scheming_depth)
    rate = catastrophe_rate(p, clock, margin) / (1.0 + p.tax_checking)
    return rate if state.phase == FULL else rate * uncontrolled(p, C)


@equation
def capability_rate(state: Any, p: Any, C: float) -> float:
    """Return dC/dt by software while AIs do the work, in py per month."""
    return 0.0 if state.retraining else working_pace(state, p, C) * state.capability_effect


@equation
def is_active(state: Any, p: Any, row: int) -> bool:
    """Return whether the process in ``row`` can fire at all in the present phase."""
    deferring = state.phase == PARTIAL or state.phase == FULL
    if row == AI_CATASTROPHE:
        return deferring or state.phase == HALTED
    if row == OVERTAKING:
        return state.dangerous == 1 and p.rival_overtake_rate < inf
    if row == THEFT:
        return p.rival_mode == TAKEOFF and p.rival_theft_rate > 0.0
    if row == DEAL:
        return deferring and p.time_buying_deal_rate > 0.0
    if row == PUNT:
        return p.alternatives_punt_rate > 0.0
    if row == EARLY_TAKEOVER:
        return state.phase == PRE and p.alternatives_early_takeover_rate > 0.0
    if row == PARADIGM_SHIFT:
        return deferring and p.tax_paradigm_shift_rate > 0.0
    if row == OUTBREAK:
        return deferring and p.goodness_infection_rate > 0.0
    return True


@equation
def integrate_rates(state: Any, p: Any, hazards: Any, processes: Any) -> None:
    """Set what the integrated rate of every process gains up to ``state.step_reach``.

    Where nothing stands against it three looks serve all processes.
    """
    start, end = state.step_from, state.step_reach
    plain = branch(state, p, state.y0) == branch(state, p, state.y1)
    for row in range(len(processes)):
        processes[row].gain = 0.0
        processes[row].together = 0
        if is_active(state, p, row):
            if is_simple(state, p, hazards, row, plain, end):
                processes[row].together = 1
            else:
                processes[row].gain = integrated_rate(state, p, hazards, row, end)
    for node in range(3):
        look(state, p, start + STEP_NODES[node] * (end - start))
        weight = STEP_WEIGHTS[node] * (end - start)
        for row in range(len(processes)):
            if processes[row].together:
                processes[row].gain += weight * process_rate(state, p, hazards, row, state.trial)


@equation
def is_simple(state: Any, p: Any, hazards: Any, row: int, plain: bool, end: float) -> bool:
    """Return whether three nodes integrate the rate of the process over the living step up to ``end``."""
    if row < FIRST_HAZARD:
        return plain and turn(state, p, row) <= 1.0
    hazard = hazards[row - FIRST_HAZARD]
    if state.step_from < hazard.onset or hazard.until < end:
        return False
    if exposure_turn(hazard, state.y0, state.y1) > 1.0:
        return False
    return exposure_branch(p, hazard, state.y0) == exposure_branch(p, hazard, state.y1)


@equation
def branch(state: Any, p: Any, y: Any) -> int:
    """Return which case of the law's smaller-of and larger-of holds for stocks ``y``; rates bend where it changes."""
    C, A, W = y[0], y[1], y[2]
    case = 1 if A < W else 0
    case += 2 if C < sufficient(state, p, C, A, W) else 0
    return case + (4 if C < 0.0 or C > p.pace_back_at else 0)


@equation
def turn(state: Any, p: Any, row: int) -> float:
    """Return by about how many factors of e a process above the listed hazards turns on the living step."""
    if row != AI_CATASTROPHE and row != OVERTAKING:
        return 0.0  # their rates follow the pace of work or of the rival, which turns little within a step
    y0, y1 = state.y0, state.y1
    margin0 = sufficient(state, p, y0[0], y0[1], y0[2]) - y0[0]
    margin1 = sufficient(state, p, y1[0], y1[1], y1[2]) - y1[0]
    if row == AI_CATASTROPHE:
        return abs(catastrophe_exponent(p, margin1) - catastrophe_exponent(p, margin0))
    ahead0 = y0[4] - y0[3] - min(margin0, 0.0) - y0[0]
    ahead1 = y1[4] - y1[3] - min(margin1, 0.0) - y1[0]
    return abs(widths_ahead(p, ahead1) - widths_ahead(p, ahead0))


@equation
def integrated_rate(state: Any, p: Any, hazards: Any, row: int, t: float) -> float:
    """Return the integral of a process's rate from the start of the living step to ``t``."""
    if not is_active(state, p, row):
        return 0.0
    at, end = state.step_from, t
    if row < FIRST_HAZARD:
        factors = turn(state, p, row)
    else:
        hazard = hazards[row - FIRST_HAZARD]
        at, end = max(at, hazard.onset), min(end, hazard.until)
        factors = exposure_turn(hazard, state.y0, state.y1)
    total = 0.0
    longest = (state.step_end - state.step_from) / (1 + int(min(factors, STEP_PANELS)))
    while at < end:
        until = next_bend(state, p, hazards, row, at, min(end, at + longest) if at + longest > at else end)
        gain = 0.0
        for node in range(3):
            look(state, p, at + STEP_NODES[node] * (until - at))
            gain += STEP_WEIGHTS[node] * process_rate(state, p, hazards, row, state.trial)
        total += gain * (until - at)
        state.panels += 1 if factors > 1.0 else 0
        at = until
    return total


@equation
def next_bend(state: Any, p: Any, hazards: Any, row: int, at: float, end: float) -> float:
    """Return where the rate of a process next bends between two times of the living step; ``end`` if it does not."""
    shortest = LEAST_PART * (state.step_end - state.step_from)
    before = branch_at(state, p, hazards, row, min(at + shortest, end))
    if end - at <= shortest or branch_at(state, p, hazards, row, end) == before:
        return end
    low, high = at, end
    while high - low > shortest:
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break  # neighbouring times
        if branch_at(state, p, hazards, row, middle) == before:
            low = middle
        else:
            high = middle
    return high


@equation
def branch_at(state: Any, p: Any, hazards: Any, row: int, t: float) -> int:
    """Return which case of its smaller-of and larger-of holds for a process at time ``t`` of the living step."""
    look(state, p, t)
    if row < FIRST_HAZARD:
        return branch(state, p, state.trial)
    return exposure_branch(p, hazards[row - FIRST_HAZARD], state.trial)


@equation
def fires(state: Any, process: Any) -> bool:
    """Return whether a process fires on the living step, or within the instant of its end."""
    short = process.threshold - process.total - process.gain
    return short * max(state.step_reach - state.step_from, SAME_INSTANT) <= process.gain * SAME_INSTANT


@equation
def firing_time(state: Any, p: Any, hazards: Any, process: Any, row: int) -> float:
    """Return when a process fires that does so on the living step."""
    wanted = process.threshold - process.total
    low, high = state.step_from, state.step_reach
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
