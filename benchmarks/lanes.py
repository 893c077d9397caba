"""Lanes against the same text one trajectory after the other, and what lies around the kernel.

    python -m benchmarks.lanes              one or two minutes, most of it compiling what runs one by one
    python -m benchmarks.lanes --write      and put the table into docs/performance.md

Both are timed in turn in one process, by processor time, the least of several repeats: other programs slow both. The
last columns say what a replicate of ``run`` takes besides, to draw uncertain inputs and to count what came of it.
"""

import argparse
import sys

import numpy as np

from benchmarks.engine import SCENARIOS, SEED, least
from deference_sim import streams
from deference_sim.engines import compiled
from deference_sim.engines.kernel import run_one_by_one
from deference_sim.engines.lanes import build
from deference_sim.pages.layout import Page, Paragraph, Table, show
from deference_sim.scenario import load
from deference_sim.study.runner import BLOCK, hazard_names, numbers_of
from deference_sim.study.tally import Tally
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import SAMPLE_DTYPE
from validation import pages

SECTION = "lanes"
PAGE = pages.DOCS / "performance.md"


def row_of(name: str, repeats: int) -> tuple[str, ...]:
    """Measure a scenario: a block of replicates one by one, in lanes, and what is done before and after."""
    scenario, block = load(name), np.arange(BLOCK)
    parameters, hazards = numbers_of(scenario, SEED, block)
    records, key = np.zeros(BLOCK, RECORD_DTYPE), streams.key_of_seed(SEED)
    nowhere = np.empty(0), np.zeros((0, 1), SAMPLE_DTYPE)

    def one_by_one() -> None:
        run_one_by_one(key, block, parameters.copy(), hazards, *nowhere, records)

    def in_lanes() -> None:
        compiled.run_replicates(parameters.copy(), hazards, SEED, block)

    one_by_one()  # which compiles it
    alone, lanes = np.inf, np.inf
    for _ in range(repeats):
        alone, lanes = min(alone, least(one_by_one, 1)), min(lanes, least(in_lanes, 1))
    draws = least(lambda: numbers_of(scenario, SEED, block), repeats) if scenario.uncertain else 0.0
    tally, causes = Tally(()), hazard_names(scenario)
    counting = least(lambda: tally.add(records, causes), repeats)
    around = (draws + counting) / (draws + counting + lanes)
    return (
        name, f"{BLOCK / alone:,.0f}", f"{BLOCK / lanes:,.0f}", f"{alone / lanes:.2f}",
        f"{1e6 * draws / BLOCK:.1f}", f"{1e6 * counting / BLOCK:.1f}", f"{100 * around:.0f} %",
    )  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lanes", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--repeats", type=int, default=7)
    args = parser.parse_args(arguments)
    rows = tuple(row_of(name, args.repeats) for name in SCENARIOS)
    head = ("scenario", "one by one, a second", "in lanes", "ratio", "µs to draw", "µs to count", "around the kernel")
    made: Page = [
        Paragraph(f"{build.target().lanes} lanes, one thread, least of {args.repeats} times {BLOCK:,} replicates."),
        Table("One by one and in lanes", head, rows, right=frozenset(range(1, len(head)))),
    ]
    if args.write:
        pages.write(SECTION, made, PAGE)
    show(made, sys.stdout)


if __name__ == "__main__":
    main()
