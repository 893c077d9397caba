"""Levels: what can be crossed, which stock crosses it, and where it lies for the coming step."""

from math import nan
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.growth import next_knot
from deference_sim.model.overtaking import edge_needed
from deference_sim.model.rival import DEADLINE, NO_RIVAL, TAKEOFF, aligned_capability
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.stocks import STOCKS
from deference_sim.trajectory.state import AT

#: What can be crossed; a number here is also the position of its bit among the reasons why the flow stops.
CROSSINGS = (
    "next generation",
    "stabilised",
    "takeoff over",
    "edge of the basin",
    "aligned capability meets the deadline",
    "rival's clock is up",
    "rival becomes dangerous",
    "overtaken",
    "work since the last review",
    "corner of our growth law",
    "corner of the rival's growth law",
    "capability to hand off to",
    "ahead again after the takeoff",
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

#: All of them, for loops in which each is a case of its own.
EVERY_CROSSING = tuple(range(len(CROSSINGS)))
#: The stock that reaches a level, for crossings that one stock makes; -1 for those that several make together.
_CAPABILITY, _RIVAL, _WORK, _SEVERAL = AT.C, AT.R, AT.U, -1
STOCK_CROSSING = (
    _CAPABILITY,
    _SEVERAL,
    _CAPABILITY,
    _SEVERAL,
    _SEVERAL,
    _SEVERAL,
    _RIVAL,
    _SEVERAL,
    _WORK,
    _CAPABILITY,
    _RIVAL,
    _CAPABILITY,
    _SEVERAL,
)


#: The unit of each level: of its stock, or of what several stocks make together.
LEVEL_UNITS = tuple(
    tuple(STOCKS.values())[stock].unit if stock >= 0 else "months" if which == RIVAL_CLOCK else "py"
    for which, stock in enumerate(STOCK_CROSSING)
)


@equation
def set_levels(state: Any, p: Any) -> None:
    """Set the level of every crossing for the coming step; NaN for those that cannot happen on it."""
    level = state.levels
    for which in EVERY_CROSSING:
        level[which] = nan
    if state.phase == PRE:
        if not state.capable:
            level[HANDOFF_LEVEL] = p.handoff_capability
        if state.C < p.goodness_best_capability:
            level[OWN_KNOT] = p.goodness_best_capability  # the starting margin has a corner there
    else:
        set_levels_after_handoff(state, p)
    if p.rival_mode == DEADLINE and not state.deadline_met:
        level[MEET_DEADLINE] = p.rival_handle_at
    if state.dangerous:
        level[OVERTAKEN] = -edge_needed(state)
    if p.rival_mode != NO_RIVAL and not state.rival_started:
        level[RIVAL_CLOCK] = p.rival_lead
    if p.rival_mode == TAKEOFF and state.rival_started:
        level[RIVAL_KNOT] = next_knot(p, state.R)
        if not state.dangerous:
            level[DANGER] = state.danger_run


@equation
def set_levels_after_handoff(state: Any, p: Any) -> None:
    """Set the levels of what can only be crossed once AIs are deferred to."""
    level = state.levels
    level[REVIEW_WORK] = p.evaluation_review_work
    level[STABILISE] = p.capability_stabilise_at
    level[OWN_KNOT] = next_knot(p, state.C)
    if state.phase != HALTED and not state.retraining and not state.candidate_waiting:
        level[GENERATION] = state.next_generation
    if not state.fizzle_reached:
        level[FIZZLE] = p.fizzle_at
    elif p.rival_mode == TAKEOFF and state.R >= aligned_capability(state, p):
        level[AHEAD_AGAIN] = 0.0
    if not state.scheming:
        level[EDGE] = 0.0
