"""Halting and going on: phases that change on what a review finds."""

from typing import Any

from deference_sim.model.company import advice, advice_ignored
from deference_sim.model.declare import equation
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate
from deference_sim.model.events import counter, event
from deference_sim.model.scheming import detect, recovery_succeeds
from deference_sim.model.state import FULL, HALTED, PARTIAL, TAKEN

HALTED_NOW = event("halted", "deference is halted{why_halted}: humans repair, capability rests")
RESUMED = event("resumed", "deference is resumed{after_scheming}")
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
def halt_is_due(state: Any, p: Any) -> bool:
    """Return whether the last review calls for a halt, and the company does not ignore that."""
    if detect(state, p) and not advice_ignored(state, p):
        return True
    state.halt_advice = advice(state, p, state.halt_advice, margin_estimate(state) < p.handoff_halt_below)
    return state.halt_advice == TAKEN


@equation
def may_resume(state: Any, p: Any) -> bool:
    """Return whether the last review and the time since the halt allow deference to be resumed."""
    long_enough = state.t - state.halted_at >= p.handoff_min_halt
    return long_enough and margin_estimate(state) >= p.handoff_resume_above


@equation
def resume(state: Any, p: Any) -> None:
    """Resume deference where it was halted; AIs that scheme are cleared, or hidden again."""
    count_time(state, p)
    state.phase = state.came_from
    state.halt_advice = 0
    state.detected = 0
    if state.scheming and recovery_succeeds(state, p):
        state.scheming = 0
    state.step_alive = 0


@equation
def becomes_full(state: Any, p: Any) -> bool:
    """Return whether partial deference becomes full."""
    return state.phase == PARTIAL and margin_estimate(state) >= p.handoff_full_when


@equation
def go_full(state: Any, p: Any) -> None:
    """End partial deference: humans leave all the work to the AIs."""
    count_time(state, p)
    state.phase = FULL
    state.step_alive = 0
