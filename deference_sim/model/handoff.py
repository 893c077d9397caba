"""Handoff: when humans defer, and what their work before it does to deference-goodness."""

from math import inf
from typing import Any, Self

from pydantic import model_validator

from deference_sim.model.basin import enter_or_leave, remember_exit
from deference_sim.model.declare import MAX_KNOTS, Block, equation, parameter, share
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import margin_estimate
from deference_sim.model.events import event
from deference_sim.model.goodness import starting_margin, sufficient
from deference_sim.model.growth import between_knots
from deference_sim.model.human import human_curve, human_effort, understood
from deference_sim.model.roads import AT_START, shake
from deference_sim.model.scheming import scheme_at_handoff
from deference_sim.model.spans import months_on_the_way
from deference_sim.model.state import FULL, PARTIAL
from deference_sim.model.strategy import end_of_the_way, lead_estimate, months_left
from deference_sim.model.tax import gain_by_checking
from deference_sim.streams import HANDOFF_START, normal_pair

HANDED_OFF = event("handed off", "handoff: humans defer{in_part} to the AIs, {edge}")
TRIAL_BEGUN = event("trial run begun", "estimates call for the handoff{what_it_waits_for}")


class Handoff(Block):
    """When humans hand off and to which AIs, what their pre-work is worth, and partial and halted deference."""

    at: float | None = parameter(
        None,
        "Month of the handoff",
        "Month of the handoff; null: as soon as a trigger says so, or at the start if there is none.",
        unit="months",
        ge=0.0,
        null=float("nan"),
        tier="lever",
    )
    when_lead_below: float | None = parameter(
        None,
        "Hand off at this lead",
        "Hand off when the estimated lead is at most this; null: no such trigger.",
        unit="months",
        null=float("nan"),
    )
    when_margin_above: float | None = parameter(
        None,
        "Hand off at this margin",
        "Hand off when the estimated margin is at least this; null: no such trigger.",
        unit="py",
        null=float("nan"),
    )
    indifference: bool = parameter(
        False,
        "Hand off when waiting gains nothing",
        "Hand off when the estimated chance of a good end now is no less than later (by simulations made beforehand).",
    )
    never: bool = parameter(False, "Never hand off", "Never hand off: humans keep the work.")
    capability: float = parameter(
        0.0,
        "Capability at handoff",
        "Capability of the AIs that we hand off to; below 0, weaker AIs shaped for the key tasks.",
        unit="py",
        ge=-2.0,
        le=20.0,
        tier="lever",
    )
    scaling_share: float = share(
        0.0,
        "Effort for scaling before handoff",
        "Share of work before handoff that goes on scaling capability up; 0: only up to the handoff's capability.",
    )
    human_share: float = share(
        0.0,
        "Work that humans keep",
        "Share of the work that humans still do after handoff (partial deference); 0: none.",
        lt=1.0,
    )
    fill_in_profile: float | None = parameter(
        None,
        "Wisdom that humans fill in",
        "Level of the capability profile that human experts supply in partial deference; null: none.",
        unit="py",
        le=1.0,
        null=float("-inf"),
        source="the essay: humans may fill in on strategy until later AIs can be deferred to on it",
    )
    full_when: float | None = parameter(
        None,
        "Margin for full deference",
        "Estimated margin from which partial deference becomes full; null: it does not.",
        unit="py",
        null=float("inf"),
    )
    halt_below: float | None = parameter(
        None,
        "Halt below this margin",
        "Estimated margin below which deference is halted; null: only when scheming is detected.",
        unit="py",
        null=float("-inf"),
    )
    resume_above: float = parameter(
        0.5, "Resume above this margin", "Estimated margin from which halted deference is resumed.", unit="py"
    )
    min_halt: float = parameter(1.0, "Least length of a halt", "Least length of a halt.", unit="months", ge=0.0)
    human_pace: float = parameter(
        3.0,
        "Pace of human safety work",
        "Speed of human safety work as a multiple of the recent pace; the curve of what it is worth is for 3.",
        gt=0.0,
        le=1_000.0,
        source="AI-assisted human researchers",
    )
    human_tests: float = share(
        0.2,
        "Human work that goes to tests",
        "Share of human months that goes to tests, which take people's time.",
        source="guess",
    )

    @model_validator(mode="after")
    def _resumes_above_the_halt(self) -> Self:
        if self.halt_below is not None and self.resume_above <= self.halt_below:
            raise ValueError(
                f"resume_above ({self.resume_above:g} py) must be above halt_below ({self.halt_below:g} py)"
            )
        return self

    @model_validator(mode="after")
    def _humans_who_supply_work(self) -> Self:
        if self.fill_in_profile is not None and self.human_share <= 0.0:
            raise ValueError(
                "fill_in_profile needs human_share above 0: humans who supply strategy do some of the work"
            )
        return self


@equation
def draw_start(state: Any, p: Any) -> None:
    """Draw how far each component lies from its expectation at the start, and start from there; equation (14)."""
    luck_A, luck_W = normal_pair(state.key, state.replicate, HANDOFF_START, 0)
    expected = state.C + starting_margin(p, state.C) + human_curve(0.0) + gain_by_checking(p)
    state.A = expected + p.goodness_broad_alignment + p.goodness_spread * luck_A
    state.W = expected + p.goodness_capability_profile + p.goodness_spread * luck_W


@equation
def prepare_handoff(p: Any) -> None:
    """Set the month of the handoff by the clock: the given one, the start without any trigger, else never."""
    p.handoff_clock = inf
    if not p.handoff_never:
        if p.handoff_at == p.handoff_at:
            p.handoff_clock = p.handoff_at
        elif not has_estimate_triggers(p):
            p.handoff_clock = 0.0


@equation
def has_estimate_triggers(p: Any) -> bool:
    """Return whether the handoff depends on estimates, so that reviews are needed before it."""
    lead, margin = p.handoff_when_lead_below, p.handoff_when_margin_above
    return lead == lead or margin == margin or p.handoff_indifference == 1


@equation
def handoff_due(state: Any, p: Any) -> bool:
    """Return whether the handoff happens now; if it only waits for a trial run, that begins."""
    if state.t >= p.handoff_clock:
        state.triggered = 1
    if not state.triggered or not state.capable or p.handoff_never:
        return False
    if p.evaluation_trial_fraction > 0.0 and state.trial_until == inf:
        tax_months, untaxed = months_left(state, p)
        state.trial_length = p.evaluation_trial_fraction * (tax_months + untaxed)
        state.trial_until = state.t + state.trial_length
        state.step_alive = 0
    return p.evaluation_trial_fraction <= 0.0 or state.t >= state.trial_until


@equation
def wants_to_hand_off(state: Any, p: Any) -> bool:
    """Return whether estimates call for it: little lead is left, the margin is good, or waiting is no better."""
    if lead_estimate(state, p) <= p.handoff_when_lead_below or margin_estimate(state, p) >= p.handoff_when_margin_above:
        return True
    return p.handoff_indifference == 1 and is_indifferent(state, p)


@equation
def is_indifferent(state: Any, p: Any) -> bool:
    """Return whether a good end is at least as likely after a handoff now as after any later one in the table.

    The table (``study.indifference``) has for some months the chance of a good end as a logistic function of the margin
    found; what human work will still add is added to the margin found now.
    """
    margin = margin_estimate(state, p)
    months, base, slope, count = p.good_end_month, p.good_end_base, p.good_end_slope, p.good_end_count
    rate = human_effort(state, p) * p.safety_pace
    worth = understood(state.C)
    now = interpolate(state.t, months, base, count) + interpolate(state.t, months, slope, count) * margin
    best = now
    for k in range(MAX_KNOTS):
        later = max(months[k] - state.t, 0.0)
        gained = (human_curve(state.H + rate * later) - human_curve(state.H)) * worth
        chance = base[k] + slope[k] * (margin + gained)
        best = max(best, chance) if k < count and months[k] > state.t else best
    return best <= now


@equation
def interpolate(x: float, xs: Any, ys: Any, count: int) -> float:
    """Return the piecewise linear function through the first ``count`` knots at ``x``, flat beyond its ends."""
    low, part = between_knots(x, xs, count)
    return ys[low] + part * (ys[min(low + 1, count - 1)] - ys[low])


@equation
def hand_off(state: Any, p: Any) -> None:
    """Defer to the AIs: from here on they do the work, and the basin counts."""
    count_time(state, p)
    state.phase = PARTIAL if p.handoff_human_share > 0.0 else FULL
    state.handoff_month = state.t
    state.next_generation = state.C + p.generations_step
    state.aggregate_tax_months = aggregate_tax(p, state.C)
    scheme_at_handoff(state, p)
    state.in_basin = 0
    enter_or_leave(state, sufficient(state, p, state.C, state.A, state.W) - state.C)
    if not state.in_basin:
        shake(state, AT_START)
        remember_exit(state, state.shaken_by)
    state.step_alive = 0


@equation
def aggregate_tax(p: Any, C: float) -> float:
    """Return the months that staying in the basin costs wise AIs from ``C`` to the end of the way, ∫ τ/P dC."""
    taxed, _, _, _ = months_on_the_way(p, C, end_of_the_way(p, C))
    return taxed
