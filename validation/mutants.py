"""Mutants: well-known mistakes put into a copy of the product, each of which a named test must reject.

``python -m validation.mutants`` copies what is tracked into a temporary folder, makes one change at a time there, and
runs the one test that has to fail. The tree itself is never touched. Most mutants change the law, which is compiled
anew for each: half a minute and more. ``--only TEXT`` takes those whose name contains it; a test in the suite checks
that the text of each change stands once in the package, and that each test still exists.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter

from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from validation import pages
from validation.mistakes import MUTANTS, Mutant

ROOT = Path(__file__).parents[1]
PACKAGE = "deference_sim"
SECTION = "mutants"
NO_END = "no end in sight"
SECONDS = 600  # after which a test counts as failed: a mutant may never end


def places_of(mutant: Mutant, root: Path = ROOT) -> list[Path]:
    """Return the files of the package that hold the text to change, each as often as it holds it: one is right."""
    return [path for path, text in package(root).items() for _ in range(text.count(mutant.old))]


@cache
def package(root: Path) -> dict[Path, str]:
    """Return the text of every file of the package."""
    return {path: path.read_text(encoding="utf-8") for path in sorted((root / PACKAGE).rglob("*.py"))}


def files_of(mutant: Mutant, root: Path = ROOT) -> list[Path]:
    """Return the files of tests that have the name which the mutant's test gives: one is right."""
    return sorted((root / "tests").rglob(mutant.test.partition("::")[0]))


@dataclass(frozen=True)
class Trial:
    """What came of one mutant."""

    mutant: Mutant
    place: str  # the file that was changed
    rejected: bool
    seconds: float
    said: str


def copy_of_the_tree(folder: Path) -> Path:
    """Copy what is tracked, as it is now, into ``folder``."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, tracked.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def run_test(tree: Path, test: str) -> tuple[int, str]:
    """Run one test of a tree in an interpreter of its own; return its exit code and what it says is wrong."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "XDG_CACHE_HOME": str(tree / ".cache"),
                   "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-n0", "-x", "-p", "no:cacheprovider", test]
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 1, NO_END
    lines = done.stdout.splitlines()
    wrong = [line.removeprefix("E ").strip() for line in lines if line.startswith("E ")]
    return done.returncode, " ".join(wrong) or (lines or [done.stderr])[-1].strip()


SIGNS = ("assert", "Assert", "DID NOT RAISE", "differ", "StepError", NO_END)


def is_rejection(mutant: Mutant, said: str) -> bool:
    """Return whether a failure says that a result is wrong, not merely that something broke."""
    return any(sign in said for sign in ((mutant.sign,) if mutant.sign else SIGNS))


def trials(mutants: Sequence[Mutant]) -> Iterator[Trial]:
    """Try mutants one by one in a copy of the tree; each must break a test that passes without it."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copy_of_the_tree(Path(folder))
        for mutant in mutants:
            started = perf_counter()
            places, files = places_of(mutant, tree), files_of(mutant, tree)
            if len(places) != 1 or len(files) != 1:
                yield Trial(mutant, "", False, 0.0, f"found {len(places)} places to change and {len(files)} such tests")
                continue
            (place,) = places
            whole = package(tree)[place]
            place.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
            code, said = run_test(tree, str(files[0].with_name(mutant.test)))
            place.write_text(whole, encoding="utf-8")
            # A test that does not exist, or a mutant that does not even compile, is no rejection.
            where = place.relative_to(tree / PACKAGE).as_posix()
            yield Trial(mutant, where, code == 1 and is_rejection(mutant, said), perf_counter() - started, said)


def page(tried: Sequence[Trial]) -> Page:
    """Return the table of mutants and what rejected them."""
    rejected = sum(trial.rejected for trial in tried)
    rows = [
        (trial.mutant.kind, trial.mutant.name, trial.place, trial.mutant.test,
         "rejected" if trial.rejected else "SURVIVES")
        for trial in tried
    ]  # fmt: skip
    return [
        Heading(f"{rejected} of {len(tried)} mutants rejected"),
        Table("", ("kind", "mistake", "file", "rejected by", ""), tuple(rows), mark="SURVIVES"),
        Paragraph("`python -m validation.mutants` tries them one by one in a copy of the tree.", aside=True),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Try mutants and print the table; return 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m validation.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name contains this, or of this kind")
    parser.add_argument("--write", action="store_true", help="put the table into docs/validation.md")
    args = parser.parse_args(arguments)
    chosen = [mutant for mutant in MUTANTS if args.only in mutant.name or args.only == mutant.kind]
    tried = []
    for trial in trials(chosen):
        verdict = "rejected" if trial.rejected else "SURVIVES"
        print(
            f"{verdict}  {trial.seconds:4.0f} s  {trial.mutant.name}: {trial.said[:160]}", file=sys.stderr, flush=True
        )
        tried.append(trial)
    made = page(tried)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made)
    return 0 if all(trial.rejected for trial in tried) else 1


if __name__ == "__main__":
    sys.exit(main())
