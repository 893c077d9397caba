"""Rate processes: what fires when its integrated rate reaches the next threshold, however time is stepped."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.streams import exponential


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
