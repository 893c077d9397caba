"""Generations: each step of capability a successor is trained, reviewed, and deferred to or sent back."""

from math import sqrt
from typing import Any

from deference_sim.model.basin import basin_depth, helpfulness
from deference_sim.model.company import advice_ignored
from deference_sim.model.declare import Block, equation, parameter
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import estimates_of
from deference_sim.model.events import counter, event
from deference_sim.model.goodness import sufficient
from deference_sim.model.scheming import begin_to_scheme
from deference_sim.model.tails import with_tail
from deference_sim.streams import GENERATION_SHOCK, normal_pair

MOST_RETRAININGS = 5
SUCCESSOR_DEFERRED_TO = event("successor deferred to", "successor {item} is deferred to, {what_it_is}")
SUCCESSOR_SENT_BACK = event("successor sent back", "the successor fails its review and is trained again (try {item})")
SUCCESSOR_WAITS = event("successor waits", "the successor fails its last review: capability waits for goodness")
RETRAININGS = counter("retrainings", "successor sent back for retraining")


class Generations(Block):
    """How often AIs are succeeded and what succession does to deference-goodness."""

    step: float = parameter(
        0.5, "Capability between one generation and the next.", unit="py", ge=0.001, source="proposed default"
    )
    min_time: float = parameter(0.0, "Least time that one generation takes; 0: no such limit.", unit="months", ge=0.0)
    alignment_loss: float = parameter(
        0.0, "Expected loss of broad alignment per py, at the edge (0 deep inside the basin).", ge=0.0
    )
    alignment_sd: float = parameter(
        0.2, "Standard deviation of the change of broad alignment over one py of generations.", unit="py", ge=0.0,
        tier="core",
    )  # fmt: skip
    profile_loss: float = parameter(
        0.0, "Expected loss of the capability profile per py, at the edge (0 deep inside the basin).", ge=0.0
    )
    profile_sd: float = parameter(
        0.1, "Standard deviation of the change of the capability profile over one py of generations.", unit="py",
        ge=0.0, tier="core",
    )  # fmt: skip
    tail_df: float | None = parameter(
        None, "Degrees of freedom of the tail of these changes (Student's t); null: normal.", gt=2.0, null=float("inf")
    )
    accept: float | None = parameter(
        None,
        "A successor whose estimated margin is below this is retrained, at most five times; null: all are accepted.",
        unit="py",
        null=float("nan"),
    )
    retrain: float = parameter(
        0.2, "Work that one retraining costs, as a share of the work of the whole step.", ge=0.0, le=10.0
    )


@equation
def train_successor(state: Any, p: Any) -> None:
    """Train a successor a step ahead and draw what that does to both components; equation (6)."""
    step = p.generations_step
    number = state.generations * (MOST_RETRAININGS + 1) + state.attempts
    shock_A, shock_W = normal_pair(state.key, state.replicate, GENERATION_SHOCK, number)
    shock_A = with_tail(state.key, state.replicate, GENERATION_SHOCK, 2 * number, shock_A, p.generations_tail_df)
    shock_W = with_tail(state.key, state.replicate, GENERATION_SHOCK, 2 * number + 1, shock_W, p.generations_tail_df)
    depth = basin_depth(p, sufficient(state, p, state.C, state.A, state.W) - state.C)
    careless = step * (1.0 - helpfulness(p, depth))
    noise = sqrt(step / (1.0 + p.tax_checking))
    state.candidate_alignment = p.generations_alignment_sd * noise * shock_A - p.generations_alignment_loss * careless
    state.candidate_profile = p.generations_profile_sd * noise * shock_W - p.generations_profile_loss * careless


@equation
def successor_passes(state: Any, p: Any) -> bool:
    """Return whether the AIs in charge, reviewing the successor, find its margin acceptable."""
    if p.generations_accept != p.generations_accept:
        return True
    found_A, found_W = estimates_of(state, p, state.A + state.candidate_alignment, state.W + state.candidate_profile)
    return min(found_A, found_W) - state.C >= p.generations_accept


@equation
def defer_to_successor(state: Any, p: Any) -> None:
    """Hand over to the successor, which may turn out to scheme; the next one is a step further on."""
    state.A += state.candidate_alignment
    state.W += state.candidate_profile
    begin_to_scheme(state, p)
    state.generations += 1
    state.attempts = 0
    state.candidate_waiting = 0
    state.next_generation += p.generations_step
    state.step_alive = 0


@equation
def send_back(state: Any, p: Any) -> bool:
    """Retrain a rejected successor, or after the last try let capability wait for goodness.

    Return False if the company ignores the advice to wait, and defers to it all the same.
    """
    count_time(state, p)
    state.step_alive = 0
    if state.attempts < MOST_RETRAININGS:
        state.attempts += 1
        state.retrainings += 1
        state.retraining = 1
        state.retraining_left = p.generations_retrain * p.generations_step
        return True
    if p.strategy_min_capability_share > 0.0 or advice_ignored(state, p):
        return False
    state.candidate_waiting = 1
    return True
