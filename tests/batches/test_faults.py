"""Faults of the disk and of the process: nothing is harmed, going on gives the same bytes, the exit code is right."""

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deference_sim.batches import files
from deference_sim.batches import lock as lock_module
from deference_sim.batches import store as store_module
from deference_sim.batches.checking import contents
from deference_sim.batches.files import check_writable, write_whole
from deference_sim.batches.lock import LockedError, locked
from deference_sim.batches.plan import Plan
from deference_sim.batches.result import batch, merged
from deference_sim.batches.session import opened_batch

ROOT = Path(store_module.__file__).parents[2]
Result = Callable[[Path], dict[str, bytes]]
Failpoint = Callable[[str], None]


def small(plan: Plan) -> Plan:
    return replace(plan, points=plan.points[:1], seeds=(1,), replicates=24)


@pytest.fixture(scope="module")
def undisturbed(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed") / "batch"
    batch(small(plan), folder)
    merged(folder)
    return {path.name: path.read_bytes() for path in (*folder.glob("runs/*"), *folder.glob("tables/*"))}


# ---- the N-th operation


@pytest.fixture(scope="module")
def steps(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many steps on files there are in the small batch and its merging."""
    folder = tmp_path_factory.mktemp("steps") / "batch"
    files._counts.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEFSIM_FAILPOINT", "any@1000000:error")
        batch(small(plan), folder)
        merged(folder)
    return next(files._counts["any"]) - 1


@pytest.mark.parametrize("start", [1, 8])
def test_whatever_operation_fails_nothing_is_harmed(
    plan: Plan,
    tmp_path: Path,
    undisturbed: dict[str, bytes],
    result: Result,
    failpoint: Failpoint,
    steps: int,
    start: int,
) -> None:
    """Every seventh step on a file fails once, in turn with an error of the device and for want of room."""
    failed = 0
    for number in range(start, steps + 1, 14):
        folder = tmp_path / str(number)
        failpoint(f"any@{number}:{'full' if number // 14 % 2 else 'error'}")
        try:
            batch(small(plan), folder)
            merged(folder)
        except OSError:
            failed += 1
        failpoint("")
        if (folder / "plan.json").is_file():
            assert contents(folder).findings == []
        batch(small(plan), folder)
        assert result(folder) == undisturbed
        assert not list(folder.rglob("*.tmp"))
    assert failed > 5


KILLER = """
import sys
from pathlib import Path
from deference_sim.study.runner import warm_up
from validation import faults
warm_up("compiled")
work = Path(sys.argv[1])
text = faults.FILE.replace("[1 month, 6 months]", "[1 month]").replace("[1, 2]", "[1]").replace("80", "40")
plan = faults.small_plan(work, text)
print(len(list(faults.killed_at_every_step(plan, work, first=3, every=20))))
print(len(list(faults.killed_at_random(plan, work / "random", 2, seed=8))))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_steps_and_moments_it_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """In a process of its own, because it forks; full size: python -m validation.faults steps, and kills."""
    (tmp_path / "random").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", KILLER, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps, moments = map(int, done.stdout.split())
    assert steps >= 5
    assert moments == 2


def test_a_chunk_that_cannot_be_synced_is_made_once_more_then_given_up(
    plan: Plan, tmp_path: Path, failpoint: Failpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    put = store_module.Store.put

    def failing(self: store_module.Store, task: object, data: bytes) -> object:
        made.append("")
        if len(made) <= failures:
            raise OSError(errno.EIO, "fsync")
        return put(self, task, data)  # type: ignore[arg-type]

    monkeypatch.setattr(store_module.Store, "put", failing)
    failures = 1
    assert batch(small(plan), tmp_path / "once").is_complete
    assert len(made) == 3
    made.clear()
    failures = 9
    with pytest.raises(OSError, match="fsync"):
        batch(replace(small(plan), replicates=16), tmp_path / "always")
    assert len(made) == 2


# ---- full and forbidden disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_harms_nothing_and_room_lets_it_go_on(
    plan: Plan, small_disk: Path, expected: dict[str, bytes], result: Result
) -> None:
    folder = small_disk / "batch"
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 110_000)
    with pytest.raises(OSError, match="No space left") as error:
        batch(plan, folder)
    assert error.value.errno == errno.ENOSPC
    assert contents(folder).findings == []
    assert not list(folder.rglob("*.tmp"))
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    batch(plan, folder)
    assert result(folder) == expected


def test_too_little_room_is_told_before_any_work(plan: Plan, tmp_path: Path) -> None:
    with (
        opened_batch(tmp_path / "batch", small(plan)) as session,
        pytest.raises(OSError, match=r"about .* TB|about .* GB are needed, .* are free"),
    ):
        session.check_room(1e15)


def test_a_folder_that_cannot_be_written_is_found_at_once(tmp_path: Path) -> None:
    sealed = tmp_path / "sealed"
    sealed.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", str(sealed)]
    is_root = os.name == "posix" and os.geteuid() == 0
    if not is_root:
        sealed.chmod(0o555)
    elif sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no read-only folder can be made here")
    try:
        with pytest.raises(OSError, match=r"Read-only|Permission"):
            check_writable(sealed)
    finally:
        if is_root:
            subprocess.run(["umount", str(sealed)], check=True)


@pytest.mark.parametrize("name", ["with space", "ünïcode", "x" * 200])
def test_folders_of_any_name_are_made_with_those_above(plan: Plan, tmp_path: Path, name: str) -> None:
    tiny = replace(small(plan), replicates=2)
    assert batch(tiny, tmp_path / "above" / name).is_complete


def test_a_file_in_the_place_of_the_folder_is_an_error(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(OSError, match="file"):
        batch(small(plan), file)
    assert file.read_text() == "mine"


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, failpoint: Failpoint) -> None:
    file = tmp_path / "file"
    write_whole(file, b"before")
    for step in ("open", "write", "fsync", "after_fsync", "replace"):
        failpoint(f"{step}:error")
        with pytest.raises(OSError, match="failpoint"):
            write_whole(file, b"after")
        assert file.read_bytes() == b"before"
    failpoint("")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# ---- the lock


HOLDER = """
import sys, time
from pathlib import Path
from deference_sim.batches.lock import LockedError, locked
try:
    with locked(Path(sys.argv[1])):
        print("mine", flush=True)
        time.sleep(float(sys.argv[2]))
except LockedError as error:
    print(error, flush=True)
"""


def holder(folder: Path, seconds: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLDER, str(folder), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(lock_module.fcntl is None, reason="needs flock")
def test_one_of_several_processes_has_the_folder_and_its_death_frees_it(tmp_path: Path) -> None:
    several = [holder(tmp_path, 30.0) for _ in range(4)]
    said = [one.stdout.readline() if one.stdout else "" for one in several]
    assert sum(line == "mine\n" for line in said) == 1
    (owner,) = (one for one, line in zip(several, said, strict=True) if line == "mine\n")
    with pytest.raises(LockedError, match=f"process {owner.pid} on {socket.gethostname()} since 2"), locked(tmp_path):
        pass
    owner.kill()
    for one in several:
        one.wait()
        assert one.stdout
        one.stdout.close()
    with locked(tmp_path):
        pass


def test_an_owner_elsewhere_is_believed_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "another-host")
    with locked(tmp_path):
        elsewhere = (tmp_path / lock_module.NAME).read_text()
    monkeypatch.undo()
    assert (tmp_path / lock_module.NAME).read_text() == ""
    (tmp_path / lock_module.NAME).write_text(elsewhere)
    with pytest.raises(LockedError, match="--take-over"), locked(tmp_path):
        pass
    with locked(tmp_path, take_over=True):
        pass
    (tmp_path / lock_module.NAME).write_text(elsewhere)
    later = time.time() + lock_module.STALE_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with locked(tmp_path):
        pass


# ---- clocks, locales, times of files


def test_times_of_files_decide_nothing(plan: Plan, copy: Path, expected: dict[str, bytes], result: Result) -> None:
    for place, path in enumerate(copy.rglob("*")):
        os.utime(path, (0, 0) if place % 2 else (4_102_444_800, 4_102_444_800))
    inodes = {path: path.stat().st_ino for path in copy.glob("chunks/*/*")}
    batch(plan, copy)
    assert {path: path.stat().st_ino for path in copy.glob("chunks/*/*")} == inodes
    assert result(copy) == expected
