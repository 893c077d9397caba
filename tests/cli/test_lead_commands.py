"""The commands sweep, required-lead, compare and tax: their contract, their files, and how bad input is met."""

import json
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import deference_sim as ds

from .commands import call, output_of

FEW = ("--replicates", "40", "--quiet")
SWEEP = ("sweep", "rushed-handoff", "--over", "rival.lead=1:4 months:3")


def json_of(*arguments: str) -> Any:
    return json.loads(output_of(*arguments, "--json")) | {"seconds": 0}


def test_sweep_is_that_of_python() -> None:
    found = json_of(*SWEEP, *FEW, "--seed", "3")
    expected = ds.sweep(ds.load("rushed-handoff"), {"rival.lead": [1, 2.5, 4]}, 40, 3).as_dict()
    assert found == json.loads(json.dumps(expected)) | {"seconds": 0}


@pytest.mark.parametrize("design", ["grid", "paired", "latin-hypercube"])
def test_sweeps_of_three_inputs_are_those_of_python(design: Any, tmp_path: Path) -> None:
    """Would catch a design that is typed and not heeded, and one whose picture fails."""
    over = ("rival.lead=1:4 months:3", "tax.broad_alignment=0.1:0.4:3:log", "basin.width=0.1:0.3:3")
    typed = [word for one in over for word in ("--over", one)]
    picture = tmp_path / "picture.svg"
    answer = output_of("sweep", "baseline", *typed, "--design", design, *FEW, "--json", "--plot", picture)
    values = {
        "rival.lead": ds.linspace(1, "4 months", 3),
        "tax.broad_alignment": ds.logspace(0.1, 0.4, 3),
        "basin.width": ds.linspace(0.1, 0.3, 3),
    }
    replicates = json.loads(answer)["points"][0]["replicates"]
    found = ds.sweep("baseline", values, replicates, design=design)
    assert json.loads(answer)["points"] == found.table.to_dict("records")
    assert json.loads(answer)["design"] == design
    assert len(found.points) == (27 if design == "grid" else 3)
    assert picture.read_text().count("<svg") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (*SWEEP, "--over", "strategy.policy=race,fixed", "--set", "tax.decline=0.1"),
        ("required-lead", "baseline", "--target", "0.5", "--set", "tax.decline=0.1", "--measure", "p_good"),
        ("required-lead", "baseline", "--solve", "goodness.drift=0:1", "--target", "0.9", "--target", "0.8"),
        ("compare", "baseline", "rushed-handoff", "--with", "handoff.at=2 months"),
    ],
)
def test_pages_tell_a_command_that_repeats_them(arguments: tuple[str, ...]) -> None:
    told = " ".join(output_of(*arguments, *FEW).split()).rpartition("Repeat: ")[2]
    repeated = shlex.split(told)
    assert repeated[0] == "deference-sim"
    first, again = json_of(*arguments, *FEW), json_of(*repeated[1:], "--quiet")
    for one in (first, again):
        for comparison in one.get("comparisons", ()):
            comparison["seconds"] = 0
    assert first == again


def test_traces_that_are_told_are_those_of_the_change() -> None:
    """The commands work, and end as the table says."""
    page = output_of("compare", "rushed-handoff", "--with", "handoff.at=0", *FEW)
    commands = [shlex.split(line)[1:] for line in page.splitlines() if "deference-sim trace" in line]
    change = json_of("compare", "rushed-handoff", "--with", "handoff.at=0", *FEW)["changes"][0]
    ends = [json.loads(output_of(*command, "--json", "--quiet"))["outcome"] for command in commands[:2]]
    assert ends == [change["first"], change["second"]]


def test_a_results_folder_holds_everything(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    output_of(*SWEEP, *FEW, "--out", str(out))
    common = {"report.html", "report.md", "picture.png", "rushed-handoff.yaml", "result.json", "provenance.json"}
    names = common | {"table.csv"}
    assert {file.name for file in out.iterdir()} == names
    scenario = ds.load(out / "rushed-handoff.yaml")
    assert scenario == ds.load("rushed-handoff")
    provenance = json.loads((out / "provenance.json").read_text())
    assert scenario.hash in json.dumps(provenance)
    assert provenance["command"].startswith("deference-sim sweep rushed-handoff --over")
    assert len((out / "table.csv").read_text().splitlines()) == 4
    lead = tmp_path / "lead"
    output_of("required-lead", "rushed-handoff", "--target", "0.5", *FEW, "--out", str(lead))
    assert {file.name for file in lead.iterdir()} == common | {"answers.csv", "curve.csv"}


def test_a_run_leaves_a_folder_and_the_spread_over_inputs(tmp_path: Path) -> None:
    """Would catch a spread that is mixed into the Monte Carlo error, and tables that are not the run's."""
    arguments = ("run", "uncertain-baseline", "--replicates", "200", "--quiet")
    found = json_of(*arguments, "--draws", "10", "--out", str(tmp_path))
    assert found["input_spread"]["draws"] * found["input_spread"]["worlds"] == 200
    assert found["input_spread"]["sd"] > 0
    assert found | {"input_spread": 0} == json_of(*arguments) | {"input_spread": 0}
    shares = (tmp_path / "outcomes.csv").read_text().splitlines()
    assert f"ai_takeover,{round(200 * found['outcomes']['ai_takeover']['estimate'])}," in shares[1]
    assert (tmp_path / "cumulative_incidence.csv").read_text().startswith("month,outcome,share,low,high,band_low")
    assert json.loads((tmp_path / "result.json").read_text()) | {"seconds": 0} == found
    page = " ".join(output_of(*arguments, "--draws", "10").split())
    assert "apart from Monte Carlo error" in page
    assert "--draws 10" in page


def test_every_run_and_its_path_can_be_kept(tmp_path: Path) -> None:
    """Would catch records or paths of other runs than were asked for, and columns that nobody can read."""
    kept = tmp_path / "kept"
    output_of("run", "five-hazards", "--replicates", "30", "--quiet", "--out", str(kept), "--records")
    records = pd.read_csv(kept / "records.csv")
    expected = ds.simulate("five-hazards", 30)
    assert records["C"].tolist() == expected.records["C"].tolist()
    paths = pd.read_csv(kept / "trajectories.csv")
    assert paths["margin"].tolist() == expected.trajectories().to_frame()["margin"].tolist()
    for name, table in {"records": records, "trajectories": paths}.items():
        columns = pd.read_csv(kept / f"{name}_columns.csv")
        assert columns["column"].tolist() == list(table.columns)
        assert columns[["unit", "meaning"]].notna().all().all()


def test_records_without_a_folder_are_refused_with_the_remedy() -> None:
    refused = call("run", "baseline", "--records")
    assert refused.exit_code == 2
    assert "--out DIR" in refused.output


def test_two_scenarios_of_one_name_have_files_of_their_own(tmp_path: Path) -> None:
    output_of("sweep", "baseline", "baseline", "--over", "rival.lead=1,2", *FEW, "--out", str(tmp_path))
    assert {"baseline.yaml", "baseline-2.yaml"} < {file.name for file in tmp_path.iterdir()}


def test_a_table_and_a_picture_by_name(tmp_path: Path) -> None:
    table, picture = tmp_path / "t.md", tmp_path / "p.svg"
    output_of(*SWEEP, *FEW, "--table", str(table), "--plot", str(picture))
    assert table.read_text().startswith("| scenario")
    assert b"<svg" in picture.read_bytes()


def test_required_lead_keeps_its_contract() -> None:
    found = json_of("required-lead", "rushed-handoff", "--target", "0.3", *FEW)
    assert found["target"] == 0.3
    assert found["lead_months"]["low"] < found["lead_months"]["estimate"] < found["lead_months"]["high"]
    assert found["curve"][0]["lead_months"] == 0.0


def test_precision_replaces_the_number_of_replicates() -> None:
    found = json_of("run", "rushed-handoff", "--precision", "0.02", "--quiet")
    assert found["p_stay"]["high"] - found["p_stay"]["low"] <= 0.04
    assert found == json_of("run", "rushed-handoff", "--replicates", str(found["replicates"]), "--quiet")


def test_tax_is_that_of_python() -> None:
    found = json_of("tax", "rushed-handoff")
    assert found["months"] == ds.aggregate_tax(ds.load("rushed-handoff")).months
    share = 100 * found["share_of_lead"]
    assert f"{share:.0f} % of the 3 months of lead" in output_of("tax", "rushed-handoff")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sweep", "baseline"), "--over"),
        (("sweep", "baseline", "--over", "rival.lead=1:2:3", "--design", "grd"), "latin-hypercube"),
        (("sweep", "baseline", "--over", "rival.led=1:2:3"), "did you mean `rival.lead`?"),
        (("sweep", "baseline", "--over", "rival.lead=1:2:1000000000000"), "at most 100,000 points"),
        (("sweep", "baseline", "--over", "rival.lead=1,2", "--over", "rival.lead=3,4"), "each input once"),
        (("sweep", "baseline", "--over", "strategy.policy=fxed"), "did you mean `fixed`?"),
        (("sweep", "baseline", "--over", "rival.lead=1,2", "--table", "x.doc"), ".parquet"),
        (("sweep", "baseline", "--over", "rival.lead=1,2", "--out", "/proc/nothing"), "that can be written"),
        (("required-lead", "baseline", "--target", "1.5"), "found 1.5; allowed: a number above 0 and below 1"),
        (("required-lead", "baseline", "--solve", "goodness.drft=0:1"), "did you mean `goodness.drift`?"),
        (("required-lead", "baseline", "--solve", "goodness.drift=0-1"), "PATH=A:B"),
        (("required-lead", "baseline", "--solve", "rival.danger_at"), "rival.danger_at=A:B"),
        (("compare", "baseline"), "two scenarios or more"),
        (("compare", "baseline", "baselin"), "did you mean `baseline`?"),
        (("tax", "baselin"), "did you mean `baseline`?"),
        (("run", "baseline", "--precision", "0.01", "--replicates", "9"), "either --replicates or --precision"),
        (("run", "baseline", "--draws", "5"), "no uncertain input"),
        (("run", "baseline", "--precision", "0"), "allowed: a number from 0.0001 to 0.5"),
    ],
)
def test_bad_input_is_met_in_plain_words(arguments: tuple[str, ...], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert not result.stdout


def test_a_region_is_told_as_an_edge() -> None:
    settings = ("--set", "horizon=6", "--replicates", "40")
    told = output_of(
        "required-lead",
        "baseline",
        "--target",
        "0.3",
        "--region",
        "rival.lead=1:4",
        "--region",
        "tax.decline",
        *settings,
    )
    assert "where p_stay is 30 %" in told
    assert "The edge" in told
    refused = call("required-lead", "baseline", "--region", "rival.lead", "--region", "tax.decline")
    assert refused.exit_code == 2
    assert "one --target" in refused.output


def test_a_target_that_is_missed_by_chance_alone_is_not_called_out_of_reach() -> None:
    """Would catch "not reachable" beside a chance above the target on fresh worlds: the worlds were too few to tell."""
    inputs = ("--move", "rival.lead", "--move", "tax.broad_alignment", "--move", "time_buying.max_rate")
    told = output_of("required-lead", "rushed-handoff", "--target", "0.75", *inputs, "--replicates", 400)
    (together,) = (line for line in told.splitlines() if line.startswith("together: rival.lead"))
    assert "perhaps beyond 1.1" in together


def test_the_least_change_is_told_for_each_alone_and_for_all() -> None:
    asked = ("--move", "rival.lead", "--move", "tax.decline", "--set", "horizon=6", "--replicates", "40")
    told = output_of("required-lead", "baseline", "--target", "0.3", *asked)
    assert "the least change to a p_stay of 30 %" in told
    assert "together: rival.lead" in told
    for more, said in ((("--region", "rival.lead"), "either --region or --move"), ((), "one --target")):
        refused = call("required-lead", "baseline", *asked, *more)
        assert refused.exit_code == 2
        assert said in " ".join(refused.output.split())
