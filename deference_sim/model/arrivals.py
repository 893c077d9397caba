"""Arrivals: rate processes integrated along the flow, and when the next one fires."""

from math import inf
from typing import Any

from deference_sim.model.alternatives import punting_rate
from deference_sim.model.basin import catastrophe_rate
from deference_sim.model.control import uncontrolled
from deference_sim.model.declare import equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.hazards import arrival_rate
from deference_sim.model.quadrature import STEP_NODES, STEP_WEIGHTS
from deference_sim.model.rates import time_bought
from deference_sim.model.regula_falsi import CLOSE_ENOUGH, halved, secant
from deference_sim.model.rival import TAKEOFF, overtaking_rate
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
from deference_sim.model.step import SAME_INSTANT, look
from deference_sim.model.time_buying import buying_rate, deal_rate
from deference_sim.model.work import work_clock, working_pace


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
def integrate_rates(state: Any, p: Any, hazards: Any, processes: Any) -> None:
    """Set what the integrated rate of every process gains up to ``state.step_reach``, looking once for all of them."""
    start, end = state.step_from, state.step_reach
    for row in range(len(processes)):
        processes[row].gain = 0.0
    for node in range(3):
        look(state, start + STEP_NODES[node] * (end - start))
        for row in range(len(processes)):
            if is_active(state, p, row) and is_open(hazards, row, start, end):
                processes[row].gain += STEP_WEIGHTS[node] * process_rate(state, p, hazards, row, state.trial)
    for row in range(len(processes)):
        if is_open(hazards, row, start, end):
            processes[row].gain *= end - start
        else:
            processes[row].gain = integrated_rate(state, p, hazards, row, end)


@equation
def is_open(hazards: Any, row: int, start: float, end: float) -> bool:
    """Return whether the process can arrive at any time between ``start`` and ``end`` (hazards begin and cease)."""
    if row < FIRST_HAZARD:
        return True
    hazard = hazards[row - FIRST_HAZARD]
    return hazard.onset <= start and end <= hazard.until


@equation
def firing_time(state: Any, p: Any, hazards: Any, process: Any, row: int) -> float:
    """Return when a process fires whose integrated rate reaches its threshold on the living step."""
    wanted = process.threshold - process.total
    low, high = state.step_from, state.step_reach
    if not process.gain >= wanted:
        return high if wanted - process.gain <= process.gain * SAME_INSTANT / max(high - low, SAME_INSTANT) else inf
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
