"""Control: what keeps AIs from a catastrophe while humans still apply it; it fades with capability."""

from typing import Any

from deference_sim.elementary import exp, log
from deference_sim.model.declare import Block, equation, parameter, share

LN2 = log(2.0)


class Control(Block):
    """How far control lowers the hazard from the AIs before full deference and while deference is halted."""

    strength: float = share(0.9, "Strength of control", "Share of catastrophes that control prevents at capability 0.")
    half: float = parameter(
        1.0, "Capability that halves control", "Capability over which that share halves.", unit="py", gt=0.0
    )


@equation
def halving(C: float, half: float) -> float:
    """Return what is left at capability ``C`` of something that halves every ``half`` py above capability 0."""
    return exp(max(-LN2 * max(C, 0.0) / half, -700.0))


@equation
def uncontrolled(p: Any, C: float) -> float:
    """Return the share of the hazard that control does not prevent for AIs of capability ``C``."""
    return 1.0 - min(p.control_strength * halving(C, p.control_half), 1.0)
