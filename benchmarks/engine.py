"""Speed and memory of both engines.

    python -m benchmarks.engine              everything, some minutes on a quiet machine
    python -m benchmarks.engine --write      and put the tables into docs/performance.md

Speeds of one thread are by processor time, the least of several repeats, because other programs only ever make a run
slower; the two threads are timed by the clock on the wall, so they need a quiet machine. The floor is what just the
arithmetic and random numbers of the same trajectories take in tight compiled loops, counted by running the law on
numbers that count (``benchmarks/operations.py``).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.operations import KINDS, count_operations, floor_seconds
from deference_sim.engines import compiled
from deference_sim.pages.layout import Page, Paragraph, Table, show
from deference_sim.scenario import Scenario, load
from deference_sim.study.runner import numbers_of, run, warm_up
from validation import pages

SECTION = "speed"
PAGE = pages.DOCS / "performance.md"
SCENARIOS = ("baseline", "rushed-handoff", "five-hazards", "with-scheming", "uncertain-baseline")
SEED = 1
CHUNK = 256  # replicates a measurement
FEW = 8  # replicates whose operations are counted
ON_EVENTS = 20  # replicates
GRID = 20 * 20 * 10_000  # trajectories of a sweep of lead and tax
CLI = ("-c", "from deference_sim.cli import main; main()")
RUN = (*CLI, "run", "baseline", "--json", "--quiet", "--replicates")
ESTIMATES_ONLY = (
    "import resource, deference_sim as ds; ds.simulate(ds.load('baseline'), {n}, 1, keep_records=False); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def least(work: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time) -> float:
    """Return the least time that ``work`` takes by ``clock``, in seconds."""
    times = []
    for _ in range(repeats):
        before = clock()
        work()
        times.append(clock() - before)
    return min(times)


def simulate(scenario: Scenario, replicates: NDArray[np.int64]) -> NDArray[np.void]:
    """Return the records of some replicates, drawing their uncertain inputs too."""
    return compiled.run_replicates(*numbers_of(scenario, SEED, replicates), SEED, replicates)


@dataclass(frozen=True)
class Speed:
    """How fast a scenario runs."""

    name: str
    a_second: float  # trajectories on one thread
    threads: float  # how much faster two threads are than one
    steps: float  # of a trajectory
    events_a_second: float
    floor: float  # seconds of the engine in units of the floor, on the same replicates
    operations: Counter[str]  # of a step


def speed_of(name: str, repeats: int) -> Speed:
    """Measure a scenario."""
    scenario = load(name)
    chunks = np.arange(2 * CHUNK).reshape(2, CHUNK)
    alone = least(lambda: simulate(scenario, chunks[0]), repeats)
    steps = simulate(scenario, chunks[0])["steps"].mean()
    on_events = least(lambda: run(scenario, ON_EVENTS, SEED, "events"), 3)
    few = np.arange(FEW)
    operations = count_operations(scenario, SEED, few)
    again = np.tile(few, CHUNK // FEW)
    # Uncertain inputs are drawn beforehand here: they are no part of the law.
    numbers = numbers_of(scenario, SEED, again)
    engine = least(lambda: compiled.run_replicates(numbers[0].copy(), numbers[1], SEED, again), repeats)
    steps_of_few = simulate(scenario, few)["steps"].sum()
    return Speed(
        name,
        CHUNK / alone,
        gain_of_two_threads(scenario, chunks, repeats),
        steps,
        ON_EVENTS / on_events,
        engine / (CHUNK // FEW) / floor_seconds(operations, repeats),
        Counter({kind: operations[kind] / steps_of_few for kind in KINDS}),  # type: ignore[dict-item]
    )


def gain_of_two_threads(scenario: Scenario, chunks: NDArray[np.int64], repeats: int) -> float:
    """Return how much more two threads get done by the clock on the wall: the median over pairs of measurements."""
    gains = []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(repeats):
            one = least(lambda: simulate(scenario, chunks[0]), 1, time.perf_counter)
            two = least(lambda: list(pool.map(lambda each: simulate(scenario, each), chunks)), 1, time.perf_counter)
            gains.append(2.0 * one / two)
    return median(gains)


# ---- whole processes -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spent:
    """What a process of its own took, in seconds of the clock and of the processor, and what it printed."""

    seconds: float
    processor: float
    said: str


def spend(*arguments: str, **environment: str) -> Spent:
    """Run Python with these arguments."""
    used, before = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return Spent(time.perf_counter() - before, processor, done.stdout)


def times() -> list[tuple[str, Spent]]:
    """Measure whole commands in processes of their own, with and without compiled code in the cache."""
    found = [(f"`run` with {n:,} replicates, compiled code cached", spend(*RUN, str(n))) for n in (100, 10_000)]
    found.append(("`--help`", spend(*CLI, "--help")))
    for engine in ("compiled", "events"):
        with tempfile.TemporaryDirectory() as folder:
            spent = spend(*RUN, "100", "--engine", engine, XDG_CACHE_HOME=folder)
        found.append((f"`run` with 100 replicates, {engine} engine, nothing cached", spent))
    return found


def peak_megabytes(replicates: int) -> float:
    """Return the peak memory of a process that estimates with that many replicates of the baseline."""
    return float(spend("-c", ESTIMATES_ONLY.format(n=replicates)).said) / 1024


# ---- what is printed -----------------------------------------------------------------------------------------


def page(speeds: list[Speed], spent: list[tuple[str, Spent]], memory: dict[int, float], repeats: int) -> Page:
    """Return the tables."""
    busy = os.getloadavg()[0]
    one, two = speeds[0].a_second, speeds[0].a_second * speeds[0].threads
    return [
        Paragraph(
            f"{os.cpu_count()} processors, Python {sys.version.split()[0]}, least of {repeats} repeats; "
            f"{busy:.1f} programs wanted a processor meanwhile (load average of a minute), this one included."
        ),
        Table(
            "Trajectories",
            ("scenario", "a second, 1 thread", "2 threads ÷ 1", "steps each", "ns/step", "÷ floor", "events engine"),
            tuple(
                (s.name, f"{s.a_second:,.0f}", f"{s.threads:.2f}", f"{s.steps:.0f}",
                 f"{1e9 / s.a_second / s.steps:,.0f}", f"{s.floor:.1f}", f"{s.events_a_second:,.0f}")
                for s in speeds
            ),
            right=frozenset(range(1, 7)),
        ),
        Table(
            "Operations in a step",
            ("operation", *(s.name for s in speeds)),
            tuple(
                (kind, *(f"{s.operations[kind]:,.1f}" for s in speeds))
                for kind in KINDS
                if any(s.operations[kind] for s in speeds)
            ),
            right=frozenset(range(1, len(speeds) + 1)),
        ),
        *([commands] if (commands := commands_table(spent)).rows else []),
        Table(
            "Peak memory, estimates only",
            ("replicates", "MB"),
            tuple((f"{n:,}", f"{megabytes:,.0f}") for n, megabytes in memory.items()),
            right=frozenset({0, 1}),
        ),
        Paragraph(
            f"A grid of 20 × 20 points with 10,000 replicates each would take {GRID / one / 60:.1f} minutes on one "
            f"thread of the baseline's speed and {GRID / two / 60:.1f} on two."
        ),
    ]  # fmt: skip


def commands_table(spent: list[tuple[str, Spent]]) -> Table:
    """Return what whole commands took."""
    rows = tuple((name, f"{each.seconds:.1f}", f"{each.processor:.1f}") for name, each in spent)
    return Table("Whole commands", ("command", "seconds", "of the processor"), rows, right=frozenset({1, 2}))


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument(
        "--memory", type=int, nargs="*", default=[10_000, 1_000_000], metavar="N",
        help="replicates for which to measure memory; 1e7 takes ten times as long as 1e6",
    )  # fmt: skip
    parser.add_argument("--no-commands", action="store_true", help="without whole commands, two of which compile")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    args = parser.parse_args(arguments)
    warm_up("compiled")
    run(load("five-hazards"), 1, SEED, "events")
    speeds = [speed_of(name, args.repeats) for name in SCENARIOS]
    spent = [] if args.no_commands else times()
    memory = {n: peak_megabytes(n) for n in args.memory}
    made = page(speeds, spent, memory, args.repeats)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made, PAGE)


if __name__ == "__main__":
    main()
