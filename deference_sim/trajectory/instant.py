"""The instant: what happens at one identical time, in one order that both engines take from here.

``STAGES`` is that order. ``open_instant`` reads why the flow stopped and says which stages are due, as bits;
``perform`` does one stage and returns which later stages it makes due at the same instant. An engine performs the
stages that are due in rising order, until the trajectory is resolved.
"""

from math import inf
from typing import Any

from deference_sim.model.basin import enter_or_leave, remember_exit
from deference_sim.model.declare import equation
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate, review
from deference_sim.model.generations import defer_to_successor, send_back, successor_passes, train_successor
from deference_sim.model.goodness import break_out, drift_noise, sufficient
from deference_sim.model.halting import becomes_full, go_full, halt, halt_is_due, may_resume, resume
from deference_sim.model.handoff import hand_off, handoff_due, wants_to_hand_off
from deference_sim.model.hazards import NO_CAUSE, meet_hazard
from deference_sim.model.processes import PROCESS_STREAMS, fire
from deference_sim.model.rival import DEADLINE, lose_lead, settle_overtaking, steal_weights
from deference_sim.model.scheming import recovery_succeeds
from deference_sim.model.state import (
    AI_CATASTROPHE,
    DEAL,
    FIRST_HAZARD,
    HALTED,
    NO_OUTCOME,
    OUTBREAK,
    OVERTAKING,
    PARADIGM_SHIFT,
    PRE,
    THEFT,
)
from deference_sim.model.strategy import decide
from deference_sim.model.tax import shift_paradigm
from deference_sim.model.time_buying import strike_deal
from deference_sim.trajectory.flow import CLOCK_DUE, FIRED
from deference_sim.trajectory.levels import (
    DANGER,
    FIZZLE,
    GENERATION,
    HANDOFF_LEVEL,
    MEET_DEADLINE,
    OVERTAKEN,
    REVIEW_WORK,
    RIVAL_CLOCK,
)
from deference_sim.trajectory.log import (
    DEADLINE_MISSED,
    DEADLINE_PASSED,
    DEAL_BACKFIRED,
    DEAL_STRUCK,
    EFFORT_SHARED,
    ENTERED_BASIN,
    FULLY_DEFERRED,
    HALTED_NOW,
    HANDED_OFF,
    HAZARD_FATAL,
    HAZARD_HANDLED,
    HAZARD_SUFFERED,
    LEFT_BASIN,
    OUTBREAK_HAPPENED,
    OVERTAKEN_BY_RIVAL,
    PARADIGM_SHIFTED,
    RESOLVED_AS,
    RESUMED,
    REVIEWED,
    RIVAL_DANGEROUS,
    RIVAL_TAKES_OFF,
    SCHEMING_DETECTED,
    SUCCESSOR_DEFERRED_TO,
    SUCCESSOR_SENT_BACK,
    SUCCESSOR_WAITS,
    TAKEOVER_FAILED,
    TRIAL_BEGUN,
    WEIGHTS_STOLEN,
    note,
)
from deference_sim.trajectory.outcomes import end_state, resolve

LEAST_WORK = 1e-9  # py; less is left of a retraining only by rounding

#: What can happen at one time, in the order in which it does. (The flow latches crossings before all of it.)
STAGES = (
    "theft",
    "hazards, by name",
    "deal",
    "paradigm shift",
    "outbreak",
    "generation",
    "drift",
    "overtaking",
    "takeover attempt",
    "basin entered or left",
    "outcome",
    "handoff",
    "review",
    "phase changed on estimates",
    "policy",
)
(
    THEFT_STAGE,
    HAZARDS_STAGE,
    DEAL_STAGE,
    PARADIGM_STAGE,
    OUTBREAK_STAGE,
    GENERATION_STAGE,
    DRIFT_STAGE,
    OVERTAKING_STAGE,
    ATTEMPT_STAGE,
    BASIN_STAGE,
    OUTCOME_STAGE,
    HANDOFF_STAGE,
    REVIEW_STAGE,
    ESTIMATE_STAGE,
    POLICY_STAGE,
) = range(len(STAGES))
#: Processes whose firing makes a stage due, and that stage.
FIRING_PROCESSES = (THEFT, DEAL, PARADIGM_SHIFT, OUTBREAK, OVERTAKING, AI_CATASTROPHE)
FIRING_STAGES = (THEFT_STAGE, DEAL_STAGE, PARADIGM_STAGE, OUTBREAK_STAGE, OVERTAKING_STAGE, ATTEMPT_STAGE)


@equation
def open_instant(state: Any, p: Any, processes: Any, log: Any, why: int) -> int:
    """Latch the crossings in ``why`` and return the stages that are due, as bits."""
    due = (1 << BASIN_STAGE) | (1 << OUTCOME_STAGE)
    if why & (1 << FIZZLE):
        state.fizzle_reached = 1
    if why & (1 << MEET_DEADLINE):
        state.deadline_met = 1
    if why & (1 << HANDOFF_LEVEL):
        state.capable = 1
    if why & (1 << DANGER):
        state.dangerous = 1
        state.step_alive = 0
    if why & (1 << RIVAL_CLOCK) and rival_clock_is_up(state, p, log):
        due |= 1 << OVERTAKING_STAGE
    if why & (1 << DANGER):
        note(state, p, log, RIVAL_DANGEROUS, 0, 0.0)
    if why & (1 << OVERTAKEN):
        due |= 1 << OVERTAKING_STAGE
    if why & FIRED:
        due |= 1 << HAZARDS_STAGE
        for i in range(len(FIRING_PROCESSES)):
            if processes[FIRING_PROCESSES[i]].due:
                due |= 1 << FIRING_STAGES[i]
    if why & (1 << GENERATION) or retrained(state, p, why):
        due |= 1 << GENERATION_STAGE
    if state.phase == PRE and handoff_comes(state, p, log):
        due |= 1 << HANDOFF_STAGE
    elif why & (1 << REVIEW_WORK) or state.t >= state.next_review_at:
        due |= (1 << DRIFT_STAGE) | (1 << REVIEW_STAGE)
        if state.candidate_waiting and state.phase != HALTED:
            due |= 1 << GENERATION_STAGE
    return due


@equation
def handoff_comes(state: Any, p: Any, log: Any) -> bool:
    """Return whether the handoff happens now, and note when a trial run begins instead."""
    waiting = state.trial_until == inf
    if handoff_due(state, p):
        return True
    if waiting and state.trial_until < inf:
        note(state, p, log, TRIAL_BEGUN, 0, state.trial_length)
    return False


@equation
def rival_clock_is_up(state: Any, p: Any, log: Any) -> bool:
    """Latch that the rival's clock has reached the lead; return whether that means a deadline is missed."""
    state.rival_started = 1
    state.step_alive = 0
    if p.rival_mode != DEADLINE:
        note(state, p, log, RIVAL_TAKES_OFF, 0, 0.0)
        return False
    if state.deadline_met:
        note(state, p, log, DEADLINE_PASSED, 0, 0.0)
        return False
    return True


@equation
def retrained(state: Any, p: Any, why: int) -> bool:
    """Return whether a rejected successor has just been trained again."""
    if not state.retraining or state.phase == HALTED or not why & CLOCK_DUE:
        return False
    count_time(state, p)
    speed = state.retraining_speed
    if speed <= 0.0 or (state.retraining_left > LEAST_WORK and state.t + state.retraining_left / speed > state.t):
        return False
    state.retraining = 0
    return True


@equation
def perform(stage: int, state: Any, p: Any, hazards: Any, processes: Any, log: Any) -> int:
    """Do one stage of the instant and return which later stages it makes due, as bits."""
    if stage <= OUTBREAK_STAGE:
        meet_the_world(stage, state, p, hazards, processes, log)
    elif stage == GENERATION_STAGE:
        return succeed(state, p, log)
    elif stage == DRIFT_STAGE:
        drift_noise(state, p)
    elif stage == OVERTAKING_STAGE:
        settle_overtaking(state, p)
        processes[OVERTAKING].due = 0
        event = DEADLINE_MISSED if p.rival_mode == DEADLINE else OVERTAKEN_BY_RIVAL
        note(state, p, log, event, state.overtaken, 0.0)
    elif stage == ATTEMPT_STAGE:
        return attempt_takeover(state, p, processes, log)
    elif stage == BASIN_STAGE:
        watch_the_edge(state, p, log)
    elif stage == OUTCOME_STAGE:
        outcome = end_state(state, p, processes)
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
        return 1 << ESTIMATE_STAGE
    elif stage == ESTIMATE_STAGE:
        change_phase(state, p, log)
        return 0 if state.phase == PRE else 1 << POLICY_STAGE
    elif stage == POLICY_STAGE:
        decide(state, p)
        note(state, p, log, EFFORT_SHARED, 0, 0.0)
    return 0


@equation
def meet_the_world(stage: int, state: Any, p: Any, hazards: Any, processes: Any, log: Any) -> None:
    """Do a stage in which something arrives: theft, hazards, deal, paradigm shift, outbreak."""
    if stage == THEFT_STAGE:
        fire(state, processes[THEFT], PROCESS_STREAMS[THEFT])
        note(state, p, log, WEIGHTS_STOLEN, state.thefts, steal_weights(state, p))
    elif stage == HAZARDS_STAGE:
        for column in range(len(hazards)):
            if processes[FIRST_HAZARD + column].due:
                meet(state, p, hazards, processes, log, column)
    elif stage == DEAL_STAGE:
        months = strike_deal(state, p, processes[DEAL].fired)
        fire(state, processes[DEAL], PROCESS_STREAMS[DEAL])
        if months < 0.0:
            lose_lead(state, p, -months)
        note(state, p, log, DEAL_BACKFIRED if months < 0.0 else DEAL_STRUCK, state.deals, months)
    elif stage == PARADIGM_STAGE:
        fire(state, processes[PARADIGM_SHIFT], PROCESS_STREAMS[PARADIGM_SHIFT])
        shift_paradigm(state, p)
        note(state, p, log, PARADIGM_SHIFTED, state.paradigms, state.paradigm_factor)
    elif stage == OUTBREAK_STAGE:
        loss = break_out(state, p, processes[OUTBREAK].fired)
        fire(state, processes[OUTBREAK], PROCESS_STREAMS[OUTBREAK])
        state.outbreaks += 1
        note(state, p, log, OUTBREAK_HAPPENED, state.outbreaks, loss)


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
    if not successor_passes(state, p):
        if state.candidate_waiting:
            return 0
        if send_back(state, p):
            event = SUCCESSOR_WAITS if state.candidate_waiting else SUCCESSOR_SENT_BACK
            note(state, p, log, event, state.attempts, 0.0)
            return 1 << POLICY_STAGE
    defer_to_successor(state, p)
    note(state, p, log, SUCCESSOR_DEFERRED_TO, state.generations, state.candidate_alignment)
    return (1 << DRIFT_STAGE) | (1 << REVIEW_STAGE)


@equation
def attempt_takeover(state: Any, p: Any, processes: Any, log: Any) -> int:
    """Let a takeover by AIs that scheme fail, if they are weak enough to recover from; deference is then halted."""
    if not state.scheming or not recovery_succeeds(state, p):
        return 0
    fire(state, processes[AI_CATASTROPHE], PROCESS_STREAMS[AI_CATASTROPHE])
    state.recovered = 1
    state.detected = 1
    note(state, p, log, TAKEOVER_FAILED, 0, 0.0)
    if state.phase != HALTED:
        halt(state, p)
        note(state, p, log, HALTED_NOW, state.halts, 0.0)
    return 1 << POLICY_STAGE


@equation
def watch_the_edge(state: Any, p: Any, log: Any) -> None:
    """Note when the AIs enter or leave the basin."""
    if state.phase == PRE:
        return
    if enter_or_leave(state, sufficient(state, p, state.C, state.A, state.W) - state.C):
        if state.in_basin:
            note(state, p, log, ENTERED_BASIN, 0, 0.0)
        else:
            remember_exit(state)
            note(state, p, log, LEFT_BASIN, 0, 0.0)


@equation
def change_phase(state: Any, p: Any, log: Any) -> None:
    """Change phase on what the review has found, at most once; being in the basin may change with it."""
    if state.phase == PRE:
        if wants_to_hand_off(state, p):
            state.triggered = 1
            if handoff_comes(state, p, log):
                hand_off(state, p)
                state.handoff_estimate = margin_estimate(state)
                note(state, p, log, HANDED_OFF, 0, state.aggregate_tax_months)
    elif state.phase == HALTED:
        if may_resume(state, p):
            resume(state, p)
            note(state, p, log, RESUMED, 0, 0.0)
    elif halt_is_due(state, p):
        if state.detected:
            note(state, p, log, SCHEMING_DETECTED, 0, 0.0)
        halt(state, p)
        note(state, p, log, HALTED_NOW, state.halts, 0.0)
    elif becomes_full(state, p):
        go_full(state, p)
        note(state, p, log, FULLY_DEFERRED, 0, 0.0)
    watch_the_edge(state, p, log)
