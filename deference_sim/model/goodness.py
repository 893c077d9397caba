"""Deference-goodness: broad alignment and capability profile, how work raises them and drift wears them down."""

from typing import Any

from deference_sim.elementary import exp, log
from deference_sim.model.basin import basin_depth, helpfulness
from deference_sim.model.declare import MOST_OFTEN, Block, Quantity, constant, equation, parameter, share
from deference_sim.model.events import counter, event
from deference_sim.model.human import human_gain_rate
from deference_sim.model.processes import STEADY, rate_process
from deference_sim.model.roads import BY_INFECTION, shake
from deference_sim.model.stages import OUTBREAK_STAGE
from deference_sim.model.state import HALTED, PARTIAL, PRE
from deference_sim.model.stocks import flow, stock
from deference_sim.model.tax import price_factor, shape_factor
from deference_sim.model.work import is_deferring, work_clock, working_pace
from deference_sim.streams import INFECTIOUS_SHOCK, normal_quantile, uniform_pair

LEAST_TAX = 1e-3  # a tax below this is paid as this, so that goodness never moves infinitely fast

ROOM = Quantity("room", "1", "room to prove methods")
WASTE = Quantity("waste", "1", "waste without wisdom")
DRIFT = Quantity("drift", "py per month", "drift of goodness")
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
V = stock(
    "V", "alignment that schemers only pretend, part of A as it is shown", unit="py", words="pretended alignment V"
)
OUTBREAK_HAPPENED = event("outbreak", "misalignment spreads from AI to AI: broad alignment falls by {value:.2f}")


class Goodness(Block):
    """The two components of deference-goodness, their start, and how they move."""

    broad_alignment: float = parameter(
        0.8,
        "Starting margin of broad alignment",
        "Margin of broad alignment with which AIs start at capability 0, before what human work adds.",
        unit="py",
        source="a good initialisation, in the essay's sense: guess, no figure exists; Clymer's is worse (clymer-start)",
        tier="core",
        plausible="{normal: {p5: 0.3 py, p95: 1.3 py}}",
    )
    capability_profile: float = parameter(
        0.8,
        "Starting margin of the capability profile",
        "Margin of the capability profile (wisdom, epistemics, judgement) at the start, before what human work adds.",
        unit="py",
        source="a good initialisation, in the essay's sense: guess, no figure exists; Clymer's is worse (clymer-start)",
        tier="core",
        plausible="{normal: {p5: 0.3 py, p95: 1.3 py}}",
    )
    spread: float = parameter(
        0.3,
        "Spread of the starting margins",
        "Standard deviation of each component at the start around its expectation.",
        unit="py",
        ge=0.0,
        status="derived",
        source="with the curve of human work: Clymer's chances of misalignment .40, .10, .04, December 2025",
    )
    profile_ratio: float = parameter(
        0.5,
        "Errors of the profile, relative to alignment",
        "Errors, noise and changes of the capability profile, as a share of those of broad alignment.",
        ge=0.0,
        le=5.0,
        source="capability is easier to test than alignment (the essay); the half is a guess",
    )
    best_capability: float = parameter(
        0.3,
        "Best capability at handoff",
        "Capability at handoff at which the starting margin is best.",
        unit="py",
        source="the essay: not much higher than the minimum; guess",
    )
    loss_above: float = parameter(
        0.5,
        "Margin lost above the best capability",
        "Margin lost per py of capability at handoff above that; negative: more capable AIs are better.",
        ge=-2.0,
        le=2.0,
        source="the essay's footnote 23; guess",
    )
    loss_below: float = parameter(
        0.3,
        "Margin lost below the best capability",
        "Margin lost per py of capability at handoff below it; negative: less capable AIs are better.",
        ge=-2.0,
        le=2.0,
        source="the essay's footnote 23; guess",
    )
    waste: float = parameter(
        2.0,
        "Waste without wisdom",
        "Factor on the tax for AIs without wisdom: whose profile is not above their capability; 1: no waste.",
        ge=1.0,
        le=100.0,
        source="the essay: poor choices may cost a factor of several; guess",
    )
    reach: float = parameter(
        3.0,
        "Reach of alignment methods",
        "How far beyond existing AIs methods can be proven: returns fall to 0 at this margin, and are full up to 1 py.",
        unit="py",
        gt=1.0,
    )
    alignment_spillover: float = share(
        0.0,
        "Alignment that comes free",
        "Share of keeping broad alignment in step that comes free with capability work; 1 = no tax.",
        source="the essay, on myopic commercial incentives: some for usefulness, none for hard-to-check work",
    )
    profile_spillover: float = share(
        0.0,
        "Profile that comes free",
        "Share of keeping the capability profile in step that comes free with capability work; 1 = no tax.",
    )
    drift: float = parameter(
        0.02,
        "Memetic drift",
        "Loss of each component per py of AI work at the basin's edge (memetic drift).",
        unit="1",
        ge=0.0,
    )
    infection_rate: float = parameter(
        0.0,
        "Outbreaks of misalignment",
        "Outbreaks of infectious misalignment (memetic disease) per py of AI work.",
        unit="per py",
        ge=0.0,
        le=MOST_OFTEN,
    )
    infection_size: float = parameter(
        0.3, "Size of an outbreak", "Median loss of broad alignment by one outbreak.", unit="py", gt=0.0
    )


FULL_RETURNS = constant("FULL_RETURNS", 1.0, "py", "margin up to which work on goodness has full returns")
WISE_ENOUGH = constant("WISE_ENOUGH", 1.0, "py", "a profile this far above capability wastes nothing")
DRIFT_MARGIN = constant("DRIFT_MARGIN", 0.5, "py", "margin over which drift falls by a factor of e (footnote 27)")
INFECTION_SPREAD = 0.5  # standard deviation of the natural logarithm of what an outbreak costs


@equation(gives=ROOM, inlined=True)
def room(p: Any, ahead: float) -> float:
    """Return the share of returns left to goodness work that is ``ahead`` py beyond existing AIs."""
    return min(max((p.goodness_reach - ahead) * p.reach_fall, 0.0), 1.0)


@equation(inlined=True)
def covers(state: Any) -> bool:
    """Return whether humans supply strategy: in partial deference, and in a halt of it."""
    return state.phase == PARTIAL or (state.phase == HALTED and state.came_from == PARTIAL)


@equation(inlined=True)
def effective_profile(state: Any, p: Any, W: float) -> float:
    """Return the capability profile with what human experts supply where they do."""
    return max(W, p.handoff_fill_in_profile) if covers(state) else W


@equation(gives=GOODNESS, inlined=True)
def sufficient(state: Any, p: Any, C: float, A: float, W: float) -> float:
    """Return G, the capability up to which deference-goodness suffices, with what humans supply."""
    return min(A, effective_profile(state, p, W))


@equation
def prepare_goodness(p: Any) -> None:
    """Set the natural logarithm of the factor of waste, and by how much returns fall per py."""
    p.waste_fall = log(p.goodness_waste)
    p.reach_fall = 1.0 / (p.goodness_reach - FULL_RETURNS)


@equation(gives=WASTE, inlined=True)
def waste_factor(p: Any, ahead: float) -> float:
    """Return the factor on the tax for AIs whose capability profile is ``ahead`` py above their capability."""
    return exp(p.waste_fall * min(max(1.0 - ahead / WISE_ENOUGH, 0.0), 1.0))


@flow(A, W, V)
def goodness_rates(state: Any, p: Any, stocks: Any, now: Any) -> Any:
    """Return (dA/dt, dW/dt, dV/dt) in py per month; equations (4) and (14).

    While AIs scheme their work on alignment is sabotage: what they, or humans, seem to gain is pretended.
    """
    C, A, W = stocks.C, stocks.A, stocks.W
    human = human_gain_rate(state, p, C, stocks.H)
    if state.phase == PRE:
        shift = human + now.growth * (1.0 + slope_of_start(p, C))
        return shift, shift, 0.0
    if state.phase == HALTED:
        return human, human, human if state.scheming else 0.0
    gain_A, gain_W = gains(state, p, C, A, W, now)
    lost = losses(state, p, C, A, W, now)
    pretended = gain_A + human if state.scheming else 0.0
    return gain_A + human - lost, gain_W + human - lost, pretended


@equation(inlined=True)
def gains(state: Any, p: Any, C: float, A: float, W: float, now: Any) -> Any:
    """Return what the AIs' work, and capability work besides, adds to (A, W) per month while AIs are deferred to."""
    useful = now.pace * state.goodness_share * helpfulness(state, basin_depth(p, sufficient(state, p, C, A, W) - C))
    price = price_factor(p, C) * state.paradigm_factor * waste_factor(p, W - C)
    tax_A = p.tax_broad_alignment * shape_factor(p, A) * price
    tax_W = p.tax_capability_profile * shape_factor(p, W) * price
    weight = state.alignment_weight
    free = 0.0 if state.retraining else now.pace * state.capability_share
    return (
        useful * weight / max(tax_A, LEAST_TAX) * room(p, A - C) + p.goodness_alignment_spillover * free,
        useful * (1.0 - weight) / max(tax_W, LEAST_TAX) * room(p, W - C) + p.goodness_profile_spillover * free,
    )


@equation(gives=DRIFT, inlined=True)
def losses(state: Any, p: Any, C: float, A: float, W: float, now: Any) -> float:
    """Return what drift, and outside the basin the AIs' own work, takes from both components per month."""
    margin = sufficient(state, p, C, A, W) - C
    worn = now.clock * p.goodness_drift * exp(max(-max(margin, 0.0) / DRIFT_MARGIN, -700.0))
    return now.pace * max(-basin_depth(p, margin), 0.0) + worn


@equation
def case_of_goodness(C: float, A: float, W: float) -> int:
    """Return which cases of smaller-of and larger-of hold in what moves goodness; it has corners where they change."""
    case = 1 if A < W else 0
    case += 2 if A - C > FULL_RETURNS else 0
    case += 4 if W - C > FULL_RETURNS else 0
    return case + (8 if W - C > WISE_ENOUGH else 0)


@equation
def slope_of_start(p: Any, C: float) -> float:
    """Return by how much the starting margin changes per py of capability at handoff."""
    return -p.goodness_loss_above if C >= p.goodness_best_capability else p.goodness_loss_below


@equation
def starting_margin(p: Any, C: float) -> float:
    """Return what the margin at capability ``C`` at handoff is less than at the best capability, negative: less."""
    off = C - p.goodness_best_capability
    return -p.goodness_loss_above * max(off, 0.0) - p.goodness_loss_below * max(-off, 0.0)


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
    worse = INFECTION_SPREAD * normal_quantile(luck)
    loss = p.goodness_infection_size * exp(min(max(worse, -50.0), 50.0))
    state.A -= loss
    shake(state, BY_INFECTION)
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
