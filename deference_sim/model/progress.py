"""Progress: how fast capability rises in each phase."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.growth import C
from deference_sim.model.human import scaling_share
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.stocks import flow


@equation(inlined=True)
def growth_rate(state: Any, p: Any, pace: float) -> float:
    """Return dC/dt in py per month where work goes on at ``pace``; equation (2)."""
    if state.phase == PRE:
        scaling = scaling_share(state, p)
        return p.human_pace * scaling + (p.hardware_pace if scaling > 0.0 else 0.0)
    if state.phase == HALTED:
        return 0.0
    rate = 0.0 if state.retraining else pace * state.capability_share
    return rate + p.hardware_pace if state.capability_share > 0.0 else rate


@flow(C)
def progress(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return dC/dt."""
    return now.growth
