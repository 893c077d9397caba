"""Catastrophe caused by the AIs: its hazard in every phase, with what control prevents of it."""

from typing import Any

from deference_sim import streams
from deference_sim.model.basin import catastrophe_exponent, catastrophe_rate
from deference_sim.model.control import uncontrolled
from deference_sim.model.declare import equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.processes import rate_process
from deference_sim.model.stages import ATTEMPT_STAGE
from deference_sim.model.state import FULL, HALTED
from deference_sim.model.work import is_deferring, work_clock, working_pace


@equation
def ai_catastrophe_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return the hazard per month of a catastrophe that the AIs cause, in the present phase; equation (7)."""
    C = stocks.C
    clock = work_clock(state, p, 0.0 if state.phase == HALTED else working_pace(state, p, C))
    margin = sufficient(state, p, C, stocks.A, stocks.W) - C
    if state.scheming:
        margin = min(margin, -p.scheming_depth)
    rate = catastrophe_rate(p, clock, margin) / (1.0 + p.tax_checking)
    return rate if state.phase == FULL else rate * uncontrolled(p, C)


@equation
def ais_can_err(state: Any, p: Any) -> bool:
    """Return whether AIs that were deferred to can cause a catastrophe in the present phase."""
    return is_deferring(state) or state.phase == HALTED


@equation
def turn_of_catastrophe(state: Any, p: Any, before: Any, after: Any) -> float:
    """Return by how many factors of e that hazard turns between two moments."""
    margin0 = sufficient(state, p, before.C, before.A, before.W) - before.C
    margin1 = sufficient(state, p, after.C, after.A, after.W) - after.C
    return abs(catastrophe_exponent(p, margin1) - catastrophe_exponent(p, margin0))


AI_CATASTROPHE = rate_process(
    "AI catastrophe",
    words="catastrophe by the AIs",
    stream=streams.AI_CATASTROPHE,
    rate=ai_catastrophe_rate,
    active=ais_can_err,
    turn=turn_of_catastrophe,
    stage=ATTEMPT_STAGE,
)
