"""Agreement: both engines leave the same trajectories, on every shipped scenario and on random worlds.

    python -m validation.agreement            all that ship and some random worlds, 80 × 100 replicates
    python -m validation.agreement --full     500 × 1,000; says first how long that takes

Records must be the same to the last bit, and so must the logs of the first replicates: the same events in the same
order at the same months, with everything that an entry says. The log of the compiled engine is written by the very
function that runs its blocks. Random worlds are the milder ones of ``validation.random_worlds``. A world that takes
more steps than the budget allows gets fewer replicates; one that cannot be run to its end is passed over.
"""

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import count, islice
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim import streams
from deference_sim.engines import compiled
from deference_sim.engines.failure import StepError
from deference_sim.engines.law import compiled_law
from deference_sim.model.events import EVENTS
from deference_sim.model.state import OUTCOMES
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario import Scenario
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import blank_samples
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE
from validation import pages
from validation.random_worlds import COSTLY, draw_changes, fitted

SECTION = "agreement"
PAGE = pages.DOCS / "performance.md"
USUAL, FULL = (80, 100), (500, 1_000)  # scenarios, replicates
MONTHS_APART = 1e-9
TIMES = ("months", "handoff_month", "first_exit_month")
#: What the events engine spends its time on, beside the steps that it lets the compiled law take.
INSTANTS = ("steps", "hazards_handled", "hazards_suffered")
STEPS_EACH = 400  # that a replicate may take on average; a world that takes more gets fewer replicates
HAZARDS_AT_NO_COST = 20
POINTS = 30  # at which the replicates whose logs are compared are sampled, the last at their end
FEW = 5  # replicates at a time; a world of which not even these fit into the budget is passed over
ROOM = 4_096  # entries of a log, doubled until it suffices
#: Decided by a table made beforehand with 16,000 runs, so random worlds leave it to this one.
BY_INDIFFERENCE = {
    "rival.lead": 3, "goodness.broad_alignment": 0.2, "capability.stabilise_at": 2, "handoff.indifference": True
}  # fmt: skip
MILD = ("mild",)  # no extreme numbers, with which a replicate may take minutes; `random_worlds` compares those too
#: Words that random worlds take in turn, so that few worlds reach all of them.
IN_TURN = {"strategy.policy": 1, "capability.law": 5, "rival.mode": 2}


# ---- the compiled engine's own log ---------------------------------------------------------------------------


Told = tuple[NDArray[np.void], NDArray[np.void], NDArray[np.void]]  # record, log, samples


def compiled_log(scenario: Scenario, seed: int, replicate: int, grid: NDArray[np.float64]) -> Told:
    """Return what the compiled law leaves of one replicate, run by itself: lanes keep no log."""
    P, H = runner.numbers_of(scenario, seed, np.array([replicate]))
    compiled_law().prepare(P)
    room = ROOM
    while True:
        log, record, samples = np.zeros(room, LOG_DTYPE), np.zeros(1, RECORD_DTYPE), blank_samples(1, len(grid))
        blank, scratch = np.zeros(1, STATE_DTYPE), np.zeros(1, STATE_DTYPE)
        X = np.zeros(FIRST_HAZARD + H.shape[1], PROCESS_DTYPE)
        key, alone = streams.key_of_seed(seed), np.array([replicate])
        compiled_law().run_block(key, alone, P, H, blank, scratch, X, log, grid, samples, record)
        logged = int(scratch["logged"][0])
        if logged < room:
            return record, log[:logged], samples[0]
        room *= 2


def events_log(scenario: Scenario, seed: int, replicate: int, grid: NDArray[np.float64]) -> Told:
    """Return the same of the events engine."""
    world = runner.world_of(scenario, seed, replicate, log=True, grid=grid)
    record = world.run_to_the_end()
    return record, np.array(world.log, LOG_DTYPE), world.samples


# ---- comparing one scenario ----------------------------------------------------------------------------------


@dataclass
class Comparison:
    """What came of one scenario on both engines."""

    name: str
    group: str
    replicates: int = 0
    wanted: int = 0
    same_records: int = 0
    same_outcomes: int = 0
    logs: int = 0
    same_order: int = 0
    same_logs: int = 0
    same_samples: int = 0
    entries: int = 0
    months_apart: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    words: dict[str, str] = field(default_factory=dict)
    differs: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether everything is the same to the last bit."""
        return (self.same_records, self.same_logs, self.same_samples) == (
            self.replicates,
            self.logs,
            self.logs,
        ) and not self.differs


def months_apart(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return by how much times differ at most; infinite where only one of two is finite."""
    with np.errstate(invalid="ignore"):
        apart = np.where(first == second, 0.0, np.abs(first - second))
    return float(np.nan_to_num(apart, nan=np.inf).max(initial=0.0))


def affordable(scenario: Scenario, seed: int, replicates: int) -> NDArray[np.void]:
    """Return the compiled engine's records of as many replicates as the budget of steps allows.

    Raises ``StepError`` for one that cannot be integrated.
    """
    budget = STEPS_EACH * replicates / (1 + len(scenario.hazards) // HAZARDS_AT_NO_COST)
    found = []
    for first in range(0, replicates, FEW):
        few = np.arange(first, min(first + FEW, replicates))
        found.append(compiled.run_replicates(*runner.numbers_of(scenario, seed, few), seed, few))
        if sum(int(records[name].sum()) for records in found for name in INSTANTS) > budget:
            break
    records = np.concatenate(found)
    spent = np.cumsum(sum(records[name] for name in INSTANTS))
    return records[spent <= budget]


def compare(scenario: Scenario, name: str, group: str, replicates: int, seed: int, logs: int) -> Comparison | None:
    """Run a scenario on both engines and return what is the same; None if it cannot be run to the end in budget."""
    try:
        first = affordable(scenario, seed, replicates)
    except StepError:
        return None
    n = len(first)
    if n < min(FEW, replicates):
        return None
    events, _ = runner.run(scenario, n, seed, "events")
    found = Comparison(name, group, n, replicates, logs=min(logs, n))
    found.words = {path: str(scenario.value(path)) for path in IN_TURN}
    found.outcomes = Counter(OUTCOMES[code] for code in first["outcome"])
    same = np.array([one.tobytes() == other.tobytes() for one, other in zip(first, events, strict=True)])
    found.same_records = int(same.sum())
    found.same_outcomes = int((first[["outcome", "cause"]] == events[["outcome", "cause"]]).sum())
    found.months_apart = max(months_apart(first[name], events[name]) for name in TIMES)
    if not same.all():
        found.differs.append(f"record of replicate {int(np.argmin(same))}")
    for replicate in range(found.logs):
        compare_logs(found, scenario, seed, replicate, first[replicate : replicate + 1])
    return found


def compare_logs(found: Comparison, scenario: Scenario, seed: int, replicate: int, expected: NDArray[np.void]) -> None:
    """Run a replicate again with its log on both engines, and take up what is the same."""
    grid = np.linspace(0.0, expected["months"][0], POINTS)
    record, log, samples = compiled_log(scenario, seed, replicate, grid)
    other_record, other, other_samples = events_log(scenario, seed, replicate, grid)
    what = ("event", "item")
    same_order = len(log) == len(other) and all((log[name] == other[name]).all() for name in what)
    found.entries += len(log)
    found.events.update(EVENTS[code] for code in log["event"])
    found.same_order += same_order
    found.same_logs += log.tobytes() == other.tobytes()
    if same_order:
        found.months_apart = max(found.months_apart, months_apart(log["t"], other["t"]))
    found.same_samples += samples.tobytes() == other_samples.tobytes()
    if samples.tobytes() != other_samples.tobytes():
        found.differs.append(f"samples of replicate {replicate}")
    if log.tobytes() != other.tobytes():
        found.differs.append(f"log of replicate {replicate}")
    if not record.tobytes() == other_record.tobytes() == expected.tobytes():
        found.differs.append(f"record of replicate {replicate} when somebody looks on")


# ---- all scenarios -------------------------------------------------------------------------------------------

Job = str | int  # a shipped scenario, "by indifference", or the number of a random world


def scenario_of(job: Job, seed: int) -> tuple[Scenario, str, str]:
    """Return (scenario, name, group)."""
    if job == "by indifference":
        return ds.load("baseline").with_(**BY_INDIFFERENCE), str(job), str(job)
    if isinstance(job, str):
        return ds.load(job), job, "shipped"
    known = parameters()
    changes = draw_changes(job, seed, MILD)
    changes.pop(COSTLY, None)
    changes |= {path: known[path].words[job // each % len(known[path].words)] for path, each in IN_TURN.items()}
    scenario, _ = fitted(changes)
    return scenario, f"random world {job}", f"random, {scenario.strategy.policy}"


def compare_job(job: Job, replicates: int, seed: int, logs: int) -> Comparison | None:
    """Make the scenario of ``job`` and compare it; what it is asked in a process of its own."""
    return compare(*scenario_of(job, seed), replicates, seed, logs)


def jobs() -> Iterator[Job]:
    """Yield all shipped scenarios, the one by indifference, and then random worlds without end."""
    yield from sorted(shipped())
    yield "by indifference"
    yield from count()


def compare_all(scenarios: int, replicates: int, seed: int, logs: int, workers: int) -> tuple[list[Comparison], int]:
    """Return the comparisons of as many scenarios, and how many random worlds were passed over."""
    found: list[Comparison] = []
    passed = 0
    context = multiprocessing.get_context("spawn")
    coming = jobs()
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        while len(found) < scenarios:
            batch = list(islice(coming, scenarios - len(found)))
            answers = pool.map(compare_job, batch, *([value] * len(batch) for value in (replicates, seed, logs)))
            for answer in told(answers, len(batch)):
                if answer is None:
                    passed += 1
                else:
                    found.append(answer)
    return found, passed


def told(answers: Iterable[Comparison | None], total: int) -> Iterator[Comparison | None]:
    """Yield ``answers`` and say on a terminal how far it is."""
    for number, answer in enumerate(answers, 1):
        if sys.stderr.isatty():
            print(f"\r{number} of {total} scenarios", end="", file=sys.stderr, flush=True)
        yield answer


def minutes_expected(scenarios: int, replicates: int, workers: int) -> float:
    """Return about how long it takes, by the speed of the events engine on the baseline now."""
    runner.warm_up("events")
    few, scenario = 20, ds.load("baseline")
    runner.run(scenario, 1, 1, "events")
    started = perf_counter()
    runner.run(scenario, few, 1, "events")
    return (perf_counter() - started) / few * scenarios * replicates / workers / 60.0


# ---- what is printed -----------------------------------------------------------------------------------------


def page(found: list[Comparison], passed: int, replicates: int, seed: int, seconds: float) -> Page:
    """Return the tables."""
    groups = sorted({one.group for one in found}, key=lambda group: (group.startswith("random"), group))
    rows = [row(group, [one for one in found if one.group == group]) for group in groups]
    columns = ("scenarios", "number", "replicates", "outcome", "record", "logs", "order", "log", "samples")
    cut = sum(one.replicates < one.wanted for one in found)
    apart = max(one.months_apart for one in found)
    return [
        Heading(f"{len(found)} scenarios × {replicates:,} replicates on both engines, seed {seed}"),
        Table(
            "How many of them are the same",
            columns,
            (*rows, row("all", found)),
            right=frozenset(range(1, len(columns))),
        ),
        Table("Covered", ("what", "how often"), tuple(covered(found))),
        Paragraph(
            f"Same record, log and samples: to the last bit; the logs have {sum(one.entries for one in found):,} "
            f"entries, and each of these replicates is sampled at {POINTS} times and at its end. Times differ by at "
            f"most {apart:g} months. {cut} random worlds "
            f"had fewer replicates because they take more than {STEPS_EACH} steps each; {passed} were passed over "
            f"because they take very many or cannot be integrated. {seconds / 60:.1f} minutes.",
            aside=True,
        ),
        *(Paragraph(f"{one.name}: {', '.join(one.differs)}") for one in found if not one.agrees),
    ]


def row(group: str, found: list[Comparison]) -> tuple[str, ...]:
    """Return the cells of a group of scenarios."""
    names = ("replicates", "same_outcomes", "same_records", "logs", "same_order", "same_logs", "same_samples")
    counts = [sum(getattr(one, name) for one in found) for name in names]
    return (group, f"{len(found)}", *(f"{number:,}" for number in counts))


def covered(found: list[Comparison]) -> Iterator[tuple[str, str]]:
    """Yield how often each policy, law, mode, outcome and kind of event came up, those that never did included."""
    known = parameters()
    for path in IN_TURN:
        counts = Counter(one.words[path] for one in found)
        yield f"scenarios by {path}", listed(counts, known[path].words)
    yield "replicates by outcome", listed(sum((one.outcomes for one in found), Counter()), OUTCOMES[1:])
    yield "entries of the logs", listed(sum((one.events for one in found), Counter()), EVENTS)


def listed(counts: Counter[str], names: Iterable[str]) -> str:
    """Return counts in words."""
    return ", ".join(f"{name} {counts[name]:,}" for name in names)


def main(arguments: list[str] | None = None) -> int:
    """Compare and print; return 1 if anything differs."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.agreement", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help=f"{FULL[0]} scenarios × {FULL[1]:,} replicates")
    parser.add_argument("--scenarios", type=int, help=f"how many scenarios instead of {USUAL[0]}")
    parser.add_argument("--replicates", type=int, help=f"how many replicates instead of {USUAL[1]}")
    parser.add_argument("--logs", type=int, default=5, help="replicates of each whose logs are compared")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    args = parser.parse_args(arguments)
    usual = FULL if args.full else USUAL
    scenarios, replicates = args.scenarios or usual[0], args.replicates or usual[1]
    minutes = minutes_expected(scenarios, replicates, args.workers)
    print(f"About {minutes:.0f} minutes on {args.workers} cores.", file=sys.stderr, flush=True)
    started = perf_counter()
    found, passed = compare_all(scenarios, replicates, args.seed, args.logs, args.workers)
    made = page(found, passed, replicates, args.seed, perf_counter() - started)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made, PAGE)
    return 0 if all(one.agrees and one.months_apart <= MONTHS_APART for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
