"""Spans: months over a span of capability, kept up from one decision to the next.

A decision integrates 1/pace from where we are to where the way ends, and from the rival to us. Both spans change
little between two reviews, so only what has changed is integrated, by 3 points instead of 16. A fresh integral is
taken whenever little is left of the last one, so that no rounding of large months stays in small ones.
"""

from math import sqrt
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.model.growth import SOFTWARE_EXPLOSION, own_pace, pace
from deference_sim.model.quadrature import GAUSS_NODES, GAUSS_WEIGHTS, SLOWEST, STEP_NODES, STEP_WEIGHTS
from deference_sim.model.tax import total_tax

LONGEST = 0.2  # py of a brief span
MOST_FOLDS = 0.3  # by which the pace bends over a brief span, as natural logarithm: 3 points then err by 4e-10
LEAST_LEFT = 0.1  # of the last fresh integral, before it is taken anew


@equation
def is_brief(p: Any, low: float, high: float, slope: float, power: float, ceiling: float) -> bool:
    """Return whether 3 points integrate over the span between two capabilities as well as 16."""
    length = abs(high - low)
    if length > LONGEST:
        return False
    if p.capability_law != SOFTWARE_EXPLOSION:
        return length * abs(slope) <= MOST_FOLDS
    below = ceiling - max(low, high)
    return below > 0.0 and length * (abs(slope * below - power) + 2.0 * sqrt(power)) <= MOST_FOLDS * below


@equation
def months_on_the_way(p: Any, low: float, high: float) -> Any:
    """Return (tax months, untaxed months) at full effort and its own level's tax from ``low`` to ``high``."""
    half = 0.5 * (high - low)
    middle = 0.5 * (high + low)
    taxed = 0.0
    untaxed = 0.0
    for node in range(8):
        for side in range(2):
            level = middle + (GAUSS_NODES[node] if side else -GAUSS_NODES[node]) * half
            months = GAUSS_WEIGHTS[node] / max(own_pace(p, level), SLOWEST)
            untaxed += months
            taxed += months * total_tax(p, level, level, level, 1.0)
    return taxed * half, untaxed * half


@equation
def brief_months_on_the_way(p: Any, low: float, high: float) -> Any:
    """Return the same over a brief span; negative if ``high`` is below ``low``."""
    taxed = 0.0
    untaxed = 0.0
    for node in range(3):
        level = low + STEP_NODES[node] * (high - low)
        months = STEP_WEIGHTS[node] / max(own_pace(p, level), SLOWEST)
        untaxed += months
        taxed += months * total_tax(p, level, level, level, 1.0)
    return taxed * (high - low), untaxed * (high - low)


@equation(looks_ahead=True)
def keep_the_way(state: Any, p: Any, end: float) -> None:
    """Bring the months that are left of the way from here to capability ``end`` up to date."""
    start, C = state.way_from, state.C
    kept = state.way_whole > 0.0 and state.way_untaxed > LEAST_LEFT * state.way_whole and state.way_to == end
    if kept and is_brief(p, start, C, p.pace_slope, p.pace_power, p.capability_ceiling):
        if start != C:
            taxed, untaxed = brief_months_on_the_way(p, start, C)
            state.way_taxed -= taxed
            state.way_untaxed -= untaxed
    else:
        state.way_taxed, state.way_untaxed = months_on_the_way(p, C, end)
        state.way_whole = state.way_untaxed
    state.way_from = C
    state.way_to = end


@equation(inlined=True)
def racing_pace(p: Any, R: float) -> float:
    """Return the pace of the rival at capability ``R`` without any tax, in py per month."""
    return pace(p, R, p.rival_pace_at_zero, p.rival_pace_slope, p.rival_pace_power, p.rival_ceiling)


@equation
def racing_months(p: Any, low: float, high: float) -> float:
    """Return the months of a rival without any tax from ``low`` to ``high``, negative if that is below."""
    half = 0.5 * (high - low)
    middle = 0.5 * (high + low)
    months = 0.0
    for node in range(8):
        step = GAUSS_NODES[node] * half
        slowness = 1.0 / max(racing_pace(p, middle - step), SLOWEST)
        slowness += 1.0 / max(racing_pace(p, middle + step), SLOWEST)
        months += GAUSS_WEIGHTS[node] * slowness
    return months * half


@equation
def brief_racing_months(p: Any, low: float, high: float) -> float:
    """Return the same over a brief span."""
    months = 0.0
    for node in range(3):
        months += STEP_WEIGHTS[node] / max(racing_pace(p, low + STEP_NODES[node] * (high - low)), SLOWEST)
    return months * (high - low)


@equation
def is_brief_for_rival(p: Any, low: float, high: float) -> bool:
    """Return whether a span of the rival's capability is brief."""
    return is_brief(p, low, high, p.rival_pace_slope, p.rival_pace_power, p.rival_ceiling)


@equation(looks_ahead=True)
def keep_the_race(state: Any, p: Any, start: float, end: float) -> float:
    """Return a rival's months without tax from ``start`` to ``end``, and bring what is kept of them up to date."""
    kept = state.race_whole > 0.0 and abs(state.race_months) > LEAST_LEFT * state.race_whole
    if is_brief_for_rival(p, start, end):
        state.race_whole = 0.0
        return brief_racing_months(p, start, end)
    if kept and is_brief_for_rival(p, state.race_from, start) and is_brief_for_rival(p, state.race_to, end):
        if state.race_to != end:
            state.race_months += brief_racing_months(p, state.race_to, end)
        if state.race_from != start:
            state.race_months -= brief_racing_months(p, state.race_from, start)
    else:
        state.race_months = racing_months(p, start, end)
        state.race_whole = abs(state.race_months)
    state.race_from = start
    state.race_to = end
    return state.race_months
