"""Branch coverage of the product by its tests: every line and every way out of a line, the law as plain Python too.

``python -m validation.branch_coverage`` runs the whole test suite under coverage (half an hour on two cores) and prints
what it ran of each room, and what it did not run, with the reason. What is compiled is not seen by coverage: the law
counts as run where a test runs it as plain Python, which ``test_text.py`` does equation by equation and
``test_uncompiled.py`` with whole runs. ``--report FILE`` reads the JSON report of an earlier run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from validation import pages

ROOT = Path(__file__).parents[1]
SECTION = "branch coverage"
PACKAGE = "deference_sim"
ENOUGH = 0.95  # of all branches
#: Why tests do not run what is left, by the dotted beginning of a module's name; the longest beginning counts.
REASONS = {
    "": "words for results that those of the tests are not like",
    "analysis": "refusals and gaps that the tests' studies do not meet",
    "analysis.takeoff.alone": "called compiled only",
    "batches": "faults of machines, versions and forged files",
    "batches.cluster": "faults of a Dask cluster",
    "cli": "a bar of progress on a terminal; refusals; commands that a test ends by a signal",
    "engines": "refusals to a user's own process",
    "engines.entry": "called compiled only",
    "engines.lanes": "refusals of text that the law does not have",
    "engines.lanes.rounds": "text that is translated, never run as Python",
    "live": "a checkout without Node, linker or a place to write",
    "plots": "a map of a single column; a curve without contours",
    "scenario": "mistakes of which another check tells first",
    "study": "a repeat of what is in memory; words of a truth value; a lead before which nobody hands off",
    "trajectory": "a budget of a million steps; a step too short; a secant that rounding puts outside its bracket",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many statements and branches there are, and how many tests ran."""

    statements: int = 0
    ran: int = 0
    branches: int = 0
    taken: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            self.statements + other.statements,
            self.ran + other.ran,
            self.branches + other.branches,
            self.taken + other.taken,
        )

    @property
    def cells(self) -> tuple[str, ...]:
        """Statements, the share that ran, branches, and the share that was taken."""
        return (
            f"{self.statements:,}",
            share(self.ran, self.statements),
            f"{self.branches:,}",
            share(self.taken, self.branches),
        )


def share(part: int, whole: int) -> str:
    """Return a share in per cent, rounded down, so that 100 means all."""
    return f"{int(1_000 * part / whole) / 10:.1f} %" if whole else "–"


# ---- measuring -----------------------------------------------------------------------------------------------


def measured(workers: int, tests: Sequence[str]) -> tuple[dict[str, Any], bool]:
    """Run tests under coverage; return the report that coverage makes, and whether all passed."""
    with tempfile.TemporaryDirectory(prefix="coverage-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", f"-n{workers}", "-p", "no:cacheprovider"]
        command += ["--cov", f"--cov-config={ROOT / 'pyproject.toml'}", f"--cov-report=json:{report}", *tests]
        environment = os.environ | {"COVERAGE_FILE": str(Path(folder) / "data"), "PYTHONPATH": str(ROOT)}
        passed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
        return json.loads(report.read_text(encoding="utf-8")), passed


def counts(report: Mapping[str, Any]) -> dict[str, Count]:
    """Return the counts of each file of the package, by its path below it."""
    found = {}
    for path, file in report["files"].items():
        told = file["summary"]
        found[path.partition(f"{PACKAGE}/")[2]] = Count(
            told["num_statements"], told["covered_lines"], told["num_branches"], told["covered_branches"]
        )
    return found


def room_of(path: str) -> str:
    """Return the room of the house that a file belongs to."""
    return path.partition("/")[0] if "/" in path else "top"


def missing(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each file of which something was not run: its path, the lines, the branches."""
    for path, file in sorted(report["files"].items()):
        lines = file["missing_lines"]
        branches = [
            f"{first}→{last if last > 0 else 'end'}" for first, last in file["missing_branches"] if first not in lines
        ]
        if lines or branches:
            yield path.partition(f"{PACKAGE}/")[2], runs_of(lines), ", ".join(branches)


def why(path: str) -> str:
    """Return why tests do not run what is left of a file."""
    parts = path.removesuffix(".py").split("/")
    return next(REASONS[start] for n in range(len(parts), -1, -1) if (start := ".".join(parts[:n])) in REASONS)


def runs_of(lines: Sequence[int]) -> str:
    """Return line numbers as ranges."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in found)


# ---- what is printed -----------------------------------------------------------------------------------------


def page(report: Mapping[str, Any], how: str) -> Page:
    """Return the tables."""
    by_room: dict[str, Count] = defaultdict(Count)
    for path, count in counts(report).items():
        by_room[room_of(path)] += count
    total = sum(by_room.values(), Count())
    rows = [(room, *count.cells) for room, count in sorted(by_room.items())]
    columns = ("room", "statements", "run", "branches", "taken")
    left = [(path, lines, branches, why(path)) for path, lines, branches in missing(report)]
    return [
        Heading(
            f"{share(total.taken, total.branches)} of branches, {share(total.ran, total.statements)} of statements"
        ),
        Table("", columns, (*rows, ("all", *total.cells)), right=frozenset({1, 2, 3, 4})),
        Table("Not run", ("file", "lines", "branches", "why"), tuple(left)),
        Paragraph(how, aside=True),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; return 1 if a test failed or fewer than 95 % of all branches were taken."""
    parser = argparse.ArgumentParser(prog="python -m validation.branch_coverage", description=__doc__)
    parser.add_argument("tests", nargs="*", default=["tests"], help="which tests to run (all)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--report", type=Path, help="read this JSON report of coverage instead of running tests")
    parser.add_argument("--how", default="", help="with --report: how it was made")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/validation.md")
    args = parser.parse_args(arguments)
    started, passed = perf_counter(), True
    if args.report:
        report, how = json.loads(args.report.read_text(encoding="utf-8")), args.how
    else:
        report, passed = measured(args.workers, args.tests)
        how = f"{(perf_counter() - started) / 60.0:.0f} minutes on {args.workers} cores."
    made = page(report, how)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made)
    total = sum(counts(report).values(), Count())
    return 0 if passed and total.taken >= ENOUGH * total.branches else 1


if __name__ == "__main__":
    sys.exit(main())
