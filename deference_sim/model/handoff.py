"""Handoff: when humans defer, and what their work before it does to deference-goodness."""

from itertools import pairwise
from math import log
from typing import Any, Self

from pydantic import model_validator

from deference_sim.model.basin import enter_or_leave, remember_exit
from deference_sim.model.declare import MAX_KNOTS, Block, Pairs, equation, parameter
from deference_sim.model.delay import count_time
from deference_sim.model.growth import own_pace
from deference_sim.model.quadrature import GAUSS_NODES, GAUSS_WEIGHTS, SLOWEST
from deference_sim.model.state import FULL
from deference_sim.model.strategy import end_of_the_way
from deference_sim.model.tax import total_tax
from deference_sim.streams import HANDOFF_START, normal_pair

REFERENCE_PACE = 3.0  # the human pace for which the pre-work curve is given


class Handoff(Block):
    """When humans hand off, and what their pre-work is worth."""

    at: float | None = parameter(
        None, "Month of the handoff; null: at the start.", unit="months", ge=0.0, null=0.0, tier="core"
    )
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
def prework_rate(p: Any, months: float) -> float:
    """Return how fast pre-work raises each component after ``months`` of it, in py per month."""
    work = months * p.handoff_human_pace / REFERENCE_PACE
    xs, ys, count = p.handoff_prework_x, p.handoff_prework_y, p.handoff_prework_count
    if work < xs[0]:
        return 0.0
    for knot in range(1, count):
        if work < xs[knot]:
            return (ys[knot] - ys[knot - 1]) / log(xs[knot] / xs[knot - 1]) / months
    return 0.0


@equation
def draw_start(state: Any, p: Any) -> None:
    """Draw how far each component at handoff will lie from its expectation, and start from there."""
    luck_A, luck_W = normal_pair(state.key, state.replicate, HANDOFF_START, 0)
    state.start_alignment = p.goodness_broad_alignment + p.goodness_spread * luck_A
    state.start_profile = p.goodness_capability_profile + p.goodness_spread * luck_W
    work_before_handoff(state, p)


@equation
def work_before_handoff(state: Any, p: Any) -> None:
    """Set both components to what the pre-work done so far gives."""
    gain = prework_gain(p, state.t)
    state.A = state.start_alignment + gain
    state.W = state.start_profile + gain
    state.step_alive = 0


@equation
def hand_off(state: Any, p: Any) -> None:
    """Defer to the AIs: from here on they do the work, and the basin counts."""
    work_before_handoff(state, p)
    count_time(state, p)
    state.phase = FULL
    state.handoff_month = state.t
    state.next_generation = state.C + p.generations_step
    state.aggregate_tax_months = aggregate_tax(state, p)
    state.in_basin = 0
    enter_or_leave(state)
    if not state.in_basin:
        remember_exit(state)


@equation
def aggregate_tax(state: Any, p: Any) -> float:
    """Return the months that staying in the basin costs from here to the end of the way, ∫ τ/(εP) dC."""
    end = end_of_the_way(p, state.C)
    half = 0.5 * (end - state.C)
    middle = 0.5 * (end + state.C)
    months = 0.0
    for node in range(8):
        for side in range(2):
            level = middle + (GAUSS_NODES[node] if side else -GAUSS_NODES[node]) * half
            months += GAUSS_WEIGHTS[node] * total_tax(p, level) / max(own_pace(p, level), SLOWEST)
    return months * half / p.goodness_epistemic_efficiency
