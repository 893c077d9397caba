"""What the store of a batch costs: time and memory beside the simulation, for any number of replicates.

    python -m benchmarks.store --replicates 200000
    python -m benchmarks.store --replicates 10000000 --store-only

``--store-only`` takes records of one chunk again and again in the place of a simulation, so that the store can be seen
at sizes that would take hours to simulate. Times are of the processor, added over threads: what else the machine does
counts little.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from deference_sim.batches import chunk
from deference_sim.batches.plan import Plan, Point, plan_for
from deference_sim.batches.result import batch, merged
from deference_sim.batches.store import Store
from deference_sim.scenario import load
from deference_sim.study.runner import warm_up


class Times:
    """Processor seconds by what they went into."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def of(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``work`` with its time added under ``name``."""

        def timed(*arguments: Any, **named: Any) -> Any:
            started = time.thread_time()
            try:
                return work(*arguments, **named)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.thread_time() - started

        return timed


def taken_again(plan: Plan) -> Callable[..., Any]:
    """Return what stands in for a simulation: the records of one chunk, numbered anew."""
    records = chunk.simulated(plan.runs[0], 0, plan.chunk, plan.engine)

    def simulated(run: object, first: int, stop: int, *_: object) -> Any:
        found = records[np.arange(first, stop) % len(records)]
        found["replicate"] = np.arange(first, stop)
        return found

    return simulated


@contextmanager
def told(what: str) -> Any:
    """Print the wall time and processor time of what is inside."""
    wall, processor = time.perf_counter(), time.process_time()
    yield
    print(f"{what}: {time.perf_counter() - wall:.1f} s, processor {time.process_time() - processor:.1f} s", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__.partition("\n")[0])
    parser.add_argument("--replicates", type=int, default=100_000)
    parser.add_argument("--scenario", default="baseline")
    parser.add_argument("--store-only", action="store_true")
    chosen = parser.parse_args()
    scenario = load(chosen.scenario)
    label = {"scenario": chosen.scenario}
    plan = plan_for("store", [Point(label, scenario)], [1], chosen.replicates, "compiled", [], label)
    warm_up("compiled")
    times = Times()
    chunk.simulated = times.of("simulation", taken_again(plan) if chosen.store_only else chunk.simulated)
    chunk.table_of = times.of("table", chunk.table_of)
    chunk.encoded = times.of("Parquet, checksums", chunk.encoded)
    Store.put = times.of("write, fsync, read back", Store.put)  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        with told(f"{chosen.replicates:,} replicates"):
            batch(plan, Path(folder) / "batch")
        for name, seconds in times.seconds.items():
            print(f"  {name}: {seconds:.2f} s, {seconds / chosen.replicates * 1e6:.2f} µs a replicate")
        simulation = times.seconds.pop("simulation")
        if not chosen.store_only:
            print(f"  store beside simulation: {sum(times.seconds.values()) / simulation:.1%}")
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
        print(f"  {size / 1e6:,.1f} MB, {size / chosen.replicates:.0f} bytes a replicate")
        print(f"  peak memory {peak_megabytes():,.0f} MB")
        with told("verified again, all there"):
            batch(plan, Path(folder) / "batch")
        with told("merged"):
            merged(Path(folder) / "batch")
        print(f"  peak memory {peak_megabytes():,.0f} MB")


def peak_megabytes() -> float:
    """Return the most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
