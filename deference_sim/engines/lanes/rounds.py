"""Trajectories in lanes, round by round: in every round each lane tries one step, and meets what happens then.

The text is translated like the law's: what stands here is done for all lanes at once. A lane that has ended takes up
the next replicate. What lanes do never hangs on each other, so the records are those of ``entry.run_block``.
"""

from math import inf
from typing import Any

import numpy as np

from deference_sim.model.stages import STAGES
from deference_sim.model.state import RESOLVED
from deference_sim.trajectory.flow import PAUSED, flow_on, set_out
from deference_sim.trajectory.instant import open_instant, perform
from deference_sim.trajectory.record import leave_record
from deference_sim.trajectory.sample import take_sample
from deference_sim.trajectory.start import next_stop, prepare_row, start
from deference_sim.trajectory.step import STEP_FAILED

EVERY_STAGE = tuple(range(len(STAGES)))
FREE, STARTING, SETTING_OUT, FLOWING, DONE, FAILED = range(6)
#: What a lane is about: the place of its replicate in the block, what it does, and when its flow ends or is sampled.
LANE_DTYPE = np.dtype(
    [("place", "i8"), ("doing", "i8"), ("sampled", "i8"), ("t_stop", "f8"), ("sample_at", "f8")], align=True
)


# ---- what has a meaning in lanes only: ``moves`` has the code that each stands for ----


def any_lane(condition: Any) -> bool:
    """Return whether ``condition`` holds in any lane."""
    raise NotImplementedError


def next_in_line(line: Any, which: int) -> int:
    """Return a place in line for each lane here, after those given before; ``line[which]`` is the next."""
    raise NotImplementedError


def fill(record: Any, rows: Any, row: int) -> None:
    """Copy an ordinary record, or all columns in a row of several, into each lane here."""
    raise NotImplementedError


def pour(record: Any, rows: Any, row: int) -> None:
    """Copy what each lane here has of a record into an ordinary one."""
    raise NotImplementedError


def clear(record: Any) -> None:
    """Fill a record with zeros in each lane here."""
    raise NotImplementedError


def run_rounds(
    key: Any, replicates: Any, P: Any, H: Any, p: Any, state: Any, hazards: Any, processes: Any, lane: Any, line: Any,
    grid: Any, samples: Any, records: Any,
) -> None:  # fmt: skip
    """Run all replicates from start to resolution; lanes in which one could not be integrated are ``FAILED`` then.

    ``P`` and ``H`` have one row for all replicates or a row for each; ``p`` to ``lane`` are room for lanes, ``line``
    for two numbers, all zeros. ``samples`` has a row for each replicate, if any.
    """
    prepare_rows(p, P, line)
    fill(hazards, H, 0)
    while any_lane(lane.doing < DONE):
        if lane.doing == FREE:
            take_up(replicates, P, H, p, state, hazards, lane, line)
        if lane.doing == STARTING:
            state.key = key
            state.replicate = replicates[lane.place]
            start(state, p, hazards, processes)
            lane.doing = SETTING_OUT
        if lane.doing == SETTING_OUT:
            lane.doing = FLOWING if set_out(state) else FAILED
            lane.t_stop = next_stop(state, p)
            lane.sample_at = grid[lane.sampled] if lane.sampled < len(grid) else inf
        if lane.doing == FLOWING:
            why = flow_on(state, p, hazards, processes, lane.t_stop, lane.sample_at)
            if why == STEP_FAILED:
                lane.doing = FAILED
            elif why == PAUSED:
                take_sample(state, p, samples[lane.place * (len(grid) + 1) + lane.sampled])
                lane.sampled += 1
                lane.doing = SETTING_OUT
            elif why != 0:
                meet_instant(state, p, hazards, processes, why)
                lane.doing = SETTING_OUT
                if state.phase == RESOLVED:
                    leave(state, p, lane, grid, samples, records)


def prepare_rows(p: Any, P: Any, line: Any) -> None:
    """Set the constants that the law derives from the parameters in every row of ``P``; leave the first in ``p``."""
    fill(p, P, 0)
    row = next_in_line(line, 1)
    while any_lane(row < len(P)):
        if row < len(P):
            fill(p, P, row)
            prepare_row(p)
            pour(p, P, row)
        row = next_in_line(line, 1)
    fill(p, P, 0)


def take_up(
    replicates: Any, P: Any, H: Any, p: Any, state: Any, hazards: Any, lane: Any, line: Any
) -> None:  # fmt: skip
    """Let each lane here begin with the next replicate, or be done if none is left."""
    lane.place = next_in_line(line, 0)
    if lane.place < len(replicates):
        if len(P) > 1:
            fill(p, P, lane.place)
            fill(hazards, H, lane.place)
        clear(state)
        lane.sampled = 0
        lane.doing = STARTING
    else:
        lane.doing = DONE


def meet_instant(state: Any, p: Any, hazards: Any, processes: Any, why: int) -> None:
    """Do all that is due at this instant, in order."""
    due = open_instant(state, p, processes, None, why)
    for stage in EVERY_STAGE:
        if (due >> stage) & 1 and state.phase != RESOLVED:
            due |= perform(stage, state, p, hazards, processes, None)


def leave(state: Any, p: Any, lane: Any, grid: Any, samples: Any, records: Any) -> None:
    """Write what the resolved trajectory leaves behind, and free its lane."""
    leave_record(state, p, records[lane.place])
    if len(samples) > 0:
        last = lane.place * (len(grid) + 1)
        take_sample(state, p, samples[last + len(grid)])
        if lane.sample_at <= state.t:
            take_sample(state, p, samples[last + lane.sampled])
    lane.doing = FREE


#: Text that becomes part of whatever calls it, however long it is.
PARTS = (prepare_rows, take_up, meet_instant, leave, perform, leave_record, take_sample)
