"""The folder of a batch: its plan, its chunks, and a manifest that can always be made again from the chunks."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from deference_sim.batches.files import DamagedError, make_folder, read_json, write_json, write_whole
from deference_sim.batches.plan import FORMAT, Plan, Run, Task, key_of, plan_of
from deference_sim.batches.sealed import check_sealed, opened, seal_of, write_merged

PLAN, MANIFEST, PROVENANCE = "plan.json", "manifest.json", "provenance.json"
CHUNKS, RUNS, TABLES, STUDIES = "chunks", "runs", "tables", "sensitivity"
Shard = tuple[int, int]
WHOLE: Final[Shard] = (1, 1)


class DamagedPlanError(DamagedError):
    """A plan that cannot be read: what is to be done is known only to whoever has the batch file."""

    def __init__(self, folder: Path, reason: object) -> None:
        super().__init__(f"{folder / PLAN}: {reason}; repeat the `deference-sim batch` command that began it")


@dataclass(frozen=True, slots=True)
class Held:
    """A sound chunk: replicates ``first`` to ``stop`` - 1 of a run."""

    path: Path
    run: str
    first: int
    stop: int
    seal: str
    size: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that is not what it should be, and why; ``foreign`` if it is sound but of another batch."""

    path: Path
    reason: str
    foreign: bool = False


class Store:
    """What lies in a folder, and what is known of it so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # ---- the plan

    def has_plan(self) -> bool:
        """Whether the folder is of a batch."""
        return (self.folder / PLAN).is_file()

    def plan_file(self) -> dict[str, Any]:
        """Return what the plan's file says. Raises ``DamagedError`` or ``OSError``."""
        return read_json(self.folder / PLAN)

    def plan(self) -> tuple[Plan, Shard]:
        """Return the plan and which shard of it this folder holds. Raises ``DamagedError`` or ``OSError``."""
        content = self.plan_file()
        part, parts = content["shard"]
        return plan_of(content), (part, parts)

    def write_plan(self, plan: Plan, shard: Shard, made_with: Mapping[str, str]) -> None:
        """Keep the plan, and the versions that its first results are made with."""
        write_json(self.folder / PLAN, plan.as_dict() | {"shard": list(shard), "made_with": dict(made_with)})

    # ---- chunks

    def put(self, task: Task, data: bytes) -> Held:
        """Keep the chunk that ``task`` asked for. Raises ``DamagedError`` if ``data`` is not that, or ``OSError``."""
        found, _ = opened(data)
        if found != task.identity:
            raise DamagedError(f"{task.name}: came back as {found}")
        path = self.folder / CHUNKS / task.name
        make_folder(path.parent)
        write_whole(path, data)
        return Held(path, task.run.key, task.first, task.stop, seal_of(data), len(data))

    def scan(self, plan: Plan) -> tuple[list[Held], list[Finding]]:
        """Read every chunk to the last bit; return the sound ones of ``plan`` in order, and what is wrong."""
        held: list[Held] = []
        findings: list[Finding] = []
        keys = {run.key for run in plan.runs}
        for path in sorted((self.folder / CHUNKS).glob("*/*.parquet")):
            try:
                found = _examined(path)
            except (DamagedError, OSError) as error:
                findings.append(Finding(path, str(error)))
                continue
            same_engine = (found["engine"], found["engine_version"]) == (plan.engine, plan.engine_version)
            if found["run"] not in keys or not same_engine:
                findings.append(Finding(path, f"of another batch: {found}", foreign=True))
            else:
                held.append(Held(path, found["run"], found["first"], found["stop"], found["seal"], found["size"]))
        return held, findings

    # ---- what is made from the chunks

    def write_manifest(self, held: Sequence[Held], tables: Mapping[str, bytes]) -> None:
        """Write what there is: every chunk with its seal, every table with its checksum."""
        chunks = {
            chunk.path.relative_to(self.folder).as_posix(): {
                "rows": chunk.stop - chunk.first,
                "bytes": chunk.size,
                "seal": chunk.seal,
            }
            for chunk in held
        }
        made = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(tables.items())}
        write_json(self.folder / MANIFEST, {"format": FORMAT, "chunks": chunks, "tables": made})

    def write_tables(self, tables: Mapping[str, bytes]) -> None:
        """Write the tables, each with its name in the folder of tables."""
        make_folder(self.folder / TABLES)
        for name, data in tables.items():
            write_whole(self.folder / TABLES / name, data)

    def add_provenance(self, session: Mapping[str, Any]) -> None:
        """Add one session to those that worked in this folder."""
        try:
            sessions = read_json(self.folder / PROVENANCE)["sessions"]
        except (DamagedError, FileNotFoundError, KeyError):
            sessions = []
        write_json(self.folder / PROVENANCE, {"format": FORMAT, "sessions": [*sessions, dict(session)]})

    def check_files(self) -> Iterator[Finding]:
        """Yield what is wrong with the manifest, the provenance, merged runs and tables, none of which must exist."""
        for path in (*(self.folder / name for name in (MANIFEST, PROVENANCE)), *self.folder.glob(f"{STUDIES}/*.json")):
            try:
                content = read_json(path)
            except FileNotFoundError:
                continue
            except (DamagedError, OSError) as error:
                yield Finding(path, str(error))
                continue
            if path.name == MANIFEST:
                yield from self._check_manifest(content)
        for path in sorted((self.folder / RUNS).glob("*.parquet")):
            try:
                check_sealed(path)
            except (DamagedError, OSError) as error:
                yield Finding(path, str(error))

    def _check_manifest(self, content: Mapping[str, Any]) -> Iterator[Finding]:
        for name in content["chunks"]:
            if not (self.folder / name).is_file():
                yield Finding(self.folder / name, "is gone")
        for name, checksum in content["tables"].items():
            path = self.folder / TABLES / name
            if not path.is_file():
                yield Finding(path, "is gone")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != checksum:
                yield Finding(path, "its checksum does not match")


def _examined(path: Path) -> dict[str, Any]:
    """Return what a chunk says it is. Raises ``DamagedError`` if it is damaged, or lies where another belongs."""
    data = path.read_bytes()
    found, content = opened(data)
    key = key_of(found["scenario"], found["point"], found["seed"])
    name = f"{key}/{found['first']:010d}-{found['stop'] - 1:010d}.parquet"
    if f"{path.parent.name}/{path.name}" != name:
        raise DamagedError(f"it is the chunk {name}")
    if content.metadata.num_rows != found["stop"] - found["first"]:
        raise DamagedError("it has another number of rows than it says")
    return found | {"run": key, "seal": seal_of(data), "size": len(data)}


class Chunks:
    """The sound chunks of a batch, wherever they lie, by run."""

    def __init__(self, held: Sequence[Held]) -> None:
        self._by_run: dict[str, list[Held]] = defaultdict(list)
        for chunk in sorted(held, key=lambda one: (one.run, one.first, one.stop)):
            self._by_run[chunk.run].append(chunk)

    def spans(self) -> dict[str, list[tuple[int, int]]]:
        """Return, by run, the spans of replicates that are there."""
        return {run: [(chunk.first, chunk.stop) for chunk in chunks] for run, chunks in self._by_run.items()}

    def tables(
        self, run: str, first: int, stop: int, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[int, pa.Table]]:
        """Yield, in order and each once, the rows that are there from ``first`` to ``stop`` - 1, and where they begin.

        Every file is checked as it is read. Raises ``DamagedError`` or ``OSError`` naming it.
        """
        reached = first
        for chunk in self._by_run.get(run, ()):
            start, end = max(reached, chunk.first), min(stop, chunk.stop)
            if start >= end:
                continue
            yield start, _content(chunk.path).read(columns).slice(start - chunk.first, end - start)
            reached = end

    def merge(self, folder: Path, plan: Plan, run: Run) -> Path:
        """Write one run, of which nothing is missing, as one file below ``folder``; return its path."""
        path = folder / RUNS / f"{run.key}.parquet"
        make_folder(path.parent)
        tables = (table for _, table in self.tables(run.key, 0, plan.replicates))
        write_merged(path, tables, run, plan.identity(run))
        return path


def _content(path: Path) -> pq.ParquetFile:
    try:
        return opened(path.read_bytes())[1]
    except DamagedError as error:
        raise DamagedError(f"{path}: {error}") from None
