"""The compiled engine: blocks of replicates from start to resolution without a Python object, many side by side."""

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines.failure import cannot_integrate
from deference_sim.engines.kernel import Kernel, kernel
from deference_sim.engines.lanes.build import whole_fields
from deference_sim.model.parameters import PARAMETERS_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import SAMPLE_DTYPE, blank_samples


def run_replicates(
    parameters: NDArray[np.void],
    hazards: NDArray[np.void],
    seed: int,
    replicates: NDArray[np.int64],
    run: Kernel | None = None,
) -> NDArray[np.void]:
    """Return the records of ``replicates``, which share one row of parameters or have a row each.

    ``run`` is another kernel than the law's own. Raises ``StepError`` naming the replicate that cannot be integrated.
    """
    return _run(parameters, hazards, seed, replicates, np.empty(0), np.zeros((0, 1), SAMPLE_DTYPE), run)


def sample_replicates(
    parameters: NDArray[np.void],
    hazards: NDArray[np.void],
    seed: int,
    replicates: NDArray[np.int64],
    grid: NDArray[np.float64],
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return the records of ``replicates``, and where each stands at the months of ``grid`` and at its end.

    The samples have a row for each replicate, with one more column than ``grid``; NaN once it has ended.
    """
    samples = blank_samples(len(replicates), len(grid))
    return _run(parameters, hazards, seed, replicates, grid, samples), samples


def _run(
    parameters: NDArray[np.void],
    hazards: NDArray[np.void],
    seed: int,
    replicates: NDArray[np.int64],
    grid: NDArray[np.float64],
    samples: NDArray[np.void],
    run: Kernel | None = None,
) -> NDArray[np.void]:
    key, run = streams.key_of_seed(seed), run or kernel()
    records = np.zeros(len(replicates), RECORD_DTYPE)
    failed: list[tuple[int, float]] = []
    for rows in rows_by_switches(parameters):
        if rows is None:
            done, month = run(key, replicates, parameters, hazards, grid, samples, records)
        else:
            some, some_samples = records[rows], samples[rows] if len(samples) else samples
            given = parameters[rows]
            done, month = run(key, replicates[rows], given, hazards[rows], grid, some_samples, some)
            records[rows], parameters[rows] = some, given
            if len(samples):
                samples[rows] = some_samples
            done = int(rows[done]) if done < len(rows) else len(replicates)
        if done < len(replicates):
            failed.append((done, month))
    if failed:
        first, month = min(failed)
        raise cannot_integrate(int(replicates[first]), seed, month)
    return records


def rows_by_switches(parameters: NDArray[np.void]) -> list[NDArray[np.intp] | None]:
    """Return the rows that have the same switches, group by group; None for all of them, where all have."""
    switches = np.column_stack([parameters[name] for name in whole_fields(PARAMETERS_DTYPE)])
    if np.all(switches == switches[:1]):
        return [None]
    _, group = np.unique(switches, axis=0, return_inverse=True)
    return [np.flatnonzero(group == number) for number in range(group.max() + 1)]
