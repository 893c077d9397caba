"""Equation (1) at the median parameters, written as in the model's text and integrated by quadrature."""

from math import log

from scipy.integrate import quad


def explosion_pace(C: float, f: float = 20.0, r0: float = 1.2, p: float = 0.3, K: float = 11.0) -> float:
    """Return the pace at C in py per month."""
    return float(f * 0.5 / 12.0 * 2.0 ** (8.0 * p * C) * (1.0 - C / K) ** (8.0 * p * K * log(2.0) / r0))


def explosion_months(C: float) -> float:
    """Return the months to capability C at full effort."""
    return float(quad(lambda c: 1.0 / explosion_pace(c), 0.0, C, epsabs=1e-13, epsrel=1e-13, limit=200)[0])
