"""Making a chunk: a pure function of what the task says, the same bytes wherever and however often it is done."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from deference_sim.batches.plan import Run, Task
from deference_sim.batches.sealed import encoded, table_of
from deference_sim.engines import compiled
from deference_sim.study.limits import Engine
from deference_sim.study.provenance import engine_version
from deference_sim.study.runner import BLOCK, numbers_of, world_of


class StoppedError(RuntimeError):
    """The work was given up because somebody asked for it."""


class OtherVersionError(RuntimeError):
    """A worker runs another version of the engine."""


def made(task: Task, stopped: Callable[[], bool] = lambda: False) -> bytes:
    """Return the sealed Parquet file of a chunk.

    Raises ``StoppedError`` soon after ``stopped`` says so, ``OtherVersionError`` on a worker with another version, and
    ``StepError`` for a replicate that cannot be integrated.
    """
    if task.engine_version != engine_version():
        raise OtherVersionError(f"a worker has engine {engine_version()}, the batch is of {task.engine_version}")
    records = simulated(task.run, task.first, task.stop, task.engine, stopped)
    return encoded(table_of(records, task.run), task.identity)


def simulated(
    run: Run, first: int, stop: int, engine: Engine, stopped: Callable[[], bool] = lambda: False
) -> NDArray[np.void]:
    """Return the records of replicates ``first`` to ``stop`` - 1 of a run, on one thread."""
    size = BLOCK if engine == "compiled" else 1
    found = []
    for start in range(first, stop, size):
        if stopped():
            raise StoppedError
        replicates = np.arange(start, min(start + size, stop))
        if engine == "compiled":
            found.append(compiled.run_replicates(*numbers_of(run.scenario, run.seed, replicates), run.seed, replicates))
        else:
            found.append(world_of(run.scenario, run.seed, start).run_to_the_end())
    return np.concatenate(found)
