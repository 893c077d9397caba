"""One session of work in a batch's folder: locked, compared with what is there, worked off, written down."""

import errno
import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from deference_sim.batches.chunk import simulated
from deference_sim.batches.files import DamagedError, check_writable, make_folder, remove_temporaries, set_aside
from deference_sim.batches.lock import Lock, locked
from deference_sim.batches.plan import Plan, Task, conflicts
from deference_sim.batches.sealed import encoded, table_of
from deference_sim.batches.store import PLAN, WHOLE, Chunks, DamagedPlanError, Finding, Held, Shard, Store
from deference_sim.batches.work import Failure, Workers, work_off
from deference_sim.study.provenance import circumstances, engine_version, versions
from deference_sim.study.runner import warm_up

_SELF_TEST: Final = 64  # replicates that are made again when libraries have changed
_MARGIN: Final = 1.1  # room for what stands beside the chunks
_SAMPLE: Final = {"compiled": 512, "events": 16}
_DECIDING_LIBRARIES: Final = ("python", "numpy", "scipy", "numba")
Say = Callable[[str], object]


class ConflictError(RuntimeError):
    """The folder holds results that what is asked for now would contradict."""


class Session:
    """A batch's folder, held by this process. ``held`` are the sound chunks in it."""

    def __init__(self, store: Store, lock: Lock, plan: Plan, shard: Shard, held: Sequence[Held]) -> None:
        self.store = store
        self.plan = plan
        self._lock = lock
        self._shard = shard
        self._held = list(held)
        self.missing: Sequence[Task] = list(plan.tasks(self.chunks.spans(), shard))

    @property
    def is_whole(self) -> bool:
        """Whether the folder is to hold the whole batch, not one shard of it."""
        return self._shard == WHOLE

    @property
    def to_do(self) -> int:
        """How many replicates are missing."""
        return sum(task.stop - task.first for task in self.missing)

    @property
    def chunks(self) -> Chunks:
        """The sound chunks."""
        return Chunks(self._held)

    def check_room(self, bytes_each: float) -> None:
        """Raise ``OSError`` if what is missing, at so many bytes a replicate, will not fit on the disk."""
        needed = math.ceil(self.to_do * bytes_each * _MARGIN)
        free = shutil.disk_usage(self.store.folder).free
        if needed > free:
            raise OSError(errno.ENOSPC, f"about {megabytes(needed)} are needed, {megabytes(free)} are free")

    def sample(self) -> tuple[float, float]:
        """Return seconds and bytes that one replicate takes, found on a few of them."""
        if not self.missing:
            return 0.0, 0.0
        warm_up(self.plan.engine)
        run, size = self.missing[0].run, _SAMPLE[self.plan.engine]
        simulated(run, 0, 1, self.plan.engine)  # what is made once for a scenario does not count
        started = perf_counter()
        records = simulated(run, 0, size, self.plan.engine)
        seconds = (perf_counter() - started) / size
        table = table_of(records, run)
        frame = len(encoded(table.slice(0, 0), {}))
        each = (len(encoded(table, {})) - frame) / size
        return seconds, each + frame / min(self.plan.chunk, self.plan.replicates)

    def work(self, workers: Workers, stopped: Callable[[], bool], tick: Callable[[int], object]) -> list[Failure]:
        """Make what is missing; return what could not be made. Raises ``LostWorkersError`` and ``OSError``."""

        def keep(task: Task, data: bytes) -> None:
            self._held.append(self.store.put(task, data))

        def renewing_tick(count: int) -> None:
            self._lock.renew()
            tick(count)

        try:
            return work_off(self.missing, workers, keep, stopped, renewing_tick)
        finally:
            self.missing = list(self.plan.tasks(self.chunks.spans(), self._shard))

    def write_down(self, command: str, started: str, tables: Mapping[str, bytes]) -> None:
        """Write tables, manifest and provenance."""
        if tables:
            self.store.write_tables(tables)
        self.store.write_manifest(self._held, tables)
        about = {"command": command, "started": started, "plan": PLAN, "engine_version": self.plan.engine_version}
        self.store.add_provenance(about | circumstances())


def no_batch_in(folder: Path) -> ConflictError:
    """Return the error for a folder without a plan."""
    return ConflictError(f"{folder} holds no batch: there is no {PLAN} in it; begin one with `deference-sim batch`")


@contextmanager
def opened_batch(
    folder: Path, plan: Plan | None, *, shard: Shard = WHOLE, take_over: bool = False, say: Say = print
) -> Iterator[Session]:
    """Hold the batch in ``folder``: a new one of ``plan``, one that ``plan`` continues, or, without, what is there.

    Damaged chunks are set aside and count as missing; ``say`` is told. Raises ``LockedError``, ``ConflictError`` if
    results that are there contradict the plan or this version, and ``OSError``.
    """
    store = Store(folder)
    if plan is None and not store.has_plan():
        raise no_batch_in(folder)
    make_folder(folder)
    check_writable(folder)
    with locked(folder, take_over=take_over) as lock:
        if count := remove_temporaries(folder):
            say(f"removed {count} unfinished files of an interrupted run")
        plan, shard, made_with = _agreed(store, plan, shard, say)
        held, findings = store.scan(plan)
        _refuse_foreign(findings, folder)
        for finding in findings:
            say(f"{finding.path}: {finding.reason}; set aside as {set_aside(finding.path).name}, will be made again")
        _check_libraries(plan, made_with, held, say)
        for finding in store.check_files():
            say(f"{finding.path}: {finding.reason}; will be made again from the chunks")
        yield Session(store, lock, plan, shard, held)


def _agreed(store: Store, wanted: Plan | None, shard: Shard, say: Say) -> tuple[Plan, Shard, Mapping[str, str]]:
    """Return the plan to follow, its shard, and the versions that what is there was made with."""
    if not store.has_plan():
        assert wanted is not None
        store.write_plan(wanted, shard, versions())
        return wanted, shard, {}
    try:
        content = store.plan_file()
    except DamagedError as error:
        if wanted is None:
            raise DamagedPlanError(store.folder, error) from None
        say(f"{error}; made again from the batch file")
        store.write_plan(wanted, shard, versions())
        return wanted, shard, {}
    if content["engine_version"] != engine_version():
        raise ConflictError(
            f"{store.folder} was made by engine {content['engine_version']}, of deference_sim "
            f"{content['made_with'].get('deference_sim')}; this is engine {engine_version()}, whose results could "
            f"differ. Choose another --out, or install that version"
        )
    held, held_shard = store.plan()
    if wanted is None:
        return held, held_shard, content["made_with"]
    lines = conflicts(held, wanted)
    if shard != held_shard:
        lines.append(f"shard: {'/'.join(map(str, held_shard))} in the folder, {'/'.join(map(str, shard))} now")
    if lines:
        raise ConflictError(
            "\n".join([f"{store.folder} holds results of another batch:", *lines, "Choose another --out for it"])
        )
    wanted = replace(wanted, chunk=held.chunk)
    if wanted != held:
        store.write_plan(wanted, shard, content["made_with"])
    return wanted, shard, content["made_with"]


def _refuse_foreign(findings: Sequence[Finding], folder: Path) -> None:
    foreign = [f"{finding.path}: {finding.reason}" for finding in findings if finding.foreign]
    if foreign:
        more = [f"… and {len(foreign) - 5} more"] if len(foreign) > 5 else []
        raise ConflictError(
            "\n".join([f"{folder} holds results of another batch:", *foreign[:5], *more, "Choose another --out"])
        )


def _check_libraries(plan: Plan, made_with: Mapping[str, str], held: Sequence[Held], say: Say) -> None:
    """Where libraries have changed, make a few replicates again and refuse to go on if they differ."""
    changed = [
        f"{name} {made_with.get(name, 'unknown')} → {versions()[name]}"
        for name in _DECIDING_LIBRARIES
        if made_with.get(name) != versions()[name]
    ]
    if not changed or not held:
        return
    chunk = held[0]
    run = next(run for run in plan.runs if run.key == chunk.run)
    stop = min(chunk.stop, chunk.first + _SELF_TEST)
    again = table_of(simulated(run, chunk.first, stop, plan.engine), run)
    ((_, before),) = Chunks([chunk]).tables(run.key, chunk.first, stop)
    if first_difference(before, again) is not None:
        raise ConflictError(
            f"{chunk.path}: this version of {', '.join(changed)} gives other results than those in the folder. "
            "Choose another --out, or install the versions before"
        )
    say(f"libraries have changed ({', '.join(changed)}); a self-test gives the same results as before")


def first_difference(one: Any, other: Any) -> tuple[int, str] | None:
    """Return replicate and column of the first difference of two tables of records; None if they say the same."""
    left, right = one.to_pandas(categories=[]), other.to_pandas(categories=[])
    differs = ~((left == right) | (left.isna() & right.isna())).to_numpy()
    if not differs.any():
        return None
    row, column = (int(place) for place in divmod(int(differs.argmax()), differs.shape[1]))
    return int(left["replicate"].iloc[row]), str(left.columns[column])


def megabytes(size: float) -> str:
    """Return a size in words."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
