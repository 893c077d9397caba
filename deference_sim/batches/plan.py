"""The plan of a batch: which scenarios meet which seeds, cut into chunks; and how two plans differ."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from deference_sim.batches.files import DamagedError
from deference_sim.scenario import Scenario, ScenarioError
from deference_sim.scenario.compose import compose
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.listing import differences
from deference_sim.scenario.problems import Mark
from deference_sim.scenario.tree import MapNode
from deference_sim.study.limits import Engine
from deference_sim.study.provenance import engine_version

FORMAT: Final = 2
#: Replicates of a chunk: some seconds of work, so that little is lost, and few enough files. Part of no result.
CHUNK: Final[Mapping[Engine, int]] = {"compiled": 8_192, "events": 256}


@dataclass(frozen=True)
class Point:
    """One scenario of a batch. ``label`` tells it apart: the scenario as listed, and what is varied, in words."""

    label: Mapping[str, str]
    scenario: Scenario

    @property
    def name(self) -> str:
        """The label on one line."""
        first, *rest = self.label.items()
        return ", ".join([first[1], *(f"{key} {value}" for key, value in rest)])


@dataclass(frozen=True)
class Run:
    """One point with one seed: its scenario, as it is ``listed`` in the batch file, and the name of the ``point``."""

    scenario: Scenario
    seed: int
    listed: str
    point: str

    @cached_property
    def key(self) -> str:
        """What the run is called in files."""
        return key_of(self.scenario.hash, self.point, self.seed)


def key_of(scenario_hash: str, point: str, seed: int | str) -> str:
    """Return what a run is called in files: a digest of its scenario's hash and its point's name, and its seed."""
    digest = hashlib.sha256(f"{scenario_hash} {point}".encode()).hexdigest()
    return f"{digest[:32]}-{seed}"


@dataclass(frozen=True)
class Study:
    """A sensitivity study of one listed scenario, done beside the runs. None for what the method has by default."""

    label: str
    scenario: Scenario
    method: str
    inputs: tuple[str, ...] = ()
    measure: str = "p_stay"
    replicates: int | None = None
    mark: Mark = field(default=ARGUMENT, compare=False)

    @property
    def name(self) -> str:
        """What it is called in names of files."""
        parts = ["sensitivity", self.label, self.method, *([self.measure] if self.measure != "p_stay" else [])]
        return "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)

    def as_dict(self) -> dict[str, Any]:
        """Return the study as JSON keeps it."""
        return {
            "label": self.label,
            "hash": self.scenario.hash,
            "scenario": self.scenario.to_yaml(),
            "method": self.method,
            "inputs": list(self.inputs),
            "measure": self.measure,
            "replicates": self.replicates,
        }


@dataclass(frozen=True)
class Task:
    """One chunk to be made: replicates ``first`` to ``stop`` - 1 of a run. Its bytes depend on this alone."""

    run: Run
    first: int
    stop: int
    engine: Engine
    engine_version: str

    @property
    def name(self) -> str:
        """What the chunk is called in the folder."""
        return f"{self.run.key}/{self.first:010d}-{self.stop - 1:010d}.parquet"

    @property
    def identity(self) -> dict[str, Any]:
        """What the chunk's footer says it is."""
        return identity(self.run, self.engine, self.engine_version) | {"first": self.first, "stop": self.stop}


@dataclass(frozen=True)
class Plan:
    """Everything that a batch is to find out."""

    name: str
    points: tuple[Point, ...]
    seeds: tuple[int, ...]
    replicates: int
    engine: Engine
    engine_version: str
    chunk: int
    studies: tuple[Study, ...] = ()
    #: From which point differences are taken: what it has of what is varied; in all else it is as the point compared.
    reference: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Every run, in the order of the points."""
        return tuple(run for point in self.points for run in self.runs_of(point))

    def runs_of(self, point: Point) -> list[Run]:
        """Return the runs of one point: one for each seed."""
        listed, name = point.label["scenario"], point.name
        return [Run(point.scenario, seed, listed, name) for seed in self.seeds]

    def reference_of(self, point: Point) -> Point | None:
        """Return the point that ``point`` is compared with; None if it is a reference itself, or there is none."""
        wanted = {**point.label, **self.reference}
        found = next((one for one in self.points if dict(one.label) == wanted), None)
        return None if found is point else found

    @property
    def axes(self) -> tuple[str, ...]:
        """What is varied, in words, the scenario first."""
        return tuple(dict.fromkeys(key for point in self.points for key in point.label))

    def identity(self, run: Run) -> dict[str, Any]:
        """Return what the file of a whole run says it is."""
        return identity(run, self.engine, self.engine_version) | {"first": 0, "stop": self.replicates}

    def tasks(self, held: Mapping[str, Sequence[tuple[int, int]]], shard: tuple[int, int] = (1, 1)) -> Iterator[Task]:
        """Yield what is missing where ``held`` (by run, spans of replicates) is there; of the i-th of n shards only.

        Which shard a replicate belongs to depends on neither the number of replicates nor what is held.
        """
        part, parts = shard
        for place, run in enumerate(self.runs):
            for first, stop in gaps(held.get(run.key, ()), self.replicates):
                for start, end in _cut(first, stop, self.chunk):
                    if (place + start // self.chunk) % parts == part - 1:
                        yield Task(run, start, end, self.engine, self.engine_version)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as JSON keeps it: every scenario whole."""
        return {
            "format": FORMAT,
            "name": self.name,
            "engine": self.engine,
            "engine_version": self.engine_version,
            "replicates": self.replicates,
            "chunk": self.chunk,
            "seeds": [str(seed) for seed in self.seeds],
            "points": [
                {"label": dict(point.label), "hash": point.scenario.hash, "scenario": point.scenario.to_yaml()}
                for point in self.points
            ],
            "studies": [study.as_dict() for study in self.studies],
            "reference": dict(self.reference),
        }


def identity(run: Run, engine: str, version: str) -> dict[str, Any]:
    """Return what every file of a run says of itself."""
    what = {"scenario": run.scenario.hash, "point": run.point, "seed": str(run.seed)}
    return what | {"engine": engine, "engine_version": version}


def plan_of(content: Mapping[str, Any]) -> Plan:
    """Return the plan that ``as_dict`` gave. Raises ``DamagedError`` if a scenario does not read back to its hash."""
    if content.get("format") != FORMAT:
        raise DamagedError(f"the plan is of format {content.get('format')}; this version reads {FORMAT}")
    return Plan(
        content["name"],
        tuple(Point(held["label"], _scenario_of(held)) for held in content["points"]),
        tuple(int(seed) for seed in content["seeds"]),
        content["replicates"],
        content["engine"],
        content["engine_version"],
        content["chunk"],
        tuple(
            Study(
                held["label"],
                _scenario_of(held),
                held["method"],
                tuple(held["inputs"]),
                held["measure"],
                held["replicates"],
            )
            for held in content["studies"]
        ),
        content["reference"],
    )


def _scenario_of(held: Mapping[str, str]) -> Scenario:
    root, problems = compose(held["scenario"], "plan.json")
    if not isinstance(root, MapNode) or problems:
        raise DamagedError("the plan holds a scenario that cannot be read")
    try:
        scenario = Scenario.of_tree(root)
    except ScenarioError as error:
        raise DamagedError(f"the plan holds a scenario that this version cannot read: {error}") from None
    if scenario.hash != held["hash"]:
        raise DamagedError("the plan holds a scenario that means something else in this version")
    return scenario


def plan_for(
    name: str,
    points: Iterable[Point],
    seeds: Sequence[int],
    replicates: int,
    engine: Engine,
    studies: Iterable[Study],
    reference: Mapping[str, str],
) -> Plan:
    """Return a plan for this version of the engine."""
    version, chunk = engine_version(), CHUNK[engine]
    return Plan(name, tuple(points), tuple(seeds), replicates, engine, version, chunk, tuple(studies), dict(reference))


def gaps(spans: Iterable[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans from 0 to ``end`` that none of ``spans`` covers."""
    reached = 0
    for first, stop in sorted(spans):
        if first > reached:
            yield reached, min(first, end)
        reached = max(reached, stop)
        if reached >= end:
            return
    yield reached, end


def _cut(first: int, stop: int, size: int) -> Iterator[tuple[int, int]]:
    while first < stop:
        end = min(stop, (first // size + 1) * size)
        yield first, end
        first = end


def conflicts(held: Plan, wanted: Plan) -> list[str]:
    """Return, line by line, what in ``wanted`` would change results that ``held`` stands for; empty if nothing.

    More points, seeds or replicates change nothing that is there.
    """
    found = []
    for what in ("engine", "engine_version"):
        before, now = getattr(held, what), getattr(wanted, what)
        if before != now:
            found.append(f"{what.replace('_', ' ')}: {before} in the folder, {now} now")
    if wanted.replicates < held.replicates:
        found.append(f"replicates: {held.replicates} in the folder, only {wanted.replicates} now")
    if gone := [str(seed) for seed in held.seeds if seed not in wanted.seeds]:
        found.append(f"seeds: {', '.join(gone)} in the folder, not asked for now")
    now_by_label = {point.name: point for point in wanted.points}
    for point in held.points:
        same = now_by_label.get(point.name)
        if same is None:
            found.append(f"{point.name}: in the folder, not asked for now")
        elif same.scenario.hash != point.scenario.hash:
            found += [
                f"{point.name}: {row.path}: {row.first or 'nothing'} in the folder, {row.second or 'nothing'} now"
                for row in differences(point.scenario, same.scenario)
            ]
    return found
