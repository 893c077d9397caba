"""Alternatives to deference: an early takeover before it, and other end states to punt to."""

from typing import Any

from deference_sim import streams
from deference_sim.elementary import exp
from deference_sim.model.control import uncontrolled
from deference_sim.model.declare import Block, constant, equation, parameter
from deference_sim.model.processes import STEADY, rate_process
from deference_sim.model.stages import OUTCOME_STAGE
from deference_sim.model.state import PRE
from deference_sim.model.tax import LN10


class Alternatives(Block):
    """What may happen instead: AIs take over before handoff, or a long pause or emulated minds are reached."""

    early_takeover_rate: float = parameter(
        0.0,
        "AI takeovers before handoff",
        "Takeovers by AIs before handoff, per year, if they were not controlled.",
        unit="per year",
        ge=0.0,
    )
    punt_rate: float = parameter(
        0.0,
        "Other ways out",
        "Rate per year of reaching another end state (a long pause, emulated minds).",
        unit="per year",
        ge=0.0,
    )
    punt_growth: float = parameter(
        0.0,
        "Growth of other ways out",
        "Orders of magnitude by which that rate grows per year of bought time.",
        ge=0.0,
        le=10.0,
    )


GROWN_AFTER = constant("GROWN_AFTER", 12.0, "months", "bought time over which other ways out grow as their growth says")


@equation
def punting_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return the rate per month of punting to another end state; it grows with the months bought."""
    growth = min(LN10 * p.alternatives_punt_growth * stocks.bought / GROWN_AFTER, 40.0)
    return p.alternatives_punt_rate * exp(growth)


@equation
def can_punt(state: Any, p: Any) -> bool:
    """Return whether there is another end state to punt to."""
    return p.alternatives_punt_rate > 0.0


@equation
def early_takeover_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return the rate per month of a takeover by AIs before the handoff, under the control of that time."""
    return p.alternatives_early_takeover_rate * uncontrolled(p, stocks.C)


@equation
def can_take_over_early(state: Any, p: Any) -> bool:
    """Return whether AIs may take over in the present phase although nobody has deferred to them."""
    return state.phase == PRE and p.alternatives_early_takeover_rate > 0.0


PUNT = rate_process(
    "punt",
    words="punting",
    stream=streams.PUNT,
    rate=punting_rate,
    active=can_punt,
    turn=STEADY,
    stage=OUTCOME_STAGE,
)
EARLY_TAKEOVER = rate_process(
    "early takeover",
    words="early takeover",
    stream=streams.EARLY_TAKEOVER,
    rate=early_takeover_rate,
    active=can_take_over_early,
    turn=STEADY,
    stage=OUTCOME_STAGE,
)
