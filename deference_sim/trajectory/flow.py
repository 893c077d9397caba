"""The flow: how stocks move between instants. ``advance`` is the only integrator, and both engines call it.

A step lives on while nothing disturbs it: hazards that are handled, the horizon and whoever reads along look at it
without ending it, and everything about a step is computed once for the whole of it, so that they change nothing.
"""

from math import inf
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.trajectory.arrivals import fires, firing_time, gained, integrate_rates
from deference_sim.trajectory.crossings import crossed, crossing_gap, crossing_time, set_exactly
from deference_sim.trajectory.levels import CROSSINGS, EDGE, EVERY_CROSSING, OWN_KNOT, RIVAL_KNOT, set_levels
from deference_sim.trajectory.minimum_margin import watch_margin
from deference_sim.trajectory.state import put_stocks, set_stocks, stocks_in
from deference_sim.trajectory.step import SAME_INSTANT, STEP_FAILED, aim, attempt, is_exhausted, stocks_at, take_step

# Why the flow stopped, as bits: a bit for each crossing, and
FIRED = 1 << len(CROSSINGS)  # a rate process is due
CLOCK_DUE = FIRED << 1  # the time to stop has come
HORIZON_REACHED = FIRED << 2
PAUSED = FIRED << 3  # only a look: the step lives on


@equation
def advance(state: Any, p: Any, hazards: Any, processes: Any, t_stop: float, t_pause: float) -> int:
    """Move the state to the first instant at which something happens, and return what it is, as bits.

    That is a crossing, a rate process that fires (its ``due`` is set), ``t_stop`` (which ends the step), the horizon
    or ``t_pause`` (which do not). ``STEP_FAILED`` means that a step became too short, or the trajectory too long
    (``is_exhausted``).
    """
    if not set_out(state):
        return STEP_FAILED
    why = 0
    while why == 0:
        why = flow_on(state, p, hazards, processes, t_stop, t_pause)
    return why


@equation
def set_out(state: Any) -> bool:
    """Count one more instant; return whether the trajectory may still have one."""
    state.instants += 1
    return not is_exhausted(state)


@equation
def flow_on(state: Any, p: Any, hazards: Any, processes: Any, t_stop: float, t_pause: float) -> int:
    """Try one step, or go on along the living one; return what has happened, as bits as above, or 0 if nothing yet."""
    if not state.trying and (not state.step_alive or state.t >= state.step_reach):
        why = close_step(state, p, processes, t_stop)
        if why:
            return why
        aim(state, p)
    if state.trying:
        if attempt(state, p, t_stop) == STEP_FAILED:
            return STEP_FAILED
        if state.trying:
            return 0
        if follow_step(state, p, hazards, processes) == STEP_FAILED:
            return STEP_FAILED
    t, why = first_event(state, p, hazards, processes, t_stop, t_pause)
    for row in range(len(processes)):
        process = processes[row]
        partly = t < state.step_reach and process.gain > 0.0
        process.so_far = gained(state, p, hazards, process, row, t) if partly else process.gain
    move(state, t)
    for which in EVERY_CROSSING:
        if why & (1 << which):
            set_exactly(state, p, which)
    return why


@equation
def close_step(state: Any, p: Any, processes: Any, t_stop: float) -> int:
    """Close the step that has ended; return, as bits, what is due already before the next, 0 if nothing is."""
    watch_margin(state, p)
    for row in range(len(processes)):
        processes[row].total += processes[row].so_far
        processes[row].so_far = 0.0
        processes[row].gain = 0.0
    state.paused = 1 if state.t < state.pause_until else 0
    state.step_phase = state.phase
    set_levels(state, p)
    return due_already(state, p, t_stop)


@equation
def follow_step(state: Any, p: Any, hazards: Any, processes: Any) -> int:
    """Find how far the step that lives now is followed, and what fires on it; return 0, or ``STEP_FAILED``."""
    corner = min(crossing_time(state, p, OWN_KNOT), crossing_time(state, p, RIVAL_KNOT))
    if state.step_from + SAME_INSTANT < corner < state.step_end and take_step(state, p, corner) == STEP_FAILED:
        return STEP_FAILED  # a step across a corner is less exact than its error estimate says, so it is taken anew
    state.step_reach = state.step_end
    for which in range(len(CROSSINGS)):
        state.crossing_times[which] = crossing_time(state, p, which)
        state.step_reach = min(state.step_reach, state.crossing_times[which])
    integrate_rates(state, p, hazards, processes)
    return 0


@equation
def due_already(state: Any, p: Any, t_stop: float) -> int:
    """Return, as bits, what is due before the next step is taken: levels passed by a jump, or the clock."""
    put_stocks(state.y0, stocks_in(state))
    why = 0
    for which in EVERY_CROSSING:
        has_level = state.levels[which] == state.levels[which]
        if has_level and which != EDGE and crossed(which, crossing_gap(state, p, which, state.t, state.y0)):
            why |= 1 << which
    return why | CLOCK_DUE if state.t >= t_stop else why


@equation
def first_event(state: Any, p: Any, hazards: Any, processes: Any, t_stop: float, t_pause: float) -> Any:
    """Return (time, bits) of the next instant on the living step; bits are 0 if it is just the end of the step."""
    first = state.step_reach
    for row in range(len(processes)):
        process = processes[row]
        process.fires_at = firing_time(state, p, hazards, process, row) if fires(state, process) else inf
        first = min(first, process.fires_at)
    if abs(t_stop - first) <= SAME_INSTANT:
        first = t_stop
    if p.horizon <= first + SAME_INSTANT:
        first = p.horizon
    if t_pause < first:
        return max(t_pause, state.t), PAUSED
    why = PAUSED if t_pause == first else 0
    for which in EVERY_CROSSING:
        if state.crossing_times[which] <= first + SAME_INSTANT:
            why |= 1 << which
    for row in range(len(processes)):
        if processes[row].fires_at <= first + SAME_INSTANT:
            processes[row].due = 1
            why |= FIRED
    if first >= t_stop:
        why |= CLOCK_DUE
    if first >= p.horizon:
        why |= HORIZON_REACHED
    return first, why


@equation
def move(state: Any, t: float) -> None:
    """Bring the stocks to time ``t`` on the living step."""
    set_stocks(state, stocks_at(state, t))
    state.t = t
