"""Faults in batch runs, by hand and at full size: kill -9 at random moments and at every step, flipped bits, cut files.

    python -m validation.faults kills --count 200
    python -m validation.faults steps
    python -m validation.faults flips --count 300
    python -m validation.faults cuts

Every fault hits a real batch in a folder of its own. After it, nothing unreadable may have a final name, and going on
must give the same bytes as a run that nothing disturbed. The tests do the same with smaller counts.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from deference_sim.batches import plan as batch_plan
from deference_sim.batches.batch_file import read_batch
from deference_sim.batches.checking import contents
from deference_sim.batches.files import DamagedError
from deference_sim.batches.plan import Plan
from deference_sim.batches.result import batch, merged
from deference_sim.batches.session import ConflictError
from deference_sim.batches.store import CHUNKS, MANIFEST, PLAN
from deference_sim.study.runner import warm_up

CHUNK = 32
FILE = """\
schema: 1
name: faults
scenarios: [rushed-handoff]
sweep: {rival.lead: [1 month, 6 months]}
seeds: [1, 2]
replicates: 80
"""


class FaultError(AssertionError):
    """A fault did harm."""


def small_plan(folder: Path, text: str = FILE) -> Plan:
    """Return a plan of twelve small chunks."""
    file = folder / "faults.yaml"
    file.write_text(text)
    batch_plan.CHUNK = {"compiled": CHUNK, "events": CHUNK}  # type: ignore[misc]
    return read_batch(file)


def result_of(folder: Path) -> dict[str, str]:
    """Merge a finished batch; return the checksum of every merged run and every table."""
    merged(folder)
    found = [*sorted((folder / "runs").iterdir()), *sorted((folder / "tables").iterdir())]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def undisturbed(plan: Plan, folder: Path) -> dict[str, str]:
    """Return what the batch gives when nothing disturbs it."""
    batch(plan, folder)
    return result_of(folder)


def check_recovery(plan: Plan, folder: Path, expected: dict[str, str]) -> None:
    """Raise ``FaultError`` unless what is left in ``folder`` is sound, is kept, and leads to what is expected."""
    before = {path: path.stat().st_ino for path in folder.glob(f"{CHUNKS}/*/*.parquet")}
    if (folder / PLAN).is_file() and (wrong := contents(folder).findings):
        raise FaultError(f"not sound after the fault: {wrong}")
    batch(plan, folder)
    remade = [path for path, inode in before.items() if path.stat().st_ino != inode]
    if remade:
        raise FaultError(f"made again although it was there: {remade}")
    if left := [path for path in folder.rglob("*") if path.suffix in (".tmp", ".bad")]:
        raise FaultError(f"left behind: {left}")
    if result_of(folder) != expected:
        raise FaultError("the merged result differs from that of an undisturbed run")


# ---- kill -9


def killed_at_random(plan: Plan, work: Path, count: int, seed: int) -> Iterator[str]:
    """Kill a batch ``count`` times, each at a random moment of its life; yield a line on each."""
    expected = undisturbed(plan, work / "undisturbed")
    started = time.monotonic()
    os.waitpid(_forked(plan, work / "timed"), 0)
    life = time.monotonic() - started
    moments = random.Random(seed)
    done = 0
    while done < count:
        folder = work / "killed"
        after = moments.uniform(0.0, life)
        child = _forked(plan, folder)
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        was_killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        there = len(list(folder.glob(f"{CHUNKS}/*/*.parquet")))
        check_recovery(plan, folder, expected)
        shutil.rmtree(folder)
        if was_killed:
            done += 1
            yield f"{done}: killed {after:.3f} s in, {there} chunks there"


def killed_at_every_step(plan: Plan, work: Path, first: int = 1, every: int = 1) -> Iterator[str]:
    """Kill a batch before its first step on a file, its second, and so on to the last; yield a line on each."""
    expected = undisturbed(plan, work / "undisturbed")
    number = first
    while True:
        folder = work / "killed"
        child = _forked(plan, folder, f"any@{number}:kill")
        was_killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        if not was_killed:
            return
        check_recovery(plan, folder, expected)
        shutil.rmtree(folder)
        yield f"killed at step {number}"
        number += every


def _forked(plan: Plan, folder: Path, failpoint: str = "") -> int:
    """Do a batch and merge it, in a child that shares what is loaded; return its process id."""
    child = os.fork()
    if child:
        return child
    try:
        os.environ["DEFSIM_FAILPOINT"] = failpoint
        batch(plan, folder)
        merged(folder)
    except BaseException:
        os._exit(1)
    os._exit(0)


# ---- damage


def flipped_bits(plan: Plan, work: Path, count: int, seed: int) -> Iterator[str]:
    """Flip ``count`` bits, one at a time, anywhere in any file of a finished batch; yield a line on each."""
    folder = work / "flipped"
    undisturbed(plan, folder)
    batch(plan, folder)  # so that the manifest lists the tables as they are
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]
    places = random.Random(seed)
    for number in range(count):
        path = places.choices(files, [file.stat().st_size for file in files])[0]
        sound = path.read_bytes()
        bit = places.randrange(8 * len(sound))
        damaged = bytearray(sound)
        damaged[bit // 8] ^= 1 << bit % 8
        yield f"{number}: bit {bit} of {path.name}: {noticed(folder, path, bytes(damaged))}"
        path.write_bytes(sound)
    if contents(folder).findings:
        raise FaultError("not as before")


def cut_files(plan: Plan, work: Path, cuts: int) -> Iterator[str]:
    """Cut a chunk, the manifest and the plan at ``cuts`` lengths each; yield a line on each."""
    folder = work / "cut"
    undisturbed(plan, folder)
    chunk = min(folder.glob(f"{CHUNKS}/*/*.parquet"))
    for path in (chunk, folder / MANIFEST, folder / PLAN):
        sound = path.read_bytes()
        step = max(len(sound) // cuts, 1)
        for length in range(0, len(sound), step):
            yield f"{path.name} cut to {length} of {len(sound)} bytes: {noticed(folder, path, sound[:length])}"
        path.write_bytes(sound)


def noticed(folder: Path, path: Path, damaged: bytes) -> str:
    """Damage a file; return how it is noticed. Raises ``FaultError`` if it is not."""
    path.write_bytes(damaged)
    try:
        found = [finding.reason for finding in contents(folder).findings if finding.path == path]
    except (ConflictError, DamagedError) as error:
        found = [str(error)]
    if not found:
        raise FaultError(f"{path}: the damage is not noticed")
    return found[0].splitlines()[0]


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m validation.faults", description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["kills", "steps", "flips", "cuts"])
    parser.add_argument("--count", type=int, default=200, help="kills, flips or cuts of a chunk")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    chosen = parser.parse_args()
    warm_up("compiled")
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        plan = small_plan(work)
        lines = {
            "kills": lambda: killed_at_random(plan, work, chosen.count, chosen.seed),
            "steps": lambda: killed_at_every_step(plan, work),
            "flips": lambda: flipped_bits(plan, work, chosen.count, chosen.seed),
            "cuts": lambda: cut_files(plan, work, chosen.count),
        }[chosen.what]()
        done = 0
        for line in lines:
            print(line, flush=True)
            done += 1
    print(f"{done} faults, no harm done")


if __name__ == "__main__":
    sys.exit(main())
