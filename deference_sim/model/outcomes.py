"""Outcomes: the end states, in their order of priority within one instant."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.delay import count_time
from deference_sim.model.hazards import NO_CAUSE
from deference_sim.model.rival import CATASTROPHICALLY, SAFELY, lead_months
from deference_sim.model.state import (
    AI_TAKEOVER,
    CATASTROPHIC_MISTAKE,
    EXOGENOUS_CATASTROPHE,
    FIZZLED,
    FULL,
    NO_OUTCOME,
    OVERTAKEN_SAFELY,
    PRE,
    RESOLVED,
    RIVAL_CATASTROPHE,
    STABILISED,
    UNRESOLVED,
)


@equation
def end_state(state: Any, p: Any, caused_by_ais: bool) -> int:
    """Return the outcome that holds at this instant, the first in order of priority, or ``NO_OUTCOME``."""
    if caused_by_ais:
        return AI_TAKEOVER if state.A <= state.W else CATASTROPHIC_MISTAKE
    if state.cause != NO_CAUSE:
        return EXOGENOUS_CATASTROPHE
    if state.overtaken == CATASTROPHICALLY:
        return RIVAL_CATASTROPHE
    if state.overtaken == SAFELY:
        return OVERTAKEN_SAFELY
    if state.phase != PRE:
        if min(state.C, min(state.A, state.W)) >= p.capability_stabilise_at:
            return STABILISED
        if state.C >= p.fizzle_at and lead_months(state, p) > 0.0:
            return FIZZLED
    if state.t >= p.horizon:
        return UNRESOLVED
    return NO_OUTCOME


@equation
def resolve(state: Any, p: Any, outcome: int) -> None:
    """End the trajectory with this outcome."""
    count_time(state, p)
    if state.phase == FULL:
        state.minimum_margin = min(state.minimum_margin, min(state.A, state.W) - state.C)
    state.outcome = outcome
    state.phase = RESOLVED
    state.end_month = state.t
