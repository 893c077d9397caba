"""What trajectories compute: operations counted by running the law as plain Python on numbers that count.

And the floor: how long just these operations take in tight compiled loops, without state, branches or calls.
"""

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines.law import plain_law
from deference_sim.model.declare import EQUATIONS
from deference_sim.scenario import Scenario
from deference_sim.study.runner import numbers_of
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE

KINDS = ("multiplications and additions", "divisions", "square roots", "exponentials", "logarithms",
         "blocks of random bits", "normal quantiles")  # fmt: skip
SIMPLE, DIVISION, ROOT, EXPONENTIAL, LOGARITHM, BLOCK, QUANTILE = KINDS
FUNCTIONS = {math.exp: EXPONENTIAL, math.log: LOGARITHM, math.sqrt: ROOT}
COUNTS: Counter[str] = Counter()


def counting(operator: str, kind: str) -> Callable[..., Any]:
    """Return a float's operator that counts itself."""
    plain = getattr(float, operator)

    def operate(*numbers: float) -> Any:
        COUNTS[kind] += 1
        found = plain(*numbers)
        return found if found is NotImplemented else Counted(found)

    return operate


class Counted(float):
    """A float whose arithmetic is counted; what comes of it counts too."""

    __slots__ = ()


for _name in ("add", "sub", "mul"):
    for _side in ("__", "__r"):
        setattr(Counted, f"{_side}{_name}__", counting(f"{_side}{_name}__", SIMPLE))
for _name in ("__truediv__", "__rtruediv__"):
    setattr(Counted, _name, counting(_name, DIVISION))


class Rows(list[list[float]]):
    """A table that is read and written by (row, column)."""

    def __getitem__(self, at: Any) -> Any:
        return list.__getitem__(self, at[0])[at[1]] if isinstance(at, tuple) else list.__getitem__(self, at)

    def __setitem__(self, at: Any, value: Any) -> None:
        list.__getitem__(self, at[0])[at[1]] = value


def counted(value: Any) -> Any:
    """Return a number or an array of them so that its arithmetic is counted; whole numbers as they are."""
    if value.ndim == 0:
        return Counted(value) if value.dtype.kind == "f" else value.item()
    return (list if value.ndim == 1 else Rows)(counted(part) for part in value)


def as_objects(rows: NDArray[np.void]) -> list[SimpleNamespace]:
    """Return structured elements as objects with attributes."""
    return [SimpleNamespace(**{name: counted(row[name]) for name in row.dtype.names or ()}) for row in rows]


@contextmanager
def functions_counted() -> Iterator[None]:
    """Let the law's exponentials, logarithms, roots and random numbers count themselves meanwhile."""

    def count(function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            COUNTS[kind] += 1
            found = function(*arguments)
            return Counted(found) if isinstance(found, float) else found

        return call

    watched = FUNCTIONS | {streams.philox: BLOCK, streams.normal_quantile: QUANTILE}
    modules = [sys.modules[name] for name in {equation.__module__ for equation in EQUATIONS}]
    with ExitStack() as stack:
        for module in (streams, *modules):
            for name, value in list(vars(module).items()):
                if callable(value) and isinstance(value, type(math.exp) | type(count)) and value in watched:
                    stack.enter_context(patch.object(module, name, count(value, watched[value])))
        yield


def count_operations(scenario: Scenario, seed: int, replicates: NDArray[np.int64]) -> Counter[str]:
    """Return how many operations of each kind these replicates take."""
    law = plain_law()
    COUNTS.clear()
    for replicate in replicates:
        parameters, hazards = numbers_of(scenario, seed, np.array([replicate]))
        P, H = as_objects(parameters), [as_objects(hazards[0])]
        law.prepare(P)
        S, X = as_objects(np.zeros(1, STATE_DTYPE)), as_objects(np.zeros(FIRST_HAZARD + len(H[0]), PROCESS_DTYPE))
        key, before = streams.key_of_seed(seed), COUNTS.copy()
        with functions_counted():
            law.run_block(key, [int(replicate)], P, H, S, [None], X, [], [], [], [SimpleNamespace()])
        assert COUNTS != before
    return COUNTS.copy()


def floor(
    simple: int, divisions: int, roots: int, exponentials: int, logarithms: int, blocks: int, quantiles: int
) -> float:
    """Do that many operations, each kind in several chains that do not wait for one another; return what needs all."""
    a, b, c, d, e, f, g, h = 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8
    for _ in range(simple // 16):
        a, b, c, d = a * 0.9 + 0.01, b * 0.9 + 0.02, c * 0.9 + 0.03, d * 0.9 + 0.04
        e, f, g, h = e * 0.9 + 0.05, f * 0.9 + 0.06, g * 0.9 + 0.07, h * 0.9 + 0.08
    a, b, c, d = a + e, b + f, c + g, d + h
    for _ in range(divisions // 4):
        a, b, c, d = 1.1 / a, 1.2 / b, 1.3 / c, 1.4 / d
    for _ in range(roots // 4):
        a, b, c, d = math.sqrt(a), math.sqrt(b), math.sqrt(c), math.sqrt(d)
    for _ in range(exponentials // 4):
        a, b, c, d = math.exp(-a), math.exp(-b), math.exp(-c), math.exp(-d)
    a, b, c, d = a + 1.1, b + 1.2, c + 1.3, d + 1.4
    for _ in range(logarithms // 4):
        a, b, c, d = 2.0 - math.log(a), 2.1 - math.log(b), 2.2 - math.log(c), 2.3 - math.log(d)
    total = a + b + c + d
    for index in range(blocks):
        u, v = streams.uniform_pair(np.uint64(1), 3, 7, index)
        total += u + v
    for index in range(quantiles):
        total += streams.normal_quantile(0.001 + 0.998 * index / quantiles)
    return total


def floor_seconds(counts: Counter[str], repeats: int) -> float:
    """Return the least time that these operations take."""
    import numba
    from numba.extending import register_jitable

    for function in streams.EQUATIONS:
        register_jitable(error_model="numpy")(function)
    tight = numba.njit(error_model="numpy")(floor)
    many = [16 * counts[kind] for kind in KINDS]
    tight(*many)
    times = []
    for _ in range(repeats):
        before = time.process_time()
        tight(*many)
        times.append(time.process_time() - before)
    return min(times) / 16
