"""Probabilities and their inverses, made of ``elementary`` alone, so the same bits everywhere.

One text for numbers, elementwise for arrays, and for a compiler. The normal quantile is in ``streams``, which draws
with it. Each element's result hangs on that element alone: what has converged is left as it is while others go on.

Sources: the continued fraction of the incomplete beta function: A. R. DiDonato and A. H. Morris, ACM Trans. Math.
Softw. 18 (1992) 360-373, evaluated as by W. J. Lentz, Applied Optics 15 (1976) 668-671. Stirling's series: NIST Digital
Library of Mathematical Functions, 5.11.1. The normal tail as a polynomial in (t - k) / (t + k): M. M. Shepherd and
J. G. Laframboise, Math. Comp. 36 (1981) 249-253; exp(-t²/2) in two factors, the first of an exact square: W. J. Cody,
Math. Comp. 23 (1969) 631-637.
"""

from typing import Any, Final

import numpy as np

from deference_sim.elementary import Number, choose, exp, log, log_series, sqrt


def clipped(x: Number, low: float, high: float) -> Number:
    """Return ``x``, or the end of ``low`` to ``high`` that it lies beyond."""
    return choose(x < low, low, choose(x > high, high, x))


def any_of(found: Any) -> bool:
    """Return whether a condition holds, or holds for any element of an array."""
    return bool(found.any()) if isinstance(found, np.ndarray) else bool(found)


# ---- normal -------------------------------------------------------------------------------------------------------

#: P(X > t)·exp(t²/2)·(t + 4) as a polynomial in (t - 4) / (t + 4) for t from 0 to 39, highest power first:
#: interpolation at 23 Chebyshev nodes in 60 digits, which errs by 1e-16.
_TAIL = (
    -9.653425420228504e-10,
    7.26954547902669e-11,
    1.392402399350171e-08,
    1.457859334703646e-08,
    -7.63808205349045e-08,
    -1.5426320536771075e-07,
    2.6368248576407624e-07,
    1.0198048518135172e-06,
    -6.25132104047868e-07,
    -5.918892731763236e-06,
    7.150055959216099e-07,
    3.5144181157760973e-05,
    -1.9078665316613576e-06,
    -0.0002310948183193762,
    0.00013334425401904912,
    0.0016308184418903596,
    -0.0034796923622425332,
    -0.007540188965593059,
    0.06039657489069947,
    -0.18652185795969417,
    0.38713740074221886,
    -0.6078966419718917,
    0.7552851304157515,
)
_FARTHEST = 39.0  # the normal tail beyond is 0
_TO_SIXTEENTHS = 1.5 * (1 << 48)  # what is added to it is rounded to sixteenths


def normal_cumulative(x: Number) -> Number:
    """Return P(X ≤ x) of the standard normal, good to 1e-15 of its size down to 1e-300."""
    t = choose(abs(x) < _FARTHEST, abs(x), _FARTHEST)
    y = (t - 4.0) / (t + 4.0)
    scaled = _TAIL[0] * y + _TAIL[1]
    for coefficient in _TAIL[2:]:
        scaled = scaled * y + coefficient
    near = (t + _TO_SIXTEENTHS) - _TO_SIXTEENTHS
    tail = scaled / (t + 4.0) * exp(-0.5 * near * near) * exp(-0.5 * (t - near) * (t + near))
    return choose(x == x, choose(x < 0.0, tail, 1.0 - tail), x)


# ---- beta ---------------------------------------------------------------------------------------------------------

#: The least and the greatest parameter that the beta functions are made for; at 1e9 they take thousands of steps.
BETA_SHAPES = 1e-6, 1e9

#: Stirling's series in 1/z², highest power first; its next term is below 3e-17 from z = 10 on.
_STIRLING = (1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
_FULL_STIRLING = 10.0
_TWO_PI = 6.283185307179586
_CONVERGED = 4e-16  # what a factor of the continued fraction may differ from 1
_LAST_STEP = 1e-10  # relative; Newton's next step would be its square
_MOST_STEPS = 100
_LEAST = 5e-324


def beta_cumulative(a: float, b: float, x: Number) -> Number:
    """Return P(X ≤ x) of the beta distribution at ``x`` in [0, 1], good to 1e-12 of the smaller of it and the rest."""
    left = x * (a + b + 2.0) <= a + 1.0
    inside = x < 1.0
    near, far = choose(left, x, 1.0 - x), choose(left, 1.0 - x, x)
    tail, _ = lower_tail(a, b, left, choose(inside, near, 0.5), choose(inside, far, 0.5))
    share = exp(tail)
    return choose(inside, choose(left, share, 1.0 - share), 1.0)


def beta_quantile(a: float, b: float, u: Number) -> Number:
    """Return the inverse of ``beta_cumulative`` at ``u`` in [0, 1], sought from the end that is nearer."""
    left = u <= beta_cumulative(a, b, (a + 1.0) / (a + b + 2.0))
    odds = lower_odds(a, b, left, choose(left, u, 1.0 - u))
    return choose(left, odds, 1.0) / (1.0 + odds)


def lower_odds(a: float, b: float, left: Any, probability: Number) -> Number:
    """Return x / (1 - x) where P(X ≤ x) is ``probability``, at most that of the mean: by Newton's method in logarithms.

    Of the distribution itself where it is sought from the ``left``, else of its mirror image. Odds keep their digits at
    both ends. A step that would leave the bracket known so far is replaced by its geometric middle.
    """
    first, second = choose(left, a, b), choose(left, b, a)
    wanted = log(probability)
    low, high = _LEAST, (first + 1.0) / (second + 1.0)
    odds = exp((wanted + log(first) + log_beta(a, b, left)) / first)  # of x^a / (a B(a, b)) alone
    odds = choose(odds < low, low, choose(odds > high, high, odds))
    going = probability > 0.0
    for _ in range(_MOST_STEPS):
        if not any_of(going):
            break
        found, fraction = lower_tail(a, b, left, odds / (1.0 + odds), 1.0 / (1.0 + odds))
        low, high = choose(found > wanted, low, odds), choose(found > wanted, odds, high)
        step = exp((wanted - found) * fraction)
        new = odds * step
        new = choose((new >= low) & (new <= high), new, sqrt(low) * sqrt(high))
        new = choose(going, new, odds)
        going = going & (abs(step - 1.0) >= _LAST_STEP) & (new != odds)
        odds = new
    return choose(probability == 0.0, 0.0, odds)


def lower_tail(a: float, b: float, left: Any, x: Number, y: Number) -> tuple[Number, Number]:
    """Return log P(X ≤ x) for ``x`` = 1 - ``y``, and the continued fraction in it; of the mirror image if not ``left``.

    P is x^a y^b / B(a, b) times the fraction. That first factor is put together about its maximum, at the mean, so that
    large exponents do not lose digits.
    """
    n = a + b
    first, second = choose(left, a, b), choose(left, b, a)
    p, q = first / n, second / n
    from_maximum = first * below_tangent(x / p, (x - p) / p) + second * below_tangent(y / q, (y - q) / q)
    of_a, of_b = stirling(a), stirling(b)
    at_maximum = 0.5 * log(first / n * second / _TWO_PI) + stirling(n)
    at_maximum = at_maximum - choose(left, of_a, of_b) - choose(left, of_b, of_a)
    fraction = continued_fraction(first, second, x, y)
    return from_maximum + at_maximum + log(fraction), fraction


def below_tangent(ratio: Number, u: Number) -> Number:
    """Return log(1 + u) - u, where 1 + u is ``ratio``, without loss where ``u`` is small."""
    small = (u > -0.29) & (u < 0.41)
    inside = choose(small, u, 0.0)
    s = inside / (2.0 + inside)
    return choose(small, -s * (inside - log_series(s * s)), log(ratio) - u)


def continued_fraction(a: Number, b: Number, x: Number, y: Number) -> Number:
    """Return the continued fraction of the incomplete beta function, by which x^a y^b / B(a, b) is to be multiplied.

    It converges fast where (a + b + 2)·x is at most a + 1.
    """
    short = choose(x < y, a - (a + b) * x, (a + b) * y - b)  # of the mean
    value = a / (a + 1.0) * (short + 1.0)
    c, d, going = value, 0.0 * x, x == x
    m = 0
    while any_of(going):
        m += 1
        above = (a + (m - 1)) * (a + b + (m - 1)) / (a + (2 * m - 1)) / (a + (2 * m - 1)) * m * (b - m) * x * x
        below = m + m * (b - m) * x / (a + (2 * m - 1)) + (a + m) / (a + (2 * m + 1)) * (short + 1.0 + m * (1.0 + y))
        c, d = below + above / c, 1.0 / (below + above * d)
        value = choose(going, value * (c * d), value)
        going = going & (abs(c * d - 1.0) >= _CONVERGED)  # which NaN is not
    return 1.0 / value


def log_beta(a: float, b: float, left: Any) -> Any:
    """Return log B(a, b), put together as from the side on which it is sought."""
    n = a + b
    first, second = choose(left, a, b), choose(left, b, a)
    of_a, of_b = stirling(a), stirling(b)
    at_maximum = 0.5 * log(_TWO_PI * n / (first * second)) + choose(left, of_a, of_b) + choose(left, of_b, of_a)
    return at_maximum - stirling(n) + first * log(first / n) + second * log(second / n)


def stirling(z: float) -> float:
    """Return what log Γ(z) has beyond (z - 1/2)·log z - z + log(2π)/2."""
    shifted, product = z, 1.0
    while shifted < _FULL_STIRLING:
        product *= shifted
        shifted += 1.0
    inverse_square = 1.0 / (shifted * shifted)
    series = 0.0
    for coefficient in _STIRLING:
        series = series * inverse_square + coefficient
    series /= shifted
    if shifted == z:
        return series
    return series + (shifted - 0.5) * log(shifted) - shifted - log(product) - (z - 0.5) * log(z) + z


#: What a compiler must be told of; ``any_of`` has a form of its own there.
EQUATIONS: Final = (
    clipped,
    normal_cumulative,
    stirling,
    log_beta,
    below_tangent,
    continued_fraction,
    lower_tail,
    lower_odds,
    beta_cumulative,
    beta_quantile,
)
