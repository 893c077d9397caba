"""Halting and going on: phases that change on what a review finds."""

from typing import Any

from deference_sim.model.company import advice
from deference_sim.model.declare import equation
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate, margin_found, own_margin_estimate
from deference_sim.model.events import counter, event
from deference_sim.model.human import still_to_come
from deference_sim.model.state import FULL, HALTED, PARTIAL, TAKEN

HALTED_NOW = event("halted", "deference is halted{why_halted}: humans repair, capability rests")
RESUMED = event("resumed", "deference is resumed{after_scheming}")
HALT_GIVEN_UP = event(
    "halt given up", "the halt ends, margin found {believed:.2f}: nothing that humans could add would be enough"
)
FULLY_DEFERRED = event("fully deferred", "deference becomes full: margin found {margins}")
HALTS = counter("halts", "deference halted")


@equation
def halt(state: Any, p: Any) -> None:
    """Halt deference: humans take over, and repair what they can."""
    count_time(state, p)
    state.came_from = state.phase
    state.phase = HALTED
    state.halted_at = state.t
    state.halts += 1
    state.step_alive = 0


@equation
def halt_is_in_vain(state: Any, p: Any) -> bool:
    """Return whether all that humans could still add would not make the margin look good enough to go on.

    What they teach the AIs is no help where they supply more strategy themselves.
    """
    rest = still_to_come(state.C, state.H)
    reachable = margin_found(state, p, state.alignment_estimate + rest, state.profile_estimate + rest)
    return reachable < p.handoff_resume_above


@equation
def halt_is_due(state: Any, p: Any) -> bool:
    """Return whether the last review calls for a halt that is not in vain, and the company does not ignore that."""
    wanted = False
    if margin_estimate(state, p) < p.handoff_halt_below:
        wanted = not halt_is_in_vain(state, p)
    state.halt_advice = advice(state, p, state.halt_advice, wanted)
    return state.halt_advice == TAKEN


@equation
def may_resume(state: Any, p: Any) -> bool:
    """Return whether the last review and the time since the halt allow going on, or the halt is in vain."""
    long_enough = state.t - state.halted_at >= p.handoff_min_halt
    good_enough = margin_estimate(state, p) >= p.handoff_resume_above
    return long_enough and (good_enough or halt_is_in_vain(state, p))


@equation
def resume(state: Any, p: Any) -> None:
    """Resume deference where it was halted."""
    count_time(state, p)
    state.phase = state.came_from
    state.halt_advice = 0
    state.step_alive = 0


@equation
def becomes_full(state: Any, p: Any) -> bool:
    """Return whether partial deference becomes full."""
    return state.phase == PARTIAL and own_margin_estimate(state, p) >= p.handoff_full_when


@equation
def go_full(state: Any, p: Any) -> None:
    """End partial deference: humans leave all the work to the AIs."""
    count_time(state, p)
    state.phase = FULL
    state.step_alive = 0
