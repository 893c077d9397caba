"""Rates: the right-hand side of the flow, how fast every stock moves."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.goodness import goodness_rates
from deference_sim.model.growth import own_pace
from deference_sim.model.handoff import prework_rate
from deference_sim.model.rival import TAKEOFF, rival_pace
from deference_sim.model.state import PRE
from deference_sim.model.time_buying import bounded_rate, buying_rate


@equation
def derivatives(state: Any, p: Any, t: float, C: float, A: float, W: float, D: float, R: float, bought: float) -> Any:
    """Return the rates of (C, A, W, D, R, U, bought) per month; equations (2), (4), (9), (10), (12), (14)."""
    if state.phase == PRE:
        b = bounded_rate(p, p.time_buying_before_handoff, bought)
        gain = prework_rate(p, t)
        return 0.0, gain, gain, -p.defence_decay * D, rival_rate(state, p, R, b), 0.0, b
    progress = own_pace(p, C)
    clock = max(progress, p.pace_floor)
    effect = state.goodness_effect
    dA, dW = goodness_rates(p, progress, clock, C, A, W, effect, state.alignment_weight)
    b = buying_rate(p, state.buying_scale, min(C, min(A, W)), bought)
    dC = 0.0 if state.retraining else progress * state.capability_effect
    dD = progress * state.defence_effect * p.defence_returns - p.defence_decay * D
    return dC, dA, dW, dD, rival_rate(state, p, R, b), clock, b


@equation
def rival_rate(state: Any, p: Any, R: float, b: float) -> float:
    """Return dR/dt while we buy ``b`` months of the rival's clock per month; equation (10)."""
    if p.rival_mode != TAKEOFF:
        return 0.0
    return (1.0 - b) * (rival_pace(p, R) if state.rival_started else 1.0 / 12.0)
