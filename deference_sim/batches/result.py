"""Batches from beginning to end: runs planned from a file, made, kept, and told in tables."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from deference_sim.batches.batch_file import Instead, read_batch
from deference_sim.batches.checking import contents, stores_in
from deference_sim.batches.files import remove_temporaries
from deference_sim.batches.lock import locked
from deference_sim.batches.plan import Plan
from deference_sim.batches.session import Session, opened_batch
from deference_sim.batches.store import CHUNKS, RUNS, WHOLE, Shard, Store
from deference_sim.batches.studies import check_studies, study_tables
from deference_sim.batches.tables import points_table, table_files
from deference_sim.batches.work import Failure, LostWorkersError, Pool, Threads, Workers
from deference_sim.described import described
from deference_sim.scenario.problems import ArgumentError
from deference_sim.shown import Shown
from deference_sim.study.provenance import now


def _nothing(_: object) -> None:
    """Hear something, and do nothing."""


@described(
    folder="Where everything lies.",
    plan="What the batch consists of.",
    table="A row for each point.",
    missing="How many replicates are not there yet.",
    failures="Chunks that cannot be made.",
    lost="Why there was nobody left to do the work; None if there was.",
)
@dataclass(frozen=True, repr=False)
class BatchResult(Shown):
    """What a batch found so far."""

    folder: Path
    plan: Plan
    table: pd.DataFrame
    missing: int
    failures: Sequence[Failure]
    lost: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything that this folder is to hold is there."""
        return not self.missing

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON, in full precision."""
        return {
            "batch": self.plan.name,
            "folder": str(self.folder),
            "engine": self.plan.engine,
            "engine_version": self.plan.engine_version,
            "replicates": self.plan.replicates,
            "seeds": [str(seed) for seed in self.plan.seeds],
            "missing": self.missing,
            "failed": [{"chunk": failure.task.name, "reason": failure.reason} for failure in self.failures],
            "points": self.table.astype(object).where(self.table.notna(), None).to_dict("records"),
        }


@described(
    file="The batch file, or a plan that was read from one.",
    out="The folder of the batch: new, empty, or one that holds a part of this batch.",
    executor="Any ``concurrent.futures.Executor``, or a function that makes one, which is called again when a "
    "pool breaks; by default threads of this process.",
    shard="Which part of the work to do, such as ``(1, 4)`` for the first of four; by default all.",
    instead="What is to hold in the place of what the file says.",
    say="Is called with sentences that are worth saying.",
)
def batch(
    file: str | Path | Plan,
    out: str | Path,
    *,
    executor: Executor | Callable[[], Executor] | None = None,
    shard: Shard | None = None,
    instead: Instead | None = None,
    say: Callable[[str], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> BatchResult:
    """Run the batch of ``file`` in the folder ``out``, or go on with what is there.

    Raises ``ScenarioError`` for a bad file, ``ConflictError`` and ``LockedError`` for a folder that cannot be used,
    ``OSError`` for a disk that fails.
    """
    for name, given in (("file", file), ("out", out)):
        if not isinstance(given, str | os.PathLike | Plan):
            raise ArgumentError(name, given, "the name of a file" if name == "file" else "the name of a folder")
    plan = file if isinstance(file, Plan) else read_batch(Path(file), instead)
    check_studies(plan)
    with opened_batch(Path(out), plan, shard=shard or WHOLE, say=say or _nothing) as session:
        workers = Threads() if executor is None else Pool(executor)
        return work_in(session, workers, "deference_sim.batch(…)", lambda: False, progress or _nothing)


def work_in(
    session: Session,
    workers: Workers,
    command: str,
    stopped: Callable[[], bool],
    progress: Callable[[int], object],
) -> BatchResult:
    """Do what is missing in an open batch, and write down what there is, whatever ends the work.

    ``command`` is what was typed, for the provenance.
    """
    started, lost, failures = now(), None, list[Failure]()
    try:
        try:
            failures = session.work(workers, stopped, progress)
        except LostWorkersError as error:
            lost = str(error)
        finally:
            workers.close()
        missing = session.to_do
        table, tables = pd.DataFrame(), dict[str, bytes]()
        if not missing or failures:
            table = points_table(session.plan, session.chunks)
            tables = table_files(session.plan, table) if len(table) else {}
        if not missing and session.is_whole:
            tables |= study_tables(session.plan, session.store.folder, _stopping(stopped))
    except BaseException:
        with suppress(OSError):  # the fault that ended the work is the one to tell
            session.write_down(command, started, {})
        raise
    session.write_down(command, started, tables)
    return BatchResult(session.store.folder, session.plan, table, missing, failures, lost)


def _stopping(stopped: Callable[[], bool]) -> Callable[[int], None]:
    """Return what ends a study that reports its progress, once somebody asked for it."""

    def told(_: int) -> None:
        if stopped():
            raise KeyboardInterrupt

    return told


class IncompleteError(RuntimeError):
    """A batch that is not finished yet."""


def merged(folder: Path, progress: Callable[[int], object] = _nothing) -> BatchResult:
    """Write every run of a finished batch, its shards together, as one Parquet file, and the tables.

    Raises ``IncompleteError`` if something is missing, ``ConflictError`` if there is no batch or shards differ.
    """
    stores_in(folder)
    with locked(folder):
        remove_temporaries(folder / RUNS)
        whole = contents(folder)
        if whole.missing:
            damaged = [f"{found.path}: {found.reason}" for found in whole.findings if CHUNKS in found.path.parts]
            raise IncompleteError("\n".join([*damaged, f"{whole.missing:,} replicates are missing in {folder}"]))
        for run in whole.plan.runs:
            whole.chunks.merge(folder, whole.plan, run)
            progress(whole.plan.replicates)
        table = points_table(whole.plan, whole.chunks)
        tables = table_files(whole.plan, table) | study_tables(whole.plan, folder, progress)
        store = Store(folder)
        store.write_tables(tables)
        store.write_manifest(whole.held, tables)
    return BatchResult(folder, whole.plan, table, 0, ())
