"""Rate processes: what fires when its integrated rate reaches the next threshold, however time is stepped.

Each is declared once, beside its mechanism: the process table, the integration of rates, the instant, the log, the
counts of a run and the diagrams take it from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.events import COUNTERS
from deference_sim.model.stages import STAGES
from deference_sim.streams import exponential


@dataclass(frozen=True, slots=True)
class RateProcess:
    """One rate process.

    ``stream`` addresses its draws. ``rate`` returns firings per month for (state, p, stocks), ``active`` whether it
    can fire at all for (state, p). ``turn`` returns by about how many factors of e the rate turns over a step for
    (state, p, stocks before, stocks after); ``STEADY`` if that is surely little. ``stage`` is the stage of the
    instant that its firing makes due.

    ``happens`` is what it then does: for (state, p, number) with the number of its firing, it returns the event for
    the log and a value to tell with it, and ``counter`` counts it. Both are None for a process that its stage asks
    about: the end of a run, or a decision over one.
    """

    name: str
    words: str
    stream: int
    rate: Callable[..., float]
    active: Callable[..., bool]
    turn: Callable[..., float] | None
    stage: int
    happens: Callable[..., Any] | None
    counter: str | None


#: In place of how far a rate turns, where it follows a pace that turns little within a step.
STEADY = None
#: All rate processes, in the order of the rows of the process table; the listed hazards follow them there.
RATE_PROCESSES: list[RateProcess] = []


def rate_process(
    name: str,
    *,
    words: str,
    stream: int,
    rate: Callable[..., float],
    active: Callable[..., bool],
    turn: Callable[..., float] | None,
    stage: int,
    happens: Callable[..., Any] | None = None,
    counter: str | None = None,
) -> int:
    """Declare a rate process, and return its row in the process table; see ``RateProcess`` for the parts.

    Raises ``ValueError`` for a part that is missing, unknown, or used by another process.
    """
    if any(name == other.name or stream == other.stream for other in RATE_PROCESSES):
        raise ValueError(f"the rate process {name!r} needs a name and a stream of its own")
    if not words or not 0 <= stage < len(STAGES):
        raise ValueError(f"the rate process {name!r} needs words for diagrams, and a stage of the instant")
    if (happens is None) != (counter is None) or (counter is not None and counter not in COUNTERS):
        raise ValueError(f"the rate process {name!r} needs a declared counter exactly if something happens by itself")
    RATE_PROCESSES.append(RateProcess(name, words, stream, rate, active, turn, stage, happens, counter))
    return len(RATE_PROCESSES) - 1


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
