"""The company: it may ignore advice to wait or to halt, once for each time that such advice is given."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.state import IGNORED, NO_ADVICE, TAKEN
from deference_sim.streams import OVERRIDE, uniform


@equation
def advice_ignored(state: Any, p: Any) -> bool:
    """Return whether the company would ignore advice given now, a new episode."""
    if p.strategy_advice_ignored <= 0.0:
        return False
    return uniform(state.key, state.replicate, OVERRIDE, state.episodes + 1) < p.strategy_advice_ignored


@equation
def advice(state: Any, p: Any, so_far: int, wanted: bool) -> int:
    """Return what becomes of advice that is ``wanted`` now, given what became of it ``so_far`` in this episode."""
    if not wanted:
        return NO_ADVICE
    if so_far != NO_ADVICE:
        return so_far
    ignored = advice_ignored(state, p)
    state.episodes += 1
    return IGNORED if ignored else TAKEN
