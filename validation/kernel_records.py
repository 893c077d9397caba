"""The live page's kernel against the native engine: every shipped world, to the last bit, and how fast both are.

    python -m validation.kernel_records --replicates 200

Runs each world in V8 (Node), as a page does, and with the compiled engine, on one core each, and compares the records.
"""

import argparse
import sys
from dataclasses import dataclass
from time import process_time

import numpy as np

from deference_sim.engines import compiled
from deference_sim.scenario import Scenario, load
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from validation.kernel_in_node import answers, as_data
from validation.record_hashes import scenarios as hashed

SEED = 1


@dataclass(frozen=True)
class Compared:
    """A world, in how many of its records both are the same to the last bit, and trajectories a second of each."""

    name: str
    same: int
    replicates: int
    in_v8: float
    native: float


def worlds() -> dict[str, Scenario]:
    """Return the shipped worlds, and one with inputs of every distribution."""
    return {name: load(name) for name in shipped()} | hashed()


def compare(made: dict[str, Scenario], replicates: int) -> list[Compared]:
    """Run the worlds both ways. Those of handoff by indifference make its table before time is taken."""
    options = {"seed": SEED, "count": replicates}
    jobs = [
        {"what": "run", "scenario": as_data(scenario), "options": options, "out": name, "warm": True}
        for name, scenario in made.items()
    ]
    got = answers(jobs)
    found = []
    for (name, scenario), told in zip(made.items(), got.told, strict=True):
        block = np.arange(replicates)
        parameters, hazards = runner.numbers_of(scenario, SEED, block)
        compiled.run_replicates(parameters.copy(), hazards, SEED, block)
        begun = process_time()
        records = compiled.run_replicates(*runner.numbers_of(scenario, SEED, block), SEED, block)
        native = replicates / (process_time() - begun)
        other = np.frombuffer(got.files[name], records.dtype)
        same = sum(a.tobytes() == b.tobytes() for a, b in zip(records, other, strict=True))
        found.append(Compared(name, same, replicates, replicates / told["seconds"], native))
    return found


def main(arguments: list[str] | None = None) -> int:
    """Compare, and say what came of it; return 1 if any record differs."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.kernel_records",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--replicates", type=int, default=200, help="of each world (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=worlds(), help="these worlds")
    args = parser.parse_args(arguments)
    made = {name: scenario for name, scenario in worlds().items() if not args.only or name in args.only}
    found = compare(made, args.replicates)
    for one in found:
        said = f"{one.same} of {one.replicates} the same; in V8 {one.in_v8:,.0f} a second, native {one.native:,.0f}"
        print(f"{one.name}: {said}")
    same, total = sum(one.same for one in found), sum(one.replicates for one in found)
    share = np.median([one.in_v8 / one.native for one in found])
    print(f"{same:,} of {total:,} records of {len(found)} worlds the same; V8 at {share:.0%} of native (median)")
    return int(same < total)


if __name__ == "__main__":
    sys.exit(main())
