"""Progress: how fast capability rises in each phase."""

from typing import Any

from deference_sim.model.growth import C, hardware_pace
from deference_sim.model.handoff import scaling_share
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.stocks import flow
from deference_sim.model.strategy import effective
from deference_sim.model.work import human_pace


@flow(C)
def progress(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return dC/dt in py per month; equation (2)."""
    if state.phase == PRE:
        scaling = scaling_share(state, p)
        return human_pace(p) * effective(p, scaling) + (hardware_pace(p) if scaling > 0.0 else 0.0)
    if state.phase == HALTED:
        return 0.0
    rate = 0.0 if state.retraining else now.pace * state.capability_effect
    return rate + hardware_pace(p) if state.capability_share > 0.0 else rate
