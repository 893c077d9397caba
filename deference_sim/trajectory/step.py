"""One step of the flow: an embedded Runge-Kutta pair with error control and a continuous extension.

Dormand and Prince's pair of orders 5 and 4 (J. Comput. Appl. Math. 6, 1980) with the continuous extension of order 4
of Hairer, Nørsett & Wanner (Solving Ordinary Differential Equations I, II.6).
"""

from math import inf
from typing import Any

from deference_sim.elementary import exp, log
from deference_sim.model.declare import constant, equation
from deference_sim.model.goodness import case_of_goodness
from deference_sim.model.stocks import STOCKS
from deference_sim.model.units import per
from deference_sim.trajectory.levels import STOCK_CROSSING
from deference_sim.trajectory.rates import derivatives
from deference_sim.trajectory.state import AT, STOCK_COUNT, Stocks, put_stocks, stocks_of  # noqa: F401  see `written`
from deference_sim.trajectory.written import written

SAME_INSTANT = constant(
    "SAME_INSTANT", 1e-10, "months", "times closer than this are one instant, so that rounding never orders them"
)
MOST_STEPS = 1_000_000
MOST_PANELS = 100_000_000  # of all steps together, where rates turn far within a step
SHORTEST_STEP = constant("SHORTEST_STEP", 1e-12, "months", "a step that has to be shorter than this has failed")
MOST_PROGRESS = 0.125  # of a stock of speed 1 in one step; between its ends it is then as exact as there
LONGEST_STEP = constant("LONGEST_STEP", 12.0, "months", "how long one step is at most")
STILL = constant("STILL", 1e-9, "per month", "rates of all stocks below which nothing limits a step but its error")
JUST_PAST = 1.1  # how far a step goes towards a level, such as the work after which a review is due
LOCAL = 0.3  # of the tolerance; errors of many steps together then stay near it
AT_CORNERS = constant(
    "AT_CORNERS", 300.0, "per py", "times its tolerance that a step across a corner may err, by the noise of a review"
)
ABSOLUTE_UP_TO = constant("ABSOLUTE_UP_TO", 1000.0, "py or months", "errors of larger stocks are relative")
STEP_FAILED = -1
_SPEEDS = constant(
    "_SPEEDS",
    tuple(stock.speed for stock in STOCKS.values()),
    tuple(per(stock.unit) for stock in STOCKS.values()),
    "weights of the rates of stocks in the limit on how far one step goes",
)
_EXACT = tuple(stock.exact for stock in STOCKS.values())


@equation
def stage(state: Any, p: Any, number: int, y: Any) -> None:
    """Store the slopes of stage ``number`` at the stocks in ``y``."""
    put_stocks(state.slopes[number], derivatives(state, p, stocks_of(y)))


@equation
def take_step(state: Any, p: Any, t_stop: float) -> int:
    """Compute the next step from the stocks in ``state.y0``, at most to ``t_stop``; return 0, or ``STEP_FAILED``."""
    aim(state, p)
    while state.trying:
        if attempt(state, p, t_stop) == STEP_FAILED:
            return STEP_FAILED
    return 0


@equation
def aim(state: Any, p: Any) -> None:
    """Compute the slopes at the stocks in ``state.y0``, and how far the next step is tried first."""
    k = state.slopes
    stage(state, p, 0, state.y0)
    fastest = 0.0
    for i in range(STOCK_COUNT):
        fastest = max(fastest, _SPEEDS[i] * abs(k[0, i]))
    h = min(min(state.step_proposed, LONGEST_STEP), MOST_PROGRESS / max(fastest, STILL))
    h = just_past_the_next_level(state, h)
    state.step_limited = 1 if h < state.step_proposed else 0
    state.step_tried = h
    state.trying = 1


@equation
def attempt(state: Any, p: Any, t_stop: float) -> int:
    """Try a step, at most to ``t_stop``: it lives if it is exact enough, else a shorter one is to be tried next.

    Return 0, or ``STEP_FAILED``.
    """
    t, h = state.t, state.step_tried
    last = t + h >= t_stop - SAME_INSTANT
    if last:
        h = t_stop - t
    try_step(state, p, h)
    error = step_error(state, p, h)
    if 1.0 < error <= AT_CORNERS * p.evaluation_noise and has_corner(state):
        error = 1.0
    state.steps += 1
    if is_exhausted(state):
        return STEP_FAILED
    good_for = 0.9 * fifth_root(1.0 / error) if error > 0.0 else 5.0  # how many times as long a step may be
    if error <= 1.0:
        growth = min(5.0, good_for)
        grown = max(h * growth, state.step_proposed) if last or state.step_limited else h * max(growth, 0.2)
        state.step_proposed = grown
        state.step_from = t
        state.step_end = t_stop if last else t + h
        state.step_alive = 1
        state.trying = 0
        continue_densely(state, h)
        return 0
    h *= max(0.2, good_for) if error < inf else 0.2
    state.step_limited = 0
    state.step_tried = h
    return STEP_FAILED if h < SHORTEST_STEP else 0


@equation
def has_corner(state: Any) -> bool:
    """Return whether what moves goodness has a corner on the step that is tried.

    There its error is of second order, so that a pair of the fifth rejects step after step until it is at the corner.
    A policy that keeps the margin near one crosses one every other review, whose noise hides a thousandth of it.
    """
    before, after = stocks_of(state.y0), stocks_of(state.y1)
    return case_of_goodness(before.C, before.A, before.W) != case_of_goodness(after.C, after.A, after.W)


@equation
def is_exhausted(state: Any) -> bool:
    """Return whether the trajectory has needed more steps, instants or panels than it may, so that every wait ends."""
    return state.steps > MOST_STEPS or state.instants > MOST_STEPS or state.panels > MOST_PANELS


@equation
def just_past_the_next_level(state: Any, h: float) -> float:
    """Return ``h``, or less if a stock reaches a level within it: what is read off near a step's end is most exact."""
    for which in range(len(STOCK_CROSSING)):
        stock = STOCK_CROSSING[which]
        if stock >= 0:
            left = JUST_PAST * (state.levels[which] - state.y0[stock])
            if 0.0 < left < h * state.slopes[0, stock]:  # not if there is no level, which is NaN
                h = left / state.slopes[0, stock]
    return h


@equation
def fifth_root(x: float) -> float:
    """Return x to the power 1/5 for x > 0; the argument of a step's growth, where the last bit does not matter."""
    return exp(0.2 * log(x))


@equation
def try_step(state: Any, p: Any, h: float) -> None:
    """Compute stages 1 to 6 and the stocks ``h`` months on from stage 0."""
    y0, y1, y, k = state.y0, state.y1, state.trial, state.slopes
    for i in range(STOCK_COUNT):
        y[i] = y0[i] + h * (0.2 * k[0, i])
    stage(state, p, 1, y)
    for i in range(STOCK_COUNT):
        y[i] = y0[i] + h * (3.0 / 40.0 * k[0, i] + 9.0 / 40.0 * k[1, i])
    stage(state, p, 2, y)
    for i in range(STOCK_COUNT):
        y[i] = y0[i] + h * (44.0 / 45.0 * k[0, i] - 56.0 / 15.0 * k[1, i] + 32.0 / 9.0 * k[2, i])
    stage(state, p, 3, y)
    for i in range(STOCK_COUNT):
        y[i] = y0[i] + h * (
            19372.0 / 6561.0 * k[0, i]
            - 25360.0 / 2187.0 * k[1, i]
            + 64448.0 / 6561.0 * k[2, i]
            - 212.0 / 729.0 * k[3, i]
        )
    stage(state, p, 4, y)
    for i in range(STOCK_COUNT):
        y[i] = y0[i] + h * (
            9017.0 / 3168.0 * k[0, i]
            - 355.0 / 33.0 * k[1, i]
            + 46732.0 / 5247.0 * k[2, i]
            + 49.0 / 176.0 * k[3, i]
            - 5103.0 / 18656.0 * k[4, i]
        )
    stage(state, p, 5, y)
    for i in range(STOCK_COUNT):
        y1[i] = y0[i] + h * (
            35.0 / 384.0 * k[0, i]
            + 500.0 / 1113.0 * k[2, i]
            + 125.0 / 192.0 * k[3, i]
            - 2187.0 / 6784.0 * k[4, i]
            + 11.0 / 84.0 * k[5, i]
        )
    stage(state, p, 6, y1)


@equation
def step_error(state: Any, p: Any, h: float) -> float:
    """Return the largest estimated error of an exact stock in units of the tolerance; of a large stock, relative."""
    k = state.slopes
    worst, at_size = 0.0, ABSOLUTE_UP_TO
    for i in range(STOCK_COUNT):
        if _EXACT[i]:
            error = h * (
                71.0 / 57600.0 * k[0, i]
                - 71.0 / 16695.0 * k[2, i]
                + 71.0 / 1920.0 * k[3, i]
                - 17253.0 / 339200.0 * k[4, i]
                + 22.0 / 525.0 * k[5, i]
                - 1.0 / 40.0 * k[6, i]
            )
            size = max(ABSOLUTE_UP_TO, abs(state.y1[i]))
            if abs(error) * at_size > worst * size:
                worst, at_size = abs(error), size
    return worst * ABSOLUTE_UP_TO / (at_size * LOCAL * p.numerics_tolerance)


@equation
def continue_densely(state: Any, h: float) -> None:
    """Compute the coefficients of the continuous extension of the step."""
    y0, y1, k = state.y0, state.y1, state.slopes
    for i in range(STOCK_COUNT):
        difference = y1[i] - y0[i]
        bulge = h * k[0, i] - difference
        state.dense1[i] = difference
        state.dense2[i] = bulge
        state.dense3[i] = difference - h * k[6, i] - bulge
        state.dense4[i] = h * (
            -12715105075.0 / 11282082432.0 * k[0, i]
            + 87487479700.0 / 32700410799.0 * k[2, i]
            - 10690763975.0 / 1880347072.0 * k[3, i]
            + 701980252875.0 / 199316789632.0 * k[4, i]
            - 1453857185.0 / 822651844.0 * k[5, i]
            + 69997945.0 / 29380423.0 * k[6, i]
        )


@equation(inlined=True)
def stock_at(state: Any, i: int, x: float) -> float:
    """Return stock ``i`` after part ``x`` of the living step, at most 1."""
    rest = 1.0 - x
    bend = state.dense2[i] + x * (state.dense3[i] + rest * state.dense4[i])
    inside = state.y0[i] + x * (state.dense1[i] + rest * bend)
    return state.y1[i] if x >= 1.0 else inside


_AFTER_PART = f"return Stocks({', '.join(f'stock_at(state, {place}, x)' for place in AT)})"

stocks_after = written(
    "stocks_after(state: Any, x: float) -> Any",
    "Return the stocks after part ``x`` of the living step, at most 1, by name.",
    [_AFTER_PART],
    globals(),
    inlined=True,
)
stocks_at = written(
    "stocks_at(state: Any, t: float) -> Any",
    "Return the stocks at time ``t`` of the living step, by name.",
    ["x = part_of_step(state, t)", _AFTER_PART],
    globals(),
    inlined=True,
)


@equation
def bulge(state: Any, i: int) -> float:
    """Return a bound on how far stock ``i`` departs from a straight line on the step."""
    return 0.25 * (abs(state.dense2[i]) + abs(state.dense3[i]) + abs(state.dense4[i]))


@equation
def part_of_step(state: Any, t: float) -> float:
    """Return which part of the living step has passed at time ``t``, at most 1."""
    return 1.0 if t >= state.step_end else (t - state.step_from) / (state.step_end - state.step_from)
