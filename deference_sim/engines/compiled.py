"""The compiled engine: a block of replicates from start to resolution without a Python object."""

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines.events import step_error
from deference_sim.engines.law import compiled_law
from deference_sim.model.log import LOG_DTYPE
from deference_sim.model.record import RECORD_DTYPE
from deference_sim.model.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE


def run_replicates(
    parameters: NDArray[np.void], hazards: NDArray[np.void], seed: int, replicates: NDArray[np.int64]
) -> NDArray[np.void]:
    """Return the records of ``replicates``, which share one row of parameters or have a row each.

    Raises ``StepError`` naming the replicate that cannot be integrated.
    """
    law = compiled_law()
    law.prepare(parameters)
    records = np.zeros(len(replicates), RECORD_DTYPE)
    blank, scratch = np.zeros(1, STATE_DTYPE), np.zeros(1, STATE_DTYPE)
    processes = np.zeros(FIRST_HAZARD + hazards.shape[1], PROCESS_DTYPE)
    no_log = np.zeros(0, LOG_DTYPE)
    done = law.run_block(
        streams.key_of_seed(seed), replicates, parameters, hazards, blank, scratch, processes, no_log, records
    )
    if done < len(replicates):
        raise step_error(int(replicates[done]), seed, float(scratch["t"][0]))
    return records
