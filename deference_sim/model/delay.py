"""Delay: where the months since handoff went that did not go into capability."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.state import FULL, HALTED, PARTIAL


@equation
def count_time(state: Any, p: Any) -> None:
    """Book the time since shares of effort last changed; called before anything that changes them.

    Booking whole spells, not steps, keeps the sums free of how time is stepped. Retraining a rejected successor is
    part of what goodness costs.
    """
    months = state.t - state.counted_to
    state.counted_to = state.t
    if state.phase == HALTED:
        state.delay_halts += months
    elif state.phase == PARTIAL or state.phase == FULL:
        state.delay_goodness += months * state.goodness_share
        state.delay_buying += months * state.time_buying_share
        state.delay_defence += months * state.defence_share
        state.delay_tests += months * state.tests_share
        if state.retraining:
            state.delay_goodness += months * state.capability_share
            state.retraining_left -= months * state.retraining_speed
