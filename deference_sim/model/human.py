"""Human work: one stock of months and one curve of their worth: before handoff, in halts and beside AIs."""

from math import inf
from typing import Any

from deference_sim.elementary import exp, log
from deference_sim.model.declare import Quantity, constant, equation
from deference_sim.model.state import HALTED, PARTIAL, PRE
from deference_sim.model.stocks import flow, stock

HUMAN_GAIN = Quantity("human gain", "py per month", "what human work adds")
H = stock("H", "human safety work so far, in months at the reference pace", unit="months", words="human work H")

REFERENCE_PACE = 3.0  # of human work, for which the curve holds, as a multiple of the recent pace
MOST_BY_HUMANS = constant("MOST_BY_HUMANS", 0.6, "py", "what human work adds at most, without end")
CURVE_DEPTH = constant("CURVE_DEPTH", 0.81, "py", "how far below that the curve of human work starts")
CURVE_SCALE = constant("CURVE_SCALE", 0.6, "months", "human work after which that curve begins to flatten")
CURVE_POWER = 0.457  # with a spread of .3 py: Clymer's .40, .09, .04 misaligned after 1, 12, 120 months
HALF = constant(
    "HALF", 2.0, "py", "capability over which what human work adds halves: humans understand AIs beyond them less"
)
LN2 = log(2.0)


@equation
def human_curve(months: float) -> float:
    """Return g(H), what ``months`` of human work at the reference pace add to both components, in py; equation (14)."""
    # What 1 + x loses of a small x is less than a unit in the last place of the curve, which starts at -.21.
    return MOST_BY_HUMANS - CURVE_DEPTH * exp(-CURVE_POWER * log(1.0 + months / CURVE_SCALE))


@equation(inlined=True)
def understood(C: float) -> float:
    """Return what is left of the worth of human work on AIs of capability ``C``."""
    return exp(max(-LN2 * max(C, 0.0) / HALF, -700.0))


@equation
def still_to_come(C: float, months: float) -> float:
    """Return all that human work could still add to the margin of AIs of capability ``C``, in py."""
    return (MOST_BY_HUMANS - human_curve(months)) * understood(C)


@equation(inlined=True)
def human_effort(state: Any, p: Any) -> float:
    """Return which part of human safety work goes on now: all in a halt, a share in partial deference.

    Before the handoff it is what does not scale capability, and nothing during a trial run.
    """
    if state.phase == HALTED:
        return 1.0
    if state.phase == PARTIAL:
        return p.handoff_human_share
    if state.phase == PRE and state.trial_until == inf:
        return 1.0 - scaling_share(state, p)
    return 0.0


@equation(inlined=True)
def scaling_share(state: Any, p: Any) -> float:
    """Return the share of work before handoff that raises capability: until AIs are capable enough, or all along."""
    if p.handoff_scaling_share > 0.0:
        return p.handoff_scaling_share
    return 0.0 if state.capable else 1.0


@equation
def safety_pace(p: Any) -> float:
    """Return months at the reference pace per month of all human work, without those that go to tests."""
    return (1.0 - p.handoff_human_tests) * p.handoff_human_pace / REFERENCE_PACE


@flow(H)
def human_work(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return dH/dt: months at the reference pace per month, without those that go to tests."""
    return human_effort(state, p) * p.safety_pace


@equation(gives=HUMAN_GAIN, inlined=True)
def human_gain_rate(state: Any, p: Any, C: float, months: float) -> float:
    """Return by how much human work raises both components per month, ``months`` of it being done already."""
    rate = human_effort(state, p) * p.safety_pace
    if rate == 0.0:
        return 0.0  # as in full deference, where most time is spent
    slope = CURVE_DEPTH * CURVE_POWER / CURVE_SCALE * exp(-(1.0 + CURVE_POWER) * log(1.0 + months / CURVE_SCALE))
    return rate * slope * understood(C)
