"""Generations: each step of capability a successor is trained, reviewed, and deferred to or sent back."""

from math import sqrt
from typing import Any

from deference_sim.model.basin import basin_depth, helpfulness
from deference_sim.model.declare import Block, equation, parameter
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import estimates_of
from deference_sim.streams import GENERATION_SHOCK, normal_pair

MOST_RETRAININGS = 5


class Generations(Block):
    """How often AIs are succeeded and what succession does to deference-goodness."""

    step: float = parameter(
        0.5, "Capability between one generation and the next.", unit="py", gt=0.0, source="proposed default"
    )
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
    shock_A, shock_W = normal_pair(
        state.key,
        state.replicate,
        GENERATION_SHOCK,
        state.generations * (MOST_RETRAININGS + 1) + state.attempts,
    )
    depth = basin_depth(p, min(state.A, state.W) - state.C)
    carelessness = 1.0 - helpfulness(p, depth)
    state.candidate_alignment = (
        p.generations_alignment_sd * sqrt(step) * shock_A - p.generations_alignment_loss * step * carelessness
    )
    state.candidate_profile = (
        p.generations_profile_sd * sqrt(step) * shock_W - p.generations_profile_loss * step * carelessness
    )


@equation
def successor_passes(state: Any, p: Any) -> bool:
    """Return whether the AIs in charge, reviewing the successor, find its margin acceptable."""
    if p.generations_accept != p.generations_accept:
        return True
    found_A, found_W = estimates_of(state, p, state.A + state.candidate_alignment, state.W + state.candidate_profile)
    return min(found_A, found_W) - state.C >= p.generations_accept


@equation
def defer_to_successor(state: Any, p: Any) -> None:
    """Hand over to the successor; the next one is a step further on."""
    state.A += state.candidate_alignment
    state.W += state.candidate_profile
    state.generations += 1
    state.attempts = 0
    state.candidate_waiting = 0
    state.next_generation += p.generations_step
    state.step_alive = 0


@equation
def send_back(state: Any, p: Any) -> None:
    """Retrain a rejected successor, or after the last try let capability wait for goodness."""
    count_time(state, p)
    if state.attempts < MOST_RETRAININGS:
        state.attempts += 1
        state.retrainings += 1
        state.retraining = 1
        state.retraining_left = p.generations_retrain * p.generations_step
    else:
        state.candidate_waiting = 1
    state.step_alive = 0
