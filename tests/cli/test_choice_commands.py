"""The commands ``handoff`` and ``strategy``: what is told is what was found.

Would catch: a command that cannot be repeated, bad input met late or with a traceback.
"""

import json
import shlex
from pathlib import Path

import pytest

from deference_sim.analysis import handoff as handoffs
from deference_sim.analysis import strategy as strategies

from ..analysis.pretended_worlds import pretend, pretend_few_points
from .commands import call, without_times


@pytest.fixture(autouse=True)
def _pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_few_points(monkeypatch)


@pytest.mark.parametrize("command", [("handoff",), ("strategy", "--worlds", "plan-b,tax-hump")])
def test_a_command_tells_how_to_repeat_it_and_does(command: tuple[str, ...]) -> None:
    name, *more = command
    told = call(name, "baseline", "--replicates", "40", "--seed", "5", "--set", "rival.lead=3 months", *more)
    assert told.exit_code == 0, told.output
    words = shlex.split(" ".join(told.stdout.split()).partition("Repeat: deference-sim ")[2])
    assert words[0] == name
    first, second = (json.loads(call(*words, "--json").stdout) for _ in range(2))
    assert first["seed"] == 5
    assert without_times(first) == without_times(second)
    assert f"seed {first['fresh_seed']}" in " ".join(told.stdout.split())


def test_the_scenario_is_tried_first_among_the_worlds_and_once() -> None:
    found = json.loads(
        call("strategy", "plan-b", "--worlds", "baseline, plan-b", "--replicates", "16", "--json").stdout
    )
    assert found["regret"]["worlds"] == ["plan-b", "baseline"]
    assert set(found["regret"]["policies"]) == {"as it is", *strategies.POLICIES}
    by_default = json.loads(call("strategy", "no-basin", "--replicates", "16", "--json").stdout)
    assert by_default["regret"]["worlds"] == ["no-basin", *strategies.WORLDS]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("handoff", "baselin"), "did you mean `baseline`?"),
        (("handoff", "baseline", "--measure", "p_bad"), "'p_bad' is not one of"),
        (("handoff", "baseline", "--replicates", "0"), "found 0; allowed: a whole number from 1"),
        (("handoff", "baseline", "--plot", "picture.jpg"), "the name must end in"),
        (("handoff", "baseline", "--set", "handoff.at=-1"), "handoff.at"),
        (("strategy", "baseline", "--worlds", "plan-b,plan-x"), "plan-x"),
        (("strategy", "baseline", "--worlds", "plan-b,plan-b"), "each once"),
        (("strategy", "baseline", "--worlds", ","), "found nothing, nothing"),
    ],
)
def test_bad_input_is_met_before_any_work(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deference_sim.analysis.worlds.Worlds.records", lambda *_: pytest.fail("work was done"))
    found = call(*arguments)
    assert found.exit_code == 2, found.output
    assert said in " ".join(found.output.replace("│", " ").split())
    assert "Traceback" not in found.output


def test_pictures_are_saved(tmp_path: Path) -> None:
    for name in ("handoff", "strategy"):
        file = tmp_path / f"{name}.png"
        assert call(name, "baseline", "--replicates", "16", "--plot", str(file), "--quiet").exit_code == 0
        assert file.stat().st_size > 10_000


def test_runs_not_settled_are_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handoffs, "share_of", lambda records, outcome: 0.4 if outcome == "unresolved" else 0.0)
    told = " ".join(call("handoff", "baseline", "--replicates", "40").stdout.split())
    assert "Not settled by month 120, and so neither good nor bad, nor a success here: 40 % of the runs" in told
    assert "not settled" in told.partition("By month")[2]


@pytest.mark.parametrize("name", ["handoff", "strategy"])
def test_the_part_of_p_good_that_is_luck_stands_beside_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch never handing off told as a way to good ends where a rival overtakes us and that turns out well."""
    for module in ("handoff", "worlds"):
        monkeypatch.setattr(f"deference_sim.analysis.{module}.share_of", lambda records, outcome: 0.123)
    arguments = (name, "baseline", "--replicates", "1000", "--quiet")
    told = " ".join(call(*arguments).stdout.split())
    assert "95 % interval by luck" in told
    assert told.count(" 12 % ") > 3
    assert "By luck: the part of p_good in which a rival overtakes us" in told
    of_staying = " ".join(call(*arguments, "--measure", "p_stay").stdout.split())
    assert "95 % interval by luck" not in of_staying
    assert "By luck:" not in of_staying


def test_a_way_that_does_better_than_any_fixed_month_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda scenario: 0.9 if scenario.handoff.never else 0.4)  # on common random numbers
    told = " ".join(call("handoff", "baseline", "--replicates", "400").stdout.split())
    assert "the month hardly matters" in told
    assert "Not handing off at all does better still" in told
    assert "By indifference" not in told.partition("Compared")[0]
