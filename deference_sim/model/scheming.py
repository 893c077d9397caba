"""Scheming: AIs that work against us in hiding, how it begins, how it is found, and what comes of that."""

from typing import Any

from deference_sim.elementary import exp
from deference_sim.model.control import LN2, halving
from deference_sim.model.declare import Block, equation, parameter, share
from deference_sim.model.events import counter, event
from deference_sim.model.processes import STEADY, rate_process
from deference_sim.model.progress import growth_rate
from deference_sim.model.roads import BY_SCHEMING, shake
from deference_sim.model.stages import FINDING_STAGE, ONSET_STAGE
from deference_sim.model.tax import LN10
from deference_sim.model.work import is_deferring, work_clock, working_pace
from deference_sim.streams import DETECTION, HANDOFF_SCHEMING, RECOVERY, SCHEMING_ONSET, uniform


class Scheming(Block):
    """How likely AIs are to scheme, and what can still be done about it."""

    at_handoff: float = share(
        0.05,
        "Chance that the first AIs scheme",
        "Probability that the first AIs scheme, at capability 0 without human work before.",
        source="Carlsmith's report on scheming gives more, for AIs made without care: discounted, guess",
        tier="core",
        plausible="{lognormal: {p5: 0.01, p95: 0.3, max: 1}}",
    )
    rate: float = parameter(
        0.02,
        "Onsets of scheming",
        "How often AIs begin to scheme later, per py of capability, at capability 0 and margin 0.",
        unit="per py",
        ge=0.0,
        le=10_000.0,
        source="guess: a few per cent over a takeoff of good AIs",
        tier="core",
        plausible="{uniform: {min: 0 per py, max: 0.06 per py}}",
    )
    capability_slope: float = parameter(
        0.3,
        "Growth of scheming with capability",
        "Orders of magnitude by which both grow per py of capability.",
        unit="per py",
        ge=-5.0,
        le=5.0,
    )
    margin_scale: float = parameter(
        0.5,
        "Margin that makes scheming rarer",
        "Margin of broad alignment over which onsets fall by a factor of e.",
        unit="py",
        gt=0.0,
    )
    work_halves: float = parameter(
        12.0,
        "Human work that halves scheming",
        "Months of human work that halve the probability at handoff.",
        unit="months",
        gt=0.0,
    )
    detection: float = parameter(
        0.5,
        "Detection of schemers",
        "How often schemers are found, per py of their work, at capability 0.",
        unit="per py",
        ge=0.0,
        le=10_000.0,
    )
    recovery: float = share(
        0.7,
        "Chance to win a showdown",
        "Probability that the showdown with schemers who were found is won, at capability 0.",
    )
    half: float = parameter(
        2.0,
        "Capability that halves detection",
        "Capability over which detection and recovery halve.",
        unit="py",
        gt=0.0,
    )


BEGAN_TO_SCHEME = event("began to scheme", "the AIs begin to scheme")
SCHEMERS_FOUND = event("schemers found", "there are signs that the AIs scheme: the next review will settle it")
SHOWDOWN_WON = event("showdown won", "schemers are found out and stopped: {value:.2f} py of alignment was pretended")
SHOWDOWN_LOST = event("showdown lost", "schemers are found out, and take over")


@equation
def prepare_scheming(p: Any) -> None:
    """Set how fast onsets of scheming become rarer with the margin of alignment."""
    p.onset_fall = 1.0 / p.scheming_margin_scale


@equation
def likelier_with_capability(p: Any, C: float) -> float:
    """Return by how much likelier scheming is at capability ``C`` than at 0."""
    return exp(min(max(LN10 * p.scheming_capability_slope * C, -700.0), 700.0))


@equation
def scheme_at_handoff(state: Any, p: Any) -> None:
    """Draw whether the AIs that we hand off to scheme; equation (13)."""
    cared_for = exp(max(-LN2 * state.H / p.scheming_work_halves, -700.0))
    likely = p.scheming_at_handoff * likelier_with_capability(p, state.C) * cared_for
    if uniform(state.key, state.replicate, HANDOFF_SCHEMING, 0) < likely:
        begin_to_scheme(state)


@equation
def begin_to_scheme(state: Any) -> None:
    """Let the AIs in charge scheme from now on."""
    state.scheming = 1
    state.ever_schemed = 1
    shake(state, BY_SCHEMING)
    state.step_alive = 0


@equation
def onset_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return onsets of scheming per month; they come with capability, and less where alignment has a margin."""
    protected = exp(max(-max(stocks.A - stocks.C, 0.0) * p.onset_fall, -700.0))
    growth = growth_rate(state, p, working_pace(state, p, stocks.C))
    return growth * p.scheming_rate * likelier_with_capability(p, stocks.C) * protected


@equation
def can_begin_to_scheme(state: Any, p: Any) -> bool:
    """Return whether there are AIs in charge that do not scheme yet."""
    return is_deferring(state) and state.scheming == 0 and p.scheming_rate > 0.0


@equation
def onset(state: Any, p: Any, number: int) -> Any:
    """Let scheming begin; return the event."""
    begin_to_scheme(state)
    return BEGAN_TO_SCHEME, 0.0


ONSET = rate_process(
    "onset of scheming",
    words="AIs begin to scheme",
    stream=SCHEMING_ONSET,
    rate=onset_rate,
    active=can_begin_to_scheme,
    turn=STEADY,
    stage=ONSET_STAGE,
    happens=onset,
    counter=counter("onsets", "AIs began to scheme after the handoff"),
)


@equation
def finding_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return how often schemers at work are found, per month."""
    clock = work_clock(state, p, working_pace(state, p, stocks.C))
    return clock * p.scheming_detection * halving(stocks.C, p.scheming_half)


@equation
def can_be_found(state: Any, p: Any) -> bool:
    """Return whether there are schemers at work that nobody suspects yet."""
    return is_deferring(state) and state.scheming == 1 and state.suspected == 0


@equation
def find(state: Any, p: Any, number: int) -> Any:
    """Let schemers be suspected, so that the next review comes to a showdown; return the event."""
    state.suspected = 1
    state.step_alive = 0
    return SCHEMERS_FOUND, 0.0


FINDING = rate_process(
    "schemers found",
    words="schemers found",
    stream=DETECTION,
    rate=finding_rate,
    active=can_be_found,
    turn=STEADY,
    stage=FINDING_STAGE,
    happens=find,
    counter=counter("findings", "AIs that schemed were found"),
)


@equation
def wins_showdown(state: Any, p: Any) -> bool:
    """Return whether this review comes to a showdown that is won."""
    if not state.suspected:
        return False
    likely = p.scheming_recovery * halving(state.C, p.scheming_half)
    return uniform(state.key, state.replicate, RECOVERY, state.reviews) < likely


@equation
def clear(state: Any) -> float:
    """Clear the AIs of scheming: what alignment they pretended is gone; return how much that was."""
    pretended = state.V
    state.scheming = 0
    state.suspected = 0
    state.recovered = 1
    state.A -= pretended
    state.V = 0.0
    state.step_alive = 0
    return pretended
