"""The Basin of Good Deference: whether AI work on goodness helps or harms, and the hazard from the AIs themselves."""

from math import exp
from typing import Any

from deference_sim.model.declare import Block, Quantity, equation, parameter
from deference_sim.model.events import event

LEAST_HAZARD = 700.0  # natural log by which the hazard falls at most inside; it is 0 to rounding long before
MOST_HAZARD = 7.0  # natural log by which it grows at most outside


DEPTH = Quantity("depth", "1", "depth in the basin q")
MARGIN = Quantity("margin", "py", "margin M")
ENTERED_BASIN = event("entered the basin", "the AIs are in the Basin of Good Deference")
LEFT_BASIN = event("left the basin", "the AIs leave the Basin of Good Deference{because_they_scheme}")


class Basin(Block):
    """Where the basin's edge lies, how soft it is, and what AIs inside and outside it risk."""

    exists: bool = parameter(
        True, "Whether AIs can improve their own deference-goodness at all (the essay is not certain)."
    )
    width: float = parameter(
        0.25, "Margin over which AI work on goodness goes from useless to fully efficient.", unit="py", gt=0.0
    )
    outside_pull: float = parameter(
        1.0, "Goodness lost per py of progress by AIs far outside the basin, who spoil it.", ge=0.0
    )
    hazard_inside: float = parameter(
        0.3,
        "Hazard of a catastrophe caused by the AIs per py of their work, at the edge inside.",
        unit="per py",
        ge=0.0,
    )
    inside_scale: float = parameter(
        0.15, "Margin over which the hazard inside falls by a factor of e.", unit="py", gt=0.0
    )
    hazard_outside: float = parameter(
        1.0,
        "Hazard of a catastrophe caused by the AIs per py of their work, just outside.",
        unit="per py",
        ge=0.0,
    )
    outside_scale: float = parameter(
        0.3, "Shortfall over which the hazard outside grows by a factor of e.", unit="py", gt=0.0
    )


@equation(gives=DEPTH, takes={"margin": MARGIN}, inlined=True)
def basin_depth(p: Any, margin: float) -> float:
    """Return q, from -1 (far outside the basin) through 0 (its edge) to 1 (deep inside); equation (5)."""
    fallen = exp(max(-2.0 * abs(margin) / p.basin_width, -700.0))  # the hyperbolic tangent, written with one exp
    depth = (1.0 - fallen) / (1.0 + fallen)
    return depth if margin >= 0.0 else -depth


@equation
def helpfulness(p: Any, depth: float) -> float:
    """Return q⁺: how far AI work on goodness helps, at basin depth q."""
    return max(depth, 0.0) if p.basin_exists else 0.0


@equation(takes={"margin": MARGIN})
def catastrophe_rate(p: Any, clock: float, margin: float) -> float:
    """Return the hazard per month of a catastrophe that the AIs cause; equation (7).

    ``clock`` is the AIs' own pace of work in py per month, ``margin`` is in py.
    """
    at_edge = p.basin_hazard_inside if margin >= 0.0 else p.basin_hazard_outside
    return clock * at_edge * exp(catastrophe_exponent(p, margin))


@equation(takes={"margin": MARGIN})
def catastrophe_exponent(p: Any, margin: float) -> float:
    """Return the natural logarithm of that hazard in units of the hazard at the edge: 0 or less inside."""
    if margin >= 0.0:
        return -min(margin / p.basin_inside_scale, LEAST_HAZARD)
    return min(-margin / p.basin_outside_scale, MOST_HAZARD)


@equation(takes={"margin": MARGIN})
def enter_or_leave(state: Any, margin: float) -> bool:
    """Bring the record of being in the basin up to date; return whether it changed.

    In the basin means a margin above 0 and no AI that schemes. The flow stops where the margin is exactly 0 on its way
    through, and there the side changes.
    """
    inside = margin > 0.0
    if margin == 0.0:
        inside = state.in_basin != state.at_edge
    if state.scheming:
        inside = False
    state.at_edge = 0
    if inside == (state.in_basin == 1):
        return False
    state.in_basin = 1 if inside else 0
    state.step_alive = 0
    return True


@equation
def remember_exit(state: Any) -> None:
    """Note that the trajectory is outside the basin now."""
    if not state.left_basin:
        state.first_exit_month = state.t
    state.left_basin = 1
