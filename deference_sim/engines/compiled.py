"""The compiled engine: a block of replicates from start to resolution without a Python object."""

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines.failure import cannot_integrate
from deference_sim.engines.kernel import kernel
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import SAMPLE_DTYPE, blank_samples
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE


def run_replicates(
    parameters: NDArray[np.void], hazards: NDArray[np.void], seed: int, replicates: NDArray[np.int64]
) -> NDArray[np.void]:
    """Return the records of ``replicates``, which share one row of parameters or have a row each.

    Raises ``StepError`` naming the replicate that cannot be integrated.
    """
    return _run(parameters, hazards, seed, replicates, np.empty(0), np.zeros((0, 1), SAMPLE_DTYPE))


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
) -> NDArray[np.void]:
    key = streams.key_of_seed(seed)
    records = np.zeros(len(replicates), RECORD_DTYPE)
    blank, scratch = np.zeros(1, STATE_DTYPE), np.zeros(1, STATE_DTYPE)
    processes = np.zeros(FIRST_HAZARD + hazards.shape[1], PROCESS_DTYPE)
    log = np.zeros(0, LOG_DTYPE)
    run_block = kernel()
    done = run_block(key, replicates, parameters, hazards, blank, scratch, processes, log, grid, samples, records)
    if done < len(replicates):
        raise cannot_integrate(int(replicates[done]), seed, float(scratch["t"][0]))
    return records
