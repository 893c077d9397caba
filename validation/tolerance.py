"""Tolerance: how much the answers move when the integrator's tolerance is halved, on the same addresses.

    python -m validation.tolerance --replicates 10000

Each replicate meets the same world twice, so what is counted are pairs whose answer changes: that sees far less than
the difference of two shares.
"""

import argparse
import sys
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.analysis.estimate import clopper_pearson
from deference_sim.analysis.measure import good, stayed
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario import Scenario
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from validation import pages

SECTION = "halved tolerance"
PAGE = pages.DOCS / "performance.md"
MOST_MOVED = 0.001  # of p_stay and p_good


def records_at(scenario: Scenario, n: int, seed: int, factor: float) -> NDArray[np.void]:
    """Return the records of a scenario at ``factor`` times its tolerance."""
    tolerance = scenario.value("numerics.tolerance") * factor
    return runner.run(scenario.with_(**{"numerics.tolerance": tolerance}), n, seed)[0]


@dataclass(frozen=True)
class Move:
    """How many pairs of runs change an answer, and by how much its share moves."""

    changed: int
    moved: float

    def __str__(self) -> str:
        return f"{self.changed} ({100.0 * self.moved:+.3f})" if self.changed else "0"


def move(whole: NDArray[np.bool_], half: NDArray[np.bool_]) -> Move:
    """Return the move from one set of answers to the other."""
    return Move(int((whole != half).sum()), float(half.mean() - whole.mean()))


@dataclass(frozen=True)
class Halved:
    """What halving the tolerance of a scenario does."""

    name: str
    n: int
    p_stay: Move
    p_good: Move
    months: float
    more_steps: float

    @property
    def holds(self) -> bool:
        """Whether neither share moves by as much as is allowed."""
        return max(abs(self.p_stay.moved), abs(self.p_good.moved)) < MOST_MOVED


def halve(name: str, n: int, seed: int) -> Halved:
    """Run a shipped scenario at its tolerance and at half of it."""
    scenario = ds.load(name)
    whole, half = records_at(scenario, n, seed, 1.0), records_at(scenario, n, seed, 0.5)
    same = whole["outcome"] == half["outcome"]
    months = np.abs(whole["months"] - half["months"])[same]
    return Halved(
        name,
        n,
        move(stayed(whole), stayed(half)),
        move(good(whole), good(half)),
        float(np.quantile(months, 0.99)),
        float(half["steps"].mean() / whole["steps"].mean() - 1.0),
    )


def page(found: list[Halved], seed: int, seconds: float) -> Page:
    """Return the table."""
    n = found[0].n
    rows = [(h.name, str(h.p_stay), str(h.p_good), f"{h.months:.1e}", f"{100.0 * h.more_steps:.0f} %") for h in found]
    changed = sum(h.p_good.changed for h in found)
    _, high = clopper_pearson(changed, n * len(found))
    return [
        Heading(f"Half the tolerance, {n:,} replicates of each shipped scenario, seed {seed}"),
        Table(
            "Pairs of runs that change (points by which the share moves)",
            ("scenario", "p_stay", "p_good", "months, 99 %", "more steps"),
            tuple(rows),
            right=frozenset({1, 2, 3, 4}),
        ),
        Paragraph(
            f"Of {n * len(found):,} pairs {changed} change whether they end well: at most {100.0 * high:.4f} points "
            f"(95 %) over all scenarios; a scenario without a change moves by at most "
            f"{100.0 * clopper_pearson(0, n)[1]:.3f}. Months are those by which 99 % of the ends move at most. "
            f"{seconds:.0f} s.",
            aside=True,
        ),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 if a share moves by 0.1 point or more."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.tolerance", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    args = parser.parse_args(arguments)
    started = perf_counter()
    found = [halve(name, args.replicates, args.seed) for name in sorted(shipped())]
    made = page(found, args.seed, perf_counter() - started)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made, PAGE)
    return 0 if all(one.holds for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
