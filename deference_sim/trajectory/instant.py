"""The instant: what happens at one identical time, in one order that both engines take from here.

``model.stages`` is that order. ``open_instant`` reads why the flow stopped and says which stages are due, as bits;
``perform`` does one stage and returns which later stages it makes due at the same instant. An engine performs the
stages that are due in rising order, until the trajectory is resolved.
"""

from math import inf
from typing import Any

from deference_sim.model.basin import ENTERED_BASIN, LEFT_BASIN, enter_or_leave, remember_exit
from deference_sim.model.declare import constant, equation
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import REVIEWED, margin_estimate, review
from deference_sim.model.generations import (
    SUCCESSOR_DEFERRED_TO,
    SUCCESSOR_SENT_BACK,
    SUCCESSOR_WAITS,
    defer_to_successor,
    send_back,
    successor_passes,
    train_successor,
)
from deference_sim.model.goodness import sufficient
from deference_sim.model.halting import (
    FULLY_DEFERRED,
    HALT_GIVEN_UP,
    HALTED_NOW,
    RESUMED,
    becomes_full,
    go_full,
    halt,
    halt_is_due,
    may_resume,
    resume,
)
from deference_sim.model.handoff import HANDED_OFF, TRIAL_BEGUN, hand_off, handoff_due, wants_to_hand_off
from deference_sim.model.hazards import HAZARD_FATAL, HAZARD_HANDLED, HAZARD_SUFFERED, NO_CAUSE, meet_hazard
from deference_sim.model.overtaking import (
    DEADLINE_MISSED,
    DEADLINE_PASSED,
    OVERTAKEN_BY_RIVAL,
    settle_overtaking,
)
from deference_sim.model.processes import RATE_PROCESSES, RateProcess, fire
from deference_sim.model.rival import DEADLINE, RIVAL_DANGEROUS, RIVAL_TAKES_OFF
from deference_sim.model.roads import AT_START, OUTRUN, STAYED, shake
from deference_sim.model.scheming import SHOWDOWN_LOST, SHOWDOWN_WON, clear, wins_showdown
from deference_sim.model.stages import (
    BASIN_STAGE,
    ESTIMATE_STAGE,
    GENERATION_STAGE,
    HANDOFF_STAGE,
    HAZARDS_STAGE,
    OUTCOME_STAGE,
    OVERTAKING_STAGE,
    POLICY_STAGE,
    REVIEW_STAGE,
)
from deference_sim.model.state import AI_TAKEOVER, HALTED, NO_OUTCOME, PRE, RESOLVED
from deference_sim.model.strategy import EFFORT_SHARED, decide
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
from deference_sim.trajectory.log import note
from deference_sim.trajectory.outcomes import RESOLVED_AS, end_state, is_stable, resolve
from deference_sim.trajectory.state import FIRST_HAZARD
from deference_sim.trajectory.written import written

LEAST_WORK = constant("LEAST_WORK", 1e-9, "py", "less is left of a retraining only by rounding")

_STAGE_OF = tuple(process.stage for process in RATE_PROCESSES)
_HAPPENS = tuple(process.happens is not None for process in RATE_PROCESSES)


@equation
def open_instant(state: Any, p: Any, processes: Any, log: Any, why: int) -> int:
    """Latch the crossings in ``why`` and return the stages that are due, as bits."""
    due = (1 << BASIN_STAGE) | (1 << OUTCOME_STAGE)
    state.shaken_by = STAYED
    if why & (1 << FIZZLE) and not state.fizzle_reached:
        state.fizzle_reached = 1
        state.settled_at = state.t + p.capability_settle
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
        for row in range(FIRST_HAZARD):
            if processes[row].due:
                due |= 1 << _STAGE_OF[row]
    a_generation = why & (1 << GENERATION) != 0 or retrained(state, p, why)
    if state.phase == PRE and handoff_comes(state, p, log):
        due |= 1 << HANDOFF_STAGE
    elif why & (1 << REVIEW_WORK) or state.t >= state.next_review_at:
        due |= 1 << REVIEW_STAGE
        if state.candidate_waiting and state.phase != HALTED:
            a_generation = True
    if a_generation and not is_stable(state, p):
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
    for row in range(FIRST_HAZARD):
        if _STAGE_OF[row] == stage and _HAPPENS[row] and processes[row].due:
            happen(row, state, p, processes, log)
    if stage == HAZARDS_STAGE:
        for column in range(len(hazards)):
            if processes[FIRST_HAZARD + column].due:
                meet(state, p, hazards, processes, log, column)
    elif stage == GENERATION_STAGE:
        return succeed(state, p, log)
    elif stage == OVERTAKING_STAGE:
        settle_overtaking(state, p)
        event = DEADLINE_MISSED if p.rival_mode == DEADLINE else OVERTAKEN_BY_RIVAL
        note(state, p, log, event, state.overtaken, 0.0)
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
        note(state, p, log, REVIEWED, state.reviews, margin_estimate(state, p))
        return 1 << ESTIMATE_STAGE
    elif stage == ESTIMATE_STAGE:
        change_phase(state, p, log)
        return 0 if state.phase == PRE or state.phase == RESOLVED else 1 << POLICY_STAGE
    elif stage == POLICY_STAGE:
        decide(state, p)
        note(state, p, log, EFFORT_SHARED, 0, 0.0)
    return 0


def _happening(row: int, process: RateProcess) -> str:
    """Return the lines that let the process in ``row`` happen, count it and log it."""
    lines = (
        f"if row == {row}:",
        f"number = processes[{row}].fired",
        f"fire(state, processes[{row}], {process.stream})",
        f"state.{process.counter} += 1",
        f"event, value = {process.happens.__name__}(state, p, number)" if process.happens else "",
        f"note(state, p, log, event, state.{process.counter}, value)",
    )
    return "\n        ".join(lines)


happen = written(
    "happen(row: int, state: Any, p: Any, processes: Any, log: Any) -> None",
    "Let what the process in ``row`` does happen, now that it has fired.",
    [_happening(row, process) for row, process in enumerate(RATE_PROCESSES) if process.happens],
    globals(),
    [fire, note, *(process.happens for process in RATE_PROCESSES if process.happens)],
)


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
    return 1 << REVIEW_STAGE


@equation
def watch_the_edge(state: Any, p: Any, log: Any) -> None:
    """Note when the AIs enter or leave the basin."""
    if state.phase == PRE:
        return
    if enter_or_leave(state, sufficient(state, p, state.C, state.A, state.W) - state.C):
        if state.in_basin:
            note(state, p, log, ENTERED_BASIN, 0, 0.0)
        else:
            remember_exit(state, OUTRUN if state.shaken_by == STAYED else state.shaken_by)
            note(state, p, log, LEFT_BASIN, 0, 0.0)


@equation
def change_phase(state: Any, p: Any, log: Any) -> None:
    """Change phase on what the review has found, at most once; being in the basin may change with it."""
    won = wins_showdown(state, p)
    if state.phase == PRE:
        if wants_to_hand_off(state, p):
            state.triggered = 1
            if handoff_comes(state, p, log):
                hand_off(state, p)
                state.handoff_estimate = margin_estimate(state, p)
                note(state, p, log, HANDED_OFF, 0, state.aggregate_tax_months)
    elif state.suspected and not won:
        note(state, p, log, SHOWDOWN_LOST, 0, 0.0)
        resolve(state, p, AI_TAKEOVER)
        note(state, p, log, RESOLVED_AS, AI_TAKEOVER, 0.0)
        return
    elif state.suspected:
        note(state, p, log, SHOWDOWN_WON, 0, clear(state))
        if state.phase != HALTED:
            halt(state, p)
            note(state, p, log, HALTED_NOW, state.halts, 0.0)
    elif state.phase == HALTED:
        if may_resume(state, p):
            given_up = margin_estimate(state, p) < p.handoff_resume_above
            resume(state, p)
            note(state, p, log, HALT_GIVEN_UP if given_up else RESUMED, 0, 0.0)
    elif halt_is_due(state, p):
        halt(state, p)
        note(state, p, log, HALTED_NOW, state.halts, 0.0)
    elif becomes_full(state, p):
        go_full(state, p)
        shake(state, AT_START)
        note(state, p, log, FULLY_DEFERRED, 0, 0.0)
    watch_the_edge(state, p, log)
