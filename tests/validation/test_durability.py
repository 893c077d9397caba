"""What was written survives loss of power: it is on the disk before it takes its name, and then the name is."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from deference_sim.study.batch.files import write_whole


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
