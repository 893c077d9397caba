"""Alternatives to deference: an early takeover before it, and other end states to punt to."""

from math import exp
from typing import Any

from deference_sim.model.declare import Block, equation, parameter
from deference_sim.model.tax import LN10


class Alternatives(Block):
    """What may happen instead: AIs take over before handoff, or a long pause or emulated minds are reached."""

    early_takeover_rate: float = parameter(
        0.0, "Takeovers by AIs before handoff, per year, if they were not controlled.", unit="per year", ge=0.0
    )
    punt_rate: float = parameter(
        0.0, "Rate per year of reaching another end state (a long pause, emulated minds).", unit="per year", ge=0.0
    )
    punt_growth: float = parameter(
        0.0, "Orders of magnitude by which that rate grows per year of bought time.", ge=0.0, le=10.0
    )


@equation
def punting_rate(p: Any, bought: float) -> float:
    """Return the rate per month of punting to another end state after ``bought`` months."""
    return p.alternatives_punt_rate * exp(min(LN10 * p.alternatives_punt_growth * bought / 12.0, 40.0))
