"""Small functions translated into lanes do in every lane what they do as plain Python: conditions, loops, ways out."""

import ctypes
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from llvmlite import binding as llvm
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.elementary import exp, log
from deference_sim.engines.lanes.frame import Frame
from deference_sim.engines.lanes.memory import BYTES, Cell
from deference_sim.engines.lanes.module import Module
from deference_sim.engines.lanes.values import FLOAT, Code, kind_of
from deference_sim.engines.lanes.ways import EVERYWHERE

LANES = 8
TABLE = (0.5, 2.0, -1.0, 8.0)
Floats = NDArray[np.float64]


def in_lanes(function: Callable[..., Any], inlined: bool) -> Callable[[Floats], Floats]:
    """Return ``function`` translated: of an array (arguments, lanes) it returns one (results, lanes)."""
    module, code = Module(LANES, {}, ()), Code(LANES)
    names = list(inspect.signature(function).parameters)
    given = [Cell(code, "%given", place * BYTES * LANES, FLOAT, True).load() for place in range(len(names))]
    if inlined:
        found = Frame(module, code, function, dict(zip(names, given, strict=True)), EVERYWHERE).run()
    else:
        found = module.called(code, function, given, EVERYWHERE)
    results = found if isinstance(found, tuple) else (found,)
    for place, result in enumerate(results):
        number = code.cast(code.num(result, kind_of(result), True), FLOAT) if result is not None else 0.0
        Cell(code, "%found", place * BYTES * LANES, FLOAT, True).store(number, EVERYWHERE)
    code.do("ret void")
    body = "\n".join(["define void @run(ptr %given, ptr %found) #0 {", "start:", *code.reserved, *code.lines, "}"])
    module.texts.append(body)
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=2, codemodel="jitdefault", jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(module.text()), machine)
    engine.finalize_object()
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(engine.get_function_address("run"))

    def call(arguments: Floats) -> Floats:
        made = np.zeros((len(results), LANES))
        run(arguments.ctypes.data, made.ctypes.data)
        return made

    call.engine = engine  # type: ignore[attr-defined]
    return call


def early(x: float, y: float) -> float:
    if x < 0.0:
        return y
    z = exp(-x) + log(1.0 + x)
    if y > 0.5:
        if x > 1.0:
            return z
        z = z * 2.0
    elif y < -0.5:
        return -z
    return z + y


def loops(x: float, y: float) -> Any:
    total, turns, last = 0.0, 0, x
    while total < abs(y) * 10.0:
        turns += 1
        if turns > 50:
            break
        if x < -1.0:  # lanes that only the limit ends
            continue
        total += abs(x) + 0.25
        last = total if last < total else last
    return total, turns, last


def left_together(x: float, y: float) -> float:
    total = 0.0
    for turn in range(40):
        if x < turn - 10.0:
            return -total  # some lanes leave
        total += exp(-abs(x) * turn) + log(1.0 + abs(y))
        if turn == 9:
            return total  # and all that are left
        else:
            doubled = turn * 2
        if doubled > 16:
            total += 1.0
        if total > doubled:
            total -= 0.5
    return -1.0


def searched(x: float, y: float) -> float:
    low, high = 0.0, 10.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle <= low or middle >= high:
            break
        if middle * middle <= abs(x):
            low = middle
        else:
            high = middle
        if abs(y) < 0.3 and high - low < 0.01:
            return low
    return high


def tables(x: float, y: float) -> float:
    total = 0.0
    for i in range(4):
        for j in range(30):
            if j > abs(y) * 10.0:
                continue
            total += TABLE[i] * x if j != i else 1.0
    return total


def helper(x: float, y: float) -> Any:
    if y > 0.0:
        return x, 1.0
    return exp(min(x, 1.0)), y


def calls(x: float, y: float) -> Any:
    a, b = helper(x, y)
    c, _ = helper(y, a) if x > 0.0 else (a, b)
    inside = x > -1.0 and helper(y, x)[1] > 0.0
    return a, b, c, 1 if inside or not y < 0.2 < x else 0


def chosen(x: float, y: float) -> Any:
    return min(x, y), max(x, y), min(max(x, -0.5), 0.5), -x, int(x * 3.0), abs(y), math.sqrt(abs(x)), x == y, x != x


def drawn(x: float, y: float) -> Any:
    u, v = streams.uniform_pair(np.uint64(12345678901234567), int(abs(x) * 1e6), 5, int(abs(y) * 1e3))
    return u, v, streams.normal_quantile(u)


FUNCTIONS = (early, loops, left_together, searched, tables, helper, calls, chosen, drawn)


@pytest.mark.parametrize("inlined", [True, False])
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_every_lane_does_what_plain_python_does(function: Callable[..., Any], inlined: bool) -> None:
    translated, random = in_lanes(function, inlined), np.random.default_rng(4)
    for turn in range(60):
        arguments = random.normal(0.0, 1.5, (2, LANES))
        if turn % 3 == 0:
            arguments[:, :] = arguments[:, :1]  # all alike
        if turn % 5 == 0:
            arguments[0, ::3] = arguments[1, ::3]
        found = translated(arguments)
        for lane in range(LANES):
            plain = function(*arguments[:, lane].tolist())
            expected = np.array(plain if isinstance(plain, tuple) else (plain,), float)
            assert found[:, lane].tobytes() == expected.tobytes(), (turn, lane, arguments[:, lane])


def test_what_cannot_be_translated_is_refused() -> None:
    def mixed(x: float, y: float) -> float:
        total = 0
        while total < x:
            total += y
        return total

    with pytest.raises(TypeError, match="float"):
        in_lanes(mixed, inlined=True)
