"""Handoff: when humans defer, and what their work before it does to deference-goodness."""

from itertools import pairwise
from math import inf, log
from typing import Any, Self

from pydantic import model_validator

from deference_sim.model.basin import enter_or_leave, remember_exit
from deference_sim.model.declare import MAX_KNOTS, Block, Pairs, equation, parameter, share
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import learn_before_handoff, margin_estimate
from deference_sim.model.events import event
from deference_sim.model.goodness import sufficient
from deference_sim.model.scheming import scheme_at_handoff
from deference_sim.model.spans import months_on_the_way
from deference_sim.model.state import FULL, PARTIAL
from deference_sim.model.strategy import end_of_the_way, lead_estimate, months_left
from deference_sim.streams import HANDOFF_START, normal_pair

HANDED_OFF = event("handed off", "handoff: humans defer{in_part} to the AIs, {edge}")
TRIAL_BEGUN = event("trial run begun", "estimates call for the handoff{what_it_waits_for}")
REFERENCE_PACE = 3.0  # the human pace for which the pre-work curve is given


class Handoff(Block):
    """When humans hand off and to which AIs, what their pre-work is worth, and partial and halted deference."""

    at: float | None = parameter(
        None,
        "Month of the handoff; null: as soon as a trigger says so, or at the start if there is none.",
        unit="months",
        ge=0.0,
        null=float("nan"),
        tier="core",
    )
    when_lead_below: float | None = parameter(
        None, "Hand off when the estimated lead is at most this; null: no such trigger.", unit="months",
        null=float("nan"),
    )  # fmt: skip
    when_margin_above: float | None = parameter(
        None, "Hand off when the estimated margin is at least this; null: no such trigger.", unit="py",
        null=float("nan"),
    )  # fmt: skip
    indifference: bool = parameter(
        False,
        "Hand off when the estimated chance of a good end now is no less than later (by simulations made beforehand).",
    )
    never: bool = parameter(False, "Never hand off: humans keep the work.")
    capability: float = parameter(
        0.0,
        "Capability of the AIs that we hand off to; below 0, weaker AIs shaped for the key tasks.",
        unit="py",
        ge=-2.0,
        le=20.0,
        tier="core",
    )
    scaling_share: float = share(
        0.0, "Share of work before handoff that goes on scaling capability up; 0: only up to the handoff's capability."
    )
    human_share: float = share(
        0.0, "Share of the work that humans still do after handoff (partial deference); 0: none.", lt=1.0
    )
    fill_in_alignment: float = parameter(
        0.0, "Margin of alignment that humans fill in at least, in partial deference; 0: none.", unit="py", ge=0.0
    )
    fill_in_profile: float = parameter(
        0.0, "Margin of the capability profile that humans fill in at least, in partial deference; 0: none.",
        unit="py", ge=0.0,
    )  # fmt: skip
    full_when: float | None = parameter(
        None, "Estimated margin from which partial deference becomes full; null: it does not.", unit="py",
        null=float("inf"),
    )  # fmt: skip
    halt_below: float | None = parameter(
        None, "Estimated margin below which deference is halted; null: only when scheming is detected.", unit="py",
        null=float("-inf"),
    )  # fmt: skip
    resume_above: float = parameter(0.5, "Estimated margin from which halted deference is resumed.", unit="py")
    min_halt: float = parameter(1.0, "Least length of a halt.", unit="months", ge=0.0)
    human_pace: float = parameter(
        3.0,
        "Speed of safety work before handoff as a multiple of the recent pace; the pre-work curve is for 3.",
        gt=0.0,
        source="AI-assisted human researchers",
    )
    prework: Pairs = parameter(
        ((0.1, -0.21), (1.0, 0.075), (12.0, 0.384), (120.0, 0.525)),
        "What months of pre-work add to each component, piecewise linear in log months, flat beyond the ends.",
        unit="months, py",
        min_length=1,
        max_length=MAX_KNOTS,
        status="derived",
        source="Clymer, slowdown simulator, December 2025: .40, .10, .04 misaligned after 1 month, 1 year, 10 years",
    )

    @model_validator(mode="after")
    def _resumes_above_the_halt(self) -> Self:
        if self.halt_below is not None and self.resume_above <= self.halt_below:
            raise ValueError(
                f"resume_above ({self.resume_above:g} py) must be above halt_below ({self.halt_below:g} py)"
            )
        return self

    @model_validator(mode="after")
    def _prework_rises_in_time(self) -> Self:
        months = [month for month, _ in self.prework]
        if months[0] <= 0.0 or any(low >= high for low, high in pairwise(months)):
            raise ValueError("the months of prework must be above 0 and rise from each to the next")
        return self


@equation
def prework_gain(p: Any, months: float) -> float:
    """Return what ``months`` of pre-work add to each component, in py; equation (14)."""
    work = months * p.handoff_human_pace / REFERENCE_PACE
    xs, ys, count = p.handoff_prework_x, p.handoff_prework_y, p.handoff_prework_count
    if work <= xs[0]:
        return ys[0]
    for knot in range(1, count):
        if work < xs[knot]:
            part = log(work / xs[knot - 1]) / log(xs[knot] / xs[knot - 1])
            return ys[knot - 1] + part * (ys[knot] - ys[knot - 1])
    return ys[count - 1]


@equation
def draw_start(state: Any, p: Any) -> None:
    """Draw how far each component at handoff will lie from its expectation, and start from there."""
    luck_A, luck_W = normal_pair(state.key, state.replicate, HANDOFF_START, 0)
    state.start_alignment = p.goodness_broad_alignment + p.goodness_spread * luck_A
    state.start_profile = p.goodness_capability_profile + p.goodness_spread * luck_W
    work_before_handoff(state, p)


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
def months_of_prework(p: Any, months: float) -> float:
    """Return the months of pre-work in ``months`` before handoff: effort that scales capability is not in it."""
    return months * (1.0 - p.handoff_scaling_share)


@equation
def work_before_handoff(state: Any, p: Any) -> None:
    """Set both components to what the pre-work done so far gives."""
    state.A, state.W = goodness_after_prework(state, p, state.t)
    state.step_alive = 0


@equation
def goodness_after_prework(state: Any, p: Any, t: float) -> Any:
    """Return (A, W) at time ``t`` before handoff."""
    gain = prework_gain(p, months_of_prework(p, t))
    return state.start_alignment + gain, state.start_profile + gain


@equation
def scaling_share(state: Any, p: Any) -> float:
    """Return the share of work before handoff that raises capability: until AIs are capable enough, or all along."""
    if p.handoff_scaling_share > 0.0:
        return p.handoff_scaling_share
    return 0.0 if state.capable else 1.0


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
    return p.evaluation_trial_fraction <= 0.0 or state.t >= state.trial_until


@equation
def wants_to_hand_off(state: Any, p: Any) -> bool:
    """Return whether estimates call for it: little lead is left, the margin is good, or waiting is no better."""
    if lead_estimate(state, p) <= p.handoff_when_lead_below or margin_estimate(state) >= p.handoff_when_margin_above:
        return True
    return p.handoff_indifference == 1 and is_indifferent(state, p)


@equation
def is_indifferent(state: Any, p: Any) -> bool:
    """Return whether a good end is at least as likely after a handoff now as after any later one in the table.

    The table (``study.indifference``) has for some months the chance of a good end as a logistic function of the margin
    found; what pre-work will still add is added to the margin found now.
    """
    margin = margin_estimate(state)
    months, base, slope, count = p.good_end_month, p.good_end_base, p.good_end_slope, p.good_end_count
    gained = prework_gain(p, months_of_prework(p, state.t))
    now = interpolate(state.t, months, base, count) + interpolate(state.t, months, slope, count) * margin
    for k in range(count):
        if months[k] > state.t:
            later = margin + prework_gain(p, months_of_prework(p, months[k])) - gained
            if base[k] + slope[k] * later > now:
                return False
    return True


@equation
def interpolate(x: float, xs: Any, ys: Any, count: int) -> float:
    """Return the piecewise linear function through the first ``count`` knots at ``x``, flat beyond its ends."""
    if x <= xs[0]:
        return ys[0]
    for knot in range(1, count):
        if x < xs[knot]:
            part = (x - xs[knot - 1]) / (xs[knot] - xs[knot - 1])
            return ys[knot - 1] + part * (ys[knot] - ys[knot - 1])
    return ys[count - 1]


@equation
def hand_off(state: Any, p: Any) -> None:
    """Defer to the AIs: from here on they do the work, and the basin counts."""
    work_before_handoff(state, p)
    count_time(state, p)
    learn_before_handoff(state, p, state.trial_length)
    fills_in = p.handoff_fill_in_alignment > 0.0 or p.handoff_fill_in_profile > 0.0
    state.phase = PARTIAL if p.handoff_human_share > 0.0 or fills_in else FULL
    state.handoff_month = state.t
    state.next_generation = state.C + p.generations_step
    state.aggregate_tax_months = aggregate_tax(state, p)
    scheme_at_handoff(state, p)
    state.in_basin = 0
    enter_or_leave(state, sufficient(state, p, state.C, state.A, state.W) - state.C)
    if not state.in_basin:
        remember_exit(state)


@equation
def aggregate_tax(state: Any, p: Any) -> float:
    """Return the months that staying in the basin costs from here to the end of the way, ∫ τ/(εP) dC."""
    end = end_of_the_way(p, state.C)
    taxed, _ = months_on_the_way(p, state.C, end)
    return taxed / p.goodness_epistemic_efficiency
