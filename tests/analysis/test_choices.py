"""The commands ``handoff`` and ``strategy`` and their pictures: what is told and drawn is what was found.

Would catch: a command that cannot be repeated, bad input met late or with a traceback, a band of other intervals,
months shaded that are not as good, a regret in another policy's row.
"""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from typer.testing import CliRunner, Result

import deference_sim as ds
from deference_sim import cli
from deference_sim.analysis import handoff as handoffs
from deference_sim.analysis import strategy as strategies

from .pretended_worlds import pretend


@pytest.fixture(autouse=True)
def _pretended(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Known chances, few points: these tests are about what is made of them."""

    def chance(scenario: Any) -> float:
        strategy = scenario.strategy
        at = 0.0 if scenario.handoff.never else 0.3 * np.exp(-(((scenario.handoff.at or 0.0) - 1.0) ** 2))
        return float(0.2 + at + 0.3 * np.exp(-((strategy.target - 1.0) ** 2)) * (strategy.policy != "race"))

    pretend(monkeypatch, chance)
    monkeypatch.setattr(handoffs, "LEVELS_ABOVE", (0.0, 1.0))
    monkeypatch.setattr(handoffs, "CHANGES", (("rival.lead", (2.0,)),))
    monkeypatch.setattr(strategies, "DESIGN", 3)
    plt.switch_backend("agg")
    yield
    plt.close("all")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments, prog_name="deference-sim")


# ---- commands


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


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    return {
        key: without_times(value) if isinstance(value, dict) else value
        for key, value in found.items()
        if key != "seconds"
    }


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
    monkeypatch.setattr(handoffs, "_share", lambda records, outcome: 0.4 if outcome == "unresolved" else 0.0)
    told = " ".join(call("handoff", "baseline", "--replicates", "40").stdout.split())
    assert "Not settled by month 120, and counted as successes: 40 % of the runs" in told
    assert "not settled" in told.partition("By month")[2]
    told = " ".join(call("handoff", "baseline", "--replicates", "40", "--measure", "p_stay").stdout.split())
    assert "and counted as failures" in told


def test_a_way_that_does_better_than_any_fixed_month_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda scenario: 0.9 if scenario.handoff.never else 0.4)  # on common random numbers
    told = " ".join(call("handoff", "baseline", "--replicates", "400").stdout.split())
    assert "the month hardly matters" in told
    assert "Not handing off at all does better still" in told
    assert "By indifference" not in told.partition("Compared")[0]


# ---- pictures


def test_the_curve_over_months_is_drawn_with_its_intervals() -> None:
    found = ds.best_handoff(ds.load("baseline"), 400)
    before = dict(mpl.rcParams)
    chances, risks = ds.plot.handoff_timing(found).flat
    assert dict(mpl.rcParams) == before
    curve = next(line for line in chances.lines if line.get_linewidth() == 2.0)
    assert list(curve.get_xdata()) == [timing.month for timing in found.curve]
    assert list(curve.get_ydata()) == [timing.estimate.value for timing in found.curve]
    band = {tuple(point) for path in chances.collections[0].get_paths() for point in path.vertices}
    assert {(timing.month, timing.estimate.low) for timing in found.curve} <= band
    assert {(timing.month, timing.estimate.high) for timing in found.curve} <= band
    (shaded,) = chances.patches
    assert (shaded.get_x(), shaded.get_x() + shaded.get_width()) == pytest.approx(found.as_good)
    assert chances.get_ylabel() == "p_good"
    assert "baseline: 400 fresh worlds a month, seed 1" in chances.get_title(loc="left")
    assert risks.get_xlabel() == "month of the handoff"
    top = max(y for area in risks.collections for path in area.get_paths() for _, y in path.vertices)
    assert top == pytest.approx(max(sum(timing.risks.values()) for timing in found.curve))


def test_regrets_are_written_where_they_belong() -> None:
    found = ds.best_strategy(ds.load("baseline"), 64)
    regret = ds.policy_regret(["baseline", "plan-b"], strategies.policies_to_compare(found), 64)
    chances, regrets = ds.plot.policies(found, regret).flat
    assert [label.get_text() for label in chances.get_yticklabels()] == [
        "as it is",
        *(t.policy for t in found.policies),
    ]
    written = {
        (round(text.get_position()[0]), round(text.get_position()[1])): text.get_text() for text in regrets.texts
    }
    for row, policy in enumerate(regret.policies):
        for column, best in enumerate(regret.best):
            value = 100.0 * regret.regret[policy][column].value
            assert written[column, row] == ("best" if policy == best else f"{value:.0f}")
    assert [label.get_text() for label in regrets.get_xticklabels()] == ["baseline", "plan-b"]
    with pytest.raises(ValueError, match="ax must be one Axes or 2"):
        ds.plot.policies(found, regret, ax=np.array([plt.figure().subplots()] * 3))
