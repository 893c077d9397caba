"""Paths: sampled trajectories on a common grid, and one trajectory with the log of what happened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deference_sim.engines.events import SAMPLED, Policy, Process, World
from deference_sim.model.log import EVENTS, LOG_DTYPE
from deference_sim.model.state import OUTCOMES
from deference_sim.study.runner import world_of

if TYPE_CHECKING:
    from deference_sim.analysis.result import Result

COLUMNS = (*SAMPLED, "lead")
FINE = 400  # points of a single trajectory's path


@dataclass(frozen=True)
class Trajectories:
    """Paths of several replicates on one grid; each array is (replicate, time), NaN once a run has ended.

    ``months`` is the grid. Capability, deference-goodness, margin, aligned capability and rival are in py, lead and
    bought time in months. A run that ends between two grid times ends at ``end_month`` with ``outcome``.
    """

    months: NDArray[np.float64]
    capability: NDArray[np.float64]
    deference_goodness: NDArray[np.float64]
    margin: NDArray[np.float64]
    aligned_capability: NDArray[np.float64]
    rival: NDArray[np.float64]
    lead: NDArray[np.float64]
    bought: NDArray[np.float64]
    capability_share: NDArray[np.float64]
    goodness_share: NDArray[np.float64]
    end_month: NDArray[np.float64]
    outcome: list[str]
    replicates: NDArray[np.int64]


@dataclass(frozen=True)
class Trajectory:
    """One replicate: its log (a row for each event) and its path on a fine grid."""

    replicate: int
    seed: int
    outcome: str
    cause: str | None
    month: float
    log: pd.DataFrame
    path: Trajectories


def sample_trajectories(result: "Result", n: int, points: int) -> Trajectories:
    """Run the first ``n`` replicates of ``result`` again and sample them at ``points`` times up to the last end."""
    if not 1 <= n <= result.replicates:
        raise ValueError(f"n is {n}: it must be between 1 and the {result.replicates} replicates of the result")
    months = result.records["months"].to_numpy()[:n]
    grid = np.linspace(0.0, months.max(), points)
    worlds = [
        _run(result.scenario, result.seed, replicate, grid, False, result.policy, result.processes)[0]
        for replicate in range(n)
    ]
    return _collect(worlds, grid, np.arange(n), result.scenario.rival.mode == "takeoff")


def trace(
    scenario: Any,
    replicate: int,
    seed: int,
    *,
    policy: Policy | None = None,
    processes: Sequence[Callable[[World], Process]] = (),
) -> Trajectory:
    """Run one replicate with its log and a fine path."""
    world, record = _run(scenario, seed, replicate, np.empty(0), True, policy, processes)
    grid = np.linspace(0.0, float(record["months"][0]), FINE)
    sampled, _ = _run(scenario, seed, replicate, grid, False, policy, processes)
    path = _collect([sampled], grid, np.array([replicate]), scenario.rival.mode == "takeoff")
    entries = np.array(world.log, LOG_DTYPE)
    log = pd.DataFrame({name: entries[name] for name in LOG_DTYPE.names or ()})
    log["event"] = [EVENTS[code] for code in log["event"]]
    log.insert(0, "month", log.pop("t"))
    log["about"] = [_about(event, item, world.causes) for event, item in zip(log["event"], log["item"], strict=True)]
    cause = int(record["cause"][0])
    return Trajectory(
        replicate,
        seed,
        OUTCOMES[int(record["outcome"][0])],
        world.causes[cause] if cause >= 0 else None,
        float(record["months"][0]),
        log,
        path,
    )


def _about(event: str, item: int, causes: Sequence[str]) -> str:
    if event.startswith("hazard"):
        return causes[item]
    return OUTCOMES[item] if event == "resolved" else ""


def _run(
    scenario: Any,
    seed: int,
    replicate: int,
    grid: NDArray[np.float64],
    log: bool,
    policy: Policy | None,
    processes: Sequence[Callable[[World], Process]],
) -> tuple[World, NDArray[np.void]]:
    world = world_of(scenario, seed, replicate, log=log, grid=grid, policy=policy, processes=processes)
    return world, world.run_to_the_end()


def _collect(
    worlds: Sequence[World], grid: NDArray[np.float64], replicates: NDArray[np.int64], has_rival: bool
) -> Trajectories:
    paths = np.full((len(COLUMNS), len(worlds), len(grid)), np.nan)
    for row, world in enumerate(worlds):
        if world.samples:
            paths[:, row, : len(world.samples)] = np.array(world.samples).T
    _, C, A, W, D, R, bought, capability_share, goodness_share, lead = paths
    goodness = np.minimum(A, W)
    return Trajectories(
        months=grid,
        capability=C,
        deference_goodness=goodness,
        margin=goodness - C,
        aligned_capability=np.minimum(C, goodness) + D,
        rival=R if has_rival else np.full_like(R, np.nan),
        lead=np.where(np.isfinite(lead), lead, np.nan),
        bought=bought,
        capability_share=capability_share,
        goodness_share=goodness_share,
        end_month=np.array([world.state.end_month for world in worlds]),
        outcome=[OUTCOMES[world.state.outcome] for world in worlds],
        replicates=replicates,
    )
