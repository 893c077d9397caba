"""Frozen engine: today's records against those of the engine as it was at an earlier commit, on the same addresses.

    python -m validation.frozen --replicates 10000

The earlier engine is taken out of git into a folder of its own, runs its own shipped scenarios there, and is thrown
away. A replicate meets the same world in both, so what is counted are pairs that end otherwise.
"""

import argparse
import os
import pickle
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.analysis.estimate import clopper_pearson
from deference_sim.analysis.measure import good, stayed
from deference_sim.model.state import NO_OUTCOME, OUTCOMES
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from validation import pages
from validation.tolerance import MOST_MOVED, Move, move

SECTION = "frozen engine"
PAGE = pages.DOCS / "performance.md"
ROOT = pages.DOCS.parent
COMMIT = "6a51e5c"  # before steps went across corners of the law and before rates were followed between their nodes
MOST_DIFFERENT = 0.001  # of all pairs
#: Run inside the earlier commit: pickles its records by name of scenario. All that it needs of it stands in here.
_RUN_THERE = """
import pickle, sys
import deference_sim as ds
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
found = {name: runner.run(ds.load(name), int(sys.argv[2]), int(sys.argv[3]))[0] for name in sorted(shipped())}
with open(sys.argv[1], "wb") as file:
    pickle.dump(found, file)
"""
Records = Mapping[str, NDArray[np.void]]


def take_out(commit: str, folder: Path) -> None:
    """Put the files of a commit into a folder. Raises ``ValueError`` for a commit that git does not have here."""
    made = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=False)
    if made.returncode:
        raise ValueError(
            f"--commit {commit}: git has no such commit in {ROOT} ({made.stderr.decode().strip()}); "
            "name one that 'git log' lists, in a clone with its history"
        )
    with tarfile.open(fileobj=BytesIO(made.stdout)) as archive:
        archive.extractall(folder, filter="data")


def records_then(commit: str, n: int, seed: int) -> Records:
    """Return the records of every scenario shipped at a commit, by its engine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        take_out(commit, folder)
        kept = folder / "records"
        # The folder that a command is run in is where Python looks first for what it imports.
        command = [sys.executable, "-c", _RUN_THERE, str(kept), str(n), str(seed)]
        subprocess.run(command, cwd=folder, env=_without_path(), check=True)
        with kept.open("rb") as file:
            found: Records = pickle.load(file)
        return found


def _without_path() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


@dataclass(frozen=True)
class Compared:
    """What of a scenario differs between the two engines."""

    name: str
    n: int
    different: int
    p_stay: Move
    p_good: Move
    months: tuple[float, float, float]  # by which half, 99 % and all of those that end alike move at most

    @property
    def holds(self) -> bool:
        """Whether neither share moves by as much as is allowed."""
        return max(abs(self.p_stay.moved), abs(self.p_good.moved)) < MOST_MOVED


def compared(name: str, then: NDArray[np.void], now: NDArray[np.void]) -> Compared:
    """Compare the records of a scenario."""
    same = then["outcome"] == now["outcome"]
    moved = np.abs(then["months"] - now["months"])[same]
    half, most, all_ = np.quantile(moved, (0.5, 0.99, 1.0))
    shares = move(stayed(then), stayed(now)), move(good(then), good(now))
    return Compared(name, len(now), int((~same).sum()), *shares, (float(half), float(most), float(all_)))


def rows_by_outcome(then: Records, now: Records) -> list[tuple[str, ...]]:
    """Return, for each outcome over all scenarios: how many then and now, months then and now, and how these move."""
    rows = []
    for outcome, word in enumerate(OUTCOMES):
        pairs = [(then[name], now[name]) for name in now]
        old = np.concatenate([one["months"][one["outcome"] == outcome] for one, _ in pairs])
        new = np.concatenate([other["months"][other["outcome"] == outcome] for _, other in pairs])
        both = [(one["outcome"] == outcome) & (other["outcome"] == outcome) for one, other in pairs]
        moved = np.concatenate(
            [np.abs(one["months"] - other["months"])[alike] for (one, other), alike in zip(pairs, both, strict=True)]
        )
        if outcome == NO_OUTCOME or not len(moved):
            continue
        middle = f"{np.median(old):.4f}", f"{np.median(new):.4f}"
        moves = (f"{np.quantile(moved, part):.1e}" for part in (0.5, 0.9, 0.99))
        rows.append((word, f"{len(old):,}", f"{len(new):,}", *middle, *moves))
    return rows


def page(found: list[Compared], by_outcome: list[tuple[str, ...]], how: str, seconds: float) -> Page:
    """Return the tables."""
    pairs, different = sum(each.n for each in found), sum(each.different for each in found)
    most = clopper_pearson(different, pairs)[1]
    well = sum(each.p_good.changed for each in found)
    rows = [
        (each.name, str(each.different), str(each.p_stay), str(each.p_good), *(f"{one:.1e}" for one in each.months))
        for each in found
    ]
    return [
        Heading(how),
        Table(
            "Pairs of runs that end otherwise (points by which the share moves)",
            ("scenario", "outcome", "p_stay", "p_good", "months, 50 %", "months, 99 %", "months, most"),
            tuple(rows),
            right=frozenset(range(1, 7)),
        ),
        Table(
            "Months by outcome, all scenarios",
            ("outcome", "then", "now", "median then", "median now", "moved, 50 %", "moved, 90 %", "moved, 99 %"),
            tuple(by_outcome),
            right=frozenset(range(1, 8)),
        ),
        Paragraph(
            f"Of {pairs:,} pairs {different} have another outcome ({100.0 * different / pairs:.3f} %, at most "
            f"{100.0 * most:.3f} at 95 %), {well} change whether they end well. Months are those by which a part of "
            f"the runs with the same outcome move at most. {seconds:.0f} s.",
            aside=True,
        ),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; return 1 if more pairs differ, or a share moves by more, than is allowed."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.frozen", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--commit", default=COMMIT, help=f"of the engine to compare with (default {COMMIT})")
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    args = parser.parse_args(arguments)
    started = perf_counter()
    try:
        then = records_then(args.commit, args.replicates, args.seed)
    except ValueError as error:
        parser.error(str(error))
    names = sorted(shipped().keys() & then.keys())
    now = {name: runner.run(ds.load(name), args.replicates, args.seed)[0] for name in names}
    found = [compared(name, then[name], now[name]) for name in names]
    how = (
        f"Today's engine against that of {args.commit}, {args.replicates:,} replicates of each of {len(names)} shipped "
    )
    how += f"scenarios, seed {args.seed}"
    made = page(found, rows_by_outcome(then, now), how, perf_counter() - started)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made, PAGE)
    different = sum(each.different for each in found) / sum(each.n for each in found)
    return 0 if different <= MOST_DIFFERENT and all(each.holds for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
