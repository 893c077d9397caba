"""The step of the flow: the Dormand-Prince pair against SciPy's, its orders, its error control, whole integrations."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate

from deference_sim.model.stocks import STOCKS
from deference_sim.trajectory import step
from deference_sim.trajectory.flow import HORIZON_REACHED, PAUSED, close_step, follow_step
from deference_sim.trajectory.rates import derivatives
from deference_sim.trajectory.state import Stocks

from ..model.helpers import Plain, hazard, quiet, run_one

Floats = NDArray[np.float64]
C, A, W, WORK = (list(STOCKS).index(name) for name in ("C", "A", "W", "U"))
IN_THE_NORM = [i for i in range(len(STOCKS)) if i != WORK]

#: Everything moves, nothing happens: the whole right-hand side after handoff, without reviews or generations.
MOVING: dict[str, Any] = {
    "capability": {"initial_speedup": 10.0, "ceiling": 9.0},
    "goodness": {"broad_alignment": 0.6, "capability_profile": 0.9, "drift": 0.05},
    "tax": {"broad_alignment": 0.4, "capability_profile": 0.3, "decline": 0.1},
    "strategy": {"policy": "fixed", "goodness_share": 0.3, "time_buying_share": 0.1, "defence_share": 0.05},
    "time_buying": {"max_bought": 10.0, "proliferation": 1.0},
    "rival": {"mode": "takeoff", "lead": 0.0, "danger_at": 1e9},
    "defence": {"decay": 0.5},
    "generations": {"step": 1e3},
    "evaluation": {"review_interval": None, "review_work": None},
}
#: No corners on the way: the same component of goodness binds all along, and the margin stays above 0.
SMOOTH: dict[str, Any] = {
    "capability": {"initial_speedup": 40.0, "ceiling": 9.0},
    "goodness": {"broad_alignment": 1.5, "capability_profile": 9.0, "drift": 0.05, "reach": 20.0},
}


def moving(tolerance: float = 1e-6, horizon: float = 4.0, **changes: Any) -> Plain:
    """A run just after handoff and take-off of the rival, with controls in force until the horizon."""
    run = Plain(quiet(horizon, numerics={"tolerance": tolerance}, **MOVING | changes)).hand_off()
    while (why := run.flow(t_pause=0.0)) != PAUSED:
        run.instant(why)
    run.state.step_alive = 0
    return run


def right_hand_side(run: Plain) -> Callable[[float, Floats], Floats]:
    """The model's own rates as SciPy wants them."""

    def rates(t: float, y: Floats) -> Floats:
        return np.array(derivatives(run.state, run.p, Stocks(*y.tolist())))

    return rates


def stocks(run: Plain) -> Floats:
    return np.array([getattr(run.state, name) for name in STOCKS])


def one_step(run: Plain, t: float, y: Floats, h: float) -> float:
    """Take one step of length ``h`` whatever its error, with its continuous extension; return its error estimate."""
    state = run.state
    state.y0[:] = y.tolist()
    step.stage(state, run.p, 0, state.y0)
    step.try_step(state, run.p, h)
    error = step.step_error(state, run.p, h)
    step.continue_densely(state, h)
    state.step_from, state.step_end = t, t + h
    return error


def looked(run: Plain, t: float) -> Floats:
    return np.array(step.stocks_at(run.state, t))


# ---- the tableau ------------------------------------------------------------------------------------------


# Would catch: a wrong digit in any coefficient of the stages, the error or the continuous extension.
@pytest.mark.parametrize("h", [0.01, 0.3])
def test_one_step_is_scipys(h: float) -> None:
    run = moving()
    y = stocks(run) + 0.1 * np.arange(1, len(STOCKS) + 1)
    error = one_step(run, 0.0, y, h)
    theirs = integrate.RK45(right_hand_side(run), 0.0, y, 10.0, first_step=h, rtol=1e-3, atol=1e9)
    theirs.step()
    assert theirs.t == h
    np.testing.assert_allclose(run.state.y1, theirs.y, rtol=2e-15, atol=2e-16)
    estimate = h * np.abs(theirs.K.T @ integrate.RK45.E) / np.maximum(1.0, np.abs(theirs.y) / step.ABSOLUTE_UP_TO)
    assert error == pytest.approx(estimate[IN_THE_NORM].max() / (step.LOCAL * 1e-6), rel=1e-7)
    dense = theirs.dense_output()
    for part in np.linspace(0.0, 1.0, 21):
        np.testing.assert_allclose(looked(run, part * h), dense(part * h), rtol=4e-15, atol=4e-16)


def test_the_continuous_extension_joins_the_ends_exactly() -> None:
    run = moving()
    y = stocks(run)
    one_step(run, 0.0, y, 0.2)
    assert looked(run, 0.0).tolist() == y.tolist()
    assert looked(run, 0.2).tolist() == list(run.state.y1)
    before = looked(run, math.nextafter(0.2, 0.0))
    np.testing.assert_allclose(before, run.state.y1, rtol=1e-14, atol=1e-14)


# ---- orders -----------------------------------------------------------------------------------------------


def nonlinear(_: Any, __: Any, y: Any) -> Any:
    t = max(y.bought, 1.0) * max(y.bought, 1.0) - 1.0
    return Stocks(
        C=y.C * (1.0 - y.C),
        A=y.A * math.cos(t),
        W=-t * y.W * y.W,
        V=-math.sin(t) * y.V,
        T=1.0 - y.T * y.T,
        H=math.exp(-y.H),
        D=1.0 + y.D * y.D,
        R=-(y.R * y.R * y.R),
        U=1.0 / (1.0 + t),
        bought=0.5 / max(y.bought, 0.5),
        Z=t * y.Z,
    )


def solution(t: float) -> Floats:
    """The solution from 1/2 for C, 0 for T, H, D and U, and 1 for the others at t = 0."""
    return np.array(
        Stocks(
            C=1.0 / (1.0 + math.exp(-t)),
            A=math.exp(math.sin(t)),
            W=1.0 / (1.0 + t * t / 2.0),
            V=math.exp(math.cos(t) - 1.0),
            T=math.tanh(t),
            H=math.log1p(t),
            D=math.tan(t),
            R=1.0 / math.sqrt(1.0 + 2.0 * t),
            U=math.log1p(t),
            bought=math.sqrt(1.0 + t),
            Z=math.exp(t * t / 2.0),
        )
    )


def observed_order(errors: list[float]) -> float:
    """Of errors at steps that are halved each time."""
    return float(np.log2(errors[-2] / errors[-1]))


# Would catch: coefficients that are consistent but of lower order, a stage at the wrong time.
def test_the_step_is_of_order_five_and_its_extension_of_order_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "derivatives", nonlinear)
    run = moving()
    ends, inside = [], []
    for count in (8, 16, 32):
        h, y, worst = 1.0 / count, solution(0.0), np.zeros(len(STOCKS))
        for k in range(count):
            one_step(run, k * h, y, h)
            for part in (0.2, 0.5, 0.7):
                worst = np.maximum(worst, np.abs(looked(run, (k + part) * h) - solution((k + part) * h)))
            y = np.array(run.state.y1)
        ends.append(np.abs(y - solution(1.0)))
        inside.append(worst)
    orders = [observed_order([float(error[i]) for error in ends]) for i in range(len(STOCKS))]
    assert np.median(orders) == pytest.approx(5.0, abs=0.4)  # one by one they scatter where an error changes sign
    for i in range(len(STOCKS)):
        assert observed_order([float(error[i]) for error in inside]) > 4.5


# ---- error control ----------------------------------------------------------------------------------------


def accepted_steps(run: Plain, until: float) -> list[tuple[float, Floats, float, Floats]]:
    """(start, stocks, end, stocks) of each step that the flow takes by itself."""
    state, taken = run.state, []
    while state.t < until:
        assert close_step(state, run.p, run.processes, until) == 0
        assert step.take_step(state, run.p, until) == 0
        assert follow_step(state, run.p, run.hazards, run.processes) == 0
        taken.append((state.step_from, np.array(state.y0), state.step_end, np.array(state.y1)))
        for name, value in zip(STOCKS, state.y1, strict=True):
            setattr(state, name, value)
        state.t, state.step_alive = state.step_end, 0
    return taken


# Would catch: a tolerance that is not that of one step, an error estimate that is too small by a constant.
@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-8, 1e-10])
def test_no_step_errs_by_more_than_the_tolerance(tolerance: float) -> None:
    run = moving(tolerance, **SMOOTH)
    rates = right_hand_side(run)
    steps = accepted_steps(run, 3.0)
    assert all(y[W] > y[A] > y[C] for _, y, _, _ in steps)
    errors = []
    for start, y, end, found in steps:
        exact = integrate.solve_ivp(rates, (start, end), y, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
        errors.append((np.abs(found - exact) / np.maximum(1.0, np.abs(exact)))[IN_THE_NORM].max())
    assert max(errors) <= max(tolerance, 1e-13)
    assert all(end - start > 0.0 for start, _, end, _ in steps)
    assert run.state.steps >= len(steps)


def test_a_smaller_tolerance_takes_more_steps_and_errs_less() -> None:
    counts = []
    for tolerance in (1e-6, 1e-9, 1e-12):
        run = moving(tolerance, **SMOOTH)
        rates, start = right_hand_side(run), stocks(run)
        counts.append(len(accepted_steps(run, 3.0)))
        exact = integrate.solve_ivp(rates, (0.0, 3.0), start, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
        assert np.abs(stocks(run) - exact)[IN_THE_NORM].max() < max(counts[-1] * tolerance, 1e-11)
    assert counts[0] <= counts[1] < counts[2]


# Would catch: a step that is taken although its error is too large.
def test_a_step_that_errs_too_much_is_taken_again() -> None:
    run = moving(1e-10)
    run.state.step_proposed = 12.0
    run.state.steps = 0
    (first, *_) = accepted_steps(run, 0.5)
    assert run.state.steps > 1
    assert first[2] < 0.5


def test_progress_in_one_step_is_bounded() -> None:
    run = moving(1e-2, **SMOOTH)
    for start, y, end, _ in accepted_steps(run, 3.0):
        rates = right_hand_side(run)(start, y)
        fastest = max(stock.speed * rate for stock, rate in zip(STOCKS.values(), rates, strict=True))
        assert (end - start) * fastest <= step.MOST_PROGRESS * (1 + 1e-12)


# ---- whole integrations -----------------------------------------------------------------------------------


# Would catch: a stock that is integrated with another's rate, work lost at the ends of steps. Where the weaker
# component of goodness changes, rates have a corner that no step ends at: errors are then some tens of the tolerance.
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"capability": {"initial_speedup": 10.0, "returns": 3.0}},
        {"basin": {"exists": 0.0}, "goodness": {"broad_alignment": -0.5, "capability_profile": 0.1, "drift": 0.1}},
        {"capability": {"law": "exponential", "exponent": 0.1}, "time_buying": {"max_rate": 1.0, "max_bought": 1.0}},
    ],
)
def test_a_whole_run_against_solve_ivp(changes: dict[str, Any]) -> None:
    horizon = 3.0
    run = moving(horizon=horizon, **changes)
    exact = integrate.solve_ivp(
        right_hand_side(run), (0.0, horizon), stocks(run), method="DOP853", rtol=1e-12, atol=1e-13
    ).y[:, -1]
    for tolerance, exactness in ((1e-6, 1e-4), (1e-8, 1e-6), (1e-12, 1e-9)):
        record = run_one(quiet(horizon, numerics={"tolerance": tolerance}, **MOVING | changes))
        found = [getattr(record, name) for name in STOCKS if name != "U"]
        np.testing.assert_allclose(found, np.delete(exact, WORK), rtol=exactness, atol=exactness)


# Would catch: a step shortened by what only looks on: a horizon, a grid, a hazard that is handled.
def test_who_looks_on_changes_no_step() -> None:
    alone = run_one(quiet(3.0, **MOVING))
    with_hazard = run_one(quiet(3.0, [hazard(rate=600.0)], **MOVING))
    assert with_hazard.hazards_handled > 100
    with_hazard.hazards_handled = 0
    assert with_hazard == alone


# ---- corners of the law -----------------------------------------------------------------------------------


PAST_A_CORNER: dict[str, Any] = {
    "capability": {"initial_speedup": 10.0, "ceiling": 9.0},
    "goodness": {"broad_alignment": 0.6, "capability_profile": 9.0},
    "strategy": {"policy": "fixed", "goodness_share": 1.0, "time_buying_share": 0.0, "defence_share": 0.0},
}


def across_a_corner(noise: float, tolerance: float) -> tuple[int, float]:
    """Goodness rises from margin .6 past 1, where returns begin to fall: (steps, alignment after half a month)."""
    run = moving(tolerance, 0.5, **PAST_A_CORNER, evaluation=MOVING["evaluation"] | {"noise": noise})
    while not (why := run.flow()) & HORIZON_REACHED:
        run.instant(why)
    return run.state.steps, run.state.A


def test_a_step_across_a_corner_may_err_more_where_reviews_are_noisy() -> None:
    """Would catch: an error that is forgiven without noise, one that is never forgiven, one beyond what is said."""
    _, exact = across_a_corner(0.0, 1e-10)
    few, noisy = across_a_corner(0.1, 1e-6)
    more, quiet_ = across_a_corner(0.0, 1e-6)
    assert few < more
    assert abs(quiet_ - exact) < 1e-5
    assert abs(quiet_ - exact) < abs(noisy - exact) < 0.005 * 0.1  # a few thousandths of the noise
