"""exp, log and what is made of them: the same bits in plain Python, on arrays, compiled, in lanes, on any processor.

A C library's differ from one machine to another in the last bit. These use + − × ÷, the square root and whole numbers
only, each of which IEEE 754 rounds in one way, provided that nobody joins a product and a sum into one operation (no
compiler here does unless told to; a test looks). One text serves all: it runs on numbers and elementwise on arrays of
float64, and Numba compiles it. It has no branch, so that it can run in lanes; that is what ``choose`` is for. The
``PRIMITIVES`` have one form for arrays here and one for the compiler in ``engines.bits``. Nothing here warns of NaN or
of what is infinite.

Largest errors found, in units in the last place, against 40 digits at 2 million points: ``exp`` .66 where the result
is normal and .75 below, ``log`` .84, ``log1p`` 2.4.

Sources: the reductions to a small argument are those of W. J. Cody and W. Waite, "Software manual for the elementary
functions", Prentice-Hall (1980), chapters 5 and 6; that log(1 + f) is taken through f / (2 + f), and the order in which
its parts are added, are K. C. Ng's, in FDLIBM (Sun Microsystems, 1993); ``log1p`` is W. Kahan's, in Hewlett-Packard's
"HP-15C advanced functions handbook" (1982). Polynomials: interpolation at Chebyshev nodes in 60 digits, rounded.
"""

import math
import struct
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

#: A number, or an array of them: what is done to it is done to each.
Number = TypeVar("Number", float, NDArray[np.float64])

_NUMBER = struct.Struct("<d")
_WHOLE = struct.Struct("<q")
_WORD = struct.Struct("<Q")
_ALL_BITS = 0xFFFFFFFFFFFFFFFF

# ---- what a compiler has one instruction for ----------------------------------------------------------------------


def bits_of(x: Any) -> Any:
    """Return the 64 bits of a number, or of each of an array, as a signed whole number."""
    if isinstance(x, np.ndarray):
        return x.view(np.int64)
    return _WHOLE.unpack(_NUMBER.pack(x))[0]


def of_bits(bits: Any) -> Any:
    """Return the number with these 64 bits, further ones being lost: the reverse of ``bits_of``."""
    if isinstance(bits, np.ndarray):
        return bits.view(np.float64)
    return _NUMBER.unpack(_WORD.pack(bits & _ALL_BITS))[0]


def choose(condition: Any, this: Any, that: Any) -> Any:
    """Return ``this`` where the condition holds, else ``that``; both are numbers, and neither is skipped."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, this, that)
    return this if condition else that


def tame(x: Any, low: float, high: float) -> Any:
    """Return ``x``, in an array with what is below ``low`` or above ``high`` put to that end.

    NumPy warns of what overflows even where it will not be chosen; nothing else does.
    """
    if isinstance(x, np.ndarray):
        return np.where(x < low, low, np.where(x > high, high, x))
    return float(x)


def sqrt(x: Number) -> Number:
    """Return the square root of what is not below 0, rounded as IEEE 754 says."""
    if isinstance(x, np.ndarray):
        return np.sqrt(x)
    return math.sqrt(x)


# ---- exp and log --------------------------------------------------------------------------------------------------

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238  # ends in 21 zero bits, so that its product with an exponent is exact
_LN2_LOW = 1.9082149292705877e-10
_ROUNDER = 6755399441055744.0  # 1.5 · 2**52: what is added to it is rounded to a whole number, in its lowest bits
_ROUNDER_BITS = 0x4338000000000000
_MANTISSA = 52  # bits
_FRACTION = 0xFFFFFFFFFFFFF  # a mask: the bits of the mantissa
_EXPONENT = 0x7FF  # a mask, once shifted: the bits of the exponent
_BIAS = 1023  # of the exponent in the bits of a number
_GREATEST = 709.782712893384  # the last number whose exp is finite
_LEAST = -745.2  # exp is 0 below
_ONE = _BIAS << _MANTISSA  # the bits of 1
_HALF_ROOT = 0x3FE6A09E667F3BCD  # the bits of the root of 1/2
_FROM_HALF_ROOT = _ONE - _HALF_ROOT
_LEAST_NORMAL = 2.2250738585072014e-308
_INFINITE = float("inf")
_NO_NUMBER = float("nan")


def exp(x: Number) -> Number:
    """Return e to the power ``x``: infinite beyond what numbers reach, subnormal results rounded once."""
    inside = tame(x, _LEAST, _GREATEST)
    shifted = inside * _LOG2_E + _ROUNDER
    whole = shifted - _ROUNDER
    power = bits_of(shifted) - _ROUNDER_BITS
    near = inside - whole * _LN2_HIGH  # exact
    rest = whole * _LN2_LOW
    r = near - rest
    r2 = r * r
    r4 = r2 * r2
    first = (0.16666666666666669 + r * 0.041666666666666664) + r2 * (0.008333333333330062 + r * 0.0013888888888886552)
    second = (0.00019841269863053618 + r * 2.4801587317144498e-05) + r2 * (
        2.7557268459997064e-06 + r * 2.755728296954995e-07
    )
    third = 2.510038549551032e-08 + r * 2.0911236630261545e-09
    head = 1.0 + near
    lost = near - (head - 1.0)  # by `head`, exactly
    value = head + ((lost + (0.5 * r2 - rest)) + r * r2 * (first + r4 * (second + r4 * third)))
    # In two factors, since 2**power alone can be out of reach where the result is not.
    half = power >> 1
    value = value * of_bits((half + _BIAS) << _MANTISSA) * of_bits((power - half + _BIAS) << _MANTISSA)
    beyond = choose(x > 0.0, _INFINITE, choose(x < 0.0, 0.0, x))
    return choose((x >= _LEAST) & (x <= _GREATEST), value, beyond)


def log_series(z: Number) -> Number:
    """Return log(x) / s - 2 for x from root 1/2 to root 2, where s = (x - 1) / (x + 1) and ``z`` is its square."""
    w = z * z
    first = (0.6666666666666666 + z * 0.4000000000000088) + w * (0.2857142857080285 + z * 0.22222222391887064)
    second = (0.18181795621632782 + z * 0.15386240708969665) + w * (0.13268746195596595 + z * 0.13086907887965027)
    return z * (first + w * w * second)


def log(x: Number) -> Number:
    """Return the natural logarithm of ``x``: minus infinity at 0, NaN below."""
    small = x < _LEAST_NORMAL
    lifted = of_bits((bits_of(x) & _FRACTION) | _ONE) - 1.0  # a small one without its factor 2**-1022
    bits = bits_of(choose(small, lifted, x)) + _FROM_HALF_ROOT
    power = (bits >> _MANTISSA) & _EXPONENT
    f = of_bits((bits & _FRACTION) + _HALF_ROOT) - 1.0
    exponent = (of_bits(power + _ROUNDER_BITS) - _ROUNDER) - choose(small, 2045.0, 1023.0)
    s = f / (2.0 + f)
    half_square = 0.5 * f * f
    bend = s * (half_square + log_series(s * s))
    # At the ends all else is finite, so that what stands in for the smallest part is the whole.
    end = choose(x == 0.0, -_INFINITE, choose(x > 0.0, x, _NO_NUMBER))
    low = choose((x > 0.0) & (x < _INFINITE), exponent * _LN2_LOW, end)
    return exponent * _LN2_HIGH - ((half_square - (bend + low)) - f)


def log1p(x: Number) -> Number:
    """Return log(1 + x) for ``x`` of 0 or more, without loss where it is small."""
    above = 1.0 + x
    kept = above - 1.0  # of x, exactly; the logarithm is made up for the rest in proportion
    kept = choose((kept > 0.0) & (kept < _INFINITE), kept, 1.0)
    return choose(above > 1.0, log(above) * (x / kept), x)


#: What has a form of its own for arrays and for the compiler.
PRIMITIVES: Final = (bits_of, of_bits, choose, tame, sqrt)
#: What is text that all share; Numba must be told of each.
EQUATIONS: Final = (exp, log_series, log, log1p)
