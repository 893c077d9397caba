"""Buying time: aligned AIs slow the rival's clock, by coordination, advocacy or sabotage."""

from typing import Any

from deference_sim.elementary import exp, log
from deference_sim.model.declare import MOST_OFTEN, Block, Quantity, equation, parameter, share
from deference_sim.model.events import counter, event
from deference_sim.model.goodness import ALIGNED, sufficient
from deference_sim.model.processes import STEADY, rate_process
from deference_sim.model.reference import ONE_PY
from deference_sim.model.rival import lose_lead
from deference_sim.model.stages import DEAL_STAGE
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.stocks import flow, stock
from deference_sim.model.work import ability, is_deferring
from deference_sim.streams import DEAL, uniform_pair

TIME_BUYING = Quantity("time buying", "months per month", "time bought b")
bought = stock("bought", "months bought from the rival's clock so far", unit="months", words="time bought")
Z = stock("Z", "safety methods spread to others", unit="1", words="methods spread Z")
DEAL_STRUCK = event("deal struck", "deal {item}: the rival's clock is paused for {value:.2f} months")
DEAL_BACKFIRED = event("deal backfired", "deal {item} backfires: {lost} months of lead are lost")
SHARE_REFERENCE = 0.05  # of effort, at which max_rate holds
SHARE_ELASTICITY = 0.5  # of time bought to the share of effort
DEAL_MARKS = 1 << 30  # sizes of deals stand at these indices of the stream, their arrivals below


class TimeBuying(Block):
    """How much of the rival's time aligned capability can buy."""

    max_rate: float = share(
        0.5,
        "Most time bought per month",
        "Months bought per month by very capable aligned AIs that spend 5 % of effort on it.",
        source="guess: little at handoff, rising to 0.5 to 1 month per month",
        tier="core",
        plausible="{uniform: {min: 0, max: 1}}",
    )
    capability_half: float = parameter(
        2.0,
        "Capability that buys half of it",
        "Aligned capability, above a head start of 0.5 py, at which half of max_rate is reached.",
        unit="py",
        gt=0.0,
    )
    max_bought: float = parameter(
        60.0, "Most time bought in all", "Months after which no more time can be bought in all.", unit="months", gt=0.0
    )
    before_handoff: float = share(
        0.0, "Time bought by humans", "Months bought per month by humans before handoff and while it is halted."
    )
    deal_rate: float = parameter(
        0.0,
        "Deals to pause",
        "Deals to pause, per year, when all that can be bought per month is bought.",
        unit="per year",
        ge=0.0,
        le=MOST_OFTEN,
    )
    deal_size: float = parameter(
        3.0, "Length of a pause", "Mean length of such a pause (exponential).", unit="months", gt=0.0
    )
    backfire: float = share(0.0, "Chance that a deal backfires", "Probability that a deal costs that time instead.")
    proliferation: float = parameter(
        0.0,
        "Spread of safety methods",
        "Safety methods spread to others per py of progress at full effort and unit aligned capability.",
        unit="per py",
        ge=0.0,
    )


@equation
def prepare_time_buying(p: Any) -> None:
    """Set by how much every month bought lowers what is left to be bought."""
    p.bought_inverse = 1.0 / p.time_buying_max_bought


@equation
def buying_scale(p: Any, share: float) -> float:
    """Return months bought per month by unlimited aligned capability at this ``share`` of effort."""
    if share <= 0.0:
        return 0.0
    return p.time_buying_max_rate * exp(SHARE_ELASTICITY * log(share / SHARE_REFERENCE))


@equation(gives=TIME_BUYING, takes={"aligned": ALIGNED}, inlined=True)
def buying_rate(p: Any, scale: float, aligned: float, bought: float) -> float:
    """Return b, months bought per month by AIs of ``aligned`` capability; equation (9)."""
    able = ability(aligned)
    return bounded_rate(p, scale * able / (able + p.time_buying_capability_half), bought)


@equation(inlined=True)
def bounded_rate(p: Any, rate: float, bought: float) -> float:
    """Return the months bought per month when ``bought`` months are already spent of all that can be bought."""
    return min(max(rate * ((p.time_buying_max_bought - bought) * p.bought_inverse), 0.0), 1.0)


@equation(gives=TIME_BUYING, takes={"aligned": ALIGNED}, inlined=True)
def time_bought(state: Any, p: Any, aligned: float, bought: float) -> float:
    """Return b, the months bought per month: by aligned AIs, by humans without them, all while a deal holds."""
    if state.paused:
        return 1.0
    if state.phase == PRE or state.phase == HALTED:
        return bounded_rate(p, p.time_buying_before_handoff, bought)
    return buying_rate(p, state.buying_scale, aligned, bought)


@flow(bought)
def buying(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return the months bought per month."""
    return now.buying


@flow(Z)
def spreading(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return how fast methods spread while AIs do the work, per month; equation (12)."""
    if not is_deferring(state):
        return 0.0
    return state.time_buying_share * p.time_buying_proliferation * (ability(now.aligned) / ONE_PY) * now.pace


@equation
def deal_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return deals per month, in proportion to the time that aligned AIs buy."""
    aligned = min(stocks.C, sufficient(state, p, stocks.C, stocks.A, stocks.W))
    able = buying_rate(p, state.buying_scale, aligned, stocks.bought)
    return p.time_buying_deal_rate * able / p.time_buying_max_rate if p.time_buying_max_rate > 0.0 else 0.0


@equation
def deals_are_sought(state: Any, p: Any) -> bool:
    """Return whether deals can come about in the present phase."""
    return is_deferring(state) and p.time_buying_deal_rate > 0.0


@equation
def strike_deal(state: Any, p: Any, number: int) -> Any:
    """Strike deal ``number``; return the event and the months by which it pauses the rival's clock, or loses lead."""
    size, trouble = uniform_pair(state.key, state.replicate, DEAL, number + DEAL_MARKS)
    months = -p.time_buying_deal_size * log(size)
    state.step_alive = 0
    if trouble < p.time_buying_backfire:
        lose_lead(state, p, months)
        return DEAL_BACKFIRED, -months
    state.pause_until = max(state.pause_until, state.t) + months
    return DEAL_STRUCK, months


DEALS = rate_process(
    "deal",
    words="deals",
    stream=DEAL,
    rate=deal_rate,
    active=deals_are_sought,
    turn=STEADY,
    stage=DEAL_STAGE,
    happens=strike_deal,
    counter=counter("deals", "deal with the rival, or an attempt that backfired"),
)
