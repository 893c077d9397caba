"""The instant: what happens at one identical time, in one order that both engines take from here.

``STAGES`` is that order. ``open_instant`` reads why the flow stopped and says which stages are due, as bits;
``perform`` does one stage and returns which later stages it makes due at the same instant. An engine performs the
stages that are due in rising order, until the trajectory is resolved.
"""

from typing import Any

from deference_sim.model.basin import enter_or_leave, remember_exit
from deference_sim.model.crossings import (
    DANGER,
    FIZZLE,
    GENERATION,
    MEET_DEADLINE,
    OVERTAKEN,
    REVIEW_WORK,
    RIVAL_CLOCK,
)
from deference_sim.model.declare import equation
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate, review
from deference_sim.model.flow import CLOCK_DUE, FIRED
from deference_sim.model.generations import defer_to_successor, send_back, successor_passes, train_successor
from deference_sim.model.goodness import drift_noise
from deference_sim.model.handoff import hand_off
from deference_sim.model.hazards import NO_CAUSE, meet_hazard
from deference_sim.model.log import (
    DEADLINE_MISSED,
    DEADLINE_PASSED,
    EFFORT_SHARED,
    ENTERED_BASIN,
    HANDED_OFF,
    HAZARD_FATAL,
    HAZARD_HANDLED,
    HAZARD_SUFFERED,
    LEFT_BASIN,
    OVERTAKEN_BY_RIVAL,
    RESOLVED_AS,
    REVIEWED,
    RIVAL_DANGEROUS,
    RIVAL_TAKES_OFF,
    SUCCESSOR_DEFERRED_TO,
    SUCCESSOR_SENT_BACK,
    SUCCESSOR_WAITS,
    note,
)
from deference_sim.model.outcomes import end_state, resolve
from deference_sim.model.rival import DEADLINE, settle_overtaking
from deference_sim.model.state import AI_CATASTROPHE, FIRST_HAZARD, FULL, NO_OUTCOME, OVERTAKING, PRE
from deference_sim.model.strategy import decide

LEAST_WORK = 1e-9  # py; less is left of a retraining only by rounding

#: What can happen at one time, in the order in which it does. (The flow latches crossings before all of it.)
STAGES = (
    "hazards, by name",
    "generation",
    "drift",
    "overtaking",
    "basin entered or left",
    "outcome",
    "handoff",
    "review",
    "policy",
)
HAZARDS_STAGE, GENERATION_STAGE, DRIFT_STAGE, OVERTAKING_STAGE, BASIN_STAGE, OUTCOME_STAGE, HANDOFF_STAGE = range(7)
REVIEW_STAGE, POLICY_STAGE = 7, 8


@equation
def open_instant(state: Any, p: Any, processes: Any, log: Any, why: int) -> int:
    """Latch the crossings in ``why`` and return the stages that are due, as bits."""
    due = (1 << BASIN_STAGE) | (1 << OUTCOME_STAGE)
    if why & (1 << FIZZLE):
        state.fizzle_reached = 1
    if why & (1 << MEET_DEADLINE):
        state.deadline_met = 1
    if why & (1 << RIVAL_CLOCK):
        state.rival_started = 1
        state.step_alive = 0
        if p.rival_mode != DEADLINE:
            note(state, p, log, RIVAL_TAKES_OFF, 0, 0.0)
        elif state.deadline_met:
            note(state, p, log, DEADLINE_PASSED, 0, 0.0)
        else:
            due |= 1 << OVERTAKING_STAGE
    if why & (1 << DANGER):
        state.dangerous = 1
        state.step_alive = 0
        note(state, p, log, RIVAL_DANGEROUS, 0, 0.0)
    if why & (1 << OVERTAKEN) or processes[OVERTAKING].due:
        due |= 1 << OVERTAKING_STAGE
    if why & FIRED:
        due |= 1 << HAZARDS_STAGE
    if why & (1 << GENERATION):
        due |= 1 << GENERATION_STAGE
    if state.phase == PRE and why & CLOCK_DUE:
        due |= 1 << HANDOFF_STAGE
    if state.retraining and why & CLOCK_DUE:
        count_time(state, p)
        if state.retraining_left <= LEAST_WORK:
            state.retraining = 0
            due |= 1 << GENERATION_STAGE
    if state.phase == FULL and (why & (1 << REVIEW_WORK) or state.t >= state.next_review_at):
        due |= (1 << DRIFT_STAGE) | (1 << REVIEW_STAGE)
        if state.candidate_waiting:
            due |= 1 << GENERATION_STAGE
    return due


@equation
def perform(stage: int, state: Any, p: Any, hazards: Any, processes: Any, log: Any) -> int:
    """Do one stage of the instant and return which later stages it makes due, as bits."""
    if stage == HAZARDS_STAGE:
        for column in range(len(hazards)):
            if processes[FIRST_HAZARD + column].due:
                meet(state, p, hazards, processes, log, column)
    elif stage == GENERATION_STAGE:
        return succeed(state, p, log)
    elif stage == DRIFT_STAGE:
        drift_noise(state, p)
    elif stage == OVERTAKING_STAGE:
        settle_overtaking(state, p)
        processes[OVERTAKING].due = 0
        note(
            state,
            p,
            log,
            DEADLINE_MISSED if p.rival_mode == DEADLINE else OVERTAKEN_BY_RIVAL,
            state.overtaken,
            0.0,
        )
    elif stage == BASIN_STAGE:
        watch_the_edge(state, p, log)
    elif stage == OUTCOME_STAGE:
        outcome = end_state(state, p, processes[AI_CATASTROPHE].due == 1)
        if outcome != NO_OUTCOME:
            resolve(state, p, outcome)
            note(state, p, log, RESOLVED_AS, outcome, 0.0)
    elif stage == HANDOFF_STAGE:
        hand_off(state, p)
        note(state, p, log, HANDED_OFF, 0, state.aggregate_tax_months)
        return (1 << REVIEW_STAGE) | (1 << POLICY_STAGE)
    elif stage == REVIEW_STAGE:
        review(state, p)
        note(state, p, log, REVIEWED, state.reviews, margin_estimate(state))
        return 1 << POLICY_STAGE
    elif stage == POLICY_STAGE:
        decide(state, p)
        note(state, p, log, EFFORT_SHARED, 0, 0.0)
    return 0


@equation
def meet(state: Any, p: Any, hazards: Any, processes: Any, log: Any, column: int) -> None:
    """Meet the hazard in ``column`` of the table, which has arrived."""
    suffered = state.hazards_suffered
    survived = state.cause == NO_CAUSE
    severity = meet_hazard(state, p, hazards[column], processes[FIRST_HAZARD + column], column)
    if state.hazards_suffered == suffered:
        note(state, p, log, HAZARD_HANDLED, column, severity)
    elif survived and state.cause == column:
        note(state, p, log, HAZARD_FATAL, column, severity)
    else:
        note(state, p, log, HAZARD_SUFFERED, column, severity)


@equation
def succeed(state: Any, p: Any, log: Any) -> int:
    """Train a successor, or take up the one that waits, and defer to it if it passes review."""
    if not state.candidate_waiting:
        train_successor(state, p)
    if successor_passes(state, p):
        defer_to_successor(state, p)
        note(state, p, log, SUCCESSOR_DEFERRED_TO, state.generations, state.candidate_alignment)
        return (1 << DRIFT_STAGE) | (1 << REVIEW_STAGE)
    if not state.candidate_waiting:
        send_back(state, p)
        note(
            state,
            p,
            log,
            SUCCESSOR_WAITS if state.candidate_waiting else SUCCESSOR_SENT_BACK,
            state.attempts,
            0.0,
        )
        return 1 << POLICY_STAGE
    return 0


@equation
def watch_the_edge(state: Any, p: Any, log: Any) -> None:
    """Note when the AIs enter or leave the basin."""
    if state.phase == FULL and enter_or_leave(state):
        if state.in_basin:
            note(state, p, log, ENTERED_BASIN, 0, 0.0)
        else:
            remember_exit(state)
            note(state, p, log, LEFT_BASIN, 0, 0.0)
