"""Strategy: how effort is shared between capability, goodness, buying time and defence, on estimates only."""

from math import exp, inf, log
from typing import Any, Literal, Self

from pydantic import model_validator

from deference_sim.model.company import advice
from deference_sim.model.declare import Block, Quantity, equation, parameter, share
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate, tax_estimate
from deference_sim.model.events import BY_ITS_EFFECTS, event
from deference_sim.model.goodness import LEAST_TAX
from deference_sim.model.growth import LIMIT, SOFTWARE_EXPLOSION
from deference_sim.model.rival import DEADLINE, aligned_capability, kept_lead, lead_months
from deference_sim.model.spans import keep_the_way, months_on_the_way
from deference_sim.model.state import HALTED, TAKEN
from deference_sim.model.tax import shape_factor
from deference_sim.model.time_buying import buying_rate, buying_scale
from deference_sim.model.work import working_pace

SLACK = Quantity("slack", "1", "slack")
EFFORT_ON_BUYING = Quantity("effort on buying time", "1", "effort on buying time")
EFFORT = {
    "capability_effect": Quantity("effort on capability", "1", "effort on capability"),
    "goodness_effect": Quantity("effort on goodness", "1", "effort on goodness"),
    "defence_effect": Quantity("effort on defence", "1", "effort on defence"),
    "buying_scale": EFFORT_ON_BUYING,
    "time_buying_share": EFFORT_ON_BUYING,
}
EFFORT_SHARED = event("effort shared", BY_ITS_EFFECTS)


class Strategy(Block):
    """The policy that shares effort, and its settings."""

    policy: Literal["fixed", "race", "margin_target", "safety_case", "deadline_aware"] = parameter(
        "deadline_aware", "Rule by which effort is shared after handoff.", tier="core"
    )
    target: float = parameter(0.8, "Margin that the policy aims to keep.", unit="py", tier="core")
    risk_floor: float = parameter(
        0.2,
        "Margin that deadline_aware falls back to when no slack is left; negative accepts more risk.",
        unit="py",
    )
    gain: float = parameter(
        1.0, "Share of effort moved to goodness per py of margin that is missing.", unit="per py", ge=0.0
    )
    gate: float = parameter(
        0.3, "Estimated margin below which capability stops (safety_case, deadline_aware).", unit="py"
    )
    goodness_share: float = share(0.25, "Share of effort for goodness under policy fixed.")
    time_buying_share: float = share(0.05, "Share of effort for buying time.", tier="core")
    defence_share: float = share(0.02, "Share of effort for active defence.")
    urgency: float = parameter(
        0.0, "Rise of effort for buying time and defence, as a share of it, per unit of slack that is missing.", ge=0.0
    )
    min_capability_share: float = share(
        0.0, "Share of effort that the company insists on for capability, whatever the AIs advise."
    )
    advice_ignored: float = share(0.0, "Probability that the company ignores a piece of advice to wait or to halt.")

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
_LEAST_SLACK = -1e6
_FOREVER = 1e250  # months; keeps what is left of a way that cannot be paid or walked finite
_LEAST_RESEARCH = 1e-9
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
    end = end_of_the_way(p, state.C)
    taxed, untaxed = months_on_the_way(p, state.C, end)
    return taxed * believed_tax(state, p), untaxed


@equation
def believed_tax(state: Any, p: Any) -> float:
    """Return the factor on the tax that decisions believe in: the paradigm, their error, epistemic efficiency."""
    return state.paradigm_factor * state.tax_error_factor / p.goodness_epistemic_efficiency


@equation(gives=SLACK)
def slack(state: Any, p: Any, research: float, scale: float) -> float:
    """Return the estimated lead in units of the tax that is left to pay; 1 when nothing is left.

    ``research`` is the share of effort left for capability and goodness, ``scale`` the months bought per month by
    unlimited aligned capability. A deadline also has to leave the untaxed time. Called by ``decide`` alone, because
    it brings the months that are kept from one decision to the next up to date.
    """
    keep_the_way(state, p, end_of_the_way(p, state.C))
    tax_months = min(state.way_taxed * believed_tax(state, p), _FOREVER)
    untaxed = min(state.way_untaxed, _FOREVER)
    if tax_months <= 0.0:
        return 1.0
    aligned = aligned_capability(state, p) - state.D
    buying = buying_rate(p, scale, aligned, state.bought)
    effect = effective(p, max(research, _LEAST_RESEARCH))
    untaxed /= effect
    expected = min(buying * (tax_months / effect + untaxed), p.time_buying_max_bought - state.bought)
    available = kept_lead(state, p) + state.lead_error + expected
    if p.rival_mode == DEADLINE:
        available -= untaxed
    return max(available / tax_months, _LEAST_SLACK)


@equation
def lead_estimate(state: Any, p: Any) -> float:
    """Return L̂, the lead that decisions believe in, in months."""
    return lead_months(state, p) + state.lead_error


@equation
def effective(p: Any, share: float) -> float:
    """Return the effect of a share of effort on research, ``share`` to the power of the effort elasticity."""
    if share <= 0.0:
        return 0.0
    return share if p.capability_effort_elasticity == 1.0 else exp(p.capability_effort_elasticity * log(share))


@equation
def alignment_weight(state: Any, p: Any) -> float:
    """Return the part of goodness work that goes to broad alignment: by tax when level, else to the weaker."""
    if p.tax_broad_alignment == 0.0 and p.tax_capability_profile == 0.0:
        return 0.5
    tax_A = max(p.tax_broad_alignment * shape_factor(p, state.alignment_estimate), LEAST_TAX)
    tax_W = max(p.tax_capability_profile * shape_factor(p, state.profile_estimate), LEAST_TAX)
    apart = (state.alignment_estimate - state.profile_estimate) / p.basin_width
    for_A = tax_A * exp(min(max(-apart, -700.0), 0.0))
    for_W = tax_W * exp(min(max(apart, -700.0), 0.0))
    return for_A / (for_A + for_W)


@equation
def decide(state: Any, p: Any) -> None:
    """Share effort by the scenario's policy, on estimates only."""
    tests, buying, defence = p.evaluation_tests_share, p.strategy_time_buying_share, p.strategy_defence_share
    everything = max(tests + buying + defence, 1.0)  # above 1 only where uncertain shares are drawn too large together
    tests, buying, defence = tests / everything, buying / everything, defence / everything
    left = 1.0
    if p.strategy_policy == DEADLINE_AWARE or p.strategy_urgency > 0.0:
        scale = state.buying_scale if buying == state.time_buying_share else buying_scale(p, buying)
        left = slack(state, p, 1.0 - buying - defence - tests, scale)
    if left < 1.0 and p.strategy_urgency > 0.0 and buying + defence > 0.0:
        more = min(1.0 + p.strategy_urgency * (1.0 - left), (1.0 - tests) / (buying + defence))
        buying, defence = buying * more, defence * more
    research = max(1.0 - buying - defence - tests, 0.0)
    if state.phase == HALTED:
        set_shares(state, p, 0.0, research, buying, defence)
        return
    goodness, gate = wanted_goodness(state, p, left)
    state.gate_advice = advice(state, p, state.gate_advice, margin_estimate(state) < gate)
    goodness = research if state.gate_advice == TAKEN else research * goodness
    if p.strategy_policy == FIXED:
        goodness = min(p.strategy_goodness_share, research)
    set_shares(state, p, max(research - goodness, 0.0), goodness, buying, defence)


@equation
def wanted_goodness(state: Any, p: Any, left: float) -> Any:
    """Return (share of research for goodness, margin below which capability stops) with slack ``left``."""
    if p.strategy_policy == FIXED or p.strategy_policy == RACE:
        return 0.0, -inf
    target = p.strategy_target
    gate = p.strategy_gate if p.strategy_policy == SAFETY_CASE else -inf
    if p.strategy_policy == DEADLINE_AWARE:
        risk = p.strategy_risk_floor * max(1.0 - left, 0.0)
        target = p.strategy_target * min(left, 1.0) + risk
        gate = p.strategy_gate * min(left, 1.0) + risk
    tax = tax_estimate(state, p, state.C, state.A, state.W)
    wanted = tax / (1.0 + tax) + p.strategy_gain * (target - margin_estimate(state))
    return min(max(wanted, 0.0), 1.0), gate


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
    state.capability_effect = effective(p, capability)
    state.goodness_effect = effective(p, goodness)
    state.defence_effect = effective(p, defence)
    state.alignment_weight = alignment_weight(state, p)
    state.retraining_speed = working_pace(state, p, state.C) * state.capability_effect
    state.step_alive = 0
