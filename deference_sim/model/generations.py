"""Generations: each step of capability a successor is trained, reviewed, and deferred to or sent back."""

from math import sqrt
from typing import Any

from deference_sim.model.basin import basin_depth, helpfulness
from deference_sim.model.company import advice_ignored
from deference_sim.model.declare import Block, Quantity, equation, parameter
from deference_sim.model.delay import count_time
from deference_sim.model.evaluation import estimates_of, margin_found
from deference_sim.model.events import counter, event
from deference_sim.model.goodness import sufficient
from deference_sim.model.reference import ONE_PY
from deference_sim.model.roads import BY_SUCCESSOR, shake
from deference_sim.streams import GENERATION_SHOCK, normal_pair

MOST_RETRAININGS = 5
SUCCESSION = Quantity("succession", "py", "change by a successor")
SUCCESSOR_DEFERRED_TO = event("successor deferred to", "successor {item} is deferred to, {what_it_is}")
SUCCESSOR_SENT_BACK = event("successor sent back", "the successor fails its review and is trained again (try {item})")
SUCCESSOR_WAITS = event("successor waits", "the successor fails its last review: capability waits for goodness")
RETRAININGS = counter("retrainings", "successor sent back for retraining")


class Generations(Block):
    """How often AIs are succeeded and what succession does to deference-goodness."""

    step: float = parameter(
        0.5,
        "Capability between generations",
        "Capability between one generation and the next.",
        unit="py",
        ge=0.001,
        source="proposed default",
    )
    min_time: float = parameter(
        0.0,
        "Least time of a generation",
        "Least time that one generation takes; 0: no such limit.",
        unit="months",
        ge=0.0,
    )
    alignment_loss: float = parameter(
        0.0,
        "Alignment lost by succession",
        "Expected loss of broad alignment per py, at the edge (0 deep inside the basin).",
        ge=0.0,
    )
    alignment_sd: float = parameter(
        0.45,
        "Chance in succession",
        "Standard deviation of the change of broad alignment over one py of generations.",
        unit="py",
        ge=0.0,
    )
    accept: float | None = parameter(
        None,
        "Least margin of a successor",
        "A successor whose estimated margin is below this is retrained, at most five times; null: all are accepted.",
        unit="py",
        null=float("nan"),
    )
    retrain: float = parameter(
        0.2,
        "Cost of retraining",
        "Work that one retraining costs, as a share of the work of the whole step.",
        ge=0.0,
        le=10.0,
    )


@equation(sets={"candidate_alignment": SUCCESSION, "candidate_profile": SUCCESSION})
def train_successor(state: Any, p: Any) -> None:
    """Train a successor a step ahead and draw what that does to both components; equation (6)."""
    step, ratio = p.generations_step, p.goodness_profile_ratio
    number = state.generations * (MOST_RETRAININGS + 1) + state.attempts
    shock_A, shock_W = normal_pair(state.key, state.replicate, GENERATION_SHOCK, number)
    depth = basin_depth(p, sufficient(state, p, state.C, state.A, state.W) - state.C)
    careless = step * (1.0 - helpfulness(state, depth)) * p.generations_alignment_loss
    sd = p.generations_alignment_sd * sqrt(step / ONE_PY)
    state.candidate_alignment = sd * shock_A - careless
    state.candidate_profile = ratio * (sd * shock_W - careless)


@equation
def successor_passes(state: Any, p: Any) -> bool:
    """Return whether the AIs in charge, reviewing the successor, find its margin acceptable."""
    found_A, found_W = estimates_of(state, p, state.A + state.candidate_alignment, state.W + state.candidate_profile)
    if p.generations_accept != p.generations_accept:
        return True
    return margin_found(state, p, found_A, found_W) >= p.generations_accept


@equation
def defer_to_successor(state: Any, p: Any) -> None:
    """Hand over to the successor; the next one is a step further on. Schemers only pretend what it gains."""
    state.A += state.candidate_alignment
    state.W += state.candidate_profile
    if state.scheming:
        state.V += max(state.candidate_alignment, 0.0)
    shake(state, BY_SUCCESSOR)
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
    ignored = advice_ignored(state, p)
    state.episodes += 1
    if p.strategy_min_capability_share > 0.0 or ignored:
        return False
    state.candidate_waiting = 1
    return True
