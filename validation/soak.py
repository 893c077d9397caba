"""Soak: very many trajectories of worlds with every mechanism on, to see whether speed, memory or estimates drift.

``python -m validation.soak --replicates 100_000_000`` runs them in blocks. Each block runs every world through the path
of the product that keeps a tally only, on addresses of its own; within a world blocks differ by chance alone, and no
two worlds share an address. At the end the first block is run again and must be the same. ``--minutes`` stops early.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy.stats import chi2

from deference_sim.analysis.estimate import probability
from deference_sim.engines.failure import StepError
from deference_sim.model.state import OUTCOMES
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.study import runner
from deference_sim.study.tally import Tally
from validation import pages
from validation.recipe import MISS, TOLERANCE
from validation.soak_worlds import worlds

SECTION = "soak"
USUAL = 100_000_000
BLOCKS = 100
LEAST = 256  # replicates of a world in a block
MEGABYTE = 2.0**20
GROWTH_ALLOWED = 50.0  # MB from the second tenth of the blocks to the last: allocators breathe, a leak goes on
UNLIKELY = 1e-5  # probability of either tail of a sum of squares
FEW = 5.0  # variance of a block's count below which its z would not be normal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one block says of one world."""

    n: int
    stayed: int
    good: int
    months: float  # mean time to resolution, and its standard deviation, of those resolved
    months_sd: float
    resolved: int


@dataclass(frozen=True, slots=True)
class Block:
    """One block: how many trajectories it took how long, the memory after it, and what it says of each world."""

    trajectories: int
    seconds: float
    core_seconds: float
    megabytes: float
    readings: tuple[Reading | None, ...]  # None for a world that failed


@dataclass
class Soak:
    """Everything that came of a soak."""

    names: tuple[str, ...]
    per_world: int  # replicates of each world in a block
    blocks: list[Block] = field(default_factory=list)
    total: Tally = field(default_factory=Tally)
    failures: list[str] = field(default_factory=list)
    repeats: bool | None = None  # whether the first block came out the same again

    @property
    def trajectories(self) -> int:
        """How many trajectories were run."""
        return sum(block.trajectories for block in self.blocks)

    def column(self, name: str) -> Floats:
        """Return one number of every block."""
        return np.array([getattr(block, name) for block in self.blocks], dtype=float)


# ---- running -------------------------------------------------------------------------------------------------


def size_of(replicates: int, count: int) -> tuple[int, int]:
    """Return (blocks, replicates of each of ``count`` worlds in a block) that make at least ``replicates``."""
    blocks = int(np.clip(replicates // (count * LEAST), 2, BLOCKS))
    return blocks, -(-replicates // (count * blocks))


def seed_of(seed: int, block: int, place: int) -> int:
    """Return a seed for one world in one block that no other has."""
    return (seed << 64) + (block << 16) + place


def tallies(made: Sequence[Any], n: int, seed: int, block: int) -> Iterator[Tally | StepError]:
    """Run a block and yield the tally of each world, or why it failed."""
    for place, scenario in enumerate(made):
        try:
            (tally,) = runner.tally_runs([scenario], n, seed_of(seed, block, place))
        except StepError as error:
            yield error
        else:
            yield tally


def reading(tally: Tally) -> Reading:
    """Return what a tally says."""
    months = tally.sketches["months"]
    return Reading(tally.n, tally.stayed, tally.good, months.mean, months.sd, months.n)


def fingerprint(found: Sequence[Tally | StepError]) -> str:
    """Return a hash of all that tallies hold."""
    digest = hashlib.blake2b()
    for tally in found:
        if isinstance(tally, StepError):
            digest.update(str(tally).encode())
            continue
        sketched = (part for sketch in tally.sketches.values() for part in (sketch.counts, sketch.ticks))
        for count in (tally.ends, tally.ends_by_month, *sketched):
            digest.update(count.tobytes())
        for counter in (tally.causes, tally.runs_with, tally.events):
            digest.update(repr(sorted(counter.items())).encode())
    return digest.hexdigest()


def soak(
    made: dict[str, Any], replicates: int, seed: int, told: Callable[[Soak], object], minutes: float = np.inf
) -> Soak:
    """Run blocks until there are as many trajectories, or the time is over, and then the first block again."""
    blocks, n = size_of(replicates, len(made))
    found = Soak(tuple(made), n)
    scenarios, process = list(made.values()), psutil.Process()
    for scenario in scenarios:  # compiled, and tables made that some need beforehand
        runner.tally_runs([scenario], 1, seed)
    began, first = perf_counter(), ""
    for number in range(blocks):
        started, on_cores = perf_counter(), process_time()
        block = list(tallies(scenarios, n, seed, number))
        first = first or fingerprint(block)
        readings = take_up(found, number, block)
        seconds, core_seconds = perf_counter() - started, process_time() - on_cores
        done = sum(each.n for each in readings if each)
        found.blocks.append(Block(done, seconds, core_seconds, process.memory_info().rss / MEGABYTE, readings))
        told(found)
        if perf_counter() - began > 60.0 * minutes:
            break
    found.repeats = fingerprint(list(tallies(scenarios, n, seed, 0))) == first
    return found


def take_up(found: Soak, number: int, block: Sequence[Tally | StepError]) -> tuple[Reading | None, ...]:
    """Add what a block says to the total and the failures; return what it says of each world."""
    for name, tally in zip(found.names, block, strict=True):
        if isinstance(tally, Tally):
            found.total.merge(tally)
        else:
            found.failures.append(f"block {number}, {name}: {tally}")
    return tuple(reading(tally) if isinstance(tally, Tally) else None for tally in block)


# ---- drift ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drift:
    """Of one estimate of one world: each block against the others, and the trend over all, in standard errors."""

    world: str
    value: float
    sd: float  # of one replicate
    n: int
    z: Floats
    squares: float  # chi-square over blocks, with one degree of freedom less than there are blocks
    trend: float

    @property
    def smallest(self) -> float:
        """The drift from the first to the last block that would be missed once in a thousand."""
        return (TOLERANCE + MISS) * self.sd * sqrt(12.0 / self.n)


def drift(world: str, n: Floats, means: Floats, sd: float) -> Drift:
    """Return the drift of block means of ``n`` values each, whose standard deviation is ``sd``."""
    total = n.sum()
    mean = float((n * means).sum() / total)
    off = means - mean
    rest = off * total / (total - n)  # from the mean of the others
    z = rest / (sd * np.sqrt(1.0 / n + 1.0 / (total - n)))
    place = np.arange(len(n)) - (n * np.arange(len(n))).sum() / total
    trend = (n * place * off).sum() / (sd * sqrt((n * place**2).sum()))
    return Drift(world, mean, sd, int(total), z, float((n * off**2).sum() / sd**2), float(trend))


def drifts(found: Soak) -> dict[str, list[Drift]]:
    """Return the drift of p_stay, p_good and the time to resolution in each world where chance has a part in them."""
    made: dict[str, list[Drift]] = {"p_stay": [], "p_good": [], "months to resolution": []}
    for place, world in enumerate(found.names):
        readings = [block.readings[place] for block in found.blocks]
        held = [reading for reading in readings if reading is not None]
        n = np.array([reading.n for reading in held], dtype=float)
        for name, counts in (("p_stay", [r.stayed for r in held]), ("p_good", [r.good for r in held])):
            share = sum(counts) / n.sum()
            variance = share * (1.0 - share)
            if len(held) > 1 and n.min() * variance >= FEW:
                made[name].append(drift(world, n, np.array(counts) / n, sqrt(variance)))
        resolved = np.array([reading.resolved for reading in held], dtype=float)
        if len(held) > 1 and resolved.min() > 1.0:
            months, sds = (np.array([getattr(r, name) for r in held]) for name in ("months", "months_sd"))
            within = sqrt(((resolved - 1.0) * sds**2).sum() / (resolved - 1.0).sum())
            made["months to resolution"].append(drift(world, resolved, months, within))
    return made


def holds(made: Sequence[Drift]) -> bool:
    """Return whether blocks of an estimate differ by chance alone."""
    squares, freedom = sum(d.squares for d in made), sum(len(d.z) - 1 for d in made)
    tails = min(chi2.sf(squares, freedom), chi2.cdf(squares, freedom))
    largest = max(max(abs(d.z).max(), abs(d.trend)) for d in made)
    return bool(tails > UNLIKELY and largest <= TOLERANCE and abs(together(made)) <= TOLERANCE)


def together(made: Sequence[Drift]) -> float:
    """Return the trend of all worlds together, in standard errors."""
    return sum(d.trend for d in made) / sqrt(len(made))


# ---- speed and memory ----------------------------------------------------------------------------------------


def tenths(column: Floats) -> tuple[Floats, Floats]:
    """Return the first and the last tenth of the blocks, at least one each."""
    size = max(len(column) // 10, 1)
    return column[:size], column[-size:]


def growth(found: Soak) -> float:
    """Return by how many MB memory grew from the second tenth of the blocks, when all is warm, to the last."""
    memory = found.column("megabytes")
    size = max(len(memory) // 10, 1)
    return float(memory[-size:].mean() - memory[size : 2 * size].mean())


def slope(found: Soak) -> float:
    """Return the MB that memory grows in 10 million trajectories, by least squares without the first tenth."""
    memory, size = found.column("megabytes"), max(len(found.blocks) // 10, 1)
    done = np.cumsum(found.column("trajectories"))[size:] / 1e7
    return float(np.polyfit(done, memory[size:], 1)[0]) if len(done) > 1 else 0.0


def is_sound(found: Soak) -> bool:
    """Return whether nothing failed, leaked, drifted, or came out otherwise the second time."""
    steady = all(holds(made) for made in drifts(found).values() if made)
    return not found.failures and bool(found.repeats) and growth(found) <= GROWTH_ALLOWED and steady


# ---- what is printed -----------------------------------------------------------------------------------------


def page(found: Soak, seed: int) -> Page:
    """Return the tables of a soak."""
    numbers = frozenset({1, 2, 3})
    return [
        Heading(f"{found.trajectories:,} trajectories in {len(found.blocks)} blocks of all worlds, seed {seed}"),
        Table("", ("", "first tenth of the blocks", "last tenth", "all"), tuple(resources(found)), right=numbers),
        Table(
            "Drift of estimates between blocks",
            ("estimate", "worlds", "largest z of a block", "χ² / degrees of freedom", "P(more)", "trend of all, z",
             "largest trend, z", "smallest drift seen"),
            tuple(drift_row(name, made) for name, made in drifts(found).items() if made),
            right=frozenset(range(1, 8)),
        ),
        Table("", ("world", "p_stay", "p_good", "months to resolution"), tuple(world_rows(found)), right=numbers),
        Paragraph(occurred(found.total)),
        Paragraph(verdict(found)),
        Paragraph(
            "z of a block: against the mean of the others, in standard errors; 5 allowed, as for trends. χ² adds up "
            "the blocks of all worlds. The smallest drift seen, from the first block to the last, is that which the "
            "trend of one world would miss once in a thousand, in the world that sees least. Memory is what the "
            "process holds in RAM after a block.",
            aside=True,
        ),
    ]  # fmt: skip


def resources(found: Soak) -> Iterator[tuple[str, ...]]:
    """Yield the rows of speed and memory."""
    parts = [*zip(*(tenths(found.column(name)) for name in ("trajectories", "seconds", "core_seconds")), strict=True)]
    parts.append(tuple(found.column(name) for name in ("trajectories", "seconds", "core_seconds")))
    yield "trajectories a second", *(f"{done.sum() / seconds.sum():,.0f}" for done, seconds, _ in parts)
    yield "trajectories a second of a core", *(f"{done.sum() / cores.sum():,.0f}" for done, _, cores in parts)
    memory = found.column("megabytes")
    yield "memory, MB (largest for all)", *(f"{part.mean():.1f}" for part in tenths(memory)), f"{memory.max():.1f}"


def drift_row(name: str, made: Sequence[Drift]) -> tuple[str, ...]:
    """Return what blocks say of the steadiness of one estimate."""
    squares, freedom = sum(d.squares for d in made), sum(len(d.z) - 1 for d in made)
    z = max((d.z[np.argmax(abs(d.z))] for d in made), key=abs)
    trend = max((d.trend for d in made), key=abs)
    smallest = max(d.smallest for d in made)
    return (
        name + ("" if holds(made) else " ✗"), f"{len(made)}", f"{z:+.2f} of {sum(len(d.z) for d in made):,}",
        f"{squares:,.0f} / {freedom:,}", f"{chi2.sf(squares, freedom):.3f}", f"{together(made):+.2f}", f"{trend:+.2f}",
        f"{smallest:.2g}",
    )  # fmt: skip


def world_rows(found: Soak) -> Iterator[tuple[str, ...]]:
    """Yield the estimates of each world."""
    for place, world in enumerate(found.names):
        held = [reading for block in found.blocks if (reading := block.readings[place])]
        n, resolved = sum(r.n for r in held), sum(r.resolved for r in held)
        if not resolved:
            yield world, "", "", ""
            continue
        shares = (probability(sum(counts), n) for counts in ([r.stayed for r in held], [r.good for r in held]))
        months = sum(r.months * r.resolved for r in held) / resolved
        yield world, *(f"{share.estimate:.5f} ± {share.mcse:.5f}" for share in shares), f"{months:.4f}"


def occurred(total: Tally) -> str:
    """Return how often each outcome and kind of event came up, in words."""
    ends = ", ".join(f"{name} {total.ended(name):,}" for name in OUTCOMES[1:])
    events = {**total.events, **{name: total.runs_with[name] for name in total.runs_with if name not in total.events}}
    return f"Outcomes: {ends}. Events: " + ", ".join(f"{name} {count:,}" for name, count in events.items()) + "."


def verdict(found: Soak) -> str:
    """Return what failed and what did not."""
    seconds = found.column("seconds").sum()
    again = "came out the same, to the last bit" if found.repeats else "DID NOT COME OUT THE SAME"
    return (
        f"Failures: {'; '.join(found.failures[:5]) or 'none'} ({len(found.failures)}). Memory grew "
        f"by {growth(found):+.1f} MB from the second tenth of the blocks to the last, {slope(found):+.2f} MB in 10 "
        f"million trajectories. The first block, run again at the end, {again}. {seconds / 60.0:.1f} minutes."
    )


def tell(found: Soak, blocks: int) -> None:
    """Say on standard error how far it is."""
    last, done = found.blocks[-1], len(found.blocks)
    left = found.column("seconds").mean() * (blocks - done) / 60.0
    print(
        f"block {done} of {blocks}: {found.trajectories:,} trajectories, "
        f"{last.trajectories / last.seconds:,.0f} a second, {last.megabytes:.1f} MB, {len(found.failures)} failures, "
        f"{left:.1f} minutes left",
        file=sys.stderr,
        flush=True,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run a soak and print its tables; return 1 if anything failed, leaked or drifted."""
    parser = argparse.ArgumentParser(prog="python -m validation.soak", description=__doc__)
    parser.add_argument("--replicates", type=int, default=USUAL, help="trajectories of all worlds together")
    parser.add_argument("--minutes", type=float, default=np.inf, help="stop after the block that ends later")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/validation.md")
    args = parser.parse_args(arguments)
    made = worlds()
    blocks, _ = size_of(args.replicates, len(made))
    found = soak(made, args.replicates, args.seed, lambda found: tell(found, blocks), args.minutes)
    printed = page(found, args.seed)
    show(printed, sys.stdout)
    if args.write:
        pages.write(SECTION, printed)
    return 0 if is_sound(found) else 1


if __name__ == "__main__":
    sys.exit(main())
