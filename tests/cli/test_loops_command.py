"""The command loops: its answer in words, as JSON and in a folder; what it refuses; what the report of a run says.

Would catch: a report whose shares are not those of the command that it names, of other futures, or in the JSON of a
run; a run without a report that looks at loops.
"""

import json
from pathlib import Path

import pytest
from pandas import read_csv

from .commands import call, output_of


def test_it_tells_what_the_basins_own_loops_carry_and_what_a_cut_changes(tmp_path: Path) -> None:
    told = output_of(
        "loops", "baseline", "--replicates", "25", "--cut", "growth", "--pairs", "60", "--out", tmp_path / "o"
    )
    words = " ".join(told.split())
    assert "carry more than half of what moves the takeoff in" in words
    assert "What cutting a family at the handoff changes, in points, on 60 worlds" in words
    assert "No single argument cuts reach and ageing." in words
    assert "--replicates 25 --cut growth --pairs 60" in words
    assert {"loops.png", "loop-diagram.png", "families.csv", "bands.csv"} <= {
        path.name for path in (tmp_path / "o").rglob("*")
    }


def test_json_has_families_loops_and_bands() -> None:
    found = json.loads(output_of("loops", "baseline", "--replicates", "25", "--json"))
    assert found["handed_off"] <= 25
    assert {one["family"] for one in found["families"]} >= {"goodness", "policy", "growth", "race"}
    assert found["loops"][0]["loop"]
    assert found["knockouts"] == []


def test_a_family_that_there_is_not_is_told() -> None:
    result = call("loops", "baseline", "--cut", "drifting")
    assert result.exit_code == 2
    assert "drifting" in result.output
    assert "drift" in result.output


def test_the_report_of_a_run_says_which_loops_move_it(tmp_path: Path) -> None:
    settings = ("rushed-handoff", "--set", "rival.lead=4 months")
    words = " ".join(output_of("run", *settings, "--replicates", "30", "--out", tmp_path / "o").split())
    assert "Which feedback loops move it" in words
    again = "loops rushed-handoff --set 'rival.lead=4 months' --replicates 30 --seed 1"
    assert f"Repeat: deference-sim {again}" in words
    found = json.loads(output_of("loops", *settings, "--replicates", "30", "--json"))
    kept = read_csv(tmp_path / "o" / "loops.csv")
    assert kept["share"].tolist() == pytest.approx([one["share"] for one in found["families"]], rel=1e-12)
    chance = found["basin_carries_more_than_half"]["stayed"]["n"]
    assert chance == kept[kept["end"] == "stayed"]["runs"].iloc[0]
    told = (tmp_path / "o" / "report.md").read_text()
    assert "the first 30 futures alone" in told
    rows = [line.split("|") for line in told.splitlines() if line.startswith("| policy |")]
    share, up, down = (float(cell.split("%")[0]) for cell in rows[0][3:6])
    assert share == pytest.approx(up + down, abs=0.11)
    assert "loops.png" in told
    assert "loops" not in json.loads((tmp_path / "o" / "result.json").read_text())
    assert "feedback loops" not in output_of("run", *settings, "--replicates", "30")


def test_a_report_of_some_futures_says_why_it_has_no_loops(tmp_path: Path) -> None:
    given = ("run", "baseline", "--given", "lead > 1", "--replicates", "40", "--out", tmp_path / "given")
    assert "loops move it is not told with --given" in " ".join(output_of(*given).split())
    assert not (tmp_path / "given" / "loops.png").exists()
    never = " ".join(output_of("run", "never-hand-off", "--replicates", "5", "--out", tmp_path / "never").split())
    assert "so no loop could be looked at" in never
