"""Capability growth: the pace at which AIs that do the research make their successors more capable."""

from itertools import pairwise
from math import nan, sqrt
from typing import Any, Literal, Self

from pydantic import model_validator

from deference_sim.elementary import exp, log
from deference_sim.model.declare import MAX_KNOTS, Block, Pairs, Quantity, constant, equation, parameter, share
from deference_sim.model.reference import MONTHS_IN_A_PY
from deference_sim.model.stocks import stock

_FORETHOUGHT = "Davidson & Houlden, Forethought, July 2025"
_AI_2027 = "Kokotajlo & Lifland, AI 2027 takeoff forecast, April 2025"


class Capability(Block):
    """How fast capability grows on fixed compute, and where growth ends."""

    law: Literal["software_explosion", "constant_returns", "milestones", "exponential"] = parameter(
        "software_explosion",
        "Growth law",
        "Growth law: how pace depends on capability.",
        source=_FORETHOUGHT,
        status="published",
    )
    initial_speedup: float = parameter(
        12.0,
        "Pace at the start",
        "Pace of software progress at capability 0, as a multiple of the recent pace (not used by milestones).",
        gt=0.0,
        source=f"{_FORETHOUGHT}: 2 to 32, median 8; AI 2027: 25 at a like point; 12 lies between",
        status="derived",
        tier="core",
        plausible="{lognormal: {p5: 3, p95: 40}}",
    )
    returns: float = parameter(
        1.2,
        "Returns to software research",
        "Returns to software research r0: doublings of software per doubling of cumulative effort, at capability 0.",
        gt=0.0,
        status="published",
        source=f"{_FORETHOUGHT}: median 1.2, 0.4 to 3.6",
        tier="core",
        plausible="{lognormal: {p5: 0.45, p95: 3.2}}",
    )
    parallel_returns: float = parameter(
        0.3,
        "Returns to parallel effort",
        "Returns to parallel research effort.",
        gt=0.0,
        le=1.0,
        status="published",
        source=f"{_FORETHOUGHT}: median 0.3, 0.15 to 0.6",
    )
    ceiling: float = parameter(
        11.0,
        "Ceiling of software progress",
        "Capability at which software progress on fixed compute ends (software_explosion).",
        unit="py",
        gt=0.0,
        status="published",
        source=f"{_FORETHOUGHT}: median 11, 6 to 16",
    )
    software_share: float = share(
        0.5,
        "Software's share of recent progress",
        "Share of the recent overall pace of AI progress that comes from software.",
        status="published",
        source=_FORETHOUGHT,
    )
    hardware_pace: float = parameter(
        0.0,
        "Growth of compute",
        "Growth of compute as a multiple of its recent pace, while capability is worked on; 0: compute is fixed.",
        ge=0.0,
        source="the essay defines the tax on fixed compute",
    )
    fizzle_pace: float | None = parameter(
        1.0,
        "Pace at which the takeoff is over",
        "The takeoff is over where the pace at full effort, once above this, has fallen to it; null: never.",
        unit="py per year",
        gt=0.0,
        null=float("nan"),
        source="the essay's footnote 21; one py per year is the recent overall pace",
        status="derived",
    )
    settle: float = parameter(
        6.0,
        "Months to hold after the takeoff",
        "Months for which the situation has to hold after the takeoff before it counts as ridden out.",
        unit="months",
        ge=0.0,
        source="guess, because nobody says when a takeoff that has ended is safe; 0 to 24",
    )
    stabilise_at: float | None = parameter(
        5.0,
        "Aligned capability that stabilises",
        "Aligned capability with which the situation is safe for good; null: never.",
        unit="py",
        null=float("nan"),
        source="guess: nobody knows what suffices; above 6.5 the takeoff ends first",
        tier="core",
        plausible="{lognormal: {p5: 2 py, p95: 6.5 py}}",
    )
    exponent: float = parameter(
        0.0,
        "Growth of the pace",
        "Orders of magnitude by which pace grows per py (law exponential).",
        unit="per py",
        ge=-10.0,
        le=10.0,
    )
    milestones: Pairs | None = parameter(
        ((-2.0, 5.0), (0.0, 25.0), (9.5, 250.0), (57.0, 2000.0)),
        "Milestones",
        "Capability and progress multiplier of each milestone, log-linear between (law milestones).",
        unit="py, 1",
        min_length=1,
        max_length=MAX_KNOTS,
        status="published",
        source=f"{_AI_2027}; 1 py is two software-only years",
    )

    @model_validator(mode="after")
    def _milestones_fit_the_law(self) -> Self:
        if self.law == "milestones" and self.milestones is None:
            raise ValueError("law milestones needs a list of milestones: give them, or leave the field out")
        levels = [level for level, _ in self.milestones or ()]
        if any(low >= high for low, high in pairwise(levels)):
            raise ValueError("the capability of the milestones must rise from each to the next")
        if not all(1e-9 <= multiplier <= 1e9 for _, multiplier in self.milestones or ()):
            raise ValueError("the multiplier of a milestone must lie between 1e-9 and 1e9")
        return self


#: The stock of capability; what raises it in each phase is in ``progress.py``.
C = stock(
    "C",
    "capability of the developer's AIs, 0 = the minimum for deference",
    unit="py",
    words="capability C",
    speed=1.0,
)
PACE = Quantity("pace", "py per month", "pace P")

SOFTWARE_EXPLOSION, CONSTANT_RETURNS, MILESTONES, EXPONENTIAL = range(4)
LIMIT = constant("LIMIT", 1000.0, "py", "where the other laws end, so that a blow-up is an event and never infinite")
DOUBLINGS = constant("DOUBLINGS", 4.0, "per py", "doublings of software in a py, times its share of recent progress")
_LOG_FASTEST = 23.0  # natural log of the fastest pace over that at 0; a blow-up then ends within 1e-7 months of it


@equation
def multiplier(p: Any, C: float) -> float:
    """Return the progress multiplier at ``C``: log-linear between milestones, flat beyond their ends."""
    return log_linear(C, p.capability_milestones_x, p.capability_milestones_y, p.capability_milestones_count)


@equation
def log_linear(x: float, xs: Any, ys: Any, count: int) -> float:
    """Return the log-linear function through the first ``count`` knots at ``x``, flat beyond its ends."""
    low, part = between_knots(x, xs, count)
    return ys[low] * exp(part * log(ys[min(low + 1, count - 1)] / ys[low]))


@equation
def between_knots(x: float, xs: Any, count: int) -> Any:
    """Return (the last of the first ``count`` knots that is not above ``x``, which part of the way to the next it is).

    Below the first knot that is (0, 0), beyond the last (the last, 0): a function through the knots is flat there.
    """
    low = 0
    for knot in range(1, MAX_KNOTS):
        low = knot if knot < count and x >= xs[knot] else low
    width = xs[min(low + 1, count - 1)] - xs[low]
    return low, min(max((x - xs[low]) / width, 0.0), 1.0) if width > 0.0 else 0.0


@equation(gives=PACE, inlined=True)
def own_pace(p: Any, C: float) -> float:
    """Return the pace of progress at capability ``C`` at full effort, in py per month; equation (1)."""
    if p.capability_law == SOFTWARE_EXPLOSION:
        if C >= p.capability_ceiling:
            return 0.0
        log_pace = p.pace_slope * C + p.pace_power * log((p.capability_ceiling - C) * p.ceiling_inverse)
        return p.pace_at_zero * exp(min(max(log_pace, -700.0), _LOG_FASTEST))
    if C >= LIMIT:
        return 0.0
    if p.capability_law == MILESTONES:
        return p.pace_at_zero * multiplier(p, C)
    return p.pace_at_zero * exp(min(max(p.pace_slope * C, -700.0), _LOG_FASTEST))


@equation
def hardware_pace(p: Any) -> float:
    """Return how fast growing compute alone raises capability, in py per month."""
    return (1.0 - p.capability_software_share) / MONTHS_IN_A_PY * p.capability_hardware_pace


@equation
def growth_constants(p: Any) -> Any:
    """Return (pace at 0, slope, power) of the law of growth; equation (1) with 4/``software_share`` for its 8."""
    share = p.capability_software_share
    at_zero = p.capability_initial_speedup * share / MONTHS_IN_A_PY
    doublings = DOUBLINGS / max(share, 1e-9) * p.capability_parallel_returns * log(2.0)
    if p.capability_law == SOFTWARE_EXPLOSION:
        return at_zero, doublings, doublings * p.capability_ceiling / p.capability_returns
    if p.capability_law == CONSTANT_RETURNS:
        return at_zero, doublings * (1.0 - 1.0 / p.capability_returns), 0.0
    if p.capability_law == MILESTONES:
        return share / MONTHS_IN_A_PY, 0.0, 0.0
    return at_zero, p.capability_exponent * log(10.0), 0.0


@equation
def prepare_growth(p: Any) -> None:
    """Set the constants of the law of growth, the peak of the pace, and where the takeoff is over."""
    p.pace_at_zero, p.pace_slope, p.pace_power = growth_constants(p)
    p.pace_bend = 2.0 * sqrt(p.pace_power)
    p.ceiling_inverse = 1.0 / p.capability_ceiling
    p.hardware_pace = hardware_pace(p)
    p.pace_floor = own_pace(p, 0.0)
    p.pace_peak_at = 0.0
    if p.capability_law == SOFTWARE_EXPLOSION:
        p.pace_peak_at = max(0.0, p.capability_ceiling * (1.0 - 1.0 / p.capability_returns))
    p.pace_back_at = slowed_to(p, p.pace_floor)
    p.fizzle_at = fizzle_level(p)


@equation
def fizzle_level(p: Any) -> float:
    """Return the capability at which the takeoff is over: from the peak on, the pace is down to ``fizzle_pace``.

    NaN if null, and for a world in which the pace never was above it: what never took off does not end.
    """
    slow = p.capability_fizzle_pace
    if slow != slow or own_pace(p, p.pace_peak_at) <= slow:
        return nan
    return slowed_to(p, slow)


@equation
def slowed_to(p: Any, slow: float) -> float:
    """Return the first capability from the peak on at which the pace is down to ``slow``."""
    low = p.pace_peak_at
    high = p.capability_ceiling if p.capability_law == SOFTWARE_EXPLOSION else LIMIT
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if own_pace(p, middle) <= slow:
            high = middle
        else:
            low = middle
    return high


@equation
def next_knot(p: Any, C: float) -> float:
    """Return the lowest capability above ``C`` at which the law of growth has a corner or ends; NaN if none is left."""
    if p.capability_law == SOFTWARE_EXPLOSION:
        return nan
    corner = LIMIT
    if p.capability_law == MILESTONES:
        for knot in range(MAX_KNOTS):
            level = p.capability_milestones_x[knot]
            corner = min(corner, level) if knot < p.capability_milestones_count and level > C else corner
    elif p.pace_slope > 0.0 and C < _LOG_FASTEST / p.pace_slope < LIMIT:
        corner = _LOG_FASTEST / p.pace_slope
    return corner if C < LIMIT else nan
