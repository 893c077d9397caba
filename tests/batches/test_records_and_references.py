"""Records that say of what they are, and the point that differences are taken from."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deference_sim.analysis.paired import difference
from deference_sim.batches.batch_file import read_batch
from deference_sim.batches.chunk import simulated
from deference_sim.batches.plan import Plan, plan_of
from deference_sim.batches.result import batch, merged
from deference_sim.batches.sealed import table_of
from deference_sim.scenario import load


def test_records_say_of_what_they_are(plan: Plan, finished: Path) -> None:
    """Would catch records that only the path of their file tells apart, and those of one run under another's name."""
    runs = pd.read_csv(finished / "tables" / "runs.csv", dtype={"seed": int})
    for folder in ("chunks", "runs"):
        records = pd.read_parquet(finished / folder)
        assert set(records["scenario"]) == {"five-hazards"}
        counts = records.groupby([records["point"].astype(str), "seed"])["replicate"].nunique()
        assert counts.index.tolist() == [
            (point, seed) for point in sorted(point.name for point in plan.points) for seed in (1, 7)
        ]
        assert set(counts) == {40}
        joined = records.merge(runs, on=["point", "seed"], validate="many_to_one")
        assert len(joined) == 4 * 40
        months = joined.groupby("rival.lead")["months"].mean()
        table = pd.read_parquet(finished / "tables" / "points.parquet").merge(runs, on="point")
        assert set(table["rival.lead_x"]) == set(months.index)
    for run in plan.runs:
        kept = pd.read_parquet(finished / "runs" / f"{run.key}.parquet")
        assert (set(kept["point"]), set(kept["seed"])) == ({run.point}, {run.seed})
        again = table_of(simulated(run, 0, 40, "compiled"), run).to_pandas()
        assert kept.equals(again)


def test_points_that_mean_the_same_have_records_of_their_own(tmp_path: Path) -> None:
    """Would catch records of one point that are missing because another has the same scenario."""
    (tmp_path / "mine.yaml").write_text("schema: 1\nextends: baseline\n")
    (tmp_path / "batch.yaml").write_text("schema: 1\nscenarios: [baseline, mine.yaml]\nreplicates: 5\n")
    result = batch(tmp_path / "batch.yaml", tmp_path / "out")
    records = pd.read_parquet(tmp_path / "out" / "chunks")
    assert records.groupby("scenario", observed=True).size().to_dict() == {"baseline": 5, "mine.yaml": 5}
    assert result.table["p_stay_difference"][1] == 0.0


def test_a_seed_that_no_column_holds_as_a_number_is_text(tmp_path: Path) -> None:
    (tmp_path / "batch.yaml").write_text(f"schema: 1\nscenarios: [baseline]\nreplicates: 5\nseeds: [{2**64}]\n")
    batch(tmp_path / "batch.yaml", tmp_path / "out")
    merged(tmp_path / "out")
    for folder in ("chunks", "runs"):
        assert set(pd.read_parquet(tmp_path / "out" / folder)["seed"]) == {str(2**64)}


REFERENCES = """\
schema: 1
scenarios: [baseline, rushed-handoff]
sweep: {rival.lead: [1 month, 4 months]}
policies: [race, {policy: safety_case, gate: 0.5 py}]
replicates: 40
"""


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("", ["", *["baseline, rival.lead 1 months, strategy.policy race"] * 7]),
        (
            "reference: {scenario: rushed-handoff}",
            [f"rushed-handoff, rival.lead {lead}, strategy.policy {policy}" for lead in ("1 months", "4 months")
             for policy in ("race", "safety_case (gate 0.5 py)")] + [""] * 4,
        ),
        (
            "reference: {policies: {policy: safety_case, gate: 0.50 py}, rival.lead: 4}",
            [f"{name}, rival.lead 4 months, strategy.policy safety_case (gate 0.5 py)" if place < 3 else ""
             for name in ("baseline", "rushed-handoff") for place in range(4)],
        ),
    ],
)  # fmt: skip
def test_differences_are_from_the_reference_that_is_named(named: str, expected: list[str], tmp_path: Path) -> None:
    """Would catch a difference from another point, or one that is not paired."""
    (tmp_path / "batch.yaml").write_text(REFERENCES + named)
    found = batch(tmp_path / "batch.yaml", tmp_path / "out")
    assert found.table["reference"].tolist() == expected
    records = pd.read_parquet(tmp_path / "out" / "chunks")
    settled = records["outcome"].isin(["punted", "stabilised", "ridden_out"])
    stayed = dict(iter((records["in_basin_throughout"] & settled).groupby(records["point"].astype(str))))
    for row in found.table.itertuples():
        if row.reference:
            change = difference(stayed[row.point].to_numpy(), stayed[row.reference].to_numpy())
            assert (row.p_stay_difference, row.p_stay_difference_low) == (change.estimate, change.low)
        else:
            assert np.isnan(row.p_stay_difference)
    shown = (tmp_path / "out" / "tables" / "points.md").read_text()
    assert len(re.findall(r"\| reference +\|", shown)) == expected.count("")
    assert plan_of(found.plan.as_dict()) == found.plan


def test_without_a_name_the_reference_is_the_first_scenario_as_it_is(tmp_path: Path) -> None:
    """Would catch differences from whatever value happens to stand first."""
    lead = load("baseline").rival.lead
    text = f"schema: 1\nscenarios: [baseline]\nsweep: {{rival.lead: [1, {lead}, 9]}}\nreplicates: 5\n"
    (tmp_path / "batch.yaml").write_text(text)
    plan = read_batch(tmp_path / "batch.yaml")
    assert plan.reference == plan.points[1].label
    assert plan.reference_of(plan.points[1]) is None
