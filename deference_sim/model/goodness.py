"""Deference-goodness: broad alignment and capability profile, how work raises them and drift wears them down."""

from math import exp, sqrt
from typing import Any

from deference_sim.model.basin import basin_depth, helpfulness
from deference_sim.model.declare import MOST_OFTEN, Block, Quantity, equation, parameter, share
from deference_sim.model.events import counter, event
from deference_sim.model.processes import STEADY, rate_process
from deference_sim.model.stages import OUTBREAK_STAGE
from deference_sim.model.state import HALTED, PARTIAL, PRE
from deference_sim.model.stocks import flow, stock
from deference_sim.model.tax import price_factor, shape_factor
from deference_sim.model.work import is_deferring, work_clock, working_pace
from deference_sim.streams import DRIFT, INFECTIOUS_SHOCK, normal_pair, normal_quantile, uniform_pair

LEAST_TAX = 1e-3  # a tax below this is paid as this, so that goodness never moves infinitely fast

ROOM = Quantity("room", "1", "room to prove methods")
GOODNESS = Quantity("goodness", "py", "deference-goodness G = min(A, W)")
ALIGNED = Quantity("aligned capability", "py", "aligned capability Q")
A = stock(
    "A", "broad alignment: the capability up to which it suffices", unit="py", words="broad alignment A", speed=0.5
)
W = stock(
    "W",
    "capability profile (wisdom, epistemics, judgement): the capability up to which it suffices",
    unit="py",
    words="capability profile W",
    speed=0.5,
)
OUTBREAK_HAPPENED = event("outbreak", "misalignment spreads from AI to AI: broad alignment falls by {value:.2f}")


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
    alignment_spillover: float = share(
        0.0,
        "Share of keeping broad alignment in step that comes free with capability work; 1 = no tax.",
        source="the essay, on myopic commercial incentives: some for usefulness, none for hard-to-check work",
    )
    profile_spillover: float = share(
        0.0, "Share of keeping the capability profile in step that comes free with capability work; 1 = no tax."
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
    infection_rate: float = parameter(
        0.0, "Outbreaks of infectious misalignment (memetic disease) per py of AI work.", unit="per py", ge=0.0,
        le=MOST_OFTEN,
    )  # fmt: skip
    infection_size: float = parameter(0.3, "Median loss of broad alignment by one outbreak.", unit="py", gt=0.0)
    infection_spread: float = parameter(0.5, "Standard deviation of the natural logarithm of that loss.", ge=0.0)


@equation(gives=ROOM, inlined=True)
def room(p: Any, ahead: float) -> float:
    """Return the share of returns left to goodness work that is ``ahead`` py beyond existing AIs."""
    return min(max(1.0 - ahead / p.goodness_reach, 0.0), 1.0)


@equation(gives=GOODNESS, inlined=True)
def sufficient(state: Any, p: Any, C: float, A: float, W: float) -> float:
    """Return G, the capability up to which deference-goodness suffices; humans fill in during partial deference."""
    if state.phase == PARTIAL:
        return min(filled_in(A, C, p.handoff_fill_in_alignment), filled_in(W, C, p.handoff_fill_in_profile))
    return min(A, W)


@equation
def filled_in(level: float, C: float, fill_in: float) -> float:
    """Return a component's level with what humans fill in: at least ``fill_in`` py above capability, if they do."""
    return max(level, C + fill_in) if fill_in > 0.0 else level


@flow(A, W)
def goodness_rates(state: Any, p: Any, stocks: Any, now: Any) -> Any:
    """Return (dA/dt, dW/dt) in py per month; equation (4). Before handoff they are known without integrating."""
    C, A, W = stocks.C, stocks.A, stocks.W
    if state.phase == PRE:
        return 0.0, 0.0
    if state.phase == HALTED:
        return gains(state, p, now.pace * state.goodness_effect, C, A, W)
    margin = sufficient(state, p, C, A, W) - C
    depth = basin_depth(p, margin)
    useful = now.pace * state.goodness_effect * p.goodness_epistemic_efficiency * helpfulness(p, depth)
    worn = now.clock * p.goodness_drift * exp(max(-max(margin, 0.0) / p.goodness_drift_margin, -700.0))
    lost = now.pace * p.basin_outside_pull * max(-depth, 0.0) + worn
    free = 0.0 if state.retraining else now.pace * state.capability_effect
    gain_A, gain_W = gains(state, p, useful, C, A, W)
    return (
        gain_A + p.goodness_alignment_spillover * free - lost,
        gain_W + p.goodness_profile_spillover * free - lost,
    )


@equation(inlined=True)
def gains(state: Any, p: Any, useful: float, C: float, A: float, W: float) -> Any:
    """Return what ``useful`` work per month, in py, adds to (A, W) at their taxes."""
    price = price_factor(p, C) * state.paradigm_factor
    tax_A = p.tax_broad_alignment * shape_factor(p, A) * price
    tax_W = p.tax_capability_profile * shape_factor(p, W) * price
    weight = state.alignment_weight
    return (
        useful * weight / max(tax_A, LEAST_TAX) * room(p, A - C),
        useful * (1.0 - weight) / max(tax_W, LEAST_TAX) * room(p, W - C),
    )


@equation
def drift_noise(state: Any, p: Any) -> None:
    """Let both components drift at random for the AI work since the last review."""
    if state.phase != HALTED and state.U > 0.0 and p.goodness_drift_noise > 0.0:
        shock_A, shock_W = normal_pair(state.key, state.replicate, DRIFT, state.reviews)
        size = p.goodness_drift_noise * sqrt(state.U)
        state.A += size * shock_A
        state.W += size * shock_W
        state.step_alive = 0


@equation
def outbreak_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return outbreaks of infectious misalignment per month."""
    return p.goodness_infection_rate * work_clock(state, p, working_pace(state, p, stocks.C))


@equation
def can_break_out(state: Any, p: Any) -> bool:
    """Return whether misalignment can spread in the present phase."""
    return is_deferring(state) and p.goodness_infection_rate > 0.0


@equation
def break_out(state: Any, p: Any, number: int) -> Any:
    """Let outbreak ``number`` of infectious misalignment lower broad alignment; return the event and by how much."""
    _, luck = uniform_pair(state.key, state.replicate, INFECTIOUS_SHOCK, number)
    worse = p.goodness_infection_spread * normal_quantile(luck)
    loss = p.goodness_infection_size * exp(min(max(worse, -50.0), 50.0)) / (1.0 + p.tax_checking)
    state.A -= loss
    state.step_alive = 0
    return OUTBREAK_HAPPENED, loss


OUTBREAK = rate_process(
    "outbreak",
    words="outbreak of misalignment",
    stream=INFECTIOUS_SHOCK,
    rate=outbreak_rate,
    active=can_break_out,
    turn=STEADY,
    stage=OUTBREAK_STAGE,
    happens=break_out,
    counter=counter("outbreaks", "outbreak of infectious misalignment"),
)
