"""Looking at finished work: are files as written, does the work give the same again, and all shards as one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deference_sim.batches.files import DamagedError
from deference_sim.batches.plan import Plan, Task, conflicts, gaps
from deference_sim.batches.sealed import opened
from deference_sim.batches.session import ConflictError, first_difference, no_batch_in
from deference_sim.batches.store import RUNS, Chunks, DamagedPlanError, Finding, Held, Store
from deference_sim.batches.work import Failure, Workers, work_off
from deference_sim.study.provenance import engine_version

SHARDS = "shard-*-of-*"


@dataclass(frozen=True)
class Contents:
    """All chunks of a batch: of its folder, or of its shards' folders together."""

    folder: Path
    plan: Plan
    held: Sequence[Held]
    findings: Sequence[Finding]

    @property
    def chunks(self) -> Chunks:
        """The sound chunks."""
        return Chunks(self.held)

    @property
    def missing(self) -> int:
        """How many replicates of all runs are not there."""
        spans = self.chunks.spans()
        return sum(
            stop - first for run in self.plan.runs for first, stop in gaps(spans.get(run.key, ()), self.plan.replicates)
        )


def contents(folder: Path) -> Contents:
    """Read everything in the folder of a batch, and change nothing.

    Raises ``ConflictError`` if there is no batch or shards are of different batches, ``DamagedPlanError`` if its plan
    cannot be read.
    """
    stores = stores_in(folder)
    plans: list[Plan] = []
    held: list[Held] = []
    findings: list[Finding] = []
    for store in stores:
        try:
            plan, _ = store.plan()
        except DamagedError as error:
            raise DamagedPlanError(store.folder, error) from None
        if plans and (lines := conflicts(plans[0], plan) + conflicts(plan, plans[0])):
            raise ConflictError("\n".join([f"{store.folder} is of another batch than {stores[0].folder}:", *lines]))
        plans.append(plan)
        sound, wrong = store.scan(plan)
        held += sound
        findings += [*wrong, *store.check_files()]
    if len(stores) > 1 or stores[0].folder != folder:
        findings += Store(folder).check_files()
    whole = Contents(folder, plans[0], held, findings)
    return replace(whole, findings=[*findings, *_outdated(whole)])


def stores_in(folder: Path) -> list[Store]:
    """Return the store in ``folder``, or those of its shards. Raises ``ConflictError`` if there is none."""
    own = Store(folder)
    found = [own] if own.has_plan() else [Store(path) for path in sorted(folder.glob(SHARDS))]
    found = [store for store in found if store.has_plan()]
    if not found:
        raise no_batch_in(folder)
    return found


def _outdated(whole: Contents) -> Iterator[Finding]:
    """Yield merged runs that are sound, but not of the plan as it is now."""
    broken = {finding.path for finding in whole.findings}
    wanted = {f"{run.key}.parquet": whole.plan.identity(run) for run in whole.plan.runs}
    for path in sorted((whole.folder / RUNS).glob("*.parquet")):
        if path not in broken and _identity_of(path) != wanted.get(path.name):
            yield Finding(path, "is of an earlier plan; merge again", foreign=True)


def _identity_of(path: Path) -> dict[str, object]:
    import json

    import pyarrow.parquet as pq

    return json.loads(pq.read_metadata(path).metadata[b"deference_sim.identity"])  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Repeated:
    """What came of making chunks again."""

    same: int
    different: Sequence[str]
    failures: Sequence[Failure]


def repeat(whole: Contents, workers: Workers, stopped: Callable[[], bool], tick: Callable[[int], object]) -> Repeated:
    """Make every chunk again from the plan, and compare. Nothing is written."""
    runs = {run.key: run for run in whole.plan.runs}
    version = engine_version()
    files = {
        Task(runs[chunk.run], chunk.first, chunk.stop, whole.plan.engine, version): chunk.path for chunk in whole.held
    }
    same: list[Task] = []
    different: list[str] = []

    def compare(task: Task, again: bytes) -> None:
        before = files[task].read_bytes()
        difference = None if again == before else first_difference(_table(before), _table(again))
        if difference is None:
            same.append(task)
        else:
            different.append(f"{files[task]}: replicate {difference[0]} differs in {difference[1]}")

    failures = work_off(files, workers, compare, stopped, tick)
    return Repeated(len(same), different, failures)


def _table(data: bytes) -> object:
    return opened(data)[1].read()
