"""Arrivals: rate processes integrated along the flow, and when the next one fires."""

from typing import Any

from deference_sim.model.declare import constant, equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.hazards import arrival_rate, exposure_branch, exposure_turn
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.quadrature import STEP_NODES, STEP_WEIGHTS
from deference_sim.trajectory.state import FIRST_HAZARD, stocks_of
from deference_sim.trajectory.step import SAME_INSTANT, part_of_step, stocks_after, stocks_at
from deference_sim.trajectory.written import by_row, written

STEP_PANELS = 1000.0  # of one step at most, for a hazard that turns far within it
#: What the rates at the three nodes weigh in the two coefficients of a parabola's integral up to part of the step.
TILTS = (0.6454972243679028, 0.0, -0.6454972243679028)
BENDS = (1.1111111111111112, -2.2222222222222223, 1.1111111111111112)
SELDOM = 1e-3  # arrivals expected on a step; of fewer a bend of the rate misplaces less than a fiftieth
CLOSE_BY = constant("CLOSE_BY", 1e-7, "months", "after a move by less, Newton's method is off by less than rounding")
MOST_TRIES = 100  # of Newton's method, which halves the bracket where it does not converge
LEAST_PART = 1e-3  # of a step; missing a bend by this much matters less than the tolerance


process_rate = written(
    "process_rate(state: Any, p: Any, hazards: Any, row: int, stocks: Any) -> float",
    "Return the rate per month of the process in ``row`` of the process table for these stocks.",
    by_row(
        [f"{process.rate.__name__}(state, p, stocks)" for process in RATE_PROCESSES],
        f"arrival_rate(p, hazards[row - {FIRST_HAZARD}], stocks.C, stocks.R, stocks.Z)",
    ),
    globals(),
    [arrival_rate, *(process.rate for process in RATE_PROCESSES)],
)
is_active = written(
    "is_active(state: Any, p: Any, row: int) -> bool",
    "Return whether the process in ``row`` can fire at all in the present phase.",
    by_row([f"{process.active.__name__}(state, p)" for process in RATE_PROCESSES], "True"),
    globals(),
    [process.active for process in RATE_PROCESSES],
)
turn = written(
    "turn(state: Any, p: Any, hazards: Any, row: int, before: Any, after: Any) -> float",
    "Return by about how many factors of e the rate of the process in ``row`` turns between two moments.",
    by_row(
        [f"{process.turn.__name__}(state, p, before, after)" if process.turn else "0.0" for process in RATE_PROCESSES],
        f"exposure_turn(hazards[row - {FIRST_HAZARD}], before, after)",
    ),
    globals(),
    [exposure_turn, *(process.turn for process in RATE_PROCESSES if process.turn)],
)


@equation
def integrate_rates(state: Any, p: Any, hazards: Any, processes: Any) -> None:
    """Set what the integrated rate of every process gains up to ``state.step_reach``.

    Where nothing stands against it three looks serve all processes; what arrives seldom may bend between them.
    """
    start, end = state.step_from, state.step_reach
    before, after = stocks_of(state.y0), stocks_of(state.y1)
    for row in range(len(processes)):
        process = processes[row]
        process.gain, process.tilt, process.bend = 0.0, 0.0, 0.0
        process.together = 0
        if is_active(state, p, row):
            if is_simple(state, p, hazards, row, before, after):
                process.together = 1
            else:
                process.gain = integrated_rate(state, p, hazards, row, end)
    length = end - start
    part = part_of_step(state, end)
    for node in range(3):
        stocks = stocks_after(state, STEP_NODES[node] * part)
        for row in range(len(processes)):
            process = processes[row]
            if process.together:
                rate = process_rate(state, p, hazards, row, stocks)
                process.gain += STEP_WEIGHTS[node] * length * rate
                process.tilt += TILTS[node] * length * rate
                process.bend += BENDS[node] * length * rate
    for row in range(len(processes)):
        process = processes[row]
        if process.together and process.gain > SELDOM and bends(state, p, hazards, row, before, after):
            process.together = 0
            process.gain = integrated_rate(state, p, hazards, row, end)


@equation
def gained(state: Any, p: Any, hazards: Any, process: Any, row: int, t: float) -> float:
    """Return what the integrated rate of a process gains up to time ``t`` of the living step.

    By the parabola through its rates at the three nodes, where these serve.
    """
    if not process.together:
        return integrated_rate(state, p, hazards, row, t)
    x = (t - state.step_from) / (state.step_reach - state.step_from)
    return x * (process.gain + (1.0 - x) * (process.tilt + (0.5 - x) * process.bend))


@equation
def is_simple(state: Any, p: Any, hazards: Any, row: int, before: Any, after: Any) -> bool:
    """Return whether three nodes integrate the rate of the process over the living step as far as it is followed.

    ``before`` and ``after`` are the stocks at the ends of the step. A hazard's window must be open for all of it.
    """
    if row >= FIRST_HAZARD:
        hazard = hazards[row - FIRST_HAZARD]
        if state.step_from < hazard.onset or hazard.until < state.step_reach:
            return False
    return turn(state, p, hazards, row, before, after) <= 1.0


@equation
def bends(state: Any, p: Any, hazards: Any, row: int, before: Any, after: Any) -> bool:
    """Return whether another case of the law holds for a process at the end of the step than at its start."""
    if row < FIRST_HAZARD:
        return branch(state, p, before) != branch(state, p, after)
    hazard = hazards[row - FIRST_HAZARD]
    return exposure_branch(p, hazard, before) != exposure_branch(p, hazard, after)


@equation
def branch(state: Any, p: Any, stocks: Any) -> int:
    """Return which case of the law's smaller-of and larger-of holds for these stocks; rates bend where it changes."""
    case = 1 if stocks.A < stocks.W else 0
    case += 2 if stocks.C < sufficient(state, p, stocks.C, stocks.A, stocks.W) else 0
    return case + (4 if stocks.C < 0.0 or stocks.C > p.pace_back_at else 0)


@equation
def integrated_rate(state: Any, p: Any, hazards: Any, row: int, t: float) -> float:
    """Return the integral of a process's rate from the start of the living step to ``t``."""
    if not is_active(state, p, row):
        return 0.0
    at, end = state.step_from, t
    if row >= FIRST_HAZARD:
        hazard = hazards[row - FIRST_HAZARD]
        at, end = max(at, hazard.onset), min(end, hazard.until)
    factors = turn(state, p, hazards, row, stocks_of(state.y0), stocks_of(state.y1))
    total = 0.0
    longest = (state.step_end - state.step_from) / (1 + int(min(STEP_PANELS, factors)))  # NaN is no fewer
    while at < end:
        until = next_bend(state, p, hazards, row, at, min(end, at + longest) if at + longest > at else end)
        gain = 0.0
        for node in range(3):
            stocks = stocks_at(state, at + STEP_NODES[node] * (until - at))
            gain += STEP_WEIGHTS[node] * process_rate(state, p, hazards, row, stocks)
        total += gain * (until - at)
        state.panels += 1 if factors > 1.0 else 0
        at = until
    return total


@equation
def next_bend(state: Any, p: Any, hazards: Any, row: int, at: float, end: float) -> float:
    """Return where the rate of a process next bends between two times of the living step; ``end`` if it does not."""
    shortest = LEAST_PART * (state.step_end - state.step_from)
    before = branch_at(state, p, hazards, row, min(at + shortest, end))
    if end - at <= shortest or branch_at(state, p, hazards, row, end) == before:
        return end
    low, high = at, end
    while high - low > shortest:
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break  # neighbouring times
        if branch_at(state, p, hazards, row, middle) == before:
            low = middle
        else:
            high = middle
    return high


@equation
def branch_at(state: Any, p: Any, hazards: Any, row: int, t: float) -> int:
    """Return which case of its smaller-of and larger-of holds for a process at time ``t`` of the living step."""
    if row < FIRST_HAZARD:
        return branch(state, p, stocks_at(state, t))
    return exposure_branch(p, hazards[row - FIRST_HAZARD], stocks_at(state, t))


@equation
def fires(state: Any, process: Any) -> bool:
    """Return whether a process fires on the living step, or within the instant of its end."""
    short = process.threshold - process.total - process.gain
    return short * max(state.step_reach - state.step_from, SAME_INSTANT) <= process.gain * SAME_INSTANT


@equation
def firing_time(state: Any, p: Any, hazards: Any, process: Any, row: int) -> float:
    """Return when a process fires that does so on the living step, by Newton's method."""
    wanted = process.threshold - process.total
    low, high = state.step_from, state.step_reach
    t = min(max(low + wanted / process.gain * (high - low), low), high) if process.gain > 0.0 else high
    for _ in range(MOST_TRIES):
        gap = integrated_rate(state, p, hazards, row, t) - wanted
        rate = process_rate(state, p, hazards, row, stocks_at(state, t))
        if gap >= 0.0:
            high = t
        else:
            low = t
        better = t - gap / rate if rate > 0.0 else 0.5 * (low + high)
        if not low <= better <= high:
            better = 0.5 * (low + high)
        moved = abs(better - t)
        t = better
        if moved <= CLOSE_BY:
            break
    return t
