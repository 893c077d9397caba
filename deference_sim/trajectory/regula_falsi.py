"""Regula falsi with the Illinois rule: the steps of locating a crossing or an arrival within a step of the flow."""

from deference_sim.model.declare import constant, equation

CLOSE_ENOUGH = constant("CLOSE_ENOUGH", 1e-13, "months", "a thousandth of what counts as one instant")


@equation
def secant(low: float, gap_low: float, high: float, gap_high: float) -> float:
    """Return the next time to try between ``low`` (gap below 0) and ``high`` (gap above 0); an end if none is left."""
    t = high - gap_high * ((high - low) / (gap_high - gap_low))
    return t if low < t < high else 0.5 * (low + high)


@equation
def halved(gap: float, again: bool) -> float:
    """Return ``gap``, halved if the same end has stayed ``again``, so that both ends close in."""
    return 0.5 * gap if again else gap
