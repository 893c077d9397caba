"""Buying time: aligned AIs slow the rival's clock, by coordination, advocacy or sabotage."""

from math import exp, log
from typing import Any

from deference_sim.model.declare import MOST_OFTEN, Block, equation, parameter, share
from deference_sim.streams import DEAL, uniform_pair

DEAL_MARKS = 1 << 30  # sizes of deals stand at these indices of the stream, their arrivals below


class TimeBuying(Block):
    """How much of the rival's time aligned capability can buy."""

    max_rate: float = share(
        0.5,
        "Months bought per month by very capable aligned AIs at the reference share of effort.",
        source="proposed: little at handoff, rising to 0.5 to 1 month per month",
        tier="core",
    )
    share_reference: float = parameter(0.05, "Share of effort at which max_rate holds.", ge=1e-6, le=1.0)
    share_elasticity: float = parameter(0.5, "Elasticity of time bought to the share of effort.", gt=0.0, le=2.0)
    capability_half: float = parameter(
        2.0,
        "Aligned capability (above the head start) at which half of max_rate is reached.",
        unit="py",
        gt=0.0,
    )
    head_start: float = parameter(
        0.5, "Aligned capability counted as already there at capability 0.", unit="py", ge=0.0
    )
    max_bought: float = parameter(60.0, "Months after which no more time can be bought in all.", unit="months", gt=0.0)
    before_handoff: float = share(0.0, "Months bought per month by humans before handoff and while it is halted.")
    deal_rate: float = parameter(
        0.0, "Deals to pause, per year, when all that can be bought per month is bought.", unit="per year", ge=0.0,
        le=MOST_OFTEN,
    )  # fmt: skip
    deal_size: float = parameter(3.0, "Mean length of such a pause (exponential).", unit="months", gt=0.0)
    backfire: float = share(0.0, "Probability that a deal costs that time instead.")
    proliferation: float = parameter(
        0.0, "Safety methods spread to others per py of progress at full effort and unit aligned capability.", ge=0.0
    )


@equation
def buying_scale(p: Any, share: float) -> float:
    """Return months bought per month by unlimited aligned capability at this ``share`` of effort."""
    if share <= 0.0:
        return 0.0
    return p.time_buying_max_rate * exp(p.time_buying_share_elasticity * log(share / p.time_buying_share_reference))


@equation
def buying_rate(p: Any, scale: float, aligned: float, bought: float) -> float:
    """Return b, months bought per month by AIs of ``aligned`` capability; equation (9)."""
    ability = max(aligned + p.time_buying_head_start, 0.0)
    return bounded_rate(p, scale * ability / (ability + p.time_buying_capability_half), bought)


@equation
def bounded_rate(p: Any, rate: float, bought: float) -> float:
    """Return the months bought per month when ``bought`` months are already spent of all that can be bought."""
    return min(max(rate * (1.0 - bought / p.time_buying_max_bought), 0.0), 1.0)


@equation
def deal_rate(p: Any, buying: float) -> float:
    """Return deals per month while ``buying`` months are bought per month."""
    return p.time_buying_deal_rate * buying / p.time_buying_max_rate if p.time_buying_max_rate > 0.0 else 0.0


@equation
def strike_deal(state: Any, p: Any, number: int) -> float:
    """Strike deal ``number`` and return the months by which it pauses the rival's clock, negative if it backfires."""
    size, trouble = uniform_pair(state.key, state.replicate, DEAL, number + DEAL_MARKS)
    months = -p.time_buying_deal_size * log(size)
    state.deals += 1
    state.step_alive = 0
    if trouble < p.time_buying_backfire:
        return -months
    state.pause_until = max(state.pause_until, state.t) + months
    return months
