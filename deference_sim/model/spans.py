"""Spans: months over a span of capability, kept up from one decision to the next.

A decision integrates 1/pace from where we are to where the way ends, and from the rival to us. Both spans change
little between two reviews, so only what has changed is integrated, by 3 points instead of 16. A fresh integral is
taken whenever little is left of the last one, so that no rounding of large months stays in small ones.
"""

from typing import Any

from deference_sim.model.declare import constant, equation
from deference_sim.model.growth import SOFTWARE_EXPLOSION, own_pace
from deference_sim.model.quadrature import GAUSS_NODES, GAUSS_WEIGHTS, SLOWEST, STEP_NODES, STEP_WEIGHTS
from deference_sim.model.tax import total_tax
from deference_sim.model.work import ability

LONGEST = constant("LONGEST", 0.2, "py", "how long a brief span is at most")
MOST_FOLDS = 0.3  # by which the pace bends over a brief span, as natural logarithm: 3 points then err by 4e-10
LEAST_LEFT = 0.1  # of the last fresh integral, before it is taken anew


@equation
def is_brief(p: Any, low: float, high: float) -> bool:
    """Return whether 3 points integrate over the span between two capabilities as well as 16."""
    length = abs(high - low)
    if length > LONGEST:
        return False
    if p.capability_law != SOFTWARE_EXPLOSION:
        return length * abs(p.pace_slope) <= MOST_FOLDS
    below = p.capability_ceiling - max(low, high)
    bend = abs(p.pace_slope * below - p.pace_power) + p.pace_bend
    return below > 0.0 and length * bend <= MOST_FOLDS * below


@equation
def at_level(p: Any, level: float, weight: float) -> Any:
    """Return what a level on the way counts for: (tax months, untaxed months, and of both the share that AIs buy).

    The last two are for one month bought per month by unlimited aligned capability.
    """
    untaxed = weight / max(own_pace(p, level), SLOWEST)
    taxed = untaxed * total_tax(p, level, level, level, 1.0)
    able = ability(level)
    share = able / (able + p.time_buying_capability_half)
    return taxed, untaxed, taxed * share, untaxed * share


@equation
def months_on_the_way(p: Any, low: float, high: float) -> Any:
    """Return the same from ``low`` to ``high``, at full effort and each level's own tax, by 16 points."""
    half = 0.5 * (high - low)
    middle = 0.5 * (high + low)
    taxed, untaxed, taxed_bought, untaxed_bought = 0.0, 0.0, 0.0, 0.0
    for node in range(8):
        for side in range(2):
            level = middle + (GAUSS_NODES[node] if side else -GAUSS_NODES[node]) * half
            one = at_level(p, level, GAUSS_WEIGHTS[node])
            taxed += one[0]
            untaxed += one[1]
            taxed_bought += one[2]
            untaxed_bought += one[3]
    return taxed * half, untaxed * half, taxed_bought * half, untaxed_bought * half


@equation
def brief_months_on_the_way(p: Any, low: float, high: float) -> Any:
    """Return the same over a brief span; negative if ``high`` is below ``low``."""
    length = high - low
    taxed, untaxed, taxed_bought, untaxed_bought = 0.0, 0.0, 0.0, 0.0
    for node in range(3):
        one = at_level(p, low + STEP_NODES[node] * length, STEP_WEIGHTS[node])
        taxed += one[0]
        untaxed += one[1]
        taxed_bought += one[2]
        untaxed_bought += one[3]
    return taxed * length, untaxed * length, taxed_bought * length, untaxed_bought * length


@equation(looks_ahead=True)
def keep_the_way(state: Any, p: Any, end: float) -> None:
    """Bring the months that are left of the way from here to capability ``end`` up to date."""
    start, C = state.way_from, state.C
    kept = state.way_whole > 0.0 and state.way_untaxed > LEAST_LEFT * state.way_whole and state.way_to == end
    if kept and is_brief(p, start, C):
        if start != C:
            gone = brief_months_on_the_way(p, start, C)
            state.way_taxed -= gone[0]
            state.way_untaxed -= gone[1]
            state.way_taxed_bought -= gone[2]
            state.way_untaxed_bought -= gone[3]
    else:
        left = months_on_the_way(p, C, end) if C < end else (0.0, 0.0, 0.0, 0.0)
        state.way_taxed, state.way_untaxed = left[0], left[1]
        state.way_taxed_bought, state.way_untaxed_bought = left[2], left[3]
        state.way_whole = state.way_untaxed
    state.way_from = C
    state.way_to = end


@equation(inlined=True)
def racing_pace(p: Any, R: float) -> float:
    """Return the pace of the rival at capability ``R``, in py per month: ours times its speed, hardware included."""
    return p.rival_speed * (min(own_pace(p, R), p.generations_pace) + p.hardware_pace)


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


@equation(looks_ahead=True)
def keep_the_race(state: Any, p: Any, start: float, end: float) -> float:
    """Return a rival's months without tax from ``start`` to ``end``, and bring what is kept of them up to date."""
    kept = state.race_whole > 0.0 and abs(state.race_months) > LEAST_LEFT * state.race_whole
    if is_brief(p, start, end):
        state.race_whole = 0.0
        return brief_racing_months(p, start, end)
    if kept and is_brief(p, state.race_from, start) and is_brief(p, state.race_to, end):
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
