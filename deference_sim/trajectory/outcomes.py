"""Outcomes: the end states, in their order of priority within one instant."""

from typing import Any

from deference_sim.model.alternatives import EARLY_TAKEOVER, PUNT
from deference_sim.model.catastrophe import AI_CATASTROPHE
from deference_sim.model.declare import equation
from deference_sim.model.delay import count_time
from deference_sim.model.events import event
from deference_sim.model.goodness import sufficient
from deference_sim.model.hazards import NO_CAUSE
from deference_sim.model.overtaking import CATASTROPHICALLY, SAFELY
from deference_sim.model.rival import aligned_capability, lead_months
from deference_sim.model.state import (
    AI_TAKEOVER,
    CATASTROPHIC_MISTAKE,
    EXOGENOUS_CATASTROPHE,
    FIZZLED,
    NO_OUTCOME,
    OVERTAKEN_SAFELY,
    PRE,
    PUNTED,
    RESOLVED,
    RIVAL_CATASTROPHE,
    STABILISED,
    UNRESOLVED,
)
from deference_sim.trajectory.minimum_margin import watch_margin

RESOLVED_AS = event("resolved", "the end: {outcome}")


@equation
def end_state(state: Any, p: Any, processes: Any) -> int:
    """Return the outcome that holds at this instant, the first in order of priority, or ``NO_OUTCOME``."""
    if processes[AI_CATASTROPHE].due or processes[EARLY_TAKEOVER].due:
        mistaken = state.phase != PRE and state.W < state.A and not state.scheming
        return CATASTROPHIC_MISTAKE if mistaken else AI_TAKEOVER
    if state.cause != NO_CAUSE:
        return EXOGENOUS_CATASTROPHE
    if state.overtaken == CATASTROPHICALLY:
        return RIVAL_CATASTROPHE
    if state.overtaken == SAFELY:
        return OVERTAKEN_SAFELY
    if processes[PUNT].due:
        return PUNTED
    if state.phase != PRE:
        if min(state.C, sufficient(state, p, state.C, state.A, state.W)) >= p.capability_stabilise_at:
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
    watch_margin(state, p)
    state.end_Q = aligned_capability(state, p)
    state.end_lead = lead_months(state, p)
    state.outcome = outcome
    state.phase = RESOLVED
    state.end_month = state.t
