"""Overtaking: a dangerous rival gets within the edge that one must have over it; and a deadline that is missed."""

from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.events import event
from deference_sim.model.rival import DEADLINE, recklessness_left
from deference_sim.streams import OVERTAKING, uniform

CATASTROPHICALLY, SAFELY = 1, 2
OVERTAKEN_BY_RIVAL = event("overtaken", "{how_it_overtakes}: {R:.2f} py against {aligned:.2f} of aligned capability")
DEADLINE_PASSED = event("deadline met", "the deadline passes: aligned capability was there in time")
DEADLINE_MISSED = event("deadline missed", "the deadline passes: aligned capability was not there in time")


@equation
def edge_needed(state: Any) -> float:
    """Return how far ahead of a dangerous rival one must be: none is needed once our own takeoff is over."""
    return min(state.edge_run, 0.0) if state.fizzle_reached else state.edge_run


@equation
def settle_overtaking(state: Any, p: Any) -> None:
    """Decide whether being overtaken is a catastrophe; a missed deadline always is."""
    luck = uniform(state.key, state.replicate, OVERTAKING, 0)
    certain = p.rival_mode == DEADLINE
    catastrophe = certain or luck < p.rival_catastrophe * recklessness_left(state.Z)
    state.overtaken = CATASTROPHICALLY if catastrophe else SAFELY
