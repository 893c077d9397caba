"""How Numba compiles ``elementary``: at most one instruction for each of its primitives, the rest from its text.

Importing this tells Numba.
"""

import math
from typing import Any

from numba import types
from numba.extending import intrinsic, overload, register_jitable

from deference_sim import elementary
from deference_sim.engines.entry import OPTIONS


@intrinsic
def _as_bits(typing_context: Any, x: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.int64))

    return types.int64(types.float64), generate


@intrinsic
def _as_number(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.int64), generate


@intrinsic
def _select(typing_context: Any, condition: Any, this: Any, that: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return types.float64(types.boolean, types.float64, types.float64), generate


# Numba compares the arguments of an overload with those of what it returns, annotations included: so none has any. What
# calls an intrinsic does not pass the first argument of its definition, which the type checker does not know.


@overload(elementary.bits_of)
def _bits_of(x):  # type: ignore[no-untyped-def]
    return lambda x: _as_bits(x)  # type: ignore[call-arg]


@overload(elementary.of_bits)
def _of_bits(bits):  # type: ignore[no-untyped-def]
    return lambda bits: _as_number(bits)  # type: ignore[call-arg]


@overload(elementary.choose)
def _choose(condition, this, that):  # type: ignore[no-untyped-def]
    return lambda condition, this, that: _select(condition, this, that)  # type: ignore[call-arg]


@overload(elementary.tame)
def _tame(x, low, high):  # type: ignore[no-untyped-def]
    return lambda x, low, high: x


@overload(elementary.sqrt)
def _sqrt(x):  # type: ignore[no-untyped-def]
    return lambda x: math.sqrt(x)


for function in elementary.EQUATIONS:
    register_jitable(**OPTIONS)(function)
