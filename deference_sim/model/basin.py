"""The Basin of Good Deference: whether AI work on goodness helps or harms, and the hazard from the AIs themselves."""

from typing import Any

from deference_sim.elementary import exp
from deference_sim.model.declare import Block, Quantity, equation, parameter, share
from deference_sim.model.events import event
from deference_sim.model.roads import take_road
from deference_sim.streams import BASIN_EXISTS, uniform

LEAST_HAZARD = 700.0  # natural log by which the hazard falls at most inside; it is 0 to rounding long before
MOST_HAZARD = 7.0  # natural log by which it grows at most outside


DEPTH = Quantity("depth", "1", "depth in the basin q")
MARGIN = Quantity("margin", "py", "margin M")
ENTERED_BASIN = event("entered the basin", "the AIs are in the Basin of Good Deference")
LEFT_BASIN = event("left the basin", "the AIs leave the Basin of Good Deference{because_they_scheme}")


class Basin(Block):
    """Where the basin's edge lies, how soft it is, and what AIs inside and outside it risk."""

    exists: float = share(
        1.0,
        "Chance that a basin exists",
        "Probability that AIs can improve their own deference-goodness at all; one draw a run.",
        source="the essay is confident that something like it is real, not certain",
    )
    width: float = parameter(
        0.25,
        "Width of the basin's edge",
        "Margin over which AI work on goodness goes from useless to fully efficient.",
        unit="py",
        gt=0.0,
    )
    hazard_at_edge: float = parameter(
        0.2,
        "Catastrophic mistakes at the edge",
        "Hazard of a catastrophe caused by the AIs per py of their work, at the basin's edge.",
        unit="per py",
        ge=0.0,
    )
    hazard_scale: float = parameter(
        0.2,
        "Margin that makes mistakes rarer",
        "Margin over which that hazard falls by a factor of e inside, and grows outside.",
        unit="py",
        gt=0.0,
    )


@equation
def prepare_basin(p: Any) -> None:
    """Set how fast depth rises with the margin, and the hazard from the AIs falls with it."""
    p.depth_rise = 2.0 / p.basin_width
    p.mistakes_fall = 1.0 / p.basin_hazard_scale


@equation(gives=DEPTH, takes={"margin": MARGIN}, inlined=True)
def basin_depth(p: Any, margin: float) -> float:
    """Return q, from -1 (far outside the basin) through 0 (its edge) to 1 (deep inside); equation (5)."""
    fallen = exp(max(-p.depth_rise * abs(margin), -700.0))  # the hyperbolic tangent, written with one exp
    depth = (1.0 - fallen) / (1.0 + fallen)
    return depth if margin >= 0.0 else -depth


@equation
def draw_basin(state: Any, p: Any) -> None:
    """Draw whether there is a basin in this run."""
    state.basin_exists = 1 if uniform(state.key, state.replicate, BASIN_EXISTS, 0) < p.basin_exists else 0


@equation
def helpfulness(state: Any, depth: float) -> float:
    """Return q⁺: how far AI work on goodness helps, at basin depth q."""
    return max(depth, 0.0) if state.basin_exists else 0.0


@equation(takes={"margin": MARGIN})
def catastrophe_exponent(p: Any, margin: float) -> float:
    """Return the natural logarithm of the hazard from the AIs in units of that at the edge: below 0 inside."""
    return min(max(-margin * p.mistakes_fall, -LEAST_HAZARD), MOST_HAZARD)


@equation(takes={"margin": MARGIN})
def catastrophe_rate(p: Any, clock: float, margin: float) -> float:
    """Return the hazard per month of a catastrophe that the AIs cause; equation (7).

    ``clock`` is the AIs' own pace of work in py per month, ``margin`` is in py.
    """
    return clock * p.basin_hazard_at_edge * exp(catastrophe_exponent(p, margin))


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
def remember_exit(state: Any, road: int) -> None:
    """Note that the trajectory is outside the basin now, and by which road if it never was before."""
    if not state.left_basin:
        state.first_exit_month = state.t
    state.left_basin = 1
    take_road(state, road)
