"""The runner: replicates of a scenario on an engine, in fixed blocks, the same records however they are shared out."""

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines import compiled, events
from deference_sim.engines.law import compiled_law
from deference_sim.model.parameters import Blocks, hazard_numbers, law_numbers
from deference_sim.scenario import Scenario
from deference_sim.study.indifference import (
    TABLE_REPLICATES,
    TABLE_SEED,
    fill_in_good_ends,
    table_of_good_ends,
)

Engine = Literal["compiled", "events"]
ENGINES: tuple[Engine, ...] = ("compiled", "events")
BLOCK = 1024  # replicates; part of no result
MOST_REPLICATES = 1_000_000_000


def numbers_of(
    scenario: Scenario, seed: int, replicates: NDArray[np.int64]
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return the law's parameters and hazards: one row, or a row per replicate if any input is uncertain."""
    draws = scenario.draws(seed, replicates)
    parameters = law_numbers(scenario, draws)
    if scenario.handoff.indifference:
        fill_in_good_ends(parameters, good_ends(scenario))
    return parameters, hazard_numbers(scenario, draws)


@functools.lru_cache(maxsize=32)
def good_ends(scenario: Scenario) -> NDArray[np.float64]:
    """Return the table of good ends that handoff by indifference looks up, made by simulation on a seed of its own."""

    def outcomes(month: float) -> NDArray[np.void]:
        changed = scenario.with_(
            **{
                "handoff.indifference": False,
                "handoff.at": month,
                "handoff.when_lead_below": None,
                "handoff.when_margin_above": None,
            }
        )
        return run(changed, TABLE_REPLICATES, TABLE_SEED)[0]

    return table_of_good_ends(outcomes, scenario.rival.lead)


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
    policy: events.Policy | None = None,
    processes: Iterable[Callable[[events.World], events.Process]] = (),
) -> events.World:
    """Return the events engine's world for one replicate, ready to run."""
    law = compiled_law()
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
        policy=policy,
        processes=processes,
    )


def warm_up(engine: Engine) -> None:
    """Have the engine compiled, or read from its cache, before any time is measured."""
    law = compiled_law()
    if engine == "compiled":
        nobody = np.arange(0)
        compiled.run_replicates(law_numbers(Blocks()), hazard_numbers(Blocks()), 1, nobody)
    else:
        law.prepare(law_numbers(Blocks()))


def run(
    scenario: Scenario,
    replicates: int,
    seed: int,
    engine: Engine = "compiled",
    *,
    policy: events.Policy | None = None,
    processes: Sequence[Callable[[events.World], events.Process]] = (),
    progress: Callable[[int], object] | None = None,
) -> tuple[NDArray[np.void], list[str]]:
    """Run replicates 0 to ``replicates`` - 1; return their records in order, and the names of the causes.

    ``progress`` is told how many more replicates are done. Raises ``ValueError`` for what cannot be run, and
    ``StepError`` for a replicate that cannot be integrated.
    """
    _check(replicates, engine, policy, processes)
    blocks = [np.arange(first, min(first + BLOCK, replicates)) for first in range(0, replicates, BLOCK)]
    causes = hazard_names(scenario)
    told = progress or (lambda count: None)
    if engine == "events":
        found = [_run_events(scenario, seed, block, causes, policy, processes, told) for block in blocks]
    else:
        found = _run_compiled(scenario, seed, blocks, told)
    return np.concatenate(found), causes


def _check(replicates: int, engine: str, policy: object, processes: Sequence[object]) -> None:
    if not 1 <= replicates <= MOST_REPLICATES:
        raise ValueError(f"replicates is {replicates}: it must be between 1 and {MOST_REPLICATES:,}")
    if engine not in ENGINES:
        raise ValueError(f"engine is {engine!r}: it must be one of {', '.join(ENGINES)}")
    if engine != "events" and (policy is not None or processes):
        raise ValueError('own policies and processes run on the events engine only: pass engine="events"')


def _run_compiled(
    scenario: Scenario, seed: int, blocks: list[NDArray[np.int64]], told: Callable[[int], object]
) -> list[NDArray[np.void]]:
    compiled_law()  # once, before threads could each compile it

    def run_block(block: NDArray[np.int64]) -> NDArray[np.void]:
        records = compiled.run_replicates(*numbers_of(scenario, seed, block), seed, block)
        told(len(block))
        return records

    first = run_block(blocks[0])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [first, *pool.map(run_block, blocks[1:])]


def _run_events(
    scenario: Scenario,
    seed: int,
    block: NDArray[np.int64],
    causes: list[str],
    policy: events.Policy | None,
    processes: Sequence[Callable[[events.World], events.Process]],
    told: Callable[[int], object],
) -> NDArray[np.void]:
    law = compiled_law()
    parameters, hazards = numbers_of(scenario, seed, block)
    law.prepare(parameters)
    records = []
    for i, replicate in enumerate(block):
        row = i if len(parameters) > 1 else 0
        world = events.World(
            law,
            parameters[row : row + 1],
            hazards[row],
            causes,
            seed,
            int(replicate),
            policy=policy,
            processes=processes,
        )
        records.append(world.run_to_the_end())
        causes.extend(cause for cause in world.causes if cause not in causes)
        told(1)
    return np.concatenate(records)
