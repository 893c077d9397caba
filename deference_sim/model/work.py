"""Work: how fast things get done in each phase, by AIs, by humans, or by both together."""

from typing import Any

from deference_sim.model.declare import constant, equation
from deference_sim.model.growth import PACE, own_pace
from deference_sim.model.human import safety_pace
from deference_sim.model.quadrature import BRIEFEST
from deference_sim.model.reference import MONTHS_IN_A_PY
from deference_sim.model.state import FULL, HALTED, PARTIAL

HEAD_START = constant("HEAD_START", 0.5, "py", "aligned capability counted as already there at capability 0")


@equation
def prepare_work(p: Any) -> None:
    """Set the pace of humans, of their work on safety, and of generations that take their minimum time."""
    p.human_pace = human_pace(p)
    p.safety_pace = safety_pace(p)
    p.generations_pace = p.generations_step / max(p.generations_min_time, BRIEFEST)


@equation
def human_pace(p: Any) -> float:
    """Return the pace of humans who do without AIs' decisions, in py per month."""
    return p.handoff_human_pace / MONTHS_IN_A_PY


@equation
def with_humans(p: Any, pace: float) -> float:
    """Return the pace when humans still do their share of the work (Amdahl's law), in py per month."""
    humans, share = p.human_pace, p.handoff_human_share
    if pace <= 0.0:
        return 0.0
    return pace * humans / ((1.0 - share) * humans + share * pace)


@equation(gives=PACE, inlined=True)
def working_pace(state: Any, p: Any, C: float) -> float:
    """Return the pace of progress while AIs do the work, in py per month; a generation takes its minimum time."""
    pace = min(own_pace(p, C), p.generations_pace)
    return with_humans(p, pace) if state.phase == PARTIAL else pace


@equation(gives=PACE, inlined=True)
def work_clock(state: Any, p: Any, pace: float) -> float:
    """Return the AIs' own clock in py of work per month, which does not slow near the ceiling."""
    if state.phase == HALTED:
        return p.human_pace
    floor = with_humans(p, p.pace_floor) if state.phase == PARTIAL else p.pace_floor
    return max(pace, floor)


@equation
def software_pace(state: Any, p: Any, C: float) -> float:
    """Return dC/dt by software while AIs do the work, in py per month."""
    return 0.0 if state.retraining else working_pace(state, p, C) * state.capability_share


@equation
def is_deferring(state: Any) -> bool:
    """Return whether AIs do the work, in part or in full."""
    return state.phase == PARTIAL or state.phase == FULL


@equation(inlined=True)
def ability(aligned: float) -> float:
    """Return what AIs of ``aligned`` capability bring to buying time and to spreading methods, in py."""
    return max(aligned + HEAD_START, 0.0)
