"""Exogenous hazards and active defence: what arrives from outside, and whether aligned capability can handle it."""

from typing import Any, Literal, Self

from pydantic import model_validator

from deference_sim.elementary import exp
from deference_sim.model.declare import MOST_OFTEN, Block, Quantity, constant, equation, parameter, share
from deference_sim.model.events import counter, event
from deference_sim.model.processes import fire
from deference_sim.model.rival import TAKEOFF, aligned_capability, lose_lead, recklessness_left
from deference_sim.model.state import PRE
from deference_sim.model.stocks import flow, stock
from deference_sim.model.tax import LN10
from deference_sim.streams import normal, uniform_pair

EXOGENOUS_CATASTROPHE = "exogenous catastrophe"
DIFFUSED = Quantity("diffused capability", "py", "diffused capability X")
D = stock("D", "active defence", unit="py", words="active defence D")
HAZARD_HANDLED = event("hazard handled", "{the_hazard}: handled")
HAZARD_SUFFERED = event("hazard suffered", "{the_hazard}: not handled, survived")
HAZARD_FATAL = event("hazard fatal", "{the_hazard}: not handled, fatal")
HANDLED = counter("hazards_handled", "hazard met and handled")
SUFFERED = counter("hazards_suffered", "hazard met and not handled")
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"


class Defence(Block):
    """Active defence against exogenous hazards."""

    returns: float = parameter(
        0.5,
        "Returns to active defence",
        "Defence gained per py of progress at full effort.",
        ge=0.0,
        source="guess: from about 1 on any share of effort for defence pays in any world, below 0.3 in none",
    )
    decay: float = parameter(
        0.3,
        "Decay of active defence",
        "Share of defence that is lost per year.",
        unit="per year",
        ge=0.0,
        source="guess: what is built against today's threats ages",
    )


class Hazard(Block):
    """One kind of exogenous risk: arrivals, how severe they are, and what happens when they are not handled."""

    name: str = parameter(..., "Name", "Its own name: small letters, digits, underscore.", pattern=NAME_PATTERN)
    kind: Literal[
        "external_misaligned_ai",
        "foreign_adversary",
        "terrorist_misuse",
        "epistemic_degradation",
        "background",
    ] = parameter(..., "Kind", "Which of the essay's kinds of exogenous risk it is.")
    rate: float = parameter(
        0.01, "Arrivals", "Arrivals per year at diffused capability 0.", unit="per year", ge=0.0, le=MOST_OFTEN
    )
    growth: float = parameter(
        0.0,
        "Growth of arrivals",
        "Orders of magnitude by which the rate grows per py of diffused capability.",
        unit="per py",
        ge=-5.0,
        le=5.0,
    )
    onset: float = parameter(0.0, "First month", "Month from which it can arrive.", unit="months", ge=0.0)
    until: float | None = parameter(
        None,
        "Last month",
        "Month from which it can no longer arrive; null: never.",
        unit="months",
        ge=0.0,
        null=float("inf"),
    )
    diffusion_gap: float = parameter(
        1.0, "Lag of diffusion", "How far diffused capability is behind our own.", unit="py", ge=0.0
    )
    severity_mean: float = parameter(
        0.0,
        "Capability needed to handle it",
        "Aligned capability needed to handle it, on average, at diffused capability 0.",
        unit="py",
    )
    severity_slope: float = parameter(
        0.0,
        "Growth of that need",
        "Rise of that need per py of diffused capability.",
        source="about 1 for adversaries and external AIs, 0.5 misuse, 0 background",
    )
    severity_sd: float = parameter(1.0, "Spread of that need", "Standard deviation of that need.", unit="py", ge=0.0)
    lethality: float = share(
        0.3, "Chance of a catastrophe", "Probability that one that is not handled is a catastrophe."
    )
    setback: float = parameter(
        0.0,
        "Lead lost to it",
        "Months of lead lost to one that is neither handled nor a catastrophe.",
        unit="months",
        ge=0.0,
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until is not None and self.until <= self.onset:
            raise ValueError(f"until ({self.until:g} months) must be after onset ({self.onset:g} months)")
        return self


NO_CAUSE = -1
MOST_DIFFUSED = constant(
    "MOST_DIFFUSED", 3.0, "py", "diffused capability up to which rates grow; without it they decide every long run"
)
MOST_GROWTH = 40.0  # natural log; keeps the rate of a hazard that grows with capability finite


@equation(gives=DIFFUSED)
def diffused_capability(p: Any, hazard: Any, C: float, R: float) -> float:
    """Return X, the capability that others have in their hands, in py."""
    leaked = max(C - hazard.diffusion_gap, 0.0)
    return max(leaked, R) if p.rival_mode == TAKEOFF else leaked


@equation
def arrival_rate(p: Any, hazard: Any, C: float, R: float, Z: float) -> float:
    """Return arrivals per month between onset and end; equation (11)."""
    growth = LN10 * hazard.growth * min(diffused_capability(p, hazard, C, R), MOST_DIFFUSED)
    rate = p.hazard_factor * hazard.rate * exp(min(max(growth, -700.0), MOST_GROWTH))
    return rate * recklessness_left(Z) if hazard.methods_help else rate


@equation
def exposure_branch(p: Any, hazard: Any, stocks: Any) -> int:
    """Return which case of its larger-of holds for the diffused capability; 0 if it does not matter."""
    leaked = stocks.C - hazard.diffusion_gap
    if hazard.growth == 0.0 or diffused_capability(p, hazard, stocks.C, stocks.R) >= MOST_DIFFUSED:
        return 0
    if p.rival_mode == TAKEOFF and stocks.R >= max(leaked, 0.0):
        return 1
    return 2 if leaked > 0.0 else 3


@equation
def exposure_turn(hazard: Any, before: Any, after: Any) -> float:
    """Return a bound on how many factors of e the arrival rate turns by between two moments."""
    return LN10 * abs(hazard.growth) * max(abs(after.C - before.C), abs(after.R - before.R))


@flow(D)
def defence_rate(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return dD/dt in py per month: what work on it adds after the handoff, less what is lost; equation (12)."""
    lost = p.defence_decay * stocks.D
    return -lost if state.phase == PRE else now.pace * state.defence_share * p.defence_returns - lost


@equation(decides=(EXOGENOUS_CATASTROPHE, -1))
def meet_hazard(state: Any, p: Any, hazard: Any, process: Any, column: int) -> float:
    """Let one arrival of the hazard in column ``column`` come, and return its severity in py.

    Handled if aligned capability reaches its severity; else it is the end (``state.cause``) or costs lead.
    """
    number = process.fired
    X = diffused_capability(p, hazard, state.C, state.R)
    surprise = normal(state.key, state.replicate, hazard.severity_stream, number)
    severity = hazard.severity_mean + hazard.severity_slope * X + hazard.severity_sd * surprise
    fire(state, process, hazard.arrival_stream)
    if aligned_capability(state, p) >= severity:
        state.hazards_handled += 1
        return severity
    state.hazards_suffered += 1
    _, luck = uniform_pair(state.key, state.replicate, hazard.severity_stream, number)
    if luck < hazard.lethality:
        if state.cause == NO_CAUSE:
            state.cause = column
    elif hazard.setback > 0.0:
        lose_lead(state, p, hazard.setback)
    return severity
