"""What a store keeps: it is on the disk before it has its name, and each replicate counts once."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

import deference_sim as ds
from deference_sim.batches import plan as batch_plan
from deference_sim.batches.chunk import made
from deference_sim.batches.files import write_whole
from deference_sim.batches.plan import Run, Task
from deference_sim.batches.store import Chunks, Store
from validation import faults


def test_what_is_written_is_on_the_disk_before_it_has_its_name_and_then_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch a file that is not synced, or renamed first, which only a power cut would show otherwise."""
    order: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        order.append("folder" if is_folder else f"content of {os.fstat(descriptor).st_size} bytes")
        fsync(descriptor)

    def watched_replace(*paths: Any) -> None:
        order.append("name")
        replace(*paths)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    write_whole(tmp_path / "file", b"content")
    assert order == ["content of 7 bytes", "name", "folder"]


def test_chunks_that_overlap_give_each_replicate_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch replicates that count twice where two sessions, or two shards, have made them both."""
    monkeypatch.setattr(batch_plan, "CHUNK", batch_plan.CHUNK)  # which the small plan changes
    plan = faults.small_plan(tmp_path, faults.FILE)
    run, store = plan.runs[0], Store(tmp_path / "batch")
    tasks = [Task(run, first, stop, plan.engine, plan.engine_version) for first, stop in ((6, 16), (0, 10), (2, 4))]
    chunks = Chunks([store.put(task, made(task)) for task in tasks])
    found = [(first, table["replicate"].to_pylist()) for first, table in chunks.tables(run.key, 1, 15)]
    assert found == [(1, list(range(1, 10))), (10, list(range(10, 15)))]


def test_a_wider_spread_alone_is_another_run() -> None:
    """Would catch results of one uncertainty kept as those of another with the same median."""
    narrow, wide = (
        ds.load("baseline").with_(**{"rival.lead": {"lognormal": {"median": 3, "sigma": sigma}}})
        for sigma in (0.2, 0.8)
    )
    assert narrow.value("rival.lead") == wide.value("rival.lead")
    assert len({Run(scenario, 1, "baseline", "baseline").key for scenario in (narrow, wide)}) == 2
