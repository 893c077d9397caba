"""The smallest margin since the handoff: at instants, and between them on the way."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.state import PARTIAL, PRE
from deference_sim.trajectory.state import AT, stocks_in, stocks_of
from deference_sim.trajectory.step import bulge, stocks_at

A_LITTLE = 1e-3  # of the way, over which a slope is taken
NARROW = 1e-5  # of the way; where the margin is flat, its lowest point need be no better known


@equation
def watch_margin(state: Any, p: Any) -> None:
    """Keep the smallest margin since the handoff, on the step that ends now and at its end."""
    if state.phase == PRE:
        return
    same_law = (state.step_phase == PARTIAL) == (state.phase == PARTIAL)
    if state.step_phase != PRE and same_law and state.t > state.step_from and may_be_smallest(state, p):
        state.minimum_margin = min(state.minimum_margin, smallest_on_the_way(state, p))
    state.minimum_margin = min(state.minimum_margin, margin_of(state, p, stocks_in(state)))


@equation
def may_be_smallest(state: Any, p: Any) -> bool:
    """Return whether the margin may have been smaller on the step that ends now than ever before."""
    start, end = margin_of(state, p, stocks_of(state.y0)), margin_of(state, p, stocks_of(state.y1))
    bend = bulge(state, AT.C) + max(bulge(state, AT.A), bulge(state, AT.W))
    return min(start, end) - bend < state.minimum_margin


@equation
def smallest_on_the_way(state: Any, p: Any) -> float:
    """Return the smallest margin on the step that ends now: at its end, or in a dip."""
    low, high = state.step_from, state.t
    length = high - low
    end = margin_at(state, p, high)
    falls = margin_at(state, p, low + A_LITTLE * length) < margin_at(state, p, low)
    rises = margin_at(state, p, high - A_LITTLE * length) < end
    if not (falls and rises):
        return end
    while high - low > NARROW * length:
        third = (high - low) / 3.0
        left, right = low + third, high - third
        if left <= low or right >= high:
            break  # times between which there are few others or none
        if margin_at(state, p, left) < margin_at(state, p, right):
            high = right
        else:
            low = left
    return min(end, margin_at(state, p, 0.5 * (low + high)))


@equation
def margin_at(state: Any, p: Any, t: float) -> float:
    """Return the margin at time ``t`` of the living step."""
    return margin_of(state, p, stocks_at(state, t))


@equation
def margin_of(state: Any, p: Any, stocks: Any) -> float:
    """Return the margin at these stocks, in the present phase."""
    return sufficient(state, p, stocks.C, stocks.A, stocks.W) - stocks.C
