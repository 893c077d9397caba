"""Paths: sampled trajectories on a common grid, and one trajectory with the log of what happened."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deference_sim.analysis.records import records_table
from deference_sim.engines.events import SAMPLED, Policy, Process, World
from deference_sim.model.goodness import filled_in
from deference_sim.model.instant import STAGES
from deference_sim.model.log import EVENTS, LOG_DTYPE
from deference_sim.model.state import OUTCOMES, PARTIAL, PHASES, PRE
from deference_sim.study.runner import numbers_of, world_of

if TYPE_CHECKING:
    from deference_sim.analysis.result import Result

Floats = NDArray[np.float64]

COLUMNS = (*SAMPLED, "lead")
FINE = 400  # points of a single trajectory's path
SHARES = ("capability_share", "goodness_share", "time_buying_share", "defence_share", "tests_share")


@dataclass(frozen=True)
class Trajectories:
    """Paths of several replicates on one grid; each array is (replicate, time), NaN once a run has ended.

    ``months`` is the grid. Capability, broad alignment, capability profile, deference-goodness, margin, aligned
    capability, active defence and rival are in py, lead and bought time in months; shares of effort are of 1, and all
    0 before the handoff. Deference-goodness includes what humans fill in during partial deference. A run that ends
    between two grid times ends at ``end_month`` with ``outcome``; ``at_end`` holds what the fields are then, a value
    for each replicate.
    """

    months: Floats
    capability: Floats
    broad_alignment: Floats
    capability_profile: Floats
    deference_goodness: Floats
    margin: Floats
    defence: Floats
    aligned_capability: Floats
    rival: Floats
    lead: Floats
    bought: Floats
    capability_share: Floats
    goodness_share: Floats
    time_buying_share: Floats
    defence_share: Floats
    tests_share: Floats
    end_month: Floats
    at_end: dict[str, Floats]
    outcome: list[str]
    replicates: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of a trajectory in one phase: ``pre``, ``partial``, ``full`` or ``halted``."""

    phase: str
    start: float
    end: float


@dataclass(frozen=True)
class Trajectory:
    """One replicate: what it leaves behind, its log (a row for each event) and its path on a fine grid.

    ``record`` is the replicate's row of ``Result.records``. The log says for each event where things stood just after
    it; ``G`` there is deference-goodness with what humans fill in. ``phases`` are spells without gaps, ``scheming``
    the months between which the AIs schemed, whether or not anybody knew.
    """

    scenario: str
    replicate: int
    seed: int
    record: "pd.Series[Any]"
    log: pd.DataFrame
    path: Trajectories
    phases: list[Spell]
    scheming: list[tuple[float, float]]

    @property
    def outcome(self) -> str:
        """How it ended."""
        return str(self.record["outcome"])

    @property
    def cause(self) -> str | None:
        """The hazard that ended it, if one did."""
        return None if pd.isna(self.record["cause"]) else str(self.record["cause"])

    @property
    def month(self) -> float:
        """When it ended."""
        return float(self.record["months"])


def sample_trajectories(result: "Result", n: int, points: int) -> Trajectories:
    """Run the first ``n`` replicates of ``result`` again and sample them at ``points`` times up to the last end."""
    if not 1 <= n <= result.replicates:
        raise ValueError(f"n is {n}: it must be between 1 and the {result.replicates} replicates of the result")
    grid = np.linspace(0.0, result.records["months"].to_numpy()[:n].max(), points)
    runs = [
        _run(result.scenario, result.seed, replicate, grid, False, result.own.policy, result.own.processes)
        for replicate in range(n)
    ]
    return _collect(result.scenario, result.seed, runs, grid)


def trace(
    scenario: Any,
    replicate: int,
    seed: int,
    *,
    policy: Policy | None = None,
    processes: Sequence[Callable[[World], Process]] = (),
) -> Trajectory:
    """Run one replicate with its log and a fine path."""
    told = _run(scenario, seed, replicate, np.empty(0), True, policy, processes)
    record = records_table(told.record, told.world.causes).iloc[0]
    grid = np.linspace(0.0, float(record["months"]), FINE)
    path = _collect(scenario, seed, [_run(scenario, seed, replicate, grid, False, policy, processes)], grid)
    fill_in = _fill_ins(scenario, seed, np.array([replicate]))[0]
    phases = [Spell(PHASES[phase], start, end) for phase, start, end in _spells(told, "phase", PRE)]
    scheming = [(start, end) for schemes, start, end in _spells(told, "scheming", 0) if schemes]
    return Trajectory(scenario.name, replicate, seed, record, _log(told, fill_in), path, phases, scheming)


# ---- running ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """What holds after a stage of an instant, and how many entries the log has by then."""

    month: float
    logged: int
    phase: int
    scheming: int
    shares: tuple[float, ...]


@dataclass(frozen=True)
class _Run:
    world: World
    record: NDArray[np.void]
    seen: list[_Seen] = field(default_factory=list)


def _run(
    scenario: Any,
    seed: int,
    replicate: int,
    grid: Floats,
    log: bool,
    policy: Policy | None,
    processes: Sequence[Callable[[World], Process]],
) -> _Run:
    seen: list[_Seen] = []
    watchers = [_watcher(stage, seen) for stage in range(len(STAGES))]
    world = world_of(scenario, seed, replicate, log=log, grid=grid, policy=policy, processes=(*processes, *watchers))
    return _Run(world, world.run_to_the_end(), seen)


def _watcher(stage: int, seen: list[_Seen]) -> Callable[[World], Process]:
    """Return a process that only looks: it notes what has changed once the law has done ``stage``."""

    def watch(world: World) -> Process:
        while True:
            yield world.when(stage)
            state = world.state
            now = _Seen(
                world.month,
                len(world.log) + state.logged,
                state.phase,
                state.scheming,
                tuple(getattr(state, name) for name in SHARES),
            )
            if state.phase < len(PHASES) - 1 and (not seen or _differ(seen[-1], now)):
                seen.append(now)

    return watch


def _differ(before: _Seen, now: _Seen) -> bool:
    return (before.logged, before.phase, before.scheming, before.shares) != (
        now.logged,
        now.phase,
        now.scheming,
        now.shares,
    )


def _spells(run: _Run, name: str, first: int) -> Iterator[tuple[int, float, float]]:
    """Yield (value, start, end) for every stretch over which ``name`` did not change, those of no length left out."""
    changes: list[tuple[int, float]] = [(first, 0.0)]
    for now in run.seen:
        if getattr(now, name) != changes[-1][0]:
            changes.append((getattr(now, name), now.month))
    changes.append((first, float(run.record["months"][0])))
    for (value, start), (_, end) in pairwise(changes):
        if end > start:
            yield value, start, end


def _fill_ins(scenario: Any, seed: int, replicates: NDArray[np.int64]) -> Floats:
    """Return the margins that humans fill in, (replicate, [broad alignment, capability profile])."""
    parameters, _ = numbers_of(scenario, seed, replicates)
    both = [parameters[f"handoff_fill_in_{name}"] for name in ("alignment", "profile")]
    return np.broadcast_to(np.array(both).T, (len(replicates), 2))


def _goodness(phase: int, C: float, A: float, W: float, fill_in: Floats) -> float:
    """Return G, as the law has it in ``phase``."""
    if phase != PARTIAL:
        return min(A, W)
    return float(min(filled_in(A, C, fill_in[0]), filled_in(W, C, fill_in[1])))


# ---- what is made of runs -----------------------------------------------------------------------------------


def _log(run: _Run, fill_in: Floats) -> pd.DataFrame:
    entries = np.array(run.world.log, LOG_DTYPE)
    log = pd.DataFrame({name: entries[name] for name in LOG_DTYPE.names or ()})
    log["event"] = [EVENTS[code] for code in log["event"]]
    log.insert(0, "month", log.pop("t"))
    causes = run.world.causes
    log["about"] = [_about(event, item, causes) for event, item in zip(log["event"], log["item"], strict=True)]
    # An entry is written by a stage, and what holds is noted right after it: in the first note that counts the entry.
    counts = [now.logged for now in run.seen]
    rows = [min(int(np.searchsorted(counts, entry, side="right")), len(counts) - 1) for entry in range(len(log))]
    phases = [run.seen[row].phase if counts else PRE for row in rows]
    log["phase"] = [PHASES[phase] for phase in phases]
    log["scheming"] = [bool(counts and run.seen[row].scheming) for row in rows]
    stocks = zip(phases, log["C"], log["A"], log["W"], strict=True)
    log["G"] = [_goodness(phase, C, A, W, fill_in) for phase, C, A, W in stocks]
    return log


def _about(event: str, item: int, causes: Sequence[str]) -> str:
    if event.startswith("hazard"):
        return causes[item]
    return OUTCOMES[item] if event == "resolved" else ""


def _collect(scenario: Any, seed: int, runs: Sequence[_Run], grid: Floats) -> Trajectories:
    replicates = np.array([run.world.replicate for run in runs])
    fill_ins = _fill_ins(scenario, seed, replicates)
    paths = np.full((len(COLUMNS), len(runs), len(grid)), np.nan)
    shares = np.full((len(SHARES), len(runs), len(grid)), np.nan)
    goodness = np.full((len(runs), len(grid)), np.nan)
    ends = np.full((len(runs), 4), np.nan)
    for row, run in enumerate(runs):
        samples, known = run.world.samples, len(run.world.samples)
        if samples:
            paths[:, row, :known] = np.array(samples).T
        holds = _holding(run, grid[:known])
        shares[:, row, :known] = np.array([now.shares if now else (0.0,) * len(SHARES) for now in holds]).T
        stocks = (paths[COLUMNS.index(name), row, :known] for name in "CAW")
        goodness[row, :known] = [
            _goodness(now.phase if now else PRE, C, A, W, fill_ins[row])
            for now, C, A, W in zip(holds, *stocks, strict=True)
        ]
        left = run.record[0]
        last = run.seen[-1].phase if run.seen else PRE
        ends[row] = left["C"], _goodness(last, left["C"], left["A"], left["W"], fill_ins[row]), left["Q"], left["lead"]
    path = dict(zip(COLUMNS, paths, strict=True))
    C, has_rival = path["C"], scenario.rival.mode == "takeoff"
    return Trajectories(
        months=grid,
        capability=C,
        broad_alignment=path["A"],
        capability_profile=path["W"],
        deference_goodness=goodness,
        margin=goodness - C,
        defence=path["D"],
        aligned_capability=np.minimum(C, goodness) + path["D"],
        rival=path["R"] if has_rival else np.full_like(C, np.nan),
        lead=np.where(np.isfinite(path["lead"]), path["lead"], np.nan),
        bought=path["bought"],
        end_month=np.array([float(run.record["months"][0]) for run in runs]),
        at_end={
            "capability": ends[:, 0],
            "deference_goodness": ends[:, 1],
            "margin": ends[:, 1] - ends[:, 0],
            "aligned_capability": ends[:, 2],
            "lead": np.where(np.isfinite(ends[:, 3]), ends[:, 3], np.nan),
        },
        outcome=[OUTCOMES[int(run.record["outcome"][0])] for run in runs],
        replicates=replicates,
        **dict(zip(SHARES, shares, strict=True)),
    )


def _holding(run: _Run, grid: Floats) -> list[_Seen | None]:
    """Return what was last seen at each time of ``grid``, None before anything was."""
    rows = np.searchsorted([now.month for now in run.seen], grid, side="right")
    return [run.seen[row - 1] if row else None for row in rows]
