"""The start of a trajectory: what it derives from its parameters, what it draws; and when the clock next stops it."""

from math import inf
from typing import Any

from deference_sim.model.basin import draw_basin, prepare_basin
from deference_sim.model.declare import constant, equation
from deference_sim.model.evaluation import draw_errors_of_the_run, prepare_evaluation
from deference_sim.model.goodness import prepare_goodness
from deference_sim.model.growth import prepare_growth
from deference_sim.model.handoff import draw_start, has_estimate_triggers, prepare_handoff
from deference_sim.model.hazards import NO_CAUSE
from deference_sim.model.processes import RATE_PROCESSES, start_process
from deference_sim.model.reference import MONTHS_IN_A_PY
from deference_sim.model.rival import TAKEOFF, draw_rival
from deference_sim.model.scheming import prepare_scheming
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.tax import prepare_tax
from deference_sim.model.time_buying import prepare_time_buying
from deference_sim.model.work import prepare_work
from deference_sim.trajectory.state import FIRST_HAZARD

FIRST_STEP = constant("FIRST_STEP", 0.05, "months", "how long the first step is tried")
_STREAMS = tuple(process.stream for process in RATE_PROCESSES)


@equation
def prepare_row(p: Any) -> None:
    """Set the constants that the law derives from the parameters of one row."""
    prepare_work(p)
    prepare_growth(p)
    prepare_basin(p)
    prepare_tax(p)
    prepare_goodness(p)
    prepare_evaluation(p)
    prepare_time_buying(p)
    prepare_scheming(p)
    prepare_handoff(p)


@equation
def start(state: Any, p: Any, hazards: Any, processes: Any) -> None:
    """Bring a state of zeros, with key and replicate set, to the moment when the lead clock starts."""
    state.phase = PRE
    state.cause = NO_CAUSE
    state.R = -p.rival_lead / MONTHS_IN_A_PY if p.rival_mode == TAKEOFF else 0.0
    state.C = min(p.handoff_capability, 0.0)
    state.capable = 1 if state.C >= p.handoff_capability else 0
    state.next_review_at = 0.0 if has_estimate_triggers(p) else inf
    state.trial_until = inf
    state.paradigm_factor = 1.0
    state.minimum_margin = inf
    state.handoff_month = inf
    state.first_exit_month = inf
    state.step_proposed = FIRST_STEP
    state.settled_at = inf
    draw_errors_of_the_run(state, p)
    draw_start(state, p)
    draw_rival(state, p)
    draw_basin(state, p)
    for row in range(FIRST_HAZARD):
        start_process(state, processes[row], _STREAMS[row])
    for column in range(len(hazards)):
        start_process(state, processes[FIRST_HAZARD + column], hazards[column].arrival_stream)


@equation
def next_stop(state: Any, p: Any) -> float:
    """Return when the clock next ends a step: handoff, review, the end of a deal, or a successor trained again."""
    stop = state.next_review_at
    if state.t < state.settled_at:
        stop = min(stop, state.settled_at)
    if state.t < state.pause_until:
        stop = min(stop, state.pause_until)
    if state.phase == PRE:
        if not state.triggered:
            stop = min(stop, p.handoff_clock)
        elif state.t < state.trial_until:
            stop = min(stop, state.trial_until)
    if state.retraining and state.phase != HALTED and state.retraining_speed > 0.0:
        stop = min(stop, state.counted_to + state.retraining_left / state.retraining_speed)
    return stop
