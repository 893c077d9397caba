"""Rate processes: what fires when its integrated rate reaches the next threshold, however time is stepped."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.streams import (
    AI_CATASTROPHE,
    DEAL,
    EARLY_TAKEOVER,
    INFECTIOUS_SHOCK,
    OVERTAKING,
    PARADIGM,
    PUNT,
    THEFT,
    exponential,
)

#: The stream of each process in the process table, in the order of its rows.
PROCESS_STREAMS = (
    AI_CATASTROPHE,
    OVERTAKING,
    THEFT,
    DEAL,
    PUNT,
    EARLY_TAKEOVER,
    PARADIGM,
    INFECTIOUS_SHOCK,
)


@equation
def start_process(state: Any, process: Any, stream: int) -> None:
    """Draw the integrated rate at which the process first fires."""
    process.total = 0.0
    process.gain = 0.0
    process.so_far = 0.0
    process.fired = 0
    process.due = 0
    process.threshold = exponential(state.key, state.replicate, stream, 0)


@equation
def fire(state: Any, process: Any, stream: int) -> None:
    """Note that the process has fired, and draw by how much its integrated rate rises until it fires again."""
    process.due = 0
    process.fired += 1
    process.threshold += exponential(state.key, state.replicate, stream, process.fired)
