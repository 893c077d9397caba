"""exp, log and what is made of them: how exact they are, and that every way of running them gives the same bits.

Would catch: another rounding on arrays, compiled, in lanes or on another processor; a product and a sum joined into one
instruction; an end, a subnormal number or NaN that is taken otherwise in one of them.
"""

import hashlib
import math
import os
import platform
import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from deference_sim import elementary, quantiles, streams
from deference_sim.elementary import exp, log, log1p
from deference_sim.engines import bits  # noqa: F401  which tells Numba of them

Floats = NDArray[np.float64]
Function = Callable[[Any], Any]

ROOT = Path(__file__).parents[1]
POINTS = 1_000_000
PLAIN_POINTS = 20_000
ENDS = [
    *(0.0, 5e-324, 1e-310, 2.225073858507201e-308, 2.2250738585072014e-308, 0.075, 0.425, 0.5, 0.7071067811865475, 1.0),
    *(
        0.7071067811865476,
        1.4142135623730951,
        708.3964185322641,
        709.782712893384,
        709.7827128933841,
        710.0,
        744.4400719,
    ),
    *(745.1332191019411, 745.2, 746.0, 1e16, 1.7976931348623157e308, math.inf, math.nan),
]
#: Multiply-adds that round once: of x86, ARM, RISC-V, POWER and WebAssembly.
FUSED = re.compile(r"\b(v?fn?m(add|sub)\w*|fml[as]|vf\w*mac\w*|x[sv]n?m(add|sub)\w*|f64x2\.relaxed_\w*madd)\b")


def points(count: int, seed: int = 20_261_127) -> Floats:
    """Ends, then a quarter each: numbers of ordinary size, probabilities, numbers about 1, any bits that there are."""
    random = np.random.default_rng(seed)
    ends = np.array([*ENDS, *(-end for end in ENDS)])
    part = (count - len(ends)) // 4
    ordinary, sure = random.uniform(-720.0, 720.0, part), random.uniform(0.0, 1.0, part)
    near_one = 1.0 + random.normal(0.0, 1.0, part) * 10.0 ** random.uniform(-16.0, 0.0, part)
    any_bits = random.integers(-(2**63), 2**63 - 1, count - len(ends) - 3 * part, endpoint=True).view(np.float64)
    any_bits[np.isnan(any_bits)] = np.nan  # some would signal
    return np.concatenate([ends, ordinary, sure, near_one, any_bits])


def same(one: Floats, other: Floats) -> bool:
    """Whether all bits are the same, all NaN being one."""
    return bool(np.all((one.view(np.int64) == other.view(np.int64)) | (np.isnan(one) & np.isnan(other))))


def of_0_or_more(x: Floats) -> Floats:
    return np.abs(x)


#: Every function with what makes arguments of any numbers.
FUNCTIONS: dict[Function, Function] = {
    exp: np.asarray,
    log: np.asarray,
    log1p: of_0_or_more,
    streams.normal_quantile: np.asarray,
    quantiles.normal_cumulative: np.asarray,
}
COMPILED = (exp, log, log1p, streams.normal_quantile)
for equation in streams.EQUATIONS:
    numba.extending.register_jitable(error_model="numpy")(equation)


def compiled_loop(function: Function, **options: Any) -> Any:
    def loop(x: Floats, out: Floats) -> None:
        for i in range(len(x)):
            out[i] = function(x[i])

    return numba.njit(loop, error_model="numpy", **options)


# ---- the same bits ------------------------------------------------------------------------------------------------


def on_arrays(function: Function, x: Floats) -> Floats:
    """Apply ``function`` to the whole array, every warning an error."""
    with np.errstate(all="raise", under="ignore"):
        return np.asarray(function(x))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_numbers_and_arrays(function: Function) -> None:
    x = FUNCTIONS[function](points(PLAIN_POINTS))
    plain = [function(number) for number in x.tolist()]
    assert {type(number) for number in plain} == {float}
    assert same(np.array(plain), on_arrays(function, x))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_view_and_a_single_number_of_an_array(function: Function) -> None:
    x = FUNCTIONS[function](points(4_000))
    assert same(np.ascontiguousarray(on_arrays(function, x[::-3])), on_arrays(function, x[::-3].copy()))
    assert same(on_arrays(function, x.reshape(-1, 4)).ravel(), on_arrays(function, x))
    assert function(x[7]) == function(0.5)


@pytest.mark.parametrize("function", COMPILED)
def test_compiled_one_number_at_a_time(function: Function) -> None:
    one = numba.njit(lambda x: function(x), error_model="numpy")
    x = FUNCTIONS[function](points(PLAIN_POINTS))
    assert same(np.array([one(number) for number in x.tolist()]), on_arrays(function, x))


@pytest.mark.parametrize("function", COMPILED)
def test_compiled_loops(function: Function) -> None:
    """For exp and log, which are short enough to become part of the loop, this is in lanes."""
    x = FUNCTIONS[function](points(POINTS))
    out = np.empty_like(x)
    compiled_loop(function)(x, out)
    assert same(out, on_arrays(function, x))


# ---- on other processors ------------------------------------------------------------------------------------------

X86 = platform.machine().lower() in ("x86_64", "amd64")
PROCESSORS: dict[str, dict[str, str]] = {
    "this one": {},
    "generic": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
} | ({"haswell": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}} if X86 else {})


def digest(numbers: Floats) -> str:
    return hashlib.blake2b(np.where(np.isnan(numbers), np.nan, numbers).tobytes(), digest_size=16).hexdigest()


def compiled_here() -> list[str]:
    """Run in another process: the digest of what each loop gives, and every fused instruction in its code."""
    found = []
    for function in (exp, log):
        loop = compiled_loop(function)
        x = points(POINTS)
        out = np.empty_like(x)
        loop(x, out)
        assembly = "\n".join(loop.inspect_asm().values())
        fused = sorted({one.group() for one in FUSED.finditer(assembly)})
        lanes = "ymm" if "ymm" in assembly else "zmm" if "zmm" in assembly else "xmm"
        found.append(f"{digest(out)} {fused} {lanes if X86 else ''}")
    return found


def compiled_for(processor: str, cache: Path) -> list[str]:
    settings = PROCESSORS[processor] | {
        "XDG_CACHE_HOME": str(cache),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
    }
    code = "import test_elementary; print(*test_elementary.compiled_here(), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | settings, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("processor", PROCESSORS)
def test_processors(processor: str, tmp_path: Path) -> None:
    found = compiled_for(processor, tmp_path)
    for function, line in zip((exp, log), found, strict=True):
        assert line.startswith(f"{digest(on_arrays(function, points(POINTS)))} [] ")
    if X86 and processor != "this one":  # what was asked for is what was compiled for
        assert found[0].split()[-1] == {"generic": "xmm", "haswell": "ymm"}[processor]


#: Other machines, of which the code is looked at and not run, with features of theirs that have fused instructions.
TARGETS = {
    "aarch64-unknown-linux-gnu": "+neon,+fp-armv8",
    "powerpc64le-unknown-linux-gnu": "+vsx",
    "riscv64-unknown-linux-gnu": "+f,+d",
    "wasm32-unknown-unknown": "+simd128",
}


def code_for(target: str, function: Any) -> str:
    """Return the code that LLVM makes of a compiled C function for another machine."""
    machine = llvm.Target.from_triple(target).create_target_machine(opt=3, features=TARGETS[target])
    module = llvm.parse_assembly(re.sub("target (triple|datalayout) = .*", "", function.inspect_llvm()))
    module.triple = target
    return str(machine.emit_assembly(module))


@pytest.mark.parametrize("target", TARGETS)
def test_code_for_other_machines(target: str) -> None:
    """And that the search finds what there is: a fused instruction where it is allowed, but for WebAssembly's lanes."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    try:
        llvm.Target.from_triple(target)
    except RuntimeError:
        pytest.skip("this LLVM makes no code for it")
    for function in COMPILED:
        made = numba.cfunc("float64(float64)", error_model="numpy")(function)
        assert not FUSED.search(code_for(target, made))
    joined = numba.cfunc("float64(float64, float64)", fastmath={"contract"})(lambda x, y: x * y + 1.5)
    assert FUSED.search(code_for(target, joined)) or target.startswith("wasm")


def test_fused_instructions_would_be_found() -> None:
    """Would catch a search that finds none whatever there is."""
    lines = ("vfmadd213pd %ymm1, %ymm2, %ymm3", "vfnmsub231sd (%rax), %xmm1, %xmm2", "fmla v0.2d, v1.2d, v2.2d")
    assert all(FUSED.search(f"\t{line}") for line in lines)
    assert not FUSED.search("\tvmulpd\t%ymm1, %ymm2, %ymm3\n\tvaddsd\t%xmm1, %xmm2, %xmm3")


# ---- how exact ----------------------------------------------------------------------------------------------------

DIGITS = Context(prec=60, Emin=-(10**6), Emax=10**6)


def errors(function: Function, exact: Callable[[Decimal], Decimal], x: Floats) -> Floats:
    """Return how far ``function`` is off at each number, in units in the last place of the true value."""
    found = []
    with localcontext(DIGITS):
        for number, value in zip(x.tolist(), function(x).tolist(), strict=True):
            true = exact(Decimal(number))
            found.append(abs(float((Decimal(value) - true) / Decimal(math.ulp(float(true))))))
    return np.array(found)


def spread(low: float, high: float, count: int = 3_000) -> Floats:
    return np.random.default_rng(7).uniform(low, high, count)


@pytest.mark.parametrize(
    ("function", "exact", "x", "allowed"),
    [
        (exp, Decimal.exp, spread(-0.35, 0.35), 0.7),
        (exp, Decimal.exp, spread(-708.0, 709.78), 0.7),
        (exp, Decimal.exp, spread(-745.1, -708.4), 0.8),
        (log, Decimal.ln, spread(0.7, 1.42), 0.9),
        (log, Decimal.ln, 2.0 ** spread(-1021.0, 1023.0), 0.7),
        (log, Decimal.ln, 2.0 ** spread(-1073.0, -1023.0), 0.7),
        (log, Decimal.ln, 1.0 + 10.0 ** spread(-15.0, -1.0), 0.9),
        (log1p, lambda x: (1 + x).ln(), 10.0 ** spread(0.0, 300.0), 1.6),
        (log1p, lambda x: (1 + x).ln(), 10.0 ** spread(-20.0, 1.0), 2.6),
    ],
)
def test_errors(function: Function, exact: Callable[[Decimal], Decimal], x: Floats, allowed: float) -> None:
    """Would catch a wrong digit in a constant or a coefficient, unless its effect is lost in the rounding."""
    assert errors(function, exact, x).max() < allowed


def test_ends() -> None:
    assert [exp(x) for x in (-math.inf, -746.0, 0.0, -0.0, 709.8, math.inf)] == [0.0, 0.0, 1.0, 1.0, math.inf, math.inf]
    assert exp(709.782712893384) == pytest.approx(1.797693134862273e308)
    assert exp(-745.13) == 5e-324
    assert [log(x) for x in (0.0, -0.0, 1.0, math.inf)] == [-math.inf, -math.inf, 0.0, math.inf]
    assert all(math.isnan(one) for one in (exp(math.nan), log(math.nan), log(-5e-324), log(-math.inf), log1p(math.nan)))
    assert [log1p(x) for x in (0.0, 5e-324, math.inf)] == [0.0, 5e-324, math.inf]


def test_nothing_warns() -> None:
    """Would catch NumPy's warnings about numbers that are not chosen, for numbers of its own too."""
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        for x in (math.inf, -math.inf, math.nan, 1e308, -1e308, 0.0):
            for function in FUNCTIONS:
                function(FUNCTIONS[function](np.array([x])))
                function(np.float64(abs(x)))


def test_bits_there_and_back() -> None:
    for x in (0.0, -0.0, 1.0, -math.inf, 5e-324):
        assert math.copysign(1.0, elementary.of_bits(elementary.bits_of(x))) == math.copysign(1.0, x)
        assert elementary.of_bits(elementary.bits_of(np.array([x])))[0] == x
    assert elementary.bits_of(1.0) == 0x3FF << 52
