"""Probabilities and quantiles of our own against exact values and SciPy.

Would catch: a wrong digit, a tail that loses its digits, a split that sends a number the slow or the inexact way, a
result that hangs on the company it is in, an end that is no number.
"""

import itertools
import math
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from deference_sim.quantiles import BETA_SHAPES, beta_cumulative, beta_quantile, normal_cumulative
from deference_sim.scenario import Scenario, ScenarioError
from deference_sim.scenario.distributions import FIRST_U, LAST_U
from deference_sim.streams import normal_quantile

Floats = NDArray[np.float64]

U = np.concatenate([[FIRST_U], 10.0 ** np.linspace(-15.0, -1.0, 57), np.linspace(0.11, 0.89, 79)])
U = np.concatenate([U, 1.0 - U[:58][::-1], [LAST_U]])
SHAPES = [(0.5, 0.5), (0.01, 0.01), (1e-3, 2.0), (2.0, 5.0), (4.4375, 13.3125), (100.0, 200.0), (1e5, 1e4), (1e6, 1e6)]

# ---- normal -------------------------------------------------------------------------------------------------------

#: To twenty digits.
EXACT = {
    -38.4: 6.6015998543267680242e-323,
    -37.0: 5.7255712225245768227e-300,
    -30.0: 4.9067139271481870595e-198,
    -20.0: 2.7536241186062336951e-89,
    -10.5: 4.3190063178092303465e-26,
    -5.3: 5.7901340399645941162e-8,
    -2.0: 0.0227501319481792072,
    -0.7: 0.24196365222307302862,
    -0.001: 0.49960105778608893741,
    0.3: 0.61791142218895263307,
    1.9: 0.97128344018399819477,
    5.0: 0.99999971334842812081,
}


def test_the_normal_is_exact() -> None:
    x = np.array(list(EXACT))
    np.testing.assert_allclose(normal_cumulative(x[1:]), list(EXACT.values())[1:], rtol=1e-15, atol=0.0)
    assert normal_cumulative(x[0]) == pytest.approx(EXACT[-38.4], rel=0.0, abs=2e-323)  # which has few digits


def test_the_normal_is_that_of_scipy() -> None:
    """Of which the tail is good to 3e-13."""
    x = np.linspace(-37.5, 9.0, 20_000)
    np.testing.assert_allclose(normal_cumulative(x), special.ndtr(x), rtol=5e-13, atol=0.0)


def test_the_normal_ends() -> None:
    x = np.array([-math.inf, -1e300, -39.0, -0.0, 0.0, 9.0, 1e300, math.inf])
    with np.errstate(all="raise", under="ignore"):
        assert normal_cumulative(x).tolist() == [0.0, 0.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.0]
        assert np.isnan(normal_cumulative(np.array([math.nan]))[0])


def test_the_normal_and_its_quantile_undo_each_other() -> None:
    u = U[U <= 0.5]
    np.testing.assert_allclose(normal_cumulative(normal_quantile(u)), u, rtol=2e-14, atol=0.0)


# ---- beta ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), [pair for a, b in SHAPES for pair in {(a, b), (b, a)}])
def test_beta_is_that_of_scipy(a: float, b: float) -> None:
    x = beta_quantile(a, b, U)
    expected = special.betaincinv(a, b, U)
    told_apart = expected > 1e-290
    np.testing.assert_allclose(x[told_apart], expected[told_apart], rtol=1e-11, atol=0.0)
    inside = told_apart & (expected < 1.0)
    np.testing.assert_allclose(beta_cumulative(a, b, x[inside]), special.betainc(a, b, x[inside]), rtol=1e-11, atol=0.0)


def exact_beta(a: int, b: int, x: float) -> Decimal:
    """Return P(X ≤ x) for whole ``a``: the chance of at least ``a`` successes in a + b - 1 trials."""
    with localcontext(Context(prec=60, Emin=-(10**6))):
        n, p = a + b - 1, Decimal(x)
        return 1 - sum((math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(a)), Decimal(0))


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 5), (5, 2), (30, 400), (5, 10**9), (1, 10**6)])
def test_beta_is_exact(a: int, b: int) -> None:
    """Where SciPy is not: it errs by 5e-8 in the last but one."""
    x = beta_quantile(a, b, U[20:-20])
    for found, p in zip(beta_cumulative(a, b, x).tolist(), x.tolist(), strict=True):
        exact = exact_beta(a, b, p)
        assert abs(Decimal(found) - exact) < Decimal("1e-13") * min(exact, 1 - exact) + Decimal("1.2e-16")
    with localcontext(Context(prec=60, Emin=-(10**6))):
        for u, p in zip(U[20:-20].tolist(), x.tolist(), strict=True):
            density = Decimal(p) ** (a - 1) * (1 - Decimal(p)) ** (b - 1) * a * math.comb(a + b - 1, a)
            assert abs(exact_beta(a, b, p) - Decimal(u)) < density * Decimal(p) * Decimal("1e-13")


def test_each_element_hangs_on_itself_alone() -> None:
    """Would catch records that hang on how replicates are shared out."""
    for a, b in ((0.5, 3.0), (40.0, 0.2), (300.0, 500.0)):
        together = beta_quantile(a, b, U)
        assert np.array_equal(beta_quantile(a, b, U[::-7].copy()), together[::-7])
        alone = [float(beta_quantile(a, b, U[place : place + 1])[0]) for place in range(0, len(U), 9)]
        assert together[::9].tolist() == alone
    assert len(beta_quantile(2.0, 3.0, np.zeros(0))) == 0


@pytest.mark.parametrize(("a", "b"), [*itertools.product((BETA_SHAPES[0], 1.0, BETA_SHAPES[1]), repeat=2)])
def test_beta_ends(a: float, b: float) -> None:
    u = np.concatenate([[0.0], U[::8], [LAST_U, 1.0]])
    with np.errstate(all="raise", under="ignore"):
        x = beta_quantile(a, b, u)
        found = beta_cumulative(a, b, x)
    assert x[0] == 0.0
    assert x[-1] == 1.0
    assert np.all(np.diff(x) >= 0.0)
    well_inside = (x > 1e-290) & (x < 1.0 - 1e-3)
    np.testing.assert_allclose(found[well_inside], u[well_inside], rtol=1e-9)
    assert beta_cumulative(a, b, np.array([0.0, 1.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("shape", ["alpha: 1e-7, beta: 1", "alpha: 2, beta: 1e10", "mean: 0.5, sd: 1e-7"])
def test_shapes_beyond_are_refused(shape: str) -> None:
    with pytest.raises(ScenarioError, match=r"alpha and beta from 1e-06 to 1e\+09"):
        Scenario().with_(**{"rival.speed": f"{{beta: {{{shape}}}}}"})
