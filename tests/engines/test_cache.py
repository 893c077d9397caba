"""The compiled law's cache and what it does without one, without a compiler, and with indices checked."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deference_sim.engines import cache, kernel, law
from deference_sim.scenario import load
from deference_sim.study import limits, runner
from validation.bounds import PLAIN, records_of, records_under

WHERE_IT_CACHES = """
import json
from deference_sim.engines.cache import is_cached
from deference_sim.engines.law import cache_folder, compiled_law
caches = [type(entry._cache).__name__ for entry in vars(compiled_law()).values()]
print(json.dumps([str(cache_folder()), sorted(set(caches)), is_cached()]))
"""


def test_without_compiler_and_cache_the_records_are_the_same() -> None:
    """Would catch code that only works compiled, an index out of bounds, and a need for a folder to write to.

    Plain Python refuses an index beyond the end of an array, about which compiled code is silent.
    """
    jobs: list[int | str] = ["five-hazards", "with-scheming", "uncertain-baseline"]
    plain = records_under(PLAIN | {"XDG_CACHE_HOME": os.devnull}, jobs, 2)
    assert len(plain) == 6
    assert plain.tobytes() == records_of(jobs, 2).tobytes()


def test_plain_entry_points_see_fields_before_what_numpy_has_of_that_name() -> None:
    """Would catch a stock such as T that is its own transpose without a compiler, and itself with one."""
    rows = np.zeros(2, [("T", "f8"), ("size", "i8"), ("slopes", "f8", (3,))])

    def entry(S: Any) -> None:
        S[1].T = S[1].T + 2.5
        S[1].size += 4
        S[1].slopes[2] = S[1].T

    law.on_arrays(entry)(rows)
    assert rows[1].tolist()[:2] == (2.5, 4)
    assert rows["slopes"][1].tolist() == [0.0, 0.0, 2.5]
    assert rows[0].tolist()[:2] == (0.0, 0)


@pytest.mark.parametrize("writable", [True, False])
def test_a_folder_that_cannot_be_written_is_no_error(writable: bool, tmp_path: Path) -> None:
    """Would catch Numba being told to cache where it cannot, which it refuses at once; nothing is compiled here."""
    base = tmp_path if writable else Path(os.devnull)
    done = subprocess.run(
        [sys.executable, "-c", WHERE_IT_CACHES], env=os.environ | {"XDG_CACHE_HOME": str(base)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    folder, caches, cached = json.loads(done.stdout)
    assert not cached
    assert caches == (["FunctionCache"] if writable else ["NullCache"])
    assert folder == (str(tmp_path / "deference_sim" / law.law_fingerprint()) if writable else "None")


@pytest.mark.parametrize("environment", [{"XDG_CACHE_HOME": "here", "HOME": "there"}, {"HOME": "there"}])
def test_no_cache_is_made_where_somebody_happens_to_be(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch a relative folder, or one named ~ where a user has no home, in whatever folder a run is started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert law.cache_folder.__wrapped__() is None
    assert not list(tmp_path.iterdir())


def test_processes_that_keep_a_kernel_at_once_leave_a_whole_one(tmp_path: Path) -> None:
    """Would catch a file that is written in its place, which another process reads half written."""
    text = (
        "from deference_sim.engines import kernel\n"
        "for number in range(100):\n"
        "    kernel._write(('symbol', bytes([number]) * 300_000))\n"
        "    _, code = kernel._read()\n"
        "    assert len(code) == 300_000 and len(set(code)) == 1\n"
    )
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    both = [subprocess.Popen([sys.executable, "-c", text], env=environment) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".o"]


def test_what_a_run_leaves_is_found_again() -> None:
    """Would catch names of cached files that are not those that Numba gives, so that every run would be announced."""
    for engine in limits.ENGINES:
        runner.run(load("baseline"), 1, 1, engine)
        assert cache.is_cached(engine)


def test_warming_up_calls_all_that_the_events_engine_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch parts that the first run compiles while its time is measured."""
    called = set()

    def noted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            called.add(name)
            return function(*arguments)

        return call

    parts = {name: noted(name, function) for name, function in vars(law.compiled_law()).items()}
    monkeypatch.setattr(runner, "compiled_law", lambda: SimpleNamespace(**parts))
    runner.warm_up("events")
    assert called >= set(law.NEEDED)


def test_the_events_engine_is_announced_until_all_that_it_needs_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch half of its code being taken for the whole."""
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)
    said: list[str] = []
    for name in law.NEEDED:
        cache.announce_compilation(said.append, "events")
        (tmp_path / f"entry.{name}-16.py311.1.nbc").touch()
    assert len(said) == len(law.NEEDED)
    assert "Compiling" in said[0]
    cache.announce_compilation(said.append, "events")
    assert len(said) == len(law.NEEDED)


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of one's own for the kernel."""
    monkeypatch.setattr(kernel, "cache_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("damage", [lambda kept: kept[:-1], lambda kept: b"", lambda kept: b"\x00" * 4096,
                                    lambda kept: kept[:20] + b"?" + kept[21:]])  # fmt: skip
def test_a_damaged_kernel_is_a_missing_one(damage: Callable[[bytes], bytes], own_folder: Path) -> None:
    """Would catch a linker that is given garbage, which ends the process."""
    kernel._write(("symbol", b"machine code"))
    assert kernel._read() == ("symbol", b"machine code")
    assert kernel.is_kept()
    (kept,) = own_folder.iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    assert kernel._read() is None
    assert not kernel.is_kept()
    said: list[str] = []
    cache.announce_compilation(said.append)
    assert len(said) == 1
    kernel._write(("symbol", b"other code"))
    assert kernel._read() == ("symbol", b"other code")


def test_a_disk_that_is_full_while_a_kernel_is_kept_leaves_nothing_behind(own_folder: Path) -> None:
    """Would catch a run that fails, or half a file for each run, where nothing more can be written."""
    own, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
    try:
        kernel._write(("symbol", b"machine code" * 100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (own, most))
    assert kernel._read() is None
    assert list(own_folder.iterdir()) == []


def test_a_kernel_that_cannot_be_kept_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a full disk or a folder of somebody else that fails a run."""
    monkeypatch.setattr(kernel, "cache_folder", lambda: tmp_path / "gone")
    kernel._write(("symbol", b"machine code"))
    assert kernel._read() is None


def test_a_run_with_a_kept_kernel_does_without_numba_and_its_like(tmp_path: Path) -> None:
    """Would catch an import that makes every run slower."""
    runner.run(load("baseline"), 1, 1)  # so that the kernel is kept
    text = (
        "import sys; from deference_sim.scenario import load; from deference_sim.study.runner import run; "
        "print(len(run(load('baseline'), 3, 1)[0]), {'numba', 'scipy', 'pandas', 'simpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "set()"]


@pytest.mark.parametrize("changed", ["elementary.py", "streams.py", "model/growth.py", "engines/entry.py"])
def test_changed_source_is_compiled_anew(changed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a cache that outlives what it was made from: Numba does not look at callees."""
    copy = tmp_path / "deference_sim"
    shutil.copytree(law.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = law.law_fingerprint()
    monkeypatch.setattr(law, "PACKAGE", copy)
    assert law.law_fingerprint() == before
    with (copy / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert law.law_fingerprint() != before


@pytest.mark.parametrize("setting", ["NUMBA_BOUNDSCHECK", "NUMBA_OPT"])
def test_settings_of_numba_have_code_of_their_own(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a check of bounds that silently runs code compiled without it."""
    before = law.law_fingerprint()
    monkeypatch.setenv(setting, "1")
    assert law.law_fingerprint() != before
