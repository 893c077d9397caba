"""Where runs stand: the whole state of many runs, at moments along the way from the handoff to the end."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines.failure import cannot_integrate
from deference_sim.engines.law import compiled_law, with_attributes
from deference_sim.model.stages import STAGES
from deference_sim.model.state import PRE, RESOLVED
from deference_sim.scenario import Scenario
from deference_sim.study.runner import numbers_of
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE
from deference_sim.trajectory.step import STEP_FAILED

APART = 0.125  # py of capability between two moments of a run,
MONTHS_APART = 1.0  # or months, whichever comes first


@dataclass(frozen=True)
class Paths:
    """Moments of runs: ``states`` in order of run and time, the row of ``run`` in ``parameters`` and ``records``.

    ``by_capability`` and ``by_months`` are what a moment counts for in a mean over the run's way from the handoff: py
    and months, half of those to the moment before and half of those to the next one.
    """

    parameters: NDArray[np.void]
    hazards: NDArray[np.void]
    records: NDArray[np.void]
    states: NDArray[np.void]
    run: NDArray[np.intp]
    by_capability: NDArray[np.float64]
    by_months: NDArray[np.float64]


def paths(
    scenario: Scenario, seed: int, replicates: NDArray[np.int64], apart: float, progress: Callable[[int], object]
) -> Paths:
    """Run ``replicates`` and return where they stand from the handoff on, after what happens at an instant.

    Moments of one run lie at least ``apart`` py of capability or a month from each other. Raises ``StepError`` for a
    replicate that cannot be integrated.
    """
    law = compiled_law()
    parameters, hazards = numbers_of(scenario, seed, replicates)
    law.prepare(parameters)
    records = np.zeros(len(replicates), RECORD_DTYPE)
    states: list[NDArray[np.void]] = []
    lengths: list[int] = []
    for place, replicate in enumerate(replicates):
        row = place if len(parameters) > 1 else 0
        kept = _followed(law, parameters[row : row + 1], hazards[row], seed, int(replicate), apart, records, place)
        states += kept
        lengths.append(len(kept))
        progress(1)
    together = np.zeros(len(states), STATE_DTYPE)
    for place, state in enumerate(states):
        together[place] = state[0]
    run = np.repeat(np.arange(len(replicates)), lengths)
    weights = [_weights(together[name], run) for name in ("C", "t")]
    if len(parameters) == 1:
        parameters, hazards = np.repeat(parameters, len(replicates)), np.repeat(hazards, len(replicates), axis=0)
    return Paths(parameters, hazards, records, together, run, *weights)


def _followed(
    law: Any,
    P: NDArray[np.void],
    H: NDArray[np.void],
    seed: int,
    replicate: int,
    apart: float,
    records: NDArray[np.void],
    place: int,
) -> list[NDArray[np.void]]:
    """Run one replicate; leave its record in its place and return the moments that are kept."""
    S, L = np.zeros(1, STATE_DTYPE), np.zeros(0, LOG_DTYPE)
    X = np.zeros(FIRST_HAZARD + len(H), PROCESS_DTYPE)
    S["key"], S["replicate"] = streams.key_of_seed(seed), replicate
    law.begin(S, P, H, X)
    kept: list[NDArray[np.void]] = []
    while True:
        why = law.go_on(S, P, H, X, inf)
        if why == STEP_FAILED:
            raise cannot_integrate(replicate, seed, float(S["t"][0]))
        due = law.open_instant(S, P, X, L, why)
        stage = 0
        while due >> stage and stage < len(STAGES) and S["phase"][0] != RESOLVED:
            if due >> stage & 1:
                due |= law.perform(stage, S, P, H, X, L)
            stage += 1
        phase = S["phase"][0]
        if phase == RESOLVED:
            break
        if phase != PRE and (not kept or is_apart(with_attributes(kept[-1])[0], with_attributes(S)[0], apart)):
            kept.append(S.copy())
    law.finish(S, P, records, place)
    if kept and S["t"][0] > kept[-1]["t"][0]:
        last = S.copy()
        last["phase"] = S["step_phase"]  # what holds at the end is what held on the way there
        kept.append(last)
    return kept


def is_apart(before: Any, now: Any, apart: float) -> bool:
    """Return whether a state is far enough from the one ``before`` to be looked at too, here and in a browser."""
    moved = abs(now.C - before.C) >= apart or now.t - before.t >= MONTHS_APART
    return moved or now.phase != before.phase  # type: ignore[no-any-return]


def _weights(along: NDArray[np.float64], run: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return half of what lies between each moment and those beside it in the same run."""
    weights = np.zeros(len(along))
    if len(along) > 1:
        between = np.where(run[1:] == run[:-1], np.maximum(np.diff(along), 0.0), 0.0)
        weights[:-1] += 0.5 * between
        weights[1:] += 0.5 * between
    return weights
