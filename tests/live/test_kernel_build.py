"""Building the kernel: the same bytes anew, kept with the hash of its law, carried by what people install."""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from time import sleep

import pytest

from deference_sim.live.kernel import kept
from deference_sim.live.kernel.kept import BUILT_WITH, FOLDER, KernelMissing, built, is_built, kernel_bytes, law_hash

ROOT = Path(__file__).parents[2]
MOST_BYTES = 300_000


def test_the_kernel_is_small_and_of_this_law() -> None:
    module = kernel_bytes()
    assert module[:4] == b"\0asm"
    assert len(module) <= MOST_BYTES
    assert len(gzip.compress(module)) <= MOST_BYTES / 5
    assert is_built()
    assert kept.about()["law"] == law_hash()


def test_a_fresh_build_gives_the_same_bytes() -> None:
    """Would catch a build that hangs on the machine, the hour or the order of a set.

    Where other versions built the kernel that is kept, it is built twice.
    """
    module, told = kernel_bytes(), kept.about()
    same = all(told[name] == version(name) for name in BUILT_WITH)
    assert built() == (module if same else built())


def test_another_law_has_another_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Would catch a page that shows the numbers of a law that has changed since."""
    before = law_hash()
    shutil.copytree(kept.PACKAGE, tmp_path / "package", ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    monkeypatch.setattr(kept, "PACKAGE", tmp_path / "package")
    law_hash.cache_clear()
    assert law_hash() == before
    file = tmp_path / "package" / "model" / "tax.py"
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    law_hash.cache_clear()
    assert law_hash() != before
    monkeypatch.undo()
    law_hash.cache_clear()
    assert law_hash() == before


def test_what_cannot_be_built_says_how_to_mend_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    monkeypatch.setattr(kept, "find_spec", lambda name: None)
    assert not is_built()
    with pytest.raises(KernelMissing, match=r"ziglang, whose linker builds it.*pip install 'ziglang>="):
        kernel_bytes()


@pytest.mark.parametrize("damage", ["module", "law", "gone"])
def test_a_kernel_that_is_damaged_or_of_another_law_is_built_anew(
    damage: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = kernel_bytes()
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    monkeypatch.setattr(kept, "built", lambda: module)
    said: list[str] = []
    assert kernel_bytes(said.append) == module
    assert len(said) == 1
    assert kernel_bytes(said.append) == module
    assert len(said) == 1
    if damage == "module":
        (tmp_path / "kernel.wasm").write_bytes(module[:-1])
    elif damage == "law":
        about = json.loads((tmp_path / "kernel.json").read_text("utf-8"))
        (tmp_path / "kernel.json").write_text(json.dumps(about | {"law": "0" * 24}), "utf-8")
    else:
        (tmp_path / "kernel.json").unlink()
    assert not is_built()
    assert kernel_bytes(said.append) == module
    assert len(said) == 2
    assert is_built()


def test_those_who_ask_at_once_wait_for_one_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Would catch four workers that build the same kernel for four minutes of a processor."""
    module, builds = kernel_bytes(), []

    def build() -> bytes:
        builds.append(1)
        sleep(0.2)
        return module

    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    monkeypatch.setattr(kept, "built", build)
    with ThreadPoolExecutor(4) as pool:  # a lock is held by whoever opened it, so threads wait as processes do
        assert list(pool.map(lambda _: kernel_bytes(), range(4))) == [module] * 4
    assert len(builds) == 1


def test_where_nothing_can_be_written_it_is_built_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kept, "FOLDER", tmp_path / "file" / "built")
    monkeypatch.setattr(kept, "built", lambda: b"\0asm")
    assert kernel_bytes() == b"\0asm"
    assert not is_built()


def build_distribution(folder: Path, out: Path, *what: str) -> None:
    """Build what people install from the tree in ``folder``, with nothing but the build system."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out), *what]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr


def assert_carries_the_kernel(wheel: Path) -> None:
    """Assert that a wheel holds the kernel and from which law it was built."""
    place = FOLDER.relative_to(ROOT).as_posix()
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(f"{place}/kernel.wasm") == kernel_bytes()
        assert json.loads(archive.read(f"{place}/kernel.json"))["law"] == law_hash()


def test_wheel_and_source_distribution_carry_it(tmp_path: Path) -> None:
    """Would catch users who need a linker, because what is ignored was left out of what they install."""
    kernel_bytes()
    build_distribution(ROOT, tmp_path / "out")
    (wheel,) = (tmp_path / "out").glob("*.whl")
    assert_carries_the_kernel(wheel)
    (source,) = (tmp_path / "out").glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (unpacked,) = (tmp_path / "source").iterdir()
    build_distribution(unpacked, tmp_path / "again", "-t", "wheel")
    (wheel,) = (tmp_path / "again").glob("*.whl")
    assert_carries_the_kernel(wheel)
