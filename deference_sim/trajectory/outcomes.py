"""Outcomes: the end states, in their order of priority within one instant."""

from typing import Any

from deference_sim.model.alternatives import EARLY_TAKEOVER, PUNT
from deference_sim.model.catastrophe import AI_CATASTROPHE
from deference_sim.model.declare import equation
from deference_sim.model.delay import count_time
from deference_sim.model.events import event
from deference_sim.model.goodness import effective_profile
from deference_sim.model.hazards import NO_CAUSE
from deference_sim.model.overtaking import CATASTROPHICALLY, SAFELY
from deference_sim.model.rival import DEADLINE, NO_RIVAL, aligned_capability, lead_months
from deference_sim.model.roads import (
    BY_HAZARD,
    BY_RIVAL,
    EARLY_TAKEOVER_ROAD,
    LEFT_UNRESOLVED,
    MISTAKE_INSIDE,
    PUNTED_BEFORE,
    STAYED,
    take_road,
)
from deference_sim.model.state import (
    AI_TAKEOVER,
    CATASTROPHIC_MISTAKE,
    EXOGENOUS_CATASTROPHE,
    HALTED,
    NO_OUTCOME,
    OVERTAKEN_SAFELY,
    PRE,
    PUNTED,
    RESOLVED,
    RIDDEN_OUT,
    RIVAL_CATASTROPHE,
    STABILISED,
    UNRESOLVED,
)
from deference_sim.trajectory.minimum_margin import watch_margin

RESOLVED_AS = event("resolved", "the end: {outcome}")


@equation
def end_state(state: Any, p: Any, processes: Any) -> int:
    """Return the outcome that holds at this instant, the first in order of priority, or ``NO_OUTCOME``.

    An end without a catastrophe at which schemers are in charge is their takeover.
    """
    if processes[AI_CATASTROPHE].due or processes[EARLY_TAKEOVER].due:
        mistaken = state.phase != PRE and effective_profile(state, p, state.W) < state.A and not state.scheming
        return CATASTROPHIC_MISTAKE if mistaken else AI_TAKEOVER
    if state.cause != NO_CAUSE:
        return EXOGENOUS_CATASTROPHE
    if state.overtaken == CATASTROPHICALLY:
        return RIVAL_CATASTROPHE
    end = NO_OUTCOME
    if state.overtaken == SAFELY:
        end = OVERTAKEN_SAFELY
    elif processes[PUNT].due:
        end = PUNTED
    elif is_stable(state, p):
        end = STABILISED
    elif is_ridden_out(state, p):
        end = RIDDEN_OUT
    elif state.t >= p.horizon:
        end = UNRESOLVED
    return AI_TAKEOVER if end != NO_OUTCOME and state.scheming else end


@equation
def is_stable(state: Any, p: Any) -> bool:
    """Return whether the AIs' own aligned capability suffices to stabilise the situation."""
    return state.phase != PRE and min(state.C, min(state.A, state.W)) >= p.capability_stabilise_at


@equation
def is_ridden_out(state: Any, p: Any) -> bool:
    """Return whether the takeoff has been over for long enough, with AIs at work that are ahead of any rival."""
    if state.phase == PRE or state.phase == HALTED or state.t < state.settled_at:
        return False
    if p.rival_mode == DEADLINE:
        return state.deadline_met == 1
    return p.rival_mode == NO_RIVAL or state.R < aligned_capability(state, p)


@equation
def resolve(state: Any, p: Any, outcome: int) -> None:
    """End the trajectory with this outcome, and name the road by which it failed if it did."""
    count_time(state, p)
    watch_margin(state, p)
    state.end_Q = aligned_capability(state, p)
    state.end_lead = lead_months(state, p)
    road = road_of(state, outcome)
    if road != STAYED:
        take_road(state, road)
    state.outcome = outcome
    state.phase = RESOLVED
    state.end_month = state.t


@equation
def road_of(state: Any, outcome: int) -> int:
    """Return the road of a run that never left the basin and ends so."""
    if outcome == EXOGENOUS_CATASTROPHE:
        return BY_HAZARD
    if outcome in (RIVAL_CATASTROPHE, OVERTAKEN_SAFELY):
        return BY_RIVAL
    if outcome == UNRESOLVED:
        return LEFT_UNRESOLVED
    if state.phase == PRE:
        return PUNTED_BEFORE if outcome == PUNTED else EARLY_TAKEOVER_ROAD
    return STAYED if outcome >= PUNTED else MISTAKE_INSIDE
