"""Mutants: well-known mistakes put into a copy of the product, each of which a named test must reject.

``python -m validation.mutants`` copies what is tracked into a temporary folder, makes one change at a time there, and
runs the one test that has to fail. The tree itself is never touched. Most mutants change the law, which is compiled
anew for each: half a minute and more. ``--only TEXT`` takes those whose name contains it; a test in the suite checks
that each change still fits and each test still exists.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from deference_sim.layout import Heading, Page, Paragraph, Table, show
from validation import pages

ROOT = Path(__file__).parents[1]
SECTION = "mutants"
EXACT = "tests/validation/test_exact_answers.py"
ENGINES = "tests/validation/test_engines_agree.py"
STREAMS = "tests/test_streams.py"
COVERAGE = "tests/validation/test_interval_coverage.py"
NO_END = "no end in sight"
SECONDS = 600  # after which a test counts as failed: a mutant may never end


@dataclass(frozen=True)
class Mutant:
    """One mistake: where, what the text is and becomes, and the test that must fail."""

    name: str
    room: str
    file: str
    old: str
    new: str
    test: str


def law(world: str) -> str:
    """Return the id of the test of an exact answer in this world."""
    return f"{EXACT}::test_known_law[{world.replace(' ', '-')}]"


MUTANTS = (
    Mutant(
        "Euler's method", "flow", "model/step.py",
        """            35.0 / 384.0 * k[0, i]
            + 500.0 / 1113.0 * k[2, i]
            + 125.0 / 192.0 * k[3, i]
            - 2187.0 / 6784.0 * k[4, i]
            + 11.0 / 84.0 * k[5, i]
""",
        "            k[0, i]\n",
        law("C08 growth with exponent 0.25"),
    ),
    Mutant(
        "a hazard frozen over a step", "flow", "model/arrivals.py",
        "look(state, p, at + STEP_NODES[node] * (until - at))",
        "look(state, p, at)",
        f"{EXACT}::test_growing_hazard_arrives_exactly_when_due",
    ),
    Mutant(
        "a window of a hazard that is not cut at its onset", "flow", "model/arrivals.py",
        "at, end = max(at, hazard.onset), min(end, hazard.until)",
        "at, end = at if end >= hazard.onset else end, min(end, hazard.until)",
        law("C03 piecewise hazard"),
    ),
    Mutant(
        "a residual that is drawn anew after each arrival", "flow", "model/processes.py",
        "process.threshold += exponential(state.key, state.replicate, stream, process.fired)",
        "process.threshold = process.total + exponential(state.key, state.replicate, stream, process.fired)",
        law("the third of two superposed streams"),
    ),
    Mutant(
        "the shock of a generation after the outcome", "instant", "model/instant.py",
        """    GENERATION_STAGE,
    DRIFT_STAGE,
    OVERTAKING_STAGE,
    ATTEMPT_STAGE,
    BASIN_STAGE,
    OUTCOME_STAGE,
    HANDOFF_STAGE,
""",
        """    DRIFT_STAGE,
    OVERTAKING_STAGE,
    ATTEMPT_STAGE,
    BASIN_STAGE,
    OUTCOME_STAGE,
    GENERATION_STAGE,
    HANDOFF_STAGE,
""",
        law("generation shock before outcome"),
    ),
    Mutant(
        "> for ≥ where a hazard is handled", "law", "model/hazards.py",
        "if aligned_capability(state, p) >= severity:",
        "if aligned_capability(state, p) > severity:",
        f"{EXACT}::test_handled_if_aligned_capability_just_reaches_it",
    ),
    Mutant(
        "severity and lethality from the same number", "law", "model/hazards.py",
        "_, luck = uniform_pair(state.key, state.replicate, hazard.severity_stream, number)",
        "luck, _ = uniform_pair(state.key, state.replicate, hazard.severity_stream, number)",
        law("C17 marks, twice thinned"),
    ),
    Mutant(
        "rate and scale swapped", "law", "model/time_buying.py",
        "months = -p.time_buying_deal_size * log(size)",
        "months = -log(size) / p.time_buying_deal_size",
        law("deals that backfire (aggregate claims)"),
    ),
    Mutant(
        "bought time without its limit", "law", "model/time_buying.py",
        "return min(max(rate * (1.0 - bought / p.time_buying_max_bought), 0.0), 1.0)",
        "return min(max(rate, 0.0), 1.0)",
        f"{EXACT}::test_defence_bought_time_and_lead",
    ),
    Mutant(
        "overtaking on our clock instead of the rival's", "law", "model/rival.py",
        "return p.rival_overtake_rate * rival_pace(p, R, Z) * (1.0 - buying) * likely",
        "return p.rival_overtake_rate * rival_pace(p, R, Z) * likely",
        law("overtaking before handoff, 0.25 of its time bought"),
    ),
    Mutant(
        "the AIs' hazard per month instead of per py of work", "law", "model/basin.py",
        "return clock * p.basin_hazard_inside * exp(",
        "return p.basin_hazard_inside * exp(",
        law("catastrophe caused by AIs, margin held at tax 1"),
    ),
    Mutant(
        "tests that divide the standard deviation as if it were the variance", "law", "model/evaluation.py",
        "noise = state.noise_factor / sqrt(tests * (1.0 + p.tax_checking))",
        "noise = state.noise_factor / (tests * (1.0 + p.tax_checking))",
        law("noise of a review after tests, checking and months"),
    ),
    Mutant(
        "noise of a generation that grows with its step instead of its root", "law", "model/generations.py",
        "noise = sqrt(step / (1.0 + p.tax_checking))",
        "noise = step / (1.0 + p.tax_checking)",
        law("C11 generations against a rising need"),
    ),
    Mutant(
        "one draw for all reviews that look for schemers", "law", "model/scheming.py",
        "found = uniform(state.key, state.replicate, DETECTION, state.reviews) < likely",
        "found = uniform(state.key, state.replicate, DETECTION, 0) < likely",
        law("schemers found at reviews (geometric)"),
    ),
    Mutant(
        "advice that is judged anew at every review", "law", "model/override.py",
        "    if so_far != NO_ADVICE:\n        return so_far\n",
        "",
        law("advice to halt, ignored once and for all"),
    ),
    Mutant(
        "a heavy tail that is not scaled to unit variance", "law", "model/tails.py",
        " * sqrt((df - 2.0) / df)",
        "",
        law("marks with a heavy tail"),
    ),
    Mutant(
        "the share of work that humans do, left out of the pace", "law", "model/work.py",
        "return pace * humans / ((1.0 - share) * humans + share * pace)",
        "return pace",
        law("partial deference under control"),
    ),
    Mutant(
        "control that does not fade with capability", "law", "model/control.py",
        "return 1.0 - min(p.control_strength * halving(C, p.control_half), 1.0)",
        "return 1.0 - p.control_strength",
        law("early takeover as control fades"),
    ),
    Mutant(
        "one stream used for all hazards", "streams", "model/parameters.py",
        'named_stream(f"hazard:{hazard.name}")',
        'named_stream("hazard:a")',
        law("C05 competing risks"),
    ),
    Mutant(
        "one stream used for waiting times and for marks", "streams", "model/parameters.py",
        'named_stream(f"severity:{hazard.name}")',
        'named_stream(f"hazard:{hazard.name}")',
        f"{EXACT}::test_marks_of_two_hazards_are_independent",
    ),
    Mutant(
        "nine rounds of Philox", "streams", "streams.py",
        "for _ in range(10):",
        "for _ in range(9):",
        f"{STREAMS}::test_philox_known_answers",
    ),
    Mutant(
        "a coefficient of the normal quantile", "streams", "streams.py",
        "133.14166789178437745",
        "133.1416678917",
        f"{STREAMS}::test_normal_quantile_against_scipy",
    ),
    Mutant(
        "the low word of the replicate alone", "streams", "streams.py",
        """        replicate_bits >> _WORD_BITS,
        np.uint64(stream),
        key & _WORD_MASK,
        key >> _WORD_BITS,
    )
    return float(""",
        """        np.uint64(0),
        np.uint64(stream),
        key & _WORD_MASK,
        key >> _WORD_BITS,
    )
    return float(""",
        f"{STREAMS}::test_the_address_is_laid_out_as_the_model_says",
    ),
    Mutant(
        "a block that misses its last replicate", "runner", "study/runner.py",
        "yield np.arange(first, end)",
        "yield np.arange(first, end - (first > 0))",
        f"{ENGINES}::test_workers_and_blocks_do_not_matter",
    ),
    Mutant(
        "a block that is shifted by one", "runner", "study/runner.py",
        "yield np.arange(first, end)",
        "yield np.arange(first, end) + (first > 0)",
        f"{ENGINES}::test_workers_and_blocks_do_not_matter",
    ),
    Mutant(
        "the first row of uncertain parameters for all replicates", "engines", "engines/entry.py",
        "p = P[i if len(P) > 1 else 0]",
        "p = P[0]",
        law("a lead of 2 to 9 months"),
    ),
    Mutant(
        "a process that the events engine forgets", "engines", "engines/events.py",
        "    memetic_disease,\n    paradigm_shifts,",
        "    paradigm_shifts,",
        law("outbreaks (compound Poisson)"),
    ),
    Mutant(
        "scratch that is not cleared between replicates", "engines", "engines/entry.py",
        "        S[0] = blank[0]\n",
        "",
        law("C01 Poisson arrivals"),
    ),
    Mutant(
        "Wald's interval", "estimators", "analysis/estimate.py",
        """    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
""",
        """    centre = share * (1.0 + z * z / n)
    half = z * sqrt(share * (1.0 - share) / n) * (1.0 + z * z / n)
""",
        f"{COVERAGE}::test_shares_cover",
    ),
    Mutant(
        "an interval around the share itself", "estimators", "analysis/estimate.py",
        "centre = share + z * z / (2 * n)",
        "centre = share * (1.0 + z * z / n)",
        f"{COVERAGE}::test_published_intervals",
    ),
    Mutant(
        "an exact interval with both tails on each side", "estimators", "analysis/estimate.py",
        "tail = (1.0 - level) / 2.0",
        "tail = 1.0 - level",
        f"{COVERAGE}::test_exact_intervals_guarantee_their_level",
    ),
    Mutant(
        "a difference as if its sides were independent", "estimators", "analysis/paired.py",
        "error = sqrt(gained + lost - (gained - lost) ** 2 / n) / n",
        "error = sqrt(first.mean() * (1 - first.mean()) / n + second.mean() * (1 - second.mean()) / n)",
        f"{COVERAGE}::test_standard_error_of_a_difference",
    ),
    Mutant(
        "ranks of a quantile that are one too narrow", "estimators", "analysis/estimate.py",
        "first, last = binomial_quantile(0.025, n, share), binomial_quantile(0.975, n, share) + 1",
        "first, last = binomial_quantile(0.025, n, share) + 1, binomial_quantile(0.975, n, share)",
        f"{COVERAGE}::test_quantiles_cover",
    ),
    Mutant(
        "shares at once without Bonferroni", "estimators", "analysis/estimate.py",
        "level = 1.0 - 0.05 / len(counts)",
        "level = 1.0 - 0.05",
        f"{COVERAGE}::test_simultaneous_shares_cover",
    ),
    Mutant(
        "A to B as 10th and 90th percentile", "reader", "scenario/uncertain.py",
        '{"p5": low, "p95": high}',
        '{"p10": low, "p90": high}',
        law("a lead of 2 to 9 months"),
    ),
    Mutant(
        "a correlation that is not heard", "reader", "scenario/copula.py",
        "return 2.0 * math.sin(math.pi * self.spearman / 6.0)",
        "return 0.0",
        law("lead and pace, correlated"),
    ),
    Mutant(
        "a week of seven thirtieths of a month", "reader", "model/units.py",
        '"week": 7 / _MONTH_IN_DAYS,',
        '"week": Fraction(7, 30),',
        "tests/scenario/test_reading.py::test_a_number_or_quantity_is_rounded_once",
    ),
    Mutant(
        "an open bound that lets its end in", "reader", "scenario/catalogue.py",
        "above = value > self.low if self.low_open else value >= self.low",
        "above = value >= self.low",
        "tests/scenario/test_bad_files.py",
    ),
)  # fmt: skip


def text_of(mutant: Mutant, root: Path = ROOT) -> str:
    """Return the text of the file that a mutant changes."""
    return (root / "deference_sim" / mutant.file).read_text(encoding="utf-8")


def fits(mutant: Mutant, root: Path = ROOT) -> bool:
    """Return whether what the mutant changes is there, exactly once."""
    return text_of(mutant, root).count(mutant.old) == 1


@dataclass(frozen=True)
class Trial:
    """What came of one mutant."""

    mutant: Mutant
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


def is_rejection(said: str) -> bool:
    """Return whether a failure says that a result is wrong, not merely that something broke."""
    return any(sign in said for sign in ("assert", "Assert", "DID NOT RAISE", "differ", "StepError", NO_END))


def trials(mutants: Sequence[Mutant]) -> Iterator[Trial]:
    """Try mutants one by one in a copy of the tree; each must break a test that passes without it."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copy_of_the_tree(Path(folder))
        for mutant in mutants:
            started = perf_counter()
            path, whole = tree / "deference_sim" / mutant.file, text_of(mutant, tree)
            if not fits(mutant, tree):
                yield Trial(mutant, False, 0.0, "the text to change is not there once")
                continue
            path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
            code, said = run_test(tree, mutant.test)
            path.write_text(whole, encoding="utf-8")
            # A test that does not exist, or a mutant that does not even compile, is no rejection.
            yield Trial(mutant, code == 1 and is_rejection(said), perf_counter() - started, said)


def page(tried: Sequence[Trial]) -> Page:
    """Return the table of mutants and what rejected them."""
    rejected = sum(trial.rejected for trial in tried)
    rows = [
        (trial.mutant.room, trial.mutant.name, trial.mutant.file, short(trial.mutant.test),
         "rejected" if trial.rejected else "SURVIVES")
        for trial in tried
    ]  # fmt: skip
    return [
        Heading(f"{rejected} of {len(tried)} mutants rejected"),
        Table("", ("room", "mistake", "file", "rejected by", ""), tuple(rows), mark="SURVIVES"),
        Paragraph("`python -m validation.mutants` tries them one by one in a copy of the tree.", aside=True),
    ]


def short(test: str) -> str:
    """Return a test's id without its folders."""
    return test.rsplit("/", 1)[-1]


def main(arguments: list[str] | None = None) -> int:
    """Try mutants and print the table; return 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m validation.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name or room contains this")
    parser.add_argument("--write", action="store_true", help="put the table into docs/validation.md")
    args = parser.parse_args(arguments)
    chosen = [mutant for mutant in MUTANTS if args.only in mutant.name or args.only == mutant.room]
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
