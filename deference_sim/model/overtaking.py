"""Overtaking: a dangerous rival gets ahead of our aligned capability, at once or as a hazard; and a deadline missed."""

from math import exp, inf
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.events import event
from deference_sim.model.goodness import ALIGNED, sufficient
from deference_sim.model.processes import rate_process
from deference_sim.model.rival import DEADLINE, rival_pace, unspread
from deference_sim.model.stages import OVERTAKING_STAGE
from deference_sim.model.time_buying import time_bought
from deference_sim.streams import OVERTAKING as OVERTAKING_STREAM
from deference_sim.streams import uniform_pair

LEAST_LIKELY = 700.0  # widths behind at which being overtaken stops growing less likely
SURELY = 40.0  # widths ahead at which it is certain, to rounding
CATASTROPHICALLY, SAFELY = 1, 2
OVERTAKEN_BY_RIVAL = event("overtaken", "{how_it_overtakes}: {R:.2f} py against {aligned:.2f} of aligned capability")
DEADLINE_PASSED = event("deadline met", "the deadline passes: aligned capability was there in time")
DEADLINE_MISSED = event("deadline missed", "the deadline passes: aligned capability was not there in time")


@equation(takes={"Q": ALIGNED})
def overtaking_rate(p: Any, R: float, Q: float, Z: float, buying: float) -> float:
    """Return the hazard per month of being overtaken by a dangerous rival (rate not infinite)."""
    likely = 1.0 / (1.0 + exp(-widths_ahead(p, R - Q)))
    return p.rival_overtake_rate * rival_pace(p, R, Z) * (1.0 - buying) * likely


@equation
def widths_ahead(p: Any, ahead: float) -> float:
    """Return how far ahead of us a rival with ``ahead`` py more is, in widths; held where no more counts."""
    return min(max((ahead + p.rival_edge) / p.rival_overtake_width, -LEAST_LIKELY), SURELY)


@equation
def rate_of_overtaking(state: Any, p: Any, stocks: Any) -> float:
    """Return the hazard per month of being overtaken by a rival that is dangerous already."""
    aligned = min(stocks.C, sufficient(state, p, stocks.C, stocks.A, stocks.W))
    buying = time_bought(state, p, aligned, stocks.bought)
    return overtaking_rate(p, stocks.R, aligned + stocks.D, stocks.Z, buying)


@equation
def can_overtake(state: Any, p: Any) -> bool:
    """Return whether there is a rival that may overtake, by a hazard."""
    return state.dangerous == 1 and p.rival_overtake_rate < inf


@equation
def turn_of_overtaking(state: Any, p: Any, before: Any, after: Any) -> float:
    """Return by how many factors of e the chance of being overtaken turns between two moments."""
    return abs(widths_ahead(p, ahead_of_us(state, p, after)) - widths_ahead(p, ahead_of_us(state, p, before)))


@equation
def ahead_of_us(state: Any, p: Any, stocks: Any) -> float:
    """Return how far the rival is ahead of our aligned capability, in py."""
    margin = sufficient(state, p, stocks.C, stocks.A, stocks.W) - stocks.C
    return stocks.R - stocks.D - min(margin, 0.0) - stocks.C


@equation
def settle_overtaking(state: Any, p: Any) -> None:
    """Decide whether being overtaken is a catastrophe."""
    _, luck = uniform_pair(state.key, state.replicate, OVERTAKING_STREAM, 0)
    certain = p.rival_mode == DEADLINE
    catastrophe = certain or luck < p.rival_catastrophe * unspread(p, state.Z)
    state.overtaken = CATASTROPHICALLY if catastrophe else SAFELY


OVERTAKING = rate_process(
    "overtaking",
    words="overtaken by the rival",
    stream=OVERTAKING_STREAM,
    rate=rate_of_overtaking,
    active=can_overtake,
    turn=turn_of_overtaking,
    stage=OVERTAKING_STAGE,
)
