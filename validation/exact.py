"""Exact answers through both engines: a table of what is known, what is found, and what could have been seen.

``python -m validation`` runs the calibrated layer at its fixed seeds; ``--fresh`` draws a new seed, which is printed,
and takes 16 times the replicates (``--times`` for more). The events engine runs the first replicates of each world
again: they must be the compiled engine's to the last bit, and have a z of their own.
"""

import argparse
import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from time import perf_counter

import deference_sim as ds
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from validation import pages
from validation.answers import CASES
from validation.recipe import Answer, Case, Number, Share, Verdict, pooled_tails

SECTION = "exact answers"
FRESH = "fresh seeds"
EVENTS = 200  # replicates on the events engine
UNLIKELY = 1e-5  # probability of either tail of the pooled sum of squares


@dataclass(frozen=True)
class Row:
    """One answer: what the compiled engine says of it, and the events engine's z (none where chance has no part)."""

    case: Case
    answer: Answer
    verdict: Verdict
    events: Verdict
    same: bool

    @property
    def holds(self) -> bool:
        """Whether the compiled engine hits it and the events engine gives the same records."""
        return self.verdict.holds and self.same and (self.events.holds or not isinstance(self.answer, Number))


def rows_of(case: Case, times: int, events: int, seed: int | None) -> Iterator[Row]:
    """Run a case on both engines and yield what comes of each of its answers."""
    n = case.n * times if case.n > 1 else 1
    own_seed = case.seed if seed is None else (seed << 32) + case.seed
    compiled = ds.simulate(case.scenario, n, own_seed).records
    few = ds.simulate(case.scenario, min(events, n), own_seed, engine="events").records
    same = few.equals(compiled.iloc[: len(few)])
    for answer in case.answers:
        yield Row(case, answer, answer.judge(compiled), answer.judge(few), same)


def run(cases: Sequence[Case], times: int = 1, events: int = EVENTS, seed: int | None = None) -> list[Row]:
    """Run all cases; as each ends, a line says how long it took and which of its answers do not hold."""
    rows: list[Row] = []
    for number, case in enumerate(cases, 1):
        started = perf_counter()
        found = list(rows_of(case, times, events, seed))
        rows += found
        wrong = "".join(f"; does not hold: {row.answer.what}" for row in found if not row.holds)
        took = f"{perf_counter() - started:.1f} s"
        print(f"{number} of {len(cases)}, {took}: {case.name}{wrong}", file=sys.stderr, flush=True)
    return rows


def squares(rows: Sequence[Row]) -> list[float]:
    """Return z² of the one answer that stands for each world, those left out that are wrong on their own."""
    return [row.verdict.z**2 for row in rows if row.answer is row.case.pooled and row.verdict.holds]


def page(rows: Sequence[Row], how: str) -> Page:
    """Return the table of all answers, and their pooled sum of squares."""
    high, low = pooled_tails(squares(rows))
    traps = sum(isinstance(row.answer, Share) and row.answer.trap is not None for row in rows)
    wrong = [row for row in rows if not row.holds]
    worlds = len({row.case.name for row in rows})
    return [
        Heading(f"{len(rows)} exact answers in {worlds} worlds through both engines, {how}"),
        Table("", ("world", "answer", "exact", "found", "z", "δ", "events z"), tuple(cells(rows)),
              right=frozenset({2, 3, 4, 5, 6}), whole=frozenset({2, 3, 4, 5, 6})),
        Paragraph(
            f"One answer of each of {len(squares(rows))} worlds pooled (those that hold): Σz² = "
            f"{sum(squares(rows)):.1f}, P(more) = {high:.3f}, P(less) = {low:.3f}. {traps} answers are also told "
            f"apart from that of a well-known mistake. {furthest(rows)} {len(wrong)} of {len(rows)} answers do not hold"
            + (": " + "; ".join(f"{row.case.name}, {row.answer.what}" for row in wrong) if wrong else "")
            + "."
        ),
        Paragraph(
            "z in standard errors, 5 allowed; δ is the discrepancy that would be missed once in a thousand, or where "
            "no chance is involved the tolerance. Of a whole distribution, `found` is the largest distance between "
            "the two distribution functions and z has the same tail. The events engine's replicates are the first of "
            "the compiled engine's, to the last bit.",
            aside=True,
        ),
    ]  # fmt: skip


def furthest(rows: Sequence[Row]) -> str:
    """Say which answer the compiled engine is furthest from, in standard errors."""
    row = max(rows, key=lambda row: abs(row.verdict.z))
    return f"The largest z is {row.verdict.z:+.2f} ({row.case.name}, {row.answer.what})."


def in_brief(made: Page) -> Page:
    """Return a page without its tables."""
    brief: Page = [block for block in made if not isinstance(block, Table)]
    return brief[:2]


def cells(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each row; a world is named once."""
    last = ""
    for row in rows:
        chance = not isinstance(row.answer, Number)
        yield (
            row.case.name if row.case.name != last else "",
            row.answer.what + ("" if row.holds else " ✗"),
            f"{row.answer.exact:.6g}",
            told(row.verdict.found, ".6g"),
            told(row.verdict.z, "+.2f") if chance else "",
            told(row.verdict.delta, ".2g"),
            (told(row.events.z, "+.2f") if chance else "") + ("" if row.same else " ≠"),
        )
        last = row.case.name


def told(number: float, how: str) -> str:
    """Return a number as it is printed; a dash where there was nothing to compare."""
    return "–" if isnan(number) else format(number, how)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 if an answer does not hold or the pooled sum of squares is unlikely."""
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="a new seed, and 16 times the replicates")
    parser.add_argument("--seed", type=int, help="with --fresh: this seed instead of a new one")
    parser.add_argument("--times", type=int, default=16, help="with --fresh: this many times the replicates")
    parser.add_argument("--events", type=int, default=EVENTS, help="replicates on the events engine")
    parser.add_argument("--only", default="", help="worlds whose name contains this")
    parser.add_argument("--write", action="store_true", help="put the table into docs/validation.md")
    args = parser.parse_args(arguments)
    started = perf_counter()
    cases = [case for case in CASES if args.only.lower() in case.name.lower()]
    if args.fresh:
        seed = secrets.randbits(64) if args.seed is None else args.seed
        rows = run(cases, args.times, args.events, seed)
        how = f"fresh seed {seed}, {args.times} times the replicates"
    else:
        rows, how = run(cases, events=args.events), "fixed seeds"
    made = page(rows, how)
    show(made, sys.stdout)
    print(f"\n{perf_counter() - started:.0f} s")
    if args.write:
        pages.write(FRESH if args.fresh else SECTION, in_brief(made) if args.fresh else made)
    high, low = pooled_tails(squares(rows))
    return 0 if all(row.holds for row in rows) and min(high, low) > UNLIKELY else 1


if __name__ == "__main__":
    sys.exit(main())
