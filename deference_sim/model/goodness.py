"""Deference-goodness: broad alignment and capability profile, how work raises them and drift wears them down."""

from math import exp, sqrt
from typing import Any

from deference_sim.model.basin import basin_depth, helpfulness
from deference_sim.model.declare import Block, equation, parameter
from deference_sim.model.tax import decline_factor
from deference_sim.streams import DRIFT, normal_pair

LEAST_TAX = 1e-3  # a tax below this is paid as this, so that goodness never moves infinitely fast

_ESSAY = "the essay, 'Recursive self-improvement of alignment and wisdom'"


class Goodness(Block):
    """The two components of deference-goodness, their start, and how they move."""

    broad_alignment: float = parameter(
        0.8,
        "Broad alignment at handoff, before what pre-work adds: the capability level up to which it suffices.",
        unit="py",
        source="a good initialisation, in the essay's sense; no figure exists",
        tier="core",
    )
    capability_profile: float = parameter(
        0.8,
        "Capability profile (wisdom, epistemics, judgement) at handoff, before what pre-work adds.",
        unit="py",
        source="a good initialisation, in the essay's sense; no figure exists",
        tier="core",
    )
    spread: float = parameter(
        0.3,
        "Standard deviation of each component at handoff around its expectation.",
        unit="py",
        ge=0.0,
        status="derived",
        source="with the default pre-work curve: Clymer's chances of misalignment .40, .10, .04, December 2025",
    )
    epistemic_efficiency: float = parameter(
        1.0,
        "Efficiency of AI work on deference-goodness; 1 = top human experts, 0.2 = five times slower.",
        gt=0.0,
        le=10.0,
        source="the essay: epistemics within the range of human experts may cost a factor of several",
    )
    reach: float = parameter(
        3.0,
        "How far beyond existing AIs methods can be proven: returns fall to 0 at this margin.",
        unit="py",
        gt=0.0,
    )
    drift: float = parameter(
        0.02,
        "Loss of each component per py of AI work at the basin's edge (memetic drift).",
        unit="1",
        ge=0.0,
    )
    drift_noise: float = parameter(
        0.03,
        "Standard deviation of random drift of each component over one py of AI work.",
        unit="py",
        ge=0.0,
    )
    drift_margin: float = parameter(
        0.5, "Margin over which drift falls by a factor of e (footnote 27).", unit="py", gt=0.0
    )


@equation
def room(p: Any, ahead: float) -> float:
    """Return the share of returns left to goodness work that is ``ahead`` py beyond existing AIs."""
    return min(max(1.0 - ahead / p.goodness_reach, 0.0), 1.0)


@equation
def goodness_rates(
    p: Any, pace: float, clock: float, C: float, A: float, W: float, effect: float, weight: float
) -> Any:
    """Return (dA/dt, dW/dt) in py per month after handoff; equation (4).

    ``pace`` is the pace of progress and ``clock`` the AIs' pace of work, in py per month; ``effect`` is the effect of
    the share of effort given to goodness and ``weight`` the part of it given to broad alignment.
    """
    margin = min(A, W) - C
    depth = basin_depth(p, margin)
    useful = pace * effect * p.goodness_epistemic_efficiency * helpfulness(p, depth)
    falling = decline_factor(p, C)
    worn = clock * p.goodness_drift * exp(max(-max(margin, 0.0) / p.goodness_drift_margin, -700.0))
    lost = pace * p.basin_outside_pull * max(-depth, 0.0) + worn
    gain_A = useful * weight / max(p.tax_broad_alignment * falling, LEAST_TAX) * room(p, A - C)
    gain_W = useful * (1.0 - weight) / max(p.tax_capability_profile * falling, LEAST_TAX) * room(p, W - C)
    return gain_A - lost, gain_W - lost


@equation
def drift_noise(state: Any, p: Any) -> None:
    """Let both components drift at random for the AI work since the last review."""
    if state.U > 0.0 and p.goodness_drift_noise > 0.0:
        shock_A, shock_W = normal_pair(state.key, state.replicate, DRIFT, state.reviews)
        size = p.goodness_drift_noise * sqrt(state.U)
        state.A += size * shock_A
        state.W += size * shock_W
        state.step_alive = 0
