"""The rival: its clock, its capability, and how it overtakes. Lead is how far it is behind our aligned capability."""

from math import inf
from typing import Any, Literal

from deference_sim import streams
from deference_sim.elementary import exp
from deference_sim.model.declare import MOST_OFTEN, Block, Quantity, constant, equation, parameter, share
from deference_sim.model.events import counter, event
from deference_sim.model.goodness import ALIGNED, sufficient
from deference_sim.model.growth import LIMIT, SOFTWARE_EXPLOSION
from deference_sim.model.processes import STEADY, rate_process
from deference_sim.model.reference import MONTHS_IN_A_PY
from deference_sim.model.spans import racing_months, racing_pace
from deference_sim.model.stages import THEFT_STAGE
from deference_sim.model.stocks import flow, stock
from deference_sim.streams import RIVAL_EDGE, normal_pair

RIVALS_PACE = Quantity("rival's pace", "py per month", "rival's pace")
LEAD = Quantity("lead", "months", "lead L")
R = stock(
    "R", "capability of the rival, 0 = the minimum for deference", unit="py", words="rival's capability R", speed=0.5
)
WEIGHTS_STOLEN = event("weights stolen", "the rival steals our weights and gains {value:.2f} py: it is at {R:.2f} now")
RIVAL_TAKES_OFF = event("rival takes off", "the rival reaches the minimum capability and takes off")
RIVAL_DANGEROUS = event("rival dangerous", "the rival is far enough into its takeoff to overtake")


class Rival(Block):
    """The strongest less careful actor, or a plain deadline, or none."""

    mode: Literal["takeoff", "deadline", "none"] = parameter(
        "takeoff", "What presses", "What presses: a rival's own takeoff, one deadline (footnote 19), or nothing."
    )
    lead: float = parameter(
        4.0,
        "Lead over the rival",
        "Months from the start until the rival reaches capability 0; in mode deadline, months to the deadline.",
        unit="months",
        ge=0.0,
        status="published",
        source="lead over less careful companies 2 to 9 months (Redwood Research, October 2025); US over China 4 to 14 "
        "(Epoch AI)",
        tier="core",
        plausible="{lognormal: {p5: 0.5 months, p95: 12 months}}",
    )
    speed: float = parameter(
        1.0,
        "The rival's speed",
        "How fast the rival's AIs improve, as a multiple of ours.",
        gt=0.0,
        source="guess: it skips no step that we take, and has the same hardware",
        tier="core",
        plausible="{normal: {p5: 0.5, p95: 1.5, min: 0.1}}",
    )
    edge: float = parameter(
        0.5,
        "Edge needed over the rival",
        "How far ahead of the rival one must be, on average: by how much offence outdoes defence.",
        unit="py",
        source="the essay: staying a bit ahead may not be enough; guess",
        tier="core",
        plausible="{normal: {p5: -0.5 py, p95: 1.5 py}}",
    )
    edge_sd: float = parameter(
        0.5,
        "Uncertainty of that edge",
        "Standard deviation of that between runs: nobody knows the world's.",
        unit="py",
        ge=0.0,
    )
    danger_at: float = parameter(
        1.0,
        "Capability of a dangerous rival",
        "Median capability from which a rival can overtake (substantially into its takeoff).",
        unit="py",
        ge=0.0,
        source="the essay's footnote 19; guess",
    )
    handle_at: float = parameter(
        5.0,
        "Capability that meets the deadline",
        "Aligned capability that meets the deadline (mode deadline).",
        unit="py",
    )
    catastrophe: float = share(
        0.75,
        "Chance that being overtaken is a catastrophe",
        "Probability that being overtaken is a catastrophe.",
        status="published",
        source="takeover risk without any lead (plan E), Redwood Research, October 2025: so plan E validates nothing",
    )
    theft_rate: float = parameter(
        0.0,
        "Thefts of weights",
        "Thefts of our weights by the rival per year.",
        unit="per year",
        ge=0.0,
        le=MOST_OFTEN,
        source="proposed 0.1 per year",
    )
    theft_cut: float = share(
        0.7, "Gap closed by a theft", "Share of the rival's gap to us that a theft closes.", source="proposed 0.7"
    )


TAKEOFF, DEADLINE, NO_RIVAL = range(3)
DANGER_SPREAD = 0.7  # standard deviation of the natural logarithm of the capability at which a rival is dangerous
MOST_TRIES = 100  # of Newton's method, which halves the bracket where it does not converge
NEARLY_THERE = constant(
    "NEARLY_THERE", 1e-8, "py", "after a move by less, Newton's method is off by less than rounding"
)
STRETCH = constant("STRETCH", 0.25, "py", "how far a rival is followed at once; short beside any law's growth")


@equation
def draw_rival(state: Any, p: Any) -> None:
    """Draw how far ahead of a rival one must be in this run, and from which capability on it is dangerous."""
    luck_edge, luck_danger = normal_pair(state.key, state.replicate, RIVAL_EDGE, 0)
    state.edge_run = p.rival_edge + p.rival_edge_sd * luck_edge
    state.danger_run = p.rival_danger_at * exp(DANGER_SPREAD * luck_danger)


@equation(gives=RIVALS_PACE, looks_ahead=True, inlined=True)
def rival_pace(p: Any, R: float) -> float:
    """Return the rival's pace in its own takeoff, in py per month of its clock."""
    return racing_pace(p, R)


@equation
def recklessness_left(Z: float) -> float:
    """Return the share of its recklessness that the spread ``Z`` of methods has left a rival, or another's AIs."""
    return exp(max(-Z, -700.0))


@equation
def rival_clock(state: Any) -> float:
    """Return s, the months that have passed for the rival."""
    return state.clock_shift + (state.t - state.bought)


@equation(gives=ALIGNED)
def aligned_capability(state: Any, p: Any) -> float:
    """Return Q, the capability that is available against exogenous risk."""
    return min(state.C, sufficient(state, p, state.C, state.A, state.W)) + state.D


@equation(gives=LEAD)
def lead_months(state: Any, p: Any) -> float:
    """Return L, the months by which the rival is behind our aligned capability (infinite without a rival)."""
    return months_behind(state, p, aligned_capability(state, p))


@equation
def months_behind(state: Any, p: Any, Q: float) -> float:
    """Return the months that the rival needs, by its clock, to reach capability ``Q`` (infinite without a rival).

    Written as the rival's time from where it is to Q, which is ``lead + T_R(Q) - s`` while its law is its own.
    """
    waiting = p.rival_lead - rival_clock(state)
    if p.rival_mode == NO_RIVAL:
        return inf
    if p.rival_mode == DEADLINE:
        return waiting
    start = state.R if state.rival_started else 0.0
    return (0.0 if state.rival_started else waiting) + rival_months(p, start, Q)


@equation(looks_ahead=True)
def rival_months(p: Any, start: float, end: float) -> float:
    """Return the months that a rival takes from capability ``start`` to ``end``, negative if it is past."""
    return racing_months(p, start, end)


@equation
def capability_after(p: Any, R: float, months: float) -> float:
    """Return the capability of a rival at ``R`` after ``months`` more of its clock.

    First whole stretches that are short enough for the quadrature, then the last one by Newton's method.
    """
    top = p.capability_ceiling if p.capability_law == SOFTWARE_EXPLOSION else LIMIT
    low, left = R, months
    high = min(low + STRETCH, top)
    span = rival_months(p, low, high)
    while span < left and high < top:
        low, left = high, left - span
        high = min(low + STRETCH, top)
        span = rival_months(p, low, high)
    if high <= low or span <= left:
        return max(high, low)
    start = low
    level = low + left / span * (high - low)
    for _ in range(MOST_TRIES):
        late = rival_months(p, start, level) - left
        if late >= 0.0:
            high = level
        else:
            low = level
        better = level - late * racing_pace(p, level)
        if not low <= better <= high:
            better = 0.5 * (low + high)
        moved = abs(better - level)
        level = better
        if moved <= NEARLY_THERE:
            break
    return level


@equation
def lose_lead(state: Any, p: Any, months: float) -> None:
    """Let ``months`` pass for the rival at once."""
    state.clock_shift += months
    if p.rival_mode == TAKEOFF:
        past = rival_clock(state) - p.rival_lead
        if state.rival_started:
            state.R = capability_after(p, state.R, months)
        else:
            state.R = past / MONTHS_IN_A_PY if past < 0.0 else capability_after(p, 0.0, past)
    state.step_alive = 0


@flow(R)
def rival_rate(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return dR/dt in py per month; the time that we buy slows its clock; equation (10)."""
    if p.rival_mode != TAKEOFF:
        return 0.0
    return (1.0 - now.buying) * (rival_pace(p, stocks.R) if state.rival_started else 1.0 / MONTHS_IN_A_PY)


@equation
def theft_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return thefts of our weights per month."""
    return p.rival_theft_rate


@equation
def can_steal(state: Any, p: Any) -> bool:
    """Return whether there is a rival that steals weights."""
    return p.rival_mode == TAKEOFF and p.rival_theft_rate > 0.0


@equation
def steal_weights(state: Any, p: Any, number: int) -> Any:
    """Let the rival steal weights, which closes part of its gap to us; return the event and by how many py."""
    gain = p.rival_theft_cut * max(state.C - state.R, 0.0)
    state.R += gain
    if not state.rival_started:
        there = rival_months(p, 0.0, state.R) if state.R > 0.0 else MONTHS_IN_A_PY * state.R
        state.clock_shift = p.rival_lead + there - (state.t - state.bought)
    state.step_alive = 0
    return WEIGHTS_STOLEN, gain


THEFT = rate_process(
    "theft",
    words="weights stolen",
    stream=streams.THEFT,
    rate=theft_rate,
    active=can_steal,
    turn=STEADY,
    stage=THEFT_STAGE,
    happens=steal_weights,
    counter=counter("thefts", "weights stolen by the rival"),
)
