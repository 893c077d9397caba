"""Paths: sampled trajectories on a common grid, and one trajectory with the log of what happened."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.columns import FRAME, PATHS, table_of, units_of
from deference_sim.analysis.labelled import labelled_arrays
from deference_sim.analysis.records import records_table
from deference_sim.described import described
from deference_sim.engines import compiled
from deference_sim.engines.failure import StepError
from deference_sim.model.events import EVENTS
from deference_sim.model.stages import STAGES
from deference_sim.model.state import OUTCOMES, PHASES, PRE
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.shown import Shown
from deference_sim.study.limits import MOST_REPLICATES, seed_of, whole
from deference_sim.study.one_run import law_for_one_run
from deference_sim.study.runner import numbers_of, world_of
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.sample import SHARES

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from deference_sim.analysis.loops import Loops
    from deference_sim.engines.events import Policy, Process, World

Floats = NDArray[np.float64]

FINE = 400  # points of a single trajectory's path


@described(
    months="The grid.",
    **{
        name: f"{one.meaning[0].upper()}{one.meaning[1:]}, in {one.unit}.".replace(", in 1.", ".")
        for name, one in PATHS.items()
    },
    end_month="When each replicate ended.",
    at_end="By quantity where each replicate stands at its end.",
    outcome="How each replicate ended.",
    replicates="Which replicates these are.",
)
@dataclass(frozen=True, repr=False)
class Trajectories(Shown):
    """Paths of several replicates on one grid; each array is (replicate, time), NaN once a run has ended.

    At the time of an event the paths are where they stand after it.
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
    margin_believed: Floats
    lead_believed: Floats
    end_month: Floats
    at_end: dict[str, Floats]
    outcome: list[str]
    replicates: NDArray[np.int64]

    @property
    def columns(self) -> "pd.DataFrame":
        """A row for each column of ``to_frame()``: its name, unit and meaning."""
        return table_of(FRAME)

    def to_frame(self) -> "pd.DataFrame":
        """Return a row for each replicate and each month of the grid that it reached.

        Columns ``replicate``, ``month``, one for each quantity (see ``columns``; units are in ``attrs["units"]``), and
        ``outcome``, in which the replicate ends: ``frame.groupby("month")["margin"].median()``.
        """
        import pandas as pd

        runs, times = np.nonzero(self.months <= self.end_month[:, None])
        frame = pd.DataFrame({"replicate": self.replicates[runs], "month": self.months[times]})
        for name in PATHS:
            frame[name] = getattr(self, name)[runs, times]
        frame["outcome"] = pd.Categorical(self.outcome, list(OUTCOMES[1:]))[runs]
        frame.attrs["units"] = units_of(FRAME)
        return frame

    def to_xarray(self) -> "xarray.Dataset":
        """Return a ``Dataset`` of xarray over ``replicate`` and ``month``, each variable with its unit and meaning.

        ``outcome`` and ``end_month`` of a replicate are coordinates. Raises ``ModuleNotFoundError`` with the remedy if
        xarray is not installed.
        """
        dims = ("replicate", "month")
        paths = {
            name: (dims, getattr(self, name), {"units": one.unit, "long_name": one.meaning})
            for name, one in PATHS.items()
        }
        coords = {
            "replicate": self.replicates,
            "month": ("month", self.months, {"units": "months"}),
            "outcome": ("replicate", np.array(self.outcome)),
            "end_month": ("replicate", self.end_month, {"units": "months"}),
        }
        made: xarray.Dataset = labelled_arrays("to_xarray").Dataset(paths, coords)
        return made


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of a trajectory in one phase: ``pre``, ``partial``, ``full`` or ``halted``."""

    phase: str
    start: float
    end: float


@described(
    replicate="Which future this is.",
    seed="Which worlds were met.",
    record="Its row of ``Result.records``.",
    log="A row for each event, with where things stood just after it.",
    path="Where it stands on a fine grid of months.",
    phases="Spells of deference without gaps.",
    scheming="The months between which the AIs schemed, whether or not anybody knew.",
    failure="Why it could be followed no further; empty if it came to an end.",
)
@dataclass(frozen=True, repr=False)
class Trajectory(Shown):
    """One replicate: what it leaves behind, its log (a row for each event) and its path on a fine grid.

    In the log ``G`` is deference-goodness with what humans fill in.
    """

    scenario: Scenario
    replicate: int
    seed: int
    record: "pd.Series[Any]"
    log: "pd.DataFrame"
    path: Trajectories
    phases: list[Spell]
    scheming: list[tuple[float, float]]
    failure: str = ""

    @property
    def outcome(self) -> str:
        """How it ended."""
        return str(self.record["outcome"])

    @property
    def cause(self) -> str | None:
        """The hazard that ended it, if one did."""
        import pandas as pd

        return None if pd.isna(self.record["cause"]) else str(self.record["cause"])

    @property
    def month(self) -> float:
        """When it ended."""
        return float(self.record["months"])

    def to_frame(self) -> "pd.DataFrame":
        """Return the path as a row for each month of its grid, with the columns of ``Trajectories.to_frame``.

        Besides, ``phase`` (pre, partial, full or halted) and ``scheming`` (whether AIs scheme, known or not).
        """
        frame = self.path.to_frame()
        months = frame["month"].to_numpy()
        spells = self.phases or [Spell(str(self.log["phase"].iloc[-1]), 0.0, self.month)]  # of one that ends at once
        begun = np.searchsorted([spell.start for spell in spells], months, side="right")
        frame["phase"] = [spells[place].phase for place in begun - 1]
        until = [(start, end if end < self.month else np.inf) for start, end in self.scheming]
        frame["scheming"] = np.any([(start <= months) & (months < end) for start, end in until], axis=0)
        return frame

    @cached_property
    def draws(self) -> dict[str, float]:
        """The value of every uncertain input in this replicate, by path, in its documented unit."""
        draws = self.scenario.draws(self.seed, np.array([self.replicate]))
        return {path: float(values[0]) for path, values in draws.items()}

    @cached_property
    def loops(self) -> "Loops | None":
        """Which feedback loops moved this run; None where it has a policy or processes of its own, or failed."""
        from deference_sim.analysis.loops import loops

        if self.scenario.own or self.failure:
            return None
        return loops(self.scenario, 1, self.seed, replicate=self.replicate)

    def as_dict(self) -> dict[str, Any]:
        """Return outcome, what was drawn, and every entry of the log for JSON, in full; None for what is infinite."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seed": self.seed,
            "replicate": self.replicate,
            "outcome": self.outcome,
            "cause": self.cause,
            "month": self.month,
            "failure": self.failure or None,
            "phases": [asdict(spell) for spell in self.phases],
            "scheming": [list(months) for months in self.scheming],
            "draws": self.draws,
            "log": [{name: _finite(value) for name, value in row.items()} for row in self.log.to_dict("records")],
        }


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


@described(
    replicate="Which future to follow, counted from 0.",
)
def trace(
    scenario: ScenarioLike,
    replicate: int = 0,
    seed: int = 1,
    *,
    policy: "Policy | None" = None,
    processes: "Sequence[Callable[[World], Process]]" = (),
) -> Trajectory:
    """Run one replicate of ``scenario`` with its log and a fine path.

    A replicate that cannot be integrated is followed as far as it comes; its ``failure`` says why it ends there.
    """
    replicate, seed = whole(replicate, "replicate", 0, MOST_REPLICATES - 1), seed_of(seed)
    scenario = as_scenario(scenario)
    if policy is not None or processes:
        scenario = scenario.with_own(policy=policy, processes=processes)
    try:
        return _traced(scenario, replicate, seed)
    except StepError as error:
        shortens = "horizon" in scenario.uncertain or error.month < scenario.medians.horizon
        if not (shortens and error.month > 0.0) or scenario.handoff.indifference:  # which looks ahead to the horizon
            raise
        shorter = scenario.with_(horizon=error.month)  # a horizon changes nothing of what is before it
        short = trace(shorter, replicate, seed)
        return replace(short, scenario=scenario, failure=str(error))


def _traced(scenario: Scenario, replicate: int, seed: int) -> Trajectory:
    told = _run(scenario, seed, replicate)
    record = records_table(told.record, told.world.causes).iloc[0]
    grid = np.linspace(0.0, float(record["months"]), FINE)
    path = paths(scenario, seed, np.array([replicate]), grid)
    phases = [Spell(PHASES[phase], start, end) for phase, start, end in _spells(told, "phase", PRE)]
    scheming = [(start, end) for schemes, start, end in _spells(told, "scheming", 0) if schemes]
    return Trajectory(scenario, replicate, seed, record, _log(told), path, phases, scheming)


# ---- running ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """What holds after a stage of an instant, and how many entries the log has by then."""

    month: float
    logged: int
    phase: int
    scheming: int


@dataclass(frozen=True)
class _Run:
    world: "World"
    record: NDArray[np.void]
    seen: list[_Seen] = field(default_factory=list)


def _run(scenario: Scenario, seed: int, replicate: int) -> _Run:
    seen: list[_Seen] = []
    watchers = [_watcher(stage, seen) for stage in range(len(STAGES))]
    world = world_of(scenario, seed, replicate, log=True, watchers=watchers, law=law_for_one_run())
    return _Run(world, world.run_to_the_end(), seen)


def _watcher(stage: int, seen: list[_Seen]) -> "Callable[[World], Process]":
    """Return a process that only looks: it notes what has changed once the law has done ``stage``."""

    def watch(world: "World") -> "Process":
        while True:
            yield world.when(stage)
            state = world.state
            now = _Seen(world.month, len(world.log) + state.logged, state.phase, state.scheming)
            if state.phase < len(PHASES) - 1 and (not seen or _differ(seen[-1], now)):
                seen.append(now)

    return watch


def _differ(before: _Seen, now: _Seen) -> bool:
    return (before.logged, before.phase, before.scheming) != (now.logged, now.phase, now.scheming)


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


# ---- what is made of runs -----------------------------------------------------------------------------------


def _log(run: _Run) -> "pd.DataFrame":
    import pandas as pd

    entries = np.array(run.world.log, LOG_DTYPE)
    log = pd.DataFrame({name: entries[name] for name in LOG_DTYPE.names or ()})
    log["event"] = [EVENTS[code] for code in log["event"]]
    log.insert(0, "month", log.pop("t"))
    causes = run.world.causes
    log["about"] = [_about(event, item, causes) for event, item in zip(log["event"], log["item"], strict=True)]
    # An entry is written by a stage, and what holds is noted right after it: in the first note that counts the entry.
    rows = np.searchsorted([now.logged for now in run.seen], np.arange(len(log)), side="right")
    notes = [run.seen[min(row, len(run.seen) - 1)] if run.seen else None for row in rows]
    phases = [note.phase if note else PRE for note in notes]
    log["phase"] = [PHASES[phase] for phase in phases]
    log["scheming"] = [bool(note and note.scheming) for note in notes]
    return log


def _about(event: str, item: int, causes: Sequence[str]) -> str:
    if event.startswith("hazard"):
        return causes[item]
    return OUTCOMES[item] if event == "resolved" else ""


def paths(scenario: Scenario, seed: int, replicates: NDArray[np.int64], grid: Floats) -> Trajectories:
    """Run the replicates and sample them at the months of ``grid``."""
    if scenario.own:
        law = law_for_one_run() if len(replicates) == 1 else None
        worlds = [world_of(scenario, seed, int(replicate), grid=grid, law=law) for replicate in replicates]
        records = np.concatenate([world.run_to_the_end() for world in worlds])
        samples = np.array([world.samples for world in worlds])
    else:
        numbers = numbers_of(scenario, seed, replicates)
        records, samples = compiled.sample_replicates(*numbers, seed, replicates, grid)
    return _collect(scenario, records, samples, grid)


def _collect(scenario: Scenario, records: NDArray[np.void], samples: NDArray[np.void], grid: Floats) -> Trajectories:
    known = {name: samples[name] for name in samples.dtype.names or ()}
    known["lead"] = np.where(np.isfinite(known["lead"]), known["lead"], np.nan)
    known["margin"] = known["G"] - known["C"]
    known["Q"] = np.minimum(known["C"], known["G"]) + known["D"]
    path = {name: values[:, :-1] for name, values in known.items()}
    at_end = {
        "capability": "C",
        "deference_goodness": "G",
        "margin": "margin",
        "aligned_capability": "Q",
        "lead": "lead",
    }
    return Trajectories(
        months=grid,
        capability=path["C"],
        broad_alignment=path["A"],
        capability_profile=path["W"],
        deference_goodness=path["G"],
        margin=path["margin"],
        defence=path["D"],
        aligned_capability=path["Q"],
        rival=path["R"] if scenario.rival.mode == "takeoff" else np.full_like(path["R"], np.nan),
        lead=path["lead"],
        bought=path["bought"],
        margin_believed=path["margin_believed"],
        lead_believed=np.where(np.isfinite(path["lead_believed"]), path["lead_believed"], np.nan),
        end_month=records["months"],
        at_end={name: known[letter][:, -1] for name, letter in at_end.items()},
        outcome=[OUTCOMES[code] for code in records["outcome"]],
        replicates=records["replicate"],
        **{name: path[name] for name in SHARES},
    )
