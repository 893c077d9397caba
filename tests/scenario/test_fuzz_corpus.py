"""What coverage-guided fuzzing reached is replayed: read or refused properly, nothing written, read back equal.

The inputs are those that ``python -m validation.fuzzing --write`` keeps; the fuzzer itself is run by hand.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from validation import fuzz_targets
from validation.fuzz_targets import ForbiddenError, covering, nothing_written, smallest, wrong_with
from validation.fuzzing import read_corpus

INPUTS = read_corpus()


@pytest.mark.parametrize("target", fuzz_targets.TARGETS)
def test_what_the_fuzzer_reached_is_read_or_refused(target: str) -> None:
    """Would catch a traceback, a file written, or a distribution that does not read back, on any line of the reader."""
    read = [fuzz_targets.TARGETS[target](data) for name, data in INPUTS if name == target]
    assert len(read) > 20
    assert set(read) == {True, False}


@pytest.mark.parametrize("target", fuzz_targets.TARGETS)
def test_the_fuzzer_starts_from_inputs_that_hold(target: str) -> None:
    """Would catch seeds that are themselves findings, or none."""
    seeds = fuzz_targets.seeds(target)
    assert len(seeds) > 100
    for data in seeds[:: len(seeds) // 20]:
        fuzz_targets.TARGETS[target](data)


def test_writing_is_seen(tmp_path: Path) -> None:
    """Would catch a watch that sees nothing, or that sees reading."""
    file = tmp_path / "a"
    forbidden: list[Callable[[], object]] = [
        lambda: file.write_text("x"),
        lambda: (tmp_path / "folder").mkdir(),
        lambda: file.unlink(),
    ]
    for act in forbidden:
        with pytest.raises(ForbiddenError), nothing_written():
            act()
    file.write_text("x")
    with nothing_written():
        assert file.read_text() == "x"


def test_a_finding_is_named_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a judge that lets a mistake pass, or a reduction that loses it."""

    def refuses_to_count(data: bytes) -> bool:
        if b"7" in data and b"e" in data:
            raise ZeroDivisionError
        return True

    monkeypatch.setitem(fuzz_targets.TARGETS, "quantities", refuses_to_count)
    what = wrong_with("quantities", b"one 17 three")
    assert what.startswith("ZeroDivisionError test_fuzz_corpus.py:")
    assert smallest("quantities", b"one 17 three", what) in (b"e7", b"7e")
    assert wrong_with("quantities", b"one 1") == ""


def test_the_corpus_keeps_what_runs_new_lines() -> None:
    """Would catch a corpus that keeps everything, or that loses what only a longer input reaches."""
    kept = covering("quantities", [b"\x003", b"\x004", b"\x003 months", b"\x00x", b"\x00xy"])
    assert kept == [b"\x003", b"\x00x"]
