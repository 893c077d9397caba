"""Scheming: AIs that work against us in hiding, how it starts, is detected, cleared, or fails."""

from math import exp
from typing import Any

from deference_sim.model.control import halving
from deference_sim.model.declare import Block, equation, parameter, share
from deference_sim.model.events import event
from deference_sim.model.tax import LN10
from deference_sim.streams import DETECTION, GENERATION_SCHEMING, HANDOFF_SCHEMING, RECOVERY, uniform

MOST_PER_GENERATION = 0.5
TAKEOVER_FAILED = event("takeover failed", "AIs that scheme try to take over, and fail")
SCHEMING_DETECTED = event("scheming detected", "a review finds that the AIs scheme")


class Scheming(Block):
    """How likely AIs are to scheme, and what can still be done about it."""

    at_handoff: float = share(0.0, "Probability that the first AIs scheme, at capability 0 without pre-work.")
    capability_slope: float = parameter(
        0.5, "Orders of magnitude by which scheming grows likelier per py of capability.", unit="per py",
        ge=-5.0, le=5.0,
    )  # fmt: skip
    work_halves: float = parameter(
        6.0, "Months of pre-work that halve the probability at handoff.", unit="months", gt=0.0
    )
    per_generation: float = parameter(
        0.0, "Hazard that a successor begins to scheme, at capability 0 and margin 0.", ge=0.0
    )
    margin_scale: float = parameter(
        0.5, "Margin of alignment over which that hazard falls by a factor of e.", unit="py", gt=0.0
    )
    depth: float = parameter(
        1.0, "Schemers are as dangerous as AIs that are at least this far outside the basin.", unit="py", ge=0.0
    )
    detection: float = share(0.1, "Probability that one review detects scheming, at capability 0.")
    detection_half: float = parameter(2.0, "Capability over which detection halves.", unit="py", gt=0.0)
    recovery: float = share(
        0.3, "Probability that scheming is cleared, or an attempt to take over fails, at capability 0."
    )
    recovery_half: float = parameter(1.0, "Capability over which recovery halves.", unit="py", gt=0.0)


@equation
def growth_with_capability(p: Any, C: float) -> float:
    """Return by how much likelier scheming is at capability ``C`` than at 0."""
    return exp(min(max(LN10 * p.scheming_capability_slope * C, -700.0), 700.0))


@equation
def scheme_at_handoff(state: Any, p: Any) -> None:
    """Draw whether the AIs that we hand off to scheme; equation (13)."""
    likely = p.scheming_at_handoff * growth_with_capability(p, state.C) * halving(state.t, p.scheming_work_halves)
    if uniform(state.key, state.replicate, HANDOFF_SCHEMING, 0) < likely:
        state.scheming = 1


@equation
def begin_to_scheme(state: Any, p: Any) -> None:
    """Draw whether a successor begins to scheme; equation (13)."""
    if state.scheming or p.scheming_per_generation <= 0.0:
        return
    safety = exp(max(-max(state.A - state.C, 0.0) / p.scheming_margin_scale, -700.0))
    likely = min(p.scheming_per_generation * growth_with_capability(p, state.C) * safety, MOST_PER_GENERATION)
    if uniform(state.key, state.replicate, GENERATION_SCHEMING, state.generations) < likely:
        state.scheming = 1


@equation
def detect(state: Any, p: Any) -> bool:
    """Return whether this review detects AIs that scheme."""
    if not state.scheming:
        return False
    likely = p.scheming_detection * halving(state.C, p.scheming_detection_half)
    found = uniform(state.key, state.replicate, DETECTION, state.reviews) < likely
    state.detected = 1 if found else 0
    return found


@equation
def recovery_succeeds(state: Any, p: Any) -> bool:
    """Return whether an attempt at recovery succeeds: clearing scheming AIs, or stopping their takeover."""
    state.attempted_recoveries += 1
    likely = p.scheming_recovery * halving(state.C, p.scheming_recovery_half)
    return uniform(state.key, state.replicate, RECOVERY, state.attempted_recoveries) < likely
