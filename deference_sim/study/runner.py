"""The runner: replicates of scenarios on an engine, in fixed blocks, the same records however they are shared out."""

import functools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines import compiled
from deference_sim.engines.kernel import kernel
from deference_sim.engines.law import compiled_law
from deference_sim.model.parameters import Blocks, hazard_numbers, law_numbers
from deference_sim.scenario import Scenario
from deference_sim.scenario.own import NOTHING, Own
from deference_sim.scenario.problems import ArgumentError
from deference_sim.study.indifference import (
    CHANGED,
    MONTH_PATH,
    TABLE_REPLICATES,
    TABLE_SEED,
    fill_in_good_ends,
    table_of_good_ends,
)
from deference_sim.study.limits import ENGINES, Engine, one_of, replicates_of
from deference_sim.study.tally import Tally
from deference_sim.trajectory.record import RECORD_DTYPE

if TYPE_CHECKING:  # its library is needed by those runs alone that are on it
    from deference_sim.engines import events

BLOCK = 1024  # replicates; part of no result
_AHEAD = 8  # blocks a core that may be under way or waiting to be taken up, so that memory does not grow

Block = NDArray[np.int64]
Told = Callable[[int], object]
Causes = Sequence[str]  # names, in the order in which records number them
Taken = TypeVar("Taken")
Given = TypeVar("Given")


def numbers_of(
    scenario: Scenario, seed: int, replicates: NDArray[np.int64]
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return the law's parameters and hazards: one row, or a row per replicate if any input is uncertain."""
    draws = scenario.draws(seed, replicates)
    parameters = law_numbers(scenario.medians, draws)
    if scenario.handoff.indifference:
        fill_in_good_ends(parameters, good_ends(scenario))
    return parameters, hazard_numbers(scenario.medians, draws)


@functools.lru_cache(maxsize=32)
def good_ends(scenario: Scenario) -> NDArray[np.float64]:
    """Return the table of good ends that handoff by indifference looks up, made by simulation on a seed of its own."""

    def outcomes(month: float) -> NDArray[np.void]:
        changed = scenario.with_own().with_(**CHANGED, **{MONTH_PATH: month})
        return run(changed, TABLE_REPLICATES, TABLE_SEED)[0]

    return table_of_good_ends(outcomes, scenario.medians.rival.lead)


def hazard_names(scenario: Scenario) -> list[str]:
    """Return the names of the scenario's hazards in the order of the hazard table's columns."""
    return sorted(hazard.name for hazard in scenario.hazards)


def world_of(
    scenario: Scenario,
    seed: int,
    replicate: int,
    *,
    log: bool = False,
    grid: NDArray[np.float64] | None = None,
    watchers: "Iterable[Callable[[events.World], events.Process]]" = (),
    law: SimpleNamespace | None = None,
) -> "events.World":
    """Return the events engine's world for one replicate, ready to run, with ``watchers`` that only look.

    The law is compiled unless another is given.
    """
    from deference_sim.engines import events

    law = compiled_law() if law is None else law
    parameters, hazards = numbers_of(scenario, seed, np.array([replicate]))
    law.prepare(parameters)
    return events.World(
        law,
        parameters,
        hazards[0],
        hazard_names(scenario),
        seed,
        replicate,
        log=log,
        grid=grid,
        policy=scenario.own.policy,
        processes=(*scenario.own.processes, *watchers),
        measures=scenario.own.measures,
    )


def warm_up(engine: Engine) -> None:
    """Have what the engine always needs compiled, or read from its cache, before any time is measured."""
    numbers = law_numbers(Blocks()), hazard_numbers(Blocks())
    if engine == "compiled":
        compiled.run_replicates(*numbers, 1, np.arange(0))
    else:  # whose parts are compiled as they are called: by one replicate
        run_events(numbers, 1, np.arange(1), [], [], NOTHING, lambda count: None)


def run(
    scenario: Scenario,
    replicates: int,
    seed: int,
    engine: Engine = "compiled",
    *,
    progress: Told | None = None,
) -> tuple[NDArray[np.void], list[str]]:
    """Run replicates 0 to ``replicates`` - 1; return their records in order, and the names of the causes.

    ``progress`` is told how many more replicates are done. Raises ``ValueError`` for what cannot be run, and
    ``StepError`` for a replicate that cannot be integrated.
    """
    check_run(replicates, engine)
    jobs = ((0, block) for block in blocks(0, replicates))
    found = list(stream([scenario], jobs, seed, engine, progress=progress))
    return np.concatenate([records for _, records, _ in found]), list(found[-1][2])


def blocks(first: int, last: int) -> Iterator[Block]:
    """Yield the replicates from ``first`` to ``last`` - 1 in blocks that begin at the same multiples in every run."""
    while first < last:
        end = min((first // BLOCK + 1) * BLOCK, last)
        yield np.arange(first, end)
        first = end


def tally_runs(
    scenarios: Sequence[Scenario],
    replicates: int,
    seed: int,
    engine: Engine = "compiled",
    *,
    enough: Callable[[Tally], bool] | None = None,
    brief: bool = False,
    taken: Callable[[NDArray[np.void], Causes], object] | None = None,
    only: Callable[[NDArray[np.void]], NDArray[np.bool_]] | None = None,
    progress: Told | None = None,
) -> list[Tally]:
    """Return the tally of replicates 0 to ``replicates`` - 1 of each scenario; all meet the same worlds.

    With ``enough``, which is asked after each batch, a scenario gets as many batches as it takes, at most
    ``replicates``: what it has then is what a run of that size has. ``brief`` leaves out what happened when. ``taken``
    is given the records of each block, in order, and the names of their causes; the last block's names are all. Records
    for which ``only`` does not hold are left out of all that.
    """
    check_run(replicates, engine)
    made = [Tally((), with_months=False) if brief else Tally() for _ in scenarios]
    left, done = list(range(len(scenarios))), 0
    while left:
        last = replicates if enough is None else min(next_look(done), replicates)
        jobs = ((place, block) for place in left for block in blocks(done, last))
        for place, records, causes in stream(scenarios, jobs, seed, engine, progress=progress):
            kept = records if only is None else records[only(records)]
            made[place].add(kept, causes)
            if taken is not None:
                taken(kept, causes)
        left = [place for place in left if enough is not None and last < replicates and not enough(made[place])]
        done = last
    return made


def next_look(done: int) -> int:
    """Return after how many replicates to look again at how exact an estimate is: a quarter more, in whole blocks."""
    return max(-(-done * 5 // (4 * BLOCK)), 1) * BLOCK


def stream(
    scenarios: Sequence[Scenario],
    jobs: Iterable[tuple[int, Block]],
    seed: int,
    engine: Engine = "compiled",
    *,
    worlds_per_draw: int = 1,
    progress: Told | None = None,
) -> Iterator[tuple[int, NDArray[np.void], Causes]]:
    """Run blocks of replicates, each of the scenario at the given place, on all cores.

    Yields in order the place, the records, and the names of the causes that these number: the scenario's hazards, then
    those that the user's own processes have named so far. Few blocks wait at a time, so memory does not grow with their
    number. Uncertain inputs are drawn anew every ``worlds_per_draw`` replicates. A scenario with additions of a user's
    own runs on the events engine whatever ``engine`` is.
    """
    if engine == "compiled":
        kernel()  # before threads wait for it
    told = progress or (lambda count: None)
    numbers = _Numbers(scenarios, seed, worlds_per_draw)
    causes: list[Causes] = [hazard_names(scenario) for scenario in scenarios]

    def on_compiled(job: tuple[int, Block]) -> tuple[int, NDArray[np.void], Causes]:
        place, block = job
        records = compiled.run_replicates(*numbers.of(place, block), seed, block)
        told(len(block))
        return place, records, causes[place]

    if engine_of(engine, scenarios) == "compiled":
        yield from _in_order(on_compiled, jobs)
        return
    for place, block in jobs:
        one = scenarios[place]
        if engine == "compiled" and not one.own:
            yield on_compiled((place, block))
            continue
        given = numbers.of(place, block), seed, block, hazard_names(one), causes[place], one.own
        records, causes[place] = run_events(*given, told)
        yield place, records, causes[place]


class _Numbers:
    """The law's numbers of each scenario; those of one without uncertain inputs are made once."""

    def __init__(self, scenarios: Sequence[Scenario], seed: int, worlds_per_draw: int) -> None:
        self._scenarios, self._seed, self._worlds_per_draw = scenarios, seed, worlds_per_draw
        self._made: dict[int, tuple[NDArray[np.void], NDArray[np.void]]] = {}

    def of(self, place: int, block: Block) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """Return parameters and hazards for ``block``, a copy that the law may write its constants into."""
        scenario = self._scenarios[place]
        if scenario.uncertain:
            return numbers_of(scenario, self._seed, block // self._worlds_per_draw)
        if place not in self._made:
            self._made = {place: numbers_of(scenario, self._seed, block)}  # blocks come scenario by scenario
        parameters, hazards = self._made[place]
        return parameters.copy(), hazards


def _in_order(work: Callable[[Taken], Given], items: Iterable[Taken]) -> Iterator[Given]:
    """Yield ``work`` of each item in order, done on all cores a few items ahead of whoever takes them up."""
    waiting: deque[Future[Given]] = deque()
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= _AHEAD * cores:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def check_run(replicates: int, engine: str) -> None:
    """Raise ``ValueError`` with the remedy for what cannot be run."""
    replicates_of(replicates)
    one_of(engine, "engine", ENGINES)


def engine_of(engine: Engine, scenarios: Iterable[Scenario]) -> Engine:
    """Return the engine that runs ``scenarios``: ``events`` if any of them has additions of a user's own."""
    with_own = [scenario.own for scenario in scenarios if scenario.own]
    for own in with_own:
        for name in own.measures:
            if name in (RECORD_DTYPE.names or ()):
                raise ArgumentError("measures", name, "names that no column of the records has")
    return "events" if with_own else one_of(engine, "engine", ENGINES)


def run_events(
    numbers: tuple[NDArray[np.void], NDArray[np.void]],
    seed: int,
    block: Block,
    hazards: list[str],
    known: Causes,
    own: Own,
    told: Told,
) -> tuple[NDArray[np.void], Causes]:
    """Return the records of a block, and the ``known`` names of causes followed by those that came up in it."""
    from deference_sim.engines import events

    law = compiled_law()
    parameters, rows = numbers
    law.prepare(parameters)
    records, causes = [], list(known)
    for i, replicate in enumerate(block):
        row = i if len(parameters) > 1 else 0
        world = events.World(
            law,
            parameters[row : row + 1],
            rows[row],
            hazards,
            seed,
            int(replicate),
            policy=own.policy,
            processes=own.processes,
            measures=own.measures,
        )
        record = world.run_to_the_end()
        _number_own_cause(record, world.causes, causes)
        records.append(_with_measures(record, world.noted))
        told(1)
    return np.concatenate(records), causes


def _with_measures(record: NDArray[np.void], noted: Mapping[str, float]) -> NDArray[np.void]:
    """Return a record with a column for each measure of the user's own."""
    if not noted:
        return record
    columns = [(name, RECORD_DTYPE[name]) for name in RECORD_DTYPE.names or ()]
    wider = np.zeros(len(record), [*columns, *((name, np.dtype("f8")) for name in noted)])
    for name, _ in columns:
        wider[name] = record[name]
    for name, value in noted.items():
        wider[name] = value
    return wider


def _number_own_cause(record: NDArray[np.void], of_world: Sequence[str], causes: list[str]) -> None:
    """Give a cause, which one world numbers by itself, its place among the causes of all replicates."""
    for name in of_world:
        if name not in causes:
            causes.append(name)
    code = int(record["cause"][0])
    if code >= 0:
        record["cause"] = causes.index(of_world[code])
