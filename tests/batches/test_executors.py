"""Who does the work changes nothing: threads, pools that break, tasks that poison them, a Dask cluster."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deference_sim.batches.chunk import OtherVersionError, StoppedError, made
from deference_sim.batches.cluster import Cluster, NoClusterError
from deference_sim.batches.plan import Plan, Task
from deference_sim.batches.result import batch, work_in
from deference_sim.batches.session import opened_batch
from deference_sim.batches.store import Store
from deference_sim.batches.work import MOST_TRIES
from deference_sim.engines.failure import cannot_integrate

Result = Callable[[Path], dict[str, bytes]]


class Here(Executor):
    """Works at once, in this thread, with ``work`` in the place of what makes chunks."""

    def __init__(self, work: Callable[[Task], bytes]) -> None:
        self._work = work
        self._broken = False

    def submit(self, _: Any, task: Task) -> Future[bytes]:  # type: ignore[override]
        if self._broken:
            raise BrokenExecutor("broken before")
        future: Future[bytes] = Future()
        try:
            future.set_result(self._work(task))
        except BrokenExecutor as error:
            self._broken = True
            future.set_exception(error)
        except Exception as error:
            future.set_exception(error)
        return future


def poison(task: Task) -> bool:
    return task.first == 16 and task.run.seed == 7


@pytest.mark.parametrize("workers", [1, 3])
def test_any_executor_gives_the_same_bytes(
    plan: Plan, tmp_path: Path, expected: dict[str, bytes], result: Result, workers: int
) -> None:
    with ThreadPoolExecutor(workers) as executor:
        assert batch(plan, tmp_path / "batch", executor=executor).is_complete
    assert result(tmp_path / "batch") == expected


def test_a_task_that_breaks_its_pool_is_found_and_the_rest_is_done(plan: Plan, tmp_path: Path) -> None:
    breaks: list[Task] = []
    pools: list[Here] = []

    def work(task: Task) -> bytes:
        if poison(task):
            breaks.append(task)
            raise BrokenExecutor("a worker died")
        return made(task)

    def pool() -> Here:
        pools.append(Here(work))
        return pools[-1]

    found = batch(plan, tmp_path / "batch", executor=pool)
    assert {failure.task for failure in found.failures} == set(breaks)
    assert len(found.failures) == 2
    assert len(breaks) == 2 * MOST_TRIES
    assert found.missing == 32
    assert len(pools) >= MOST_TRIES
    assert list(found.table["replicates"]) == [64, 64]
    # When the cause is gone the same folder goes on.
    assert batch(plan, tmp_path / "batch").is_complete


def test_a_broken_pool_of_the_callers_ends_the_work_and_keeps_what_is_done(
    plan: Plan, tmp_path: Path, expected: dict[str, bytes], result: Result
) -> None:
    done: list[Task] = []

    def work(task: Task) -> bytes:
        if len(done) == 5:
            raise BrokenExecutor("a worker died")
        done.append(task)
        return made(task)

    found = batch(plan, tmp_path / "batch", executor=Here(work))
    assert found.lost == "the pool of workers broke"
    assert 0 < found.missing < 4 * 40
    batch(plan, tmp_path / "batch")
    assert result(tmp_path / "batch") == expected


@pytest.mark.parametrize(
    ("error", "tries"),
    [(cannot_integrate(17, 7, 2.5), 1), (OtherVersionError("other"), 1), (MemoryError("none left"), MOST_TRIES)],
)
def test_a_task_that_fails_is_listed_with_its_reason(plan: Plan, tmp_path: Path, error: Exception, tries: int) -> None:
    tried: list[Task] = []

    def work(task: Task) -> bytes:
        if poison(task):
            tried.append(task)
            raise error
        return made(task)

    found = batch(plan, tmp_path / "batch", executor=Here(work))
    assert len(tried) == 2 * tries
    assert {failure.reason for failure in found.failures} == {f"{type(error).__name__}: {error}"}
    assert found.missing == 32


def test_a_chunk_that_comes_back_wrong_is_not_kept(
    plan: Plan, tmp_path: Path, expected: dict[str, bytes], result: Result
) -> None:
    spoilt: set[Task] = set()

    def work(task: Task) -> bytes:
        if task not in spoilt:
            spoilt.add(task)
            other = replace(task, first=0, stop=1)
            return made(other) if task.first else made(task)[:-20]
        return made(task)

    assert batch(plan, tmp_path / "batch", executor=Here(work)).is_complete
    assert result(tmp_path / "batch") == expected


def test_a_chunk_made_twice_is_there_once(plan: Plan, tmp_path: Path) -> None:
    task = next(plan.tasks({}))
    store = Store(tmp_path)
    first, second = made(task), made(task)
    assert first == second
    store.put(task, first)
    store.put(task, second)
    held, findings = store.scan(plan)
    assert (len(held), findings) == (1, [])


def test_a_worker_of_another_version_is_refused(plan: Plan) -> None:
    task = replace(next(plan.tasks({})), engine_version="0123456789abcdef")
    with pytest.raises(OtherVersionError):
        made(task)


def test_both_engines_make_the_same_records_and_stop_when_asked(plan: Plan) -> None:
    task = replace(next(plan.tasks({})), stop=6)
    as_events = made(replace(task, engine="events"))
    assert len(as_events) > 1_000
    asked = iter([False, True])
    with pytest.raises(StoppedError):
        made(replace(task, engine="events"), lambda: next(asked))


class DiesOnce(ProcessPoolExecutor):
    """The first task kills its worker."""

    died = False

    def submit(self, function: Any, *arguments: Any, **named: Any) -> Future[Any]:
        if not DiesOnce.died:
            DiesOnce.died = True
            return super().submit(os._exit, 1)
        return super().submit(function, *arguments, **named)


def test_a_worker_process_that_dies_is_replaced(
    plan: Plan, tmp_path: Path, expected: dict[str, bytes], result: Result
) -> None:
    spawn = multiprocessing.get_context("spawn")
    assert batch(plan, tmp_path / "batch", executor=lambda: DiesOnce(1, spawn)).is_complete
    assert DiesOnce.died
    assert result(tmp_path / "batch") == expected


def test_a_cluster_that_loses_a_worker_makes_every_chunk_once(
    plan: Plan, tmp_path: Path, expected: dict[str, bytes], result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("deference_sim.batches.cluster.usable_cores", lambda: 2)
    killed: list[int] = []

    def kill_one(count: int) -> None:
        if count and not killed:
            pids = cluster._client.run(os.getpid)
            killed.append(min(pids.values()))
            os.kill(killed[0], signal.SIGKILL)

    cluster = Cluster("local")
    with opened_batch(tmp_path / "batch", plan) as session:
        found = work_in(session, cluster, "test", lambda: False, kill_one)
    assert killed
    assert found.is_complete
    assert found.failures == []
    assert result(tmp_path / "batch") == expected


def test_no_cluster_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("deference_sim.batches.cluster.CONNECT_SECONDS", 0.2)
    with pytest.raises(NoClusterError, match="no Dask scheduler answers at tcp://127"):
        Cluster("tcp://127.0.0.1:9")
