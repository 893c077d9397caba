"""Worlds inside the kernel: a block of replicates, and one replicate with its log."""

from math import inf
from typing import Any

import numpy as np

from deference_sim.analysis.loops.paths import is_apart
from deference_sim.engines.entry import finish, go_on, open_instant, perform, prepare, run_block
from deference_sim.live.kernel.drawing import draw, put
from deference_sim.model.state import PRE, RESOLVED
from deference_sim.trajectory.start import start
from deference_sim.trajectory.step import STEP_FAILED

#: What held right after an entry of the log.
MARK_DTYPE = np.dtype([("phase", "i8"), ("scheming", "i8")], align=True)
#: From when on what holds.
SPELL_DTYPE = np.dtype([("month", "f8"), ("phase", "i8"), ("scheming", "i8")], align=True)


def run(
    key: Any,
    worlds_per_draw: int,
    replicates: Any,
    parameters: Any,
    parameter_cells: Any,
    hazards: Any,
    hazard_cells: Any,
    inputs: Any,
    parts: Any,
    root: Any,
    own: Any,
    draws: Any,
    blank: Any,
    state: Any,
    processes: Any,
    log: Any,
    grid: Any,
    samples: Any,
    records: Any,
) -> int:
    """Run replicates from start to resolution; return how many, fewer if one could not be integrated.

    ``parameters`` and ``hazards`` have one row, which is also seen as plain numbers in the ``_cells``; uncertain inputs
    are drawn into it for every replicate, and left in ``draws``, which has a row for each. The rest is as in
    ``run_block``.
    """
    if len(inputs) == 0:
        prepare(parameters)
        return run_block(key, replicates, parameters, hazards, blank, state, processes, log, grid, samples, records)
    for i in range(len(replicates)):
        draw(key, replicates[i] // worlds_per_draw, inputs, parts, root, own, draws[i])
        put(inputs, draws[i], parameter_cells, hazard_cells)
        prepare(parameters)
        one, row, at = replicates[i : i + 1], records[i : i + 1], samples[i : i + 1]
        if run_block(key, one, parameters, hazards, blank, state, processes, log, grid, at, row) == 0:
            return i
    return len(replicates)


def follow(
    key: Any,
    replicate: int,
    parameters: Any,
    parameter_cells: Any,
    hazards: Any,
    hazard_cells: Any,
    inputs: Any,
    parts: Any,
    root: Any,
    own: Any,
    draws: Any,
    state: Any,
    processes: Any,
    log: Any,
    marks: Any,
    spells: Any,
    apart: float,
    states: Any,
    counts: Any,
    records: Any,
) -> int:
    """Run one replicate with its log; return how many entries that has, -1 if it could not be integrated.

    As in ``analysis.trace``: after each stage of an instant that did not end the run, the entries written by then are
    marked with what holds. ``spells`` gets a row whenever that changes, as long as there is room, and ``counts[0]`` how
    often it did. As in ``analysis.loops.paths``, ``states`` gets where the run stands from the handoff on, ``apart``
    from each other, and ``counts[1]`` how often that is; nothing where it has no room at all. ``state`` holds zeros.
    """
    draw(key, replicate, inputs, parts, root, own, draws)
    put(inputs, draws, parameter_cells, hazard_cells)
    prepare(parameters)
    now, p = state[0], parameters[0]
    now.key = key
    now.replicate = replicate
    start(now, p, hazards[0], processes)
    marked, phase, scheming = 0, PRE, 0
    counts[0] = counts[1] = 0
    while now.phase != RESOLVED:
        why = go_on(state, parameters, hazards[0], processes, inf)
        if why == STEP_FAILED:
            return -1
        due = open_instant(state, parameters, processes, log, why)
        stage = 0
        while due >> stage and now.phase != RESOLVED:
            if (due >> stage) & 1:
                due |= perform(stage, state, parameters, hazards[0], processes, log)
                if now.phase != RESOLVED:
                    if phase != now.phase or scheming != now.scheming:
                        phase, scheming = now.phase, now.scheming
                        note_spell(spells, counts[0], now.t, phase, scheming)
                        counts[0] += 1
                    marked = mark(marks, marked, now.logged, phase, scheming)
            stage += 1
        if now.phase != PRE and now.phase != RESOLVED:
            counts[1] = keep_apart(states, counts[1], now, apart)
    mark(marks, marked, now.logged, phase, scheming)
    finish(state, parameters, records, 0)
    counts[1] = keep_last(states, counts[1], now)
    return now.logged  # type: ignore[no-any-return]


def mark(marks: Any, first: int, last: int, phase: int, scheming: int) -> int:
    """Mark the entries from ``first`` to before ``last``; return ``last``."""
    for place in range(first, last):
        marks[place].phase = phase
        marks[place].scheming = scheming
    return last


def note_spell(spells: Any, place: int, month: float, phase: int, scheming: int) -> None:
    """Note from when on what holds, if there is room."""
    if place < len(spells):
        spells[place].month = month
        spells[place].phase = phase
        spells[place].scheming = scheming


def keep_apart(states: Any, kept: int, now: Any, apart: float) -> int:
    """Keep where a run stands, if it is far enough from the last one; return how many are kept, or would be."""
    if len(states) == 0 or (0 < kept <= len(states) and not is_apart(states[kept - 1], now, apart)):
        return kept
    if kept < len(states):
        states[kept] = now
    return kept + 1


def keep_last(states: Any, kept: int, now: Any) -> int:
    """Keep where a run stood at its end, as on the way there; return how many are kept, or would be."""
    if kept == 0 or kept > len(states) or now.t <= states[kept - 1].t:
        return kept
    if kept < len(states):
        states[kept] = now
        states[kept].phase = now.step_phase
    return kept + 1


EQUATIONS = (is_apart, mark, note_spell, keep_apart, keep_last)
