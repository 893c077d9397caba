"""Rates: the right-hand side of the flow, how fast every stock moves."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.goodness import gains, goodness_rates, sufficient
from deference_sim.model.growth import hardware_pace
from deference_sim.model.handoff import scaling_share
from deference_sim.model.rival import TAKEOFF, rival_pace
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.strategy import effective
from deference_sim.model.time_buying import bounded_rate, buying_rate
from deference_sim.model.work import human_pace, work_clock, working_pace


@equation
def derivatives(
    state: Any, p: Any, t: float, C: float, A: float, W: float, D: float, R: float, bought: float, Z: float
) -> Any:
    """Return the rates of (C, A, W, D, R, U, bought, Z) per month; equations (2), (4), (9), (10), (12), (14)."""
    aligned = min(C, sufficient(state, p, C, A, W))
    b = time_bought(state, p, aligned, bought)
    dR = rival_rate(state, p, R, Z, b)
    if state.phase == PRE:
        scaling = scaling_share(state, p)
        dC = human_pace(p) * effective(p, scaling) + (hardware_pace(p) if scaling > 0.0 else 0.0)
        return dC, 0.0, 0.0, -p.defence_decay * D, dR, 0.0, b, 0.0
    if state.phase == HALTED:
        pace = human_pace(p)
        dA, dW = gains(state, p, pace * state.goodness_effect, C, A, W)
        dD = pace * state.defence_effect * p.defence_returns - p.defence_decay * D
        return 0.0, dA, dW, dD, dR, pace, b, 0.0
    pace = working_pace(state, p, C)
    clock = work_clock(state, p, pace)
    dA, dW = goodness_rates(state, p, pace, clock, C, A, W)
    dC = 0.0 if state.retraining else pace * state.capability_effect
    if state.capability_share > 0.0:
        dC += hardware_pace(p)
    dD = pace * state.defence_effect * p.defence_returns - p.defence_decay * D
    dZ = state.time_buying_share * p.time_buying_proliferation * max(aligned + p.time_buying_head_start, 0.0) * pace
    return dC, dA, dW, dD, dR, clock, b, dZ


@equation
def time_bought(state: Any, p: Any, aligned: float, bought: float) -> float:
    """Return b, the months bought per month: by aligned AIs, by humans without them, all while a deal holds."""
    if state.paused:
        return 1.0
    if state.phase == PRE or state.phase == HALTED:
        return bounded_rate(p, p.time_buying_before_handoff, bought)
    return buying_rate(p, state.buying_scale, aligned, bought)


@equation
def rival_rate(state: Any, p: Any, R: float, Z: float, b: float) -> float:
    """Return dR/dt while we buy ``b`` months of the rival's clock per month; equation (10)."""
    if p.rival_mode != TAKEOFF:
        return 0.0
    return (1.0 - b) * (rival_pace(p, R, Z) if state.rival_started else 1.0 / 12.0)
