"""The start of a trajectory, and when the clock next stops it."""

from math import inf
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.delay import retraining_speed
from deference_sim.model.evaluation import draw_errors_of_the_run
from deference_sim.model.handoff import draw_start
from deference_sim.model.hazards import NO_CAUSE
from deference_sim.model.processes import start_process
from deference_sim.model.rival import TAKEOFF
from deference_sim.model.state import AI_CATASTROPHE, FIRST_HAZARD, OVERTAKING, PRE
from deference_sim.streams import AI_CATASTROPHE as AI_CATASTROPHE_STREAM
from deference_sim.streams import OVERTAKING as OVERTAKING_STREAM

FIRST_STEP = 0.05  # months


@equation
def start(state: Any, p: Any, hazards: Any, processes: Any) -> None:
    """Bring a state of zeros, with key and replicate set, to the moment when the lead clock starts."""
    state.phase = PRE
    state.cause = NO_CAUSE
    state.R = -p.rival_lead / 12.0 if p.rival_mode == TAKEOFF else 0.0
    state.next_review_at = inf
    state.minimum_margin = inf
    state.handoff_month = inf
    state.first_exit_month = inf
    state.step_proposed = FIRST_STEP
    draw_errors_of_the_run(state, p)
    draw_start(state, p)
    start_process(state, processes[AI_CATASTROPHE], AI_CATASTROPHE_STREAM)
    start_process(state, processes[OVERTAKING], OVERTAKING_STREAM)
    for column in range(len(hazards)):
        start_process(state, processes[FIRST_HAZARD + column], hazards[column].arrival_stream)


@equation
def next_stop(state: Any, p: Any) -> float:
    """Return when the clock next ends a step: the handoff, a review, or a successor trained again."""
    if state.phase == PRE:
        return p.handoff_at
    if state.retraining:
        speed = retraining_speed(state, p)
        if speed > 0.0:
            return min(state.next_review_at, state.counted_to + state.retraining_left / speed)
    return state.next_review_at
