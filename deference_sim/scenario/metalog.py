"""Metalog distributions: the curve through given quantiles, one term for each, and its inverse.

Source: T. W. Keelin, "The metalog distributions", Decision Analysis 13 (2016) 243-277. With L = log(u / (1 - u)) and
y = u - 1/2 the quantile is a1 + a2 L + a3 y L + a4 y + a5 y² + a6 y² L + a7 y³ + a8 y³ L + a9 y⁴. Two terms are the
logistic distribution. Where the input ends at a least or a greatest value, that is the logarithm of the distance from
it (or the logarithm of the ratio of both distances).

One text for numbers, elementwise for arrays, and for a compiler.
"""

from typing import Any, Final

from deference_sim.elementary import Number, choose, exp, log

MOST_TERMS: Final = 9
_INFINITE = float("inf")
_FARTHEST = 700.0  # log odds, as far as numbers go
_BISECTIONS = 64
_GRID = 1024  # steps at which the slope is looked at
_GRID_END = 36.7  # log odds of the least and the greatest number that is ever drawn


def log_odds(u: Number) -> Number:
    """Return log(u / (1 - u))."""
    return log(u) - log(1.0 - u)


def share_of(odds: Any) -> Any:
    """Return the number in (0, 1) of which ``odds`` are the log odds."""
    small = exp(-abs(odds))
    return choose(odds < 0.0, small, 1.0) / (1.0 + small)


def placed(z: Any, low: float, high: float) -> Any:
    """Return the value between ``low`` and ``high``, either of which may be infinite, that stands for ``z``."""
    if low > -_INFINITE and high < _INFINITE:
        return share_of(-z) * low + share_of(z) * high
    if low > -_INFINITE:
        return low + exp(z)
    if high < _INFINITE:
        return high - exp(-z)
    return z


def unplaced(x: Number, low: float, high: float) -> Number:
    """Return what stands for ``x``, which is above ``low`` and below ``high``: the inverse of ``placed``."""
    if low > -_INFINITE and high < _INFINITE:
        return log(x - low) - log(high - x)
    if low > -_INFINITE:
        return log(x - low)
    if high < _INFINITE:
        return -log(high - x)
    return x


def without_odds(a: Any, y: Any) -> Any:
    """Return the terms that have no log odds in them."""
    return a.a1 + y * (a.a4 + y * (a.a5 + y * (a.a7 + y * a.a9)))


def by_odds(a: Any, y: Any) -> Any:
    """Return what the log odds are multiplied by."""
    return a.a2 + y * (a.a3 + y * (a.a6 + y * a.a8))


def metalog_quantile(a: Any, u: Any) -> Any:
    """Return the quantile of the metalog whose terms, ``low`` and ``high`` are in ``a``."""
    y = u - 0.5
    return placed(without_odds(a, y) + by_odds(a, y) * log_odds(u), a.low, a.high)


def metalog_cumulative(a: Any, x: Any) -> Any:
    """Return P(X ≤ x) of the metalog in ``a``, by bisection in log odds."""
    inside = (x > a.low) & (x < a.high)
    z = unplaced(choose(inside, x, placed(a.a1, a.low, a.high)), a.low, a.high)
    least, most = 0.0 * z - _FARTHEST, 0.0 * z + _FARTHEST
    for _ in range(_BISECTIONS):
        odds = 0.5 * (least + most)
        y = share_of(odds) - 0.5
        enough = without_odds(a, y) + by_odds(a, y) * odds >= z
        least, most = choose(enough, least, odds), choose(enough, odds, most)
    return choose(inside, share_of(most), choose(x >= a.high, 1.0, 0.0))


def term(number: int, y: float, odds: float) -> float:
    """Return what the term of this ``number``, from 0, is multiplied by."""
    has_odds = number == 1 or number == 2 or (number > 4 and number % 2 == 1)
    found = odds if has_odds else 1.0
    for _ in range(number // 2):
        found = found * y
    return found


def fill_terms(levels: Any, values: Any, low: float, high: float, matrix: Any, terms: Any) -> int:
    """Put the terms of the metalog that has ``values`` at ``levels`` into ``terms``; return how many there are.

    Both rise and are as many as ``terms``. ``matrix`` is scratch, with one column more than rows. A linear system, by
    Gauss's elimination with pivots in each column.
    """
    size = len(levels)
    for row in range(size):
        for column in range(size):
            matrix[row, column] = term(column, levels[row] - 0.5, log_odds(levels[row]))
        matrix[row, size] = unplaced(values[row], low, high)
    for column in range(size):
        best = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[best, column]):
                best = row
        for place in range(size + 1):
            held = matrix[column, place]
            matrix[column, place] = matrix[best, place]
            matrix[best, place] = held
        for row in range(column + 1, size):
            factor = matrix[row, column] / matrix[column, column]
            for place in range(column, size + 1):
                matrix[row, place] = matrix[row, place] - factor * matrix[column, place]
    for back in range(size):
        row = size - 1 - back
        rest = matrix[row, size]
        for place in range(row + 1, size):
            rest = rest - matrix[row, place] * terms[place]
        terms[row] = rest / matrix[row, row]
    return size


def falls_at(a: Any) -> float:
    """Return the first level at which the metalog in ``a`` does not rise; 0 if it rises everywhere."""
    for step in range(_GRID + 1):
        odds = _GRID_END * (2.0 * step / _GRID - 1.0)
        u = share_of(odds)
        y = u - 0.5
        slope = a.a4 + y * (2.0 * a.a5 + y * (3.0 * a.a7 + y * 4.0 * a.a9))
        slope = slope + odds * (a.a3 + y * (2.0 * a.a6 + y * 3.0 * a.a8))
        if not by_odds(a, y) + u * share_of(-odds) * slope > 0.0:
            return float(u)
    return 0.0


#: All that a compiler must be told of.
EQUATIONS: Final = (
    log_odds,
    share_of,
    placed,
    unplaced,
    without_odds,
    by_odds,
    metalog_quantile,
    metalog_cumulative,
    term,
    fill_terms,
    falls_at,
)
