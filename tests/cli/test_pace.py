"""Progress that tells the truth: how much is done, and what goes on once all futures are simulated."""

import io
import re
import sys

import pytest

from deference_sim.analysis import run
from deference_sim.cli.pace import how_far, pace

from .commands import call


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, total: int | None, *ticks: int) -> str:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with pace(total, quiet=False, then="looking for ranges") as tick:
        for count in ticks:
            tick(count)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue())


def test_a_full_bar_does_not_claim_that_all_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch 100 % on the screen while the command still works for a while."""
    assert "looking for ranges" in shown(monkeypatch, 100, 60, 40)
    assert "100 %" not in shown(monkeypatch, 100, 60, 40)
    assert "looking for ranges" not in shown(monkeypatch, 100, 60)


def test_a_percentage_is_told_where_the_work_is_known() -> None:
    assert how_far(2_500, 10_000, 1_250.0) == "25 %, 2,500 of 10,000 futures, 1,250 a second, about 6 s left"
    assert how_far(2_500, None, None) == "2,500 futures"


def test_an_interruption_says_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "simulate", interrupt)
    result = call("run", "baseline", "--replicates", "60")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "nothing of this is kept" in result.stderr
