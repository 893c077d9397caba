"""The command explain: shares in words, as JSON and in a folder; what it refuses."""

import json
from pathlib import Path

import pytest

from .commands import call, output_of

PAIR = ("explain", "baseline", "rushed-handoff", "--replicates", "60")


def test_it_tells_each_share_and_their_sum() -> None:
    told = output_of(*PAIR)
    assert "Why rushed-handoff differs from baseline" in told
    for path in ("rival.lead", "goodness.broad_alignment", "goodness.capability_profile", "handoff.at", "all together"):
        assert any(line.startswith(path) for line in told.splitlines()), path
    assert "All 16 mixtures were run, so that the 24 orders count exactly" in " ".join(told.split())


def test_json_has_shares_that_sum_to_the_difference_of_compare() -> None:
    found = json.loads(output_of(*PAIR, "--json"))
    compared = json.loads(output_of("compare", *PAIR[1:], "--json"))
    assert found["runs"] == 16 * 60
    for name in ("p_stay", "p_good"):
        assert found[name] == compared[name]
        total = sum(one[name]["estimate"] for one in found["inputs"])
        assert total == pytest.approx(compared[name]["difference"]["estimate"], abs=1e-9)


def test_a_group_moves_as_one(tmp_path: Path) -> None:
    told = output_of(*PAIR, "--group", "goodness", "--group", "rival.lead, handoff.at", "--out", tmp_path / "out")
    assert "All 4 mixtures" in told
    assert "+ handoff.at" in told
    report = (tmp_path / "out" / "report.md").read_text("utf-8")
    assert "--group goodness --group 'rival.lead, handoff.at'" in report
    assert list((tmp_path / "out").rglob("waterfall.*"))


def test_without_a_number_it_runs_as_many_worlds_as_the_inputs_leave_time_for() -> None:
    settings = ("--set", "horizon=0.01")
    told = output_of("explain", "baseline", "rushed-handoff", *settings, "--group", "goodness,rival,handoff")
    assert "on 10,000 worlds" in told
    assert "--replicates 10000" in " ".join(told.split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("baseline",), "give two scenarios, not 1"),
        (("baseline", "plan-a", "plan-b"), "give two scenarios, not 3"),
        (("baseline", "rushed-handoff", "--group", "tax"), "inputs that differ"),
        (("baseline", "baseline"), "nothing to explain"),
    ],
)
def test_what_cannot_be_explained_is_refused(arguments: tuple[str, ...], told: str) -> None:
    refused = call("explain", *arguments, "--replicates", "10")
    assert refused.exit_code == 2
    assert told in " ".join(refused.output.split())
