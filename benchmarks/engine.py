"""Speed and memory of both engines, in one table: ``python benchmarks/engine.py`` (``--million`` for 1e6 replicates).

Times are the least of several repeats, because other programs only ever make a run slower. The floor is what the same
number of steps costs in a tight compiled loop that does only the arithmetic and the random numbers of a step.
"""

import argparse
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from deference_sim import streams
from deference_sim.engines import compiled
from deference_sim.scenario import Scenario, load
from deference_sim.study.runner import numbers_of, run, warm_up

SCENARIOS = ("baseline", "rushed-handoff", "five-hazards", "with-scheming", "uncertain-baseline")
SEED = 1
CHUNK = 256  # replicates a measurement
FIRST_RESULT = "import deference_sim as ds; ds.simulate(ds.load('baseline'), replicates=100, seed=1)"
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"

#: Transcendental functions in a step: 7 evaluations of the rates, 3 of the hazards, 3 in each of 3 spans.
FLOOR_EXPONENTIALS, FLOOR_LOGARITHMS = 7 * 5 + 3 * 4 + 3 * 4, 7 * 2 + 3 * 2 + 3 * 3


def least_seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the least time that ``work`` takes."""
    times = []
    for _ in range(repeats):
        before = time.perf_counter()
        work()
        times.append(time.perf_counter() - before)
    return min(times)


def chunk(scenario: Scenario, first: int) -> Any:
    """Return the records of one chunk of replicates, drawing its uncertain inputs too."""
    replicates = np.arange(first, first + CHUNK)
    return compiled.run_replicates(*numbers_of(scenario, SEED, replicates), SEED, replicates)


def rates(scenario: Scenario, repeats: int) -> tuple[float, float, float, float]:
    """Return trajectories per second on one thread and on two, steps a trajectory, and on the events engine."""
    alone = least_seconds(lambda: chunk(scenario, 0), repeats)
    with ThreadPoolExecutor(2) as pool:
        both = least_seconds(lambda: list(pool.map(lambda first: chunk(scenario, first), (0, CHUNK))), repeats)
    few = 10
    readable = least_seconds(lambda: run(scenario, few, SEED, "events"), 3)
    steps = float(chunk(scenario, 0)["steps"].mean())
    return CHUNK / alone, 2 * CHUNK / both, steps, few / readable


def floor(steps: int, exponentials: int, logarithms: int) -> float:
    """Do the bare arithmetic of ``steps`` steps and return a number that depends on all of it."""
    total = 0.0
    for step in range(steps):
        first, second = streams.normal_pair(np.uint64(1), step, 7, 0)
        third, fourth = streams.normal_pair(np.uint64(1), step, 8, 0)
        x = 0.1 + 1e-3 * (first + second + third + fourth)
        for _ in range(exponentials):
            x = x + 1e-3 * math.exp(-x)
        for _ in range(logarithms):
            x = x + 1e-3 * math.log(1.0 + x * x)
        total += x
    return total


def floor_nanoseconds(repeats: int) -> float:
    """Return the nanoseconds that a step's bare arithmetic and random numbers take."""
    import numba
    from numba.extending import register_jitable

    for function in streams.EQUATIONS:
        register_jitable(function)
    tight: Any = numba.njit(floor)
    tight(1, FLOOR_EXPONENTIALS, FLOOR_LOGARITHMS)
    steps = 10_000
    return least_seconds(lambda: tight(steps, FLOOR_EXPONENTIALS, FLOOR_LOGARITHMS), repeats) / steps * 1e9


def in_fresh_process(program: str) -> tuple[float, str]:
    """Run ``program`` in a Python of its own; return its seconds and what it printed."""
    before = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return time.perf_counter() - before, done.stdout


def peak_megabytes(replicates: int) -> float:
    """Return the peak memory of a process that runs that many replicates of the baseline."""
    program = f"import deference_sim as ds; ds.simulate(ds.load('baseline'), replicates={replicates}, seed=1); {PEAK}"
    return float(in_fresh_process(program)[1].split()[-1]) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="also the peak memory of a million replicates")
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    warm_up("compiled")
    warm_up("events")
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}; least of {options.repeats} repeats\n")
    print("| scenario | trajectories/s, 1 thread | 2 threads | steps each | ns/step | events engine, trajectories/s |")
    print("|---|---:|---:|---:|---:|---:|")
    for name in SCENARIOS:
        alone, both, steps, readable = rates(load(name), options.repeats)
        print(f"| {name} | {alone:,.0f} | {both:,.0f} | {steps:.0f} | {1e9 / alone / steps:,.0f} | {readable:,.0f} |")
    print(f"\nFloor, bare arithmetic and random numbers of a step: {floor_nanoseconds(options.repeats):,.0f} ns")
    seconds = least_seconds(lambda: in_fresh_process(FIRST_RESULT), 3)
    print(f"First result of a fresh process, compiled code cached: {seconds:.1f} s")
    for replicates in (10_000, *((1_000_000,) if options.million else ())):
        print(f"Peak memory of {replicates:,} replicates: {peak_megabytes(replicates):,.0f} MB")


if __name__ == "__main__":
    main()
