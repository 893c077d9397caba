"""The command ``brief``: what its folder holds, progress that says which part is at work, commands that can be typed.

Would catch: a report that differs from run to run, a command on the page that its shell refuses, a part without words.
"""

import json
import re
import shlex
from pathlib import Path

import pytest

from deference_sim.analysis import discover as discovery
from deference_sim.analysis.brief import PARTS

from .commands import call, output_of

WORLD = (
    *("baseline", "--set", "horizon=24", "--set", "capability.stabilise_at=1.5", "--set", "rival.lead=1 to 3 months"),
    *("--set", "evaluation.review_interval=1 month", "--set", "rival.danger_at=0.2", "--set", "handoff.at=0.5 months"),
)


@pytest.fixture(autouse=True)
def _without_the_workbench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "missing_extra", lambda: "discover needs EMA Workbench")  # seconds to import


def test_a_folder_holds_the_brief_and_its_commands_can_be_typed(tmp_path: Path) -> None:
    result = call("brief", *WORLD, "--replicates", "40", "--out", tmp_path / "brief")
    assert result.exit_code == 0, result.output
    for number, words in enumerate(PARTS.values(), start=1):
        if words not in (PARTS["discover"], PARTS["alternatives"]):
            assert f"{number} of {len(PARTS)}: {words}" in result.stderr
    held = {path.name for path in (tmp_path / "brief").iterdir()}
    assert {"report.html", "report.md", "result.json", "handoff.png", "dates.csv"} <= held
    told = " ".join(result.stdout.split())
    for text in ("What should we do?", "as written", "over the ranges", "Signposts", "have ranges that are guesses"):
        assert text in told
    found = json.loads((tmp_path / "brief" / "result.json").read_text("utf-8"))
    assert "seconds" not in json.dumps(found)
    typed = dict.fromkeys(re.findall(r"deference-sim ((?:compare|run) .*? --seed \d+)", told))
    assert len(typed) >= 4
    for command in typed:
        assert "p_good" in output_of(*shlex.split(command), "--quiet")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("brief", "baselin"), "did you mean `baseline`?"),
        (("brief", "baseline", "--replicates", "10"), "a whole number from 40"),
        (("brief", "baseline", "--value", "stabilised=7"), "a number from -1 to 1"),
        (("brief", "baseline", "--value", "stabilised"), "stabilised without a weight"),
        (("run", "baseline", "--given", "leed<1"), "did you mean `lead`"),
        (("run", "baseline", "--given", "lead<1", "--draws", "5", "--ranges"), "neither --precision nor --draws"),
        (("run", "baseline", "--ranges"), "say how many draws"),
        (("handoff", "baseline", "--measure", "p_stay", "--value", "stabilised=1"), "either --measure or --value"),
    ],
)
def test_bad_input_is_met_before_any_work(arguments: tuple[str, ...], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_change_takes_the_place_of_a_setting() -> None:
    """Would catch a comparison that refuses to change what is set for both."""
    found = json.loads(
        output_of(
            "compare", "baseline", "--set", "rival.lead=2", "--with", "rival.lead=3", "--replicates", "5", "--json"
        )
    )
    (row,) = found["inputs"]
    assert row["path"] == "rival.lead"
