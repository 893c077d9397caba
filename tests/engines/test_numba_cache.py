"""The events engine's cache: a file that is damaged, cut or cannot be written is a missing one."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest

from deference_sim.engines.numba_cache import make_forgiving


def doubled(x: float) -> float:
    """What is compiled here."""
    return 2.0 * x


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Gives the function as a new process would have it, with a cache folder of its own."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    def anew() -> Any:
        made = numba.njit(doubled, cache=True)
        make_forgiving(made)
        return made

    return anew


def kept(folder: Path, kind: str) -> list[Path]:
    return sorted(folder.rglob(f"*.{kind}"))


def test_what_is_kept_is_found_again(compiled: Callable[[], Any], tmp_path: Path) -> None:
    assert compiled()(2.0) == 4.0
    assert (len(kept(tmp_path, "nbi")), len(kept(tmp_path, "nbc"))) == (1, 1)
    again = compiled()
    assert again(2.0) == 4.0
    assert sum(again.stats.cache_hits.values()) == 1


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"\x80" * 500,
                                    lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]])  # fmt: skip
def test_a_damaged_file_is_a_missing_one_and_mended(
    damage: Callable[[bytes], bytes], kind: str, compiled: Callable[[], Any], tmp_path: Path
) -> None:
    """Would catch a traceback, machine code that runs with a bit changed, and a file that stays damaged."""
    assert compiled()(2.0) == 4.0
    (file,) = kept(tmp_path, kind)
    file.write_bytes(damage(file.read_bytes()))
    again = compiled()
    assert again(2.0) == 4.0
    assert sum(again.stats.cache_misses.values()) == 1
    mended = compiled()
    assert mended(2.0) == 4.0
    assert sum(mended.stats.cache_hits.values()) == 1


def test_a_full_disk_fails_no_run(compiled: Callable[[], Any], tmp_path: Path) -> None:
    own, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, most))
    try:
        assert compiled()(2.0) == 4.0
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (own, most))
    assert not kept(tmp_path, "nbc")
    assert not kept(tmp_path, "tmp.*")


def test_a_folder_that_is_gone_fails_no_run(compiled: Callable[[], Any], tmp_path: Path) -> None:
    """Would catch a cache that is emptied, or taken away, between the start of a run and the first compilation."""
    made = compiled()
    for folder in sorted(tmp_path.rglob("*"), reverse=True):
        folder.rmdir()
    tmp_path.rmdir()
    tmp_path.write_text("a file in its place")
    assert made(2.0) == 4.0
