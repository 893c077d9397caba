"""Addresses → random numbers; nothing else in the package draws.

Every draw has an address (seed, replicate, stream, index) and Philox4x32-10 maps it to numbers, so the
same replicate meets the same world in every scenario, on either engine, alone or among others (`model.md`
§12). `uniform`, `exponential` and `normal` at one address are views of one number: a stream serves one of
them. All have the same bits on every machine.

The functions in `EQUATIONS` are plain Python that Numba compiles from the same text to the same bits. Hence
every integer constant in them is a `np.uint64` (Numba makes a float64 of a uint64 mixed with a Python
integer), and sums and products are of 32-bit words held in 64 bits, which cannot overflow (NumPy warns when
a scalar does).

Sources: Philox: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as
1, 2, 3", SC11 (2011). Normal quantile: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal
distribution", Applied Statistics 37 (1988) 477-484.
"""

import hashlib
import operator
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deference_sim.elementary import Number, choose, log, sqrt

# ---- the stream table -------------------------------------------------------------------------------------

# The one table of fixed streams. Results depend on these ids: add at the end, never renumber.
ESTIMATES: Final = 1
HANDOFF_START: Final = 3
HANDOFF_SCHEMING: Final = 4
GENERATION_SHOCK: Final = 5
REVIEW_NOISE: Final = 7
INFECTIOUS_SHOCK: Final = 9
DETECTION: Final = 10
OVERRIDE: Final = 11
PARADIGM: Final = 12
THEFT: Final = 13
DEAL: Final = 14
AI_CATASTROPHE: Final = 15
EARLY_TAKEOVER: Final = 16
PUNT: Final = 17
OVERTAKING: Final = 18
RECOVERY: Final = 19
RIVAL_EDGE: Final = 20
PERSISTENT_ERROR: Final = 21
BASIN_EXISTS: Final = 22
SCHEMING_ONSET: Final = 23

# Read back from the constants above, the only integers so far, so that no name or id is written twice.
FIXED_STREAMS: Mapping[str, int] = MappingProxyType(
    {name: value for name, value in dict(globals()).items() if name.isupper() and type(value) is int}
)

STREAM_KINDS: Final = ("hazard", "severity", "parameter", "user")

# Ids kept for fixed streams, present and future: a hashed name may not land here.
_RESERVED_STREAMS: Final = range(256)


class StreamClashError(ValueError):
    """Two names hash to one stream id, so they would share their random numbers."""


def named_stream(name: str) -> int:
    """The stream id of a hashed name: 32-bit BLAKE2b of its UTF-8 text, little endian.

    `name` is `hazard:NAME`, `severity:NAME`, `parameter:PATH` or `user:NAME`; anything else is a ValueError.
    Clashes are not looked for here: see `stream_table`.
    """
    kind, _, rest = name.partition(":")
    if kind not in STREAM_KINDS or not rest:
        allowed = ", ".join(f"{allowed_kind}:NAME" for allowed_kind in STREAM_KINDS)
        raise ValueError(f"a named random stream is one of {allowed}, not {name!r}")
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little")


def stream_table(names: Iterable[str]) -> dict[str, int]:
    """Ids of all fixed streams and of `names` (see `named_stream`), by name.

    Raises StreamClashError if two different names share an id, or a name's id is kept for fixed streams.
    """
    table = dict(FIXED_STREAMS)
    owners = {stream: name for name, stream in FIXED_STREAMS.items()}
    for name in names:
        stream = named_stream(name)
        if stream in _RESERVED_STREAMS:
            owner = f"the fixed stream {owners[stream]}" if stream in owners else "fixed streams to come"
            raise StreamClashError(f"{name!r} has random stream {stream}, kept for {owner}: rename {name!r}")
        owner = owners.setdefault(stream, name)
        if owner != name:
            raise StreamClashError(f"{owner!r} and {name!r} share random stream {stream}: rename one of them")
        table[name] = stream
    return table


# ---- seed → key -------------------------------------------------------------------------------------------

_SEED_BYTES: Final = 16


def key_of_seed(seed: int) -> np.uint64:
    """The Philox key of a seed: 64-bit BLAKE2b of its 16 bytes, both little endian; k0 is the low word.

    `seed` is an integer from 0 to 2**128 - 1; anything else, booleans included, is a ValueError.
    """
    try:
        if isinstance(seed, bool):
            raise TypeError("a boolean is not a seed")
        seed_bytes = operator.index(seed).to_bytes(_SEED_BYTES, "little")
    except (TypeError, OverflowError) as error:
        raise ValueError(f"a seed is an integer from 0 to 2**128 - 1, not {seed!r}") from error
    return np.uint64(int.from_bytes(hashlib.blake2b(seed_bytes, digest_size=8).digest(), "little"))


# ---- address → block of four 32-bit words -----------------------------------------------------------------

# A 32-bit word held in 64 bits, or an array of them: what takes words also runs elementwise.
Word = np.uint64 | NDArray[np.uint64]

_WORD_MASK = np.uint64(0xFFFFFFFF)
_WORD_BITS = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)


def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Philox4x32-10: the block of four words at counter (c0, c1, c2, c3) under key (k0, k1).

    All are below 2**32 and held in uint64; the caller keeps that range, nothing is checked here.
    """
    for _ in range(10):
        product_0 = c0 * _MULTIPLIER_0
        product_1 = c2 * _MULTIPLIER_1
        c0 = (product_1 >> _WORD_BITS) ^ c1 ^ k0
        c1 = product_1 & _WORD_MASK
        c2 = (product_0 >> _WORD_BITS) ^ c3 ^ k1
        c3 = product_0 & _WORD_MASK
        k0 = (k0 + _WEYL_0) & _WORD_MASK
        k1 = (k1 + _WEYL_1) & _WORD_MASK
    return c0, c1, c2, c3


# ---- block → uniform --------------------------------------------------------------------------------------

_DROPPED_BITS = np.uint64(12)
_UNIFORM_STEP = 1.0 / (1 << 52)


def unit_interval(low: Word, high: Word) -> np.floating | NDArray[np.floating]:
    """The number (((low | high << 32) >> 12) + 0.5) · 2**-52, from 2**-53 to 1 - 2**-53.

    Exact, and so is one minus it.
    """
    return (((low | (high << _WORD_BITS)) >> _DROPPED_BITS) + 0.5) * _UNIFORM_STEP


def uniform_pair(key: np.uint64, replicate: int, stream: int, index: int) -> tuple[float, float]:
    """Two independent uniform numbers in (0, 1), lanes 0 and 1 of the block at this address.

    `key` is from `key_of_seed`; `replicate` is in 0..2**63 - 1, `stream` and `index` are in 0..2**32 - 1. The
    caller keeps those ranges: nothing is checked here, and compiled code is silent about a breach.
    """
    replicate_bits = np.uint64(replicate)
    word_0, word_1, word_2, word_3 = philox(
        np.uint64(index),
        replicate_bits & _WORD_MASK,
        replicate_bits >> _WORD_BITS,
        np.uint64(stream),
        key & _WORD_MASK,
        key >> _WORD_BITS,
    )
    return float(unit_interval(word_0, word_1)), float(unit_interval(word_2, word_3))


def uniform(key: np.uint64, replicate: int, stream: int, index: int) -> float:
    """A uniform number in (0, 1): lane 0 of `uniform_pair`."""
    return uniform_pair(key, replicate, stream, index)[0]


# ---- uniform → exponential, normal ------------------------------------------------------------------------


def exponential(key: np.uint64, replicate: int, stream: int, index: int) -> float:
    """An exponential number of mean 1, from 1.1e-16 to 36.8: -log of `uniform` at this address."""
    return -log(uniform(key, replicate, stream, index))


_INFINITE = float("inf")
_NO_NUMBER = float("nan")

# The coefficients of AS 241, constant term first: in the middle, where abs(u - 0.5) <= 0.425, in terms of
# 0.180625 - (u - 0.5)²; beyond, where `tail` is left over, in terms of sqrt(-log(tail)) less 1.6 up to 5, else less 5.
_CENTRAL_NUMERATOR = (
    3.3871328727963666080,
    133.14166789178437745,
    1971.5909503065514427,
    13731.693765509461125,
    45921.953931549871457,
    67265.770927008700853,
    33430.575583588128105,
    2509.0809287301226727,
)
_CENTRAL_DENOMINATOR = (
    1.0,
    42.313330701600911252,
    687.18700749205790830,
    5394.1960214247511077,
    21213.794301586595867,
    39307.895800092710610,
    28729.085735721942674,
    5226.4952788528545610,
)
_NEAR_TAIL_NUMERATOR = (
    1.42343711074968357734,
    4.63033784615654529590,
    5.76949722146069140550,
    3.64784832476320460504,
    1.27045825245236838258,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
)
_NEAR_TAIL_DENOMINATOR = (
    1.0,
    2.05319162663775882187,
    1.67638483018380384940,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
)
_FAR_TAIL_NUMERATOR = (
    6.65790464350110377720,
    5.46378491116411436990,
    1.78482653991729133580,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
)
_FAR_TAIL_DENOMINATOR = (
    1.0,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
)


# A truth value or an array of them, and the coefficients that hang on one.
Truth = bool | NDArray[np.bool_]
Coefficients = tuple[Any, Any, Any, Any, Any, Any, Any, Any]


def degree_seven(a: Coefficients, r: Number) -> Number:
    """The polynomial a[0] + a[1] r + … + a[7] r⁷, by Horner's rule."""
    return ((((((a[7] * r + a[6]) * r + a[5]) * r + a[4]) * r + a[3]) * r + a[2]) * r + a[1]) * r + a[0]


def coefficients(central: Truth, near: Truth, a: Coefficients, b: Coefficients, c: Coefficients) -> Coefficients:
    """Those of a polynomial in the middle, ``a``, in the near tail, ``b``, or in the far one, ``c``."""
    return (
        choose(central, a[0], choose(near, b[0], c[0])),
        choose(central, a[1], choose(near, b[1], c[1])),
        choose(central, a[2], choose(near, b[2], c[2])),
        choose(central, a[3], choose(near, b[3], c[3])),
        choose(central, a[4], choose(near, b[4], c[4])),
        choose(central, a[5], choose(near, b[5], c[5])),
        choose(central, a[6], choose(near, b[6], c[6])),
        choose(central, a[7], choose(near, b[7], c[7])),
    )


def normal_quantile(u: Number) -> Number:
    """The standard normal quantile of `u` by AS 241 (PPND16), good to about 1e-15 of its size; elementwise.

    Infinite at 0 and 1, NaN outside [0, 1]; antisymmetric to the last bit where 1 - u is exact. No branches: it
    can run in lanes.
    """
    distance = u - 0.5
    below = distance < 0.0
    central = abs(distance) <= 0.425
    middle = choose(central, distance, 0.0)
    tail = choose(below, u, 1.0 - u)
    depth = sqrt(-log(choose(tail > 0.0, tail, 0.5)))
    near = depth <= 5.0
    r = choose(central, 0.180625 - middle * middle, depth - choose(near, 1.6, 5.0))
    scale = choose(central, distance, choose(below, -1.0, 1.0))
    above = coefficients(central, near, _CENTRAL_NUMERATOR, _NEAR_TAIL_NUMERATOR, _FAR_TAIL_NUMERATOR)
    under = coefficients(central, near, _CENTRAL_DENOMINATOR, _NEAR_TAIL_DENOMINATOR, _FAR_TAIL_DENOMINATOR)
    quantile = scale * degree_seven(above, r) / degree_seven(under, r)
    end = choose(tail == 0.0, choose(below, -_INFINITE, _INFINITE), _NO_NUMBER)
    return choose(tail > 0.0, quantile, end)


def normal_pair(key: np.uint64, replicate: int, stream: int, index: int) -> tuple[float, float]:
    """Two independent normal numbers of mean 0 and variance 1, within ±8.3: quantiles of `uniform_pair`."""
    u0, u1 = uniform_pair(key, replicate, stream, index)
    return normal_quantile(u0), normal_quantile(u1)


def normal(key: np.uint64, replicate: int, stream: int, index: int) -> float:
    """A normal number of mean 0 and variance 1: lane 0 of `normal_pair`."""
    return normal_quantile(uniform(key, replicate, stream, index))


# ---- for studies ------------------------------------------------------------------------------------------


def uniforms(seed: int, replicates: NDArray[np.integer], stream: int, index: int) -> NDArray[np.float64]:
    """`uniform` at one stream and index for many replicates, in the shape of `replicates`.

    Raises ValueError unless the seed suits `key_of_seed`, `replicates` are integers in 0..2**63 - 1, and
    `stream` and `index` are in 0..2**32 - 1.
    """
    for role, word in (("stream", stream), ("index", index)):
        if not 0 <= word < 2**32:
            raise ValueError(f"the {role} of a draw is an integer from 0 to 2**32 - 1, not {word!r}")
    if replicates.dtype.kind not in "iu" or np.any(replicates < 0) or np.any(replicates >= 2**63):
        raise ValueError("replicates are integers from 0 to 2**63 - 1")
    key = key_of_seed(seed)
    replicate_bits = replicates.astype(np.uint64)
    word_0, word_1, _, _ = philox(
        np.uint64(index),
        replicate_bits & _WORD_MASK,
        replicate_bits >> _WORD_BITS,
        np.uint64(stream),
        key & _WORD_MASK,
        key >> _WORD_BITS,
    )
    return np.asarray(unit_interval(word_0, word_1), dtype=np.float64)


# All that compiled code may call, and what those functions call in turn; Numba must be told of each by name.
EQUATIONS: Final = (
    philox,
    unit_interval,
    uniform_pair,
    uniform,
    exponential,
    degree_seven,
    coefficients,
    normal_quantile,
    normal_pair,
    normal,
)
