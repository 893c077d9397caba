"""The compiled law's cache and what it does without one, without a compiler, and with indices checked."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deference_sim.engines import law
from deference_sim.scenario import load
from deference_sim.study import limits, runner
from validation.bounds import PLAIN, records_of, records_under

WHERE_IT_CACHES = """
import json
from deference_sim.engines.law import cache_folder, compiled_law, is_cached
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


def test_what_a_run_leaves_is_found_again() -> None:
    """Would catch names of cached files that are not those that Numba gives, so that every run would be announced."""
    for engine in limits.ENGINES:
        runner.run(load("baseline"), 1, 1, engine)
        assert law.is_cached(engine)


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
    assert called >= set(law.NEEDED["events"])


@pytest.mark.parametrize(("engine", "other"), [("compiled", "events"), ("events", "compiled")])
def test_an_engine_that_must_be_compiled_is_announced(
    engine: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch one engine's code being taken for the other's, and half of it for the whole."""
    monkeypatch.setattr(law, "cache_folder", lambda: tmp_path)
    said: list[str] = []
    for name in law.NEEDED[engine]:
        law.announce_compilation(said.append, engine)
        (tmp_path / f"entry.{name}-16.py311.1.nbc").touch()
    assert len(said) == len(law.NEEDED[engine])
    assert "Compiling" in said[0]
    law.announce_compilation(said.append, engine)
    assert len(said) == len(law.NEEDED[engine])
    assert not law.is_cached(other)


@pytest.mark.parametrize("changed", ["streams.py", "model/growth.py", "engines/entry.py"])
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
