"""Strategy: how effort is shared between capability, goodness, buying time and defence, on estimates only."""

from math import inf
from typing import Any, Literal, Self

from pydantic import model_validator

from deference_sim.elementary import exp
from deference_sim.model.company import advice
from deference_sim.model.declare import Block, Quantity, constant, equation, parameter, share
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate, tax_estimate, unknown_margin
from deference_sim.model.events import BY_ITS_EFFECTS, event
from deference_sim.model.goodness import LEAST_TAX, waste_factor
from deference_sim.model.growth import LIMIT, SOFTWARE_EXPLOSION
from deference_sim.model.rival import DEADLINE, NO_RIVAL, months_behind, rival_clock
from deference_sim.model.spans import keep_the_race, keep_the_way, months_on_the_way
from deference_sim.model.state import HALTED, TAKEN
from deference_sim.model.tax import shape_factor
from deference_sim.model.time_buying import buying_scale
from deference_sim.model.work import working_pace

SLACK = Quantity("slack", "months", "slack")
EFFORT_ON_BUYING = Quantity("effort on buying time", "1", "effort on buying time")
ATTENTION = Quantity("attention to alignment", "1", "attention to alignment")
EFFORT = {
    "capability_share": Quantity("effort on capability", "1", "effort on capability"),
    "goodness_share": Quantity("effort on goodness", "1", "effort on goodness"),
    "defence_share": Quantity("effort on defence", "1", "effort on defence"),
    "buying_scale": EFFORT_ON_BUYING,
    "time_buying_share": EFFORT_ON_BUYING,
}
EFFORT_SHARED = event("effort shared", BY_ITS_EFFECTS)


class Strategy(Block):
    """The policy that shares effort, and its settings."""

    policy: Literal["fixed", "race", "margin_target", "safety_case", "deadline_aware"] = parameter(
        "deadline_aware", "Policy", "Rule by which effort is shared after handoff."
    )
    target: float = parameter(1.0, "Target margin", "Margin that the policy aims to keep.", unit="py", tier="lever")
    gate: float = parameter(
        0.3,
        "Margin of the safety case",
        "Estimated margin below which capability stops (safety_case, deadline_aware).",
        unit="py",
    )
    goodness_share: float = share(0.25, "Effort for goodness", "Share of effort for goodness under policy fixed.")
    time_buying_share: float = share(0.05, "Effort for buying time", "Share of effort for buying time.", tier="lever")
    defence_share: float = share(0.02, "Effort for active defence", "Share of effort for active defence.")
    min_capability_share: float = share(
        0.0,
        "Effort the company keeps for capability",
        "Share of effort that the company insists on for capability, whatever the AIs advise.",
    )
    advice_ignored: float = share(
        0.0,
        "Chance that advice is ignored",
        "Probability that the company ignores a piece of advice to wait or to halt.",
    )

    @model_validator(mode="after")
    def _shares_leave_something(self) -> Self:
        taken = self.time_buying_share + self.defence_share
        if self.policy == "fixed":
            taken += self.goodness_share
        if taken > 1.0:
            raise ValueError(
                f"the shares add up to {taken:g}, more than all effort: lower goodness_share, "
                "time_buying_share or defence_share"
            )
        return self


FIXED, RACE, MARGIN_TARGET, SAFETY_CASE, DEADLINE_AWARE = range(5)
MOST_MONTHS = constant(
    "MOST_MONTHS", 1e12, "months", "keeps what is left of a way that cannot be paid or walked finite"
)
LEAST_RESEARCH = 1e-9
UNKNOWN = 2.0  # standard deviations of what is not known about the margin, below which nobody aims
GAIN = constant("GAIN", 1.0, "per py", "share of effort moved to goodness per py of margin that is missing")
ROUNDING = 1e-12  # a share of effort below this is none


@equation
def end_of_the_way(p: Any, C: float) -> float:
    """Return the capability at which the software-only takeoff is over: stabilised, fizzled or near the ceiling."""
    end = 0.999 * (p.capability_ceiling if p.capability_law == SOFTWARE_EXPLOSION else LIMIT)
    if p.capability_stabilise_at < end:
        end = p.capability_stabilise_at
    if p.fizzle_at < end:
        end = p.fizzle_at
    return max(end, C)


@equation
def months_left(state: Any, p: Any) -> Any:
    """Return (tax months, untaxed months) from here to the end at full effort, as decisions estimate them."""
    taxed, untaxed, _, _ = months_on_the_way(p, state.C, end_of_the_way(p, state.C))
    return taxed * state.paradigm_factor * state.tax_error_factor, untaxed


@equation(gives=SLACK)
def slack(state: Any, p: Any, research: float, scale: float) -> float:
    """Return the months that are left over if the margin found is kept to the end; below 0 there is too little time.

    What there is: the months, as believed and with those that one expects to buy on the way, until the rival is within
    the expected edge of where the way ends, or the deadline comes. What it takes: the way, with its tax. ``research``
    is the share of effort left for capability and goodness, ``scale`` the months bought per month by unlimited aligned
    capability. Called by ``decide`` alone: it brings the months that are kept from one decision to the next up to date.
    """
    end = end_of_the_way(p, state.C)
    if p.rival_mode == DEADLINE:
        end = max(min(end, p.rival_handle_at - state.D), state.C)
    keep_the_way(state, p, end)
    tax, effort = state.paradigm_factor * state.tax_error_factor, max(research, LEAST_RESEARCH)
    taxed, taxed_bought = min(state.way_taxed, MOST_MONTHS), min(state.way_taxed_bought, MOST_MONTHS)
    needed = min((state.way_untaxed + tax * taxed) / effort, MOST_MONTHS)
    left_to_buy = max(p.time_buying_max_bought - state.bought, 0.0)
    buying = scale * left_to_buy / p.time_buying_max_bought
    bought = min(buying * (state.way_untaxed_bought + tax * taxed_bought) / effort, left_to_buy)
    return max(months_to_danger(state, p, end) + state.lead_error, 0.0) + min(bought, needed) - needed


@equation
def months_to_danger(state: Any, p: Any, end: float) -> float:
    """Return the months of the rival's clock until it can overtake us at capability ``end``, or until the deadline."""
    waiting = max(p.rival_lead - rival_clock(state), 0.0)
    if p.rival_mode == NO_RIVAL:
        return MOST_MONTHS
    if p.rival_mode == DEADLINE:
        return waiting
    level = max(p.rival_danger_at, end + state.D - p.rival_edge)
    start = max(state.R, 0.0)
    return (0.0 if state.rival_started else waiting) + keep_the_race(state, p, start, max(level, start))


@equation
def margin_to_aim_at(state: Any, p: Any, months: float, research: float, margin: float, tax: float) -> float:
    """Return the margin to aim at with ``months`` left over as things are: the largest that there is time for.

    At most the target. Less than twice what one does not know about the margin is never given up for time: where even
    that would not be enough, giving up goodness is in vain, and the less is given up the further it is from enough.
    ``margin`` and ``tax`` are what decisions believe in.
    """
    in_reach = margin + months * research * working_pace(state, p, state.C) / max(tax, LEAST_TAX)
    least = min(UNKNOWN * unknown_margin(state, p), p.strategy_target)
    return min(least + abs(in_reach - least), p.strategy_target)


@equation
def wasteful(state: Any, p: Any) -> float:
    """Return the factor on the tax for want of wisdom, as decisions believe it to be."""
    return waste_factor(p, state.profile_estimate - state.C)


@equation
def lead_estimate(state: Any, p: Any) -> float:
    """Return L̂, the lead that decisions believe in, in months: over the capability that they believe to be aligned."""
    believed = state.C + min(margin_estimate(state, p), 0.0) + state.D
    return months_behind(state, p, believed) + state.lead_error


@equation(gives=ATTENTION)
def alignment_weight(state: Any, p: Any) -> float:
    """Return the part of goodness work that goes to broad alignment: by tax when level, else to the weaker."""
    if p.tax_broad_alignment == 0.0 and p.tax_capability_profile == 0.0:
        return 0.5
    tax_A = max(p.tax_broad_alignment * shape_factor(p, state.alignment_estimate), LEAST_TAX)
    tax_W = max(p.tax_capability_profile * shape_factor(p, state.profile_estimate), LEAST_TAX)
    ahead = state.alignment_estimate - state.profile_estimate
    fall = exp(max(-abs(ahead) / p.basin_width, -700.0))
    for_A = tax_A * (fall if ahead > 0.0 else 1.0)
    for_W = tax_W * (1.0 if ahead > 0.0 else fall)
    return for_A / (for_A + for_W)


@equation
def decide(state: Any, p: Any) -> None:
    """Share effort by the scenario's policy, on estimates only."""
    tests, buying, defence = p.evaluation_tests_share, p.strategy_time_buying_share, p.strategy_defence_share
    everything = max(tests + buying + defence, 1.0)  # above 1 only where uncertain shares are drawn too large together
    tests, buying, defence = tests / everything, buying / everything, defence / everything
    research = max(1.0 - buying - defence - tests, 0.0)
    margin, tax = margin_estimate(state, p), tax_estimate(state, p, state.C, wasteful(state, p))
    target = p.strategy_target
    if p.strategy_policy == DEADLINE_AWARE:
        scale = state.buying_scale if buying == state.time_buying_share else buying_scale(p, buying)
        target = margin_to_aim_at(state, p, slack(state, p, research, scale), research, margin, tax)
    goodness, gate = wanted_goodness(p, target, margin, tax)
    goodness = min(max(goodness, 0.0), 1.0)
    state.gate_advice = advice(state, p, state.gate_advice, margin < gate)
    goodness = research if state.gate_advice == TAKEN else research * goodness
    if p.strategy_policy == FIXED:
        goodness = min(p.strategy_goodness_share, research)
    if state.phase == HALTED:
        goodness = research
    set_shares(state, p, max(research - goodness, 0.0), goodness, buying, defence)


@equation
def wanted_goodness(p: Any, target: float, margin: float, tax: float) -> Any:
    """Return (share of research for goodness, margin below which capability stops) for a margin to aim at.

    The share may lie outside of 0 and 1. ``margin`` and ``tax`` are what decisions believe in.
    """
    if p.strategy_policy == FIXED or p.strategy_policy == RACE:
        return 0.0, -inf
    gate = -inf
    if p.strategy_policy == SAFETY_CASE or p.strategy_policy == DEADLINE_AWARE:
        gate = min(p.strategy_gate, target)
    return tax / (1.0 + tax) + GAIN * (target - margin), gate


@equation(sets=EFFORT)
def set_shares(state: Any, p: Any, capability: float, goodness: float, buying: float, defence: float) -> None:
    """Put the shares of effort into force; what is left of 1 are tests.

    A successor that waits for goodness stops capability; a company that insists on capability takes what is missing
    from goodness first, then from tests, defence and buying time.
    """
    count_time(state, p)
    tests = max(1.0 - capability - goodness - buying - defence, 0.0)
    if tests < ROUNDING:
        tests = 0.0
    if state.candidate_waiting:
        goodness += capability
        capability = 0.0
    missing = p.strategy_min_capability_share - capability
    if missing > 0.0 and state.phase != HALTED:
        capability = p.strategy_min_capability_share
        taken = min(missing, goodness)
        goodness, missing = goodness - taken, missing - taken
        taken = min(missing, tests)
        tests, missing = tests - taken, missing - taken
        taken = min(missing, defence)
        defence, missing = defence - taken, missing - taken
        buying = max(buying - missing, 0.0)
    state.capability_share = capability
    state.goodness_share = goodness
    if buying != state.time_buying_share:
        state.buying_scale = buying_scale(p, buying)
    state.time_buying_share = buying
    state.defence_share = defence
    state.tests_share = tests
    state.alignment_weight = alignment_weight(state, p)
    state.retraining_speed = working_pace(state, p, state.C) * capability if state.retraining else 0.0
    state.step_alive = 0
