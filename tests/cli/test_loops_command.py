"""The command loops: its answer in words, as JSON and in a folder; what it refuses."""

import json
from pathlib import Path

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
